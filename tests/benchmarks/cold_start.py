"""A fresh process that restores what a peer has stored and answers once: `cold_start.py MODULE CLASS FILE`.

Prints, as JSON, the valid domains with nothing chosen and the most memory the process has held, in MB.
"""

import json
import sys
from importlib import import_module
from pathlib import Path


def peak_megabytes() -> float:
    """The high-water mark of resident memory; 0 where the system does not tell.

    Not from `getrusage`, which begins with what the parent held.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    kilobytes = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]
    return int(kilobytes) / 1024


def main(module: str, name: str, file: str) -> None:
    """Answer."""
    session = getattr(import_module(module), name).restore(Path(file))
    domains = session.domains({})
    sys.stdout.write(json.dumps({"domains": domains, "megabytes": peak_megabytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
