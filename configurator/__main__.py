"""The console command `configurator`, also `python -m configurator`."""

import sys
from importlib.util import find_spec

from configurator import DISTRIBUTION, __version__

MISSING_LIBRARY = 6
"""The exit code where something is not installed: that of the environment."""
LONGEST_NUMBER = 100_000
"""Digits of the longest number that is told or read."""


def main() -> None:
    """Run the command line; without its libraries, say how to get them.

    Raises:
        SystemExit: always, with a documented exit code.
    """
    if sys.argv[1:] == ["--version"]:
        # Answered here: it needs neither the command line's libraries nor a catalog's.
        sys.stdout.write(f"configurator {__version__}\n")
        sys.exit(0)
    missing = [library for library in ("click", "rich") if find_spec(library) is None]
    if missing:
        sys.stderr.write(
            f"error: the command line needs {' and '.join(missing)}\n"
            f'  = help: pip install "{DISTRIBUTION}[cli]"\n'
        )
        sys.exit(MISSING_LIBRARY)
    from configurator.cli.main import root  # noqa: PLC0415 - only once it is known that its libraries are there
    from configurator.cli.terminal import use_any_text  # noqa: PLC0415 - likewise

    use_any_text()
    # Counts are exact however long; the limit that is left keeps numbers in files from taking minutes.
    sys.set_int_max_str_digits(LONGEST_NUMBER)
    root.main(prog_name="configurator")


if __name__ == "__main__":
    main()
