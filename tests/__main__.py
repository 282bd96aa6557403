"""`python -m tests`: lint, types and tests in turn, as the gate does it, in the environment at hand.

Arguments go to pytest. The exit code is that of the first step that failed, 0 when none did.
The heavy tests of stock are commands of their own: `python -m tests.storms`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

STEPS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest",),
)


def main(arguments: list[str]) -> int:
    """Run the steps; the last one is told the arguments."""
    for step in STEPS:
        more = arguments if step[0] == "pytest" else []
        command = [sys.executable, "-m", *step, *more]
        sys.stdout.write(f"\n== {' '.join(command[2:])}\n")
        sys.stdout.flush()
        code = subprocess.run(command, check=False, cwd=ROOT).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
