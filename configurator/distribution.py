"""What this library is called where it is installed, and which version that is."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "pcat-configurator"
"""What to install. The plain name belongs to another project, which installs a package of the same name."""


def library_version() -> str:
    """The version in this distribution's own metadata; `0+checkout` where it is not installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+checkout"
