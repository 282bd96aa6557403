"""`python -m tests.storms STORM …`, see `docs/reference/storms.md`."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "servers"), str(TESTS / "availability")]

from storms.program import main  # noqa: E402 - found once the folder is on the path

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
