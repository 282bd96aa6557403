"""Writing a file that is there already, so that nobody ever sees half of it."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def replace_file(place: Path, content: bytes) -> None:
    """Put new content in the place of a file's old one; who may read and write it stays as it was.

    The content is written beside the file and then put in its place in one step.

    Raises:
        OSError: it cannot be written; then the file is as it was.
    """
    mode = place.stat().st_mode
    with NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as beside:
        beside.write(content)
        beside.flush()
        os.fsync(beside.fileno())
    try:
        Path(beside.name).chmod(mode)
        Path(beside.name).replace(place)
    except OSError:
        Path(beside.name).unlink(missing_ok=True)
        raise
