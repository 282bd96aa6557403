"""Catalogs at a revision of the git repository one stands in: `HEAD~1:catalogs/desktop_pc`.

Git is asked as a program. What a user typed reaches it through standard input, as an object's name, or
behind `--`, as a path: never where git looks for options, and no shell is between. Imports and tables are
read from the same revision; whatever lies in the working folder does not count. Files are taken as they
are stored: no filters, no text conversion, no submodules, no symbolic links.
"""

import os
import posixpath
import re
import subprocess
from pathlib import Path

from attrs import frozen

from configurator.catalog.loading import ReadProblem
from configurator.catalog_files import LARGEST_FILE, SETTINGS, FoundCatalog
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.errors import CatalogError

SECONDS = 30
"""How long git may take for one answer."""
LONGEST_NAME = 1_000
"""Characters of the longest name of a revision and path."""

_HEADER = re.compile(rb"^\s*catalog(?!\w)", re.MULTILINE)


def is_revision(path: str) -> bool:
    """Whether a catalog's name means a revision: it has a colon, and no such file exists."""
    revision, colon, _ = path.partition(":")
    if not colon or path.startswith("package:"):
        return False
    drive = os.name == "nt" and len(revision) == 1
    return not drive and not _exists(path)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


@frozen
class TreeEntry:
    """A file or folder of a revision, as git lists it."""

    mode: str
    object: str
    size: int
    path: str

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.mode == "040000"

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file: no symbolic link, no repository within."""
        return self.mode in {"100644", "100755", "100664"}


@frozen
class RevisionReader:
    """Reads the files of one folder tree of a revision.

    Attributes:
        folder: where git is run.
        tree: the object's id of the revision's whole tree.
        root: the folder of that tree that may be read, empty for all.
        prefix: what stands before a path in messages.
    """

    folder: str
    tree: str
    root: str
    prefix: str

    def read(self, path: str) -> bytes | ReadProblem:
        """The content of a file below the root, as it is stored."""
        shown = self.shown(path)
        entry = entry_of(self.folder, self.tree, posixpath.join(self.root, path))
        if entry is None:
            return ReadProblem(f"`{shown}` does not exist")
        if entry.is_folder:
            return ReadProblem(f"`{shown}` is a folder, not a file")
        if not entry.is_file:
            return ReadProblem(f"`{shown}` is no plain file, and links are not followed in a revision")
        if entry.size > LARGEST_FILE:
            return ReadProblem(f"`{shown}` is larger than {LARGEST_FILE:,} bytes")
        return content_of(self.folder, entry)

    def shown(self, path: str) -> str:
        """The path with its revision."""
        return f"{self.prefix}{path}"


def find_at_revision(path: str) -> FoundCatalog:
    """The catalog that `REVISION:PATH` names, a file or a folder with one headed file.

    As everywhere in git, the path is that from the top of the repository, or begins with `./` or `../`.

    Raises:
        CommandError: there is no git, no repository, or no such revision.
        CatalogError: nothing is there, or not exactly one headed file in a folder.
    """
    revision, _, inside = path.partition(":")
    if len(path) > LONGEST_NAME or not path.isprintable():
        raise CommandError("the name of a revision and path is one line of text", ExitCode.USAGE)
    if not revision:
        raise CommandError(f"`{path}` names no revision", ExitCode.USAGE, f"write `HEAD:{inside}`")
    folder = str(Path.cwd())
    below = _git(folder, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
    tree = _tree_of(folder, revision)
    place = _normal(below, inside, path)
    entry = TreeEntry("040000", tree, 0, "") if place == "" else entry_of(folder, tree, place)
    if entry is None:
        raise _failure(f"`{path}` does not exist: revision `{revision}` has no `{place}`")
    if entry.is_folder:
        place = _headed_file(folder, tree, place, path)
    root = _root(folder, tree, posixpath.dirname(place))
    prefix = f"{revision}:{root}/" if root else f"{revision}:"
    return FoundCatalog(posixpath.relpath(place, root or "."), RevisionReader(folder, tree, root, prefix))


def _tree_of(folder: str, revision: str) -> str:
    told = _git(folder, "cat-file", "--batch-check", given=f"{revision}^{{tree}}\n".encode())
    words = told.split()
    if len(words) != 3 or words[1] != b"tree":
        raise CommandError(
            f"there is no revision `{revision}` in this repository",
            ExitCode.USAGE,
            "write a commit, a branch or a tag, such as `HEAD~1:catalogs/pc`",
        )
    return words[0].decode("ascii")


def _normal(below: str, inside: str, path: str) -> str:
    relative = inside in {".", ".."} or inside.startswith(("./", "../"))
    place = posixpath.normpath(posixpath.join(below if relative else "", inside.replace("\\", "/")))
    if place == ".." or place.startswith(("../", "/")):
        raise _failure(f"`{path}` leads out of the repository")
    return "" if place == "." else place


def _headed_file(folder: str, tree: str, place: str, given: str) -> str:
    files = [entry for entry in listing_of(folder, tree, place) if entry.path.endswith(".pcat")]
    headed = [
        entry.path
        for entry in sorted(files, key=lambda entry: entry.path)
        if entry.is_file and entry.size <= LARGEST_FILE and _HEADER.search(content_of(folder, entry)[:65536])
    ]
    if len(headed) == 1:
        return headed[0]
    if not headed:
        raise _failure(
            f"no catalog in the folder `{given}`", ("a catalog's file begins with `catalog NAME`",)
        )
    names = ", ".join(posixpath.basename(name) for name in headed)
    raise _failure(f"{len(headed)} catalogs in the folder `{given}`: {names}", ("name one of the files",))


def _root(folder: str, tree: str, place: str) -> str:
    """The nearest folder above with settings, else the file's own; as for catalogs on disk."""
    candidate = place
    while True:
        if entry_of(folder, tree, posixpath.join(candidate, SETTINGS)) is not None:
            return candidate
        if not candidate:
            return place
        candidate = posixpath.dirname(candidate)


def _failure(message: str, help_lines: tuple[str, ...] = ()) -> CatalogError:
    return CatalogError([Diagnostic("E0201", Severity.ERROR, message, None, help=help_lines)])


# ---------------------------------------------------------------- git


def entry_of(folder: str, tree: str, path: str) -> TreeEntry | None:
    """What is at a path of a tree; `None` for nothing."""
    return next((entry for entry in _listed(folder, tree, path) if entry.path == path), None)


def listing_of(folder: str, tree: str, path: str) -> list[TreeEntry]:
    """What is in a folder of a tree."""
    return _listed(folder, tree, f"{path}/" if path else "")


def _listed(folder: str, tree: str, path: str) -> list[TreeEntry]:
    words = ("--literal-pathspecs", "ls-tree", "--full-tree", "-l", "-z", tree, "--")
    told = _git(folder, *words, *((path,) if path else ()))
    entries = []
    for line in told.split(b"\0")[:-1]:
        head, _, name = line.partition(b"\t")
        mode, _, found, size = head.decode("ascii").split()
        path_told = name.decode("utf-8", "surrogateescape")
        entries.append(TreeEntry(mode, found, int(size) if size.isdigit() else 0, path_told))
    return entries


def content_of(folder: str, entry: TreeEntry) -> bytes:
    """The content of a file, as it is stored."""
    return _git(folder, "cat-file", "blob", entry.object)


def _git(folder: str, *words: str, given: bytes = b"") -> bytes:
    # Nothing is fetched, nobody is asked for a password, messages are in one language.
    surroundings = {
        **os.environ,
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, a list of words, no shell; see above
            ["git", "--no-pager", *words],  # noqa: S607 - where git is installed differs by system
            cwd=folder,
            input=given,
            capture_output=True,
            env=surroundings,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise CommandError(
            "git is not installed, and only git can read a revision",
            ExitCode.ENVIRONMENT,
            "install git, or name files and folders instead",
        ) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise CommandError("git could not be run, or took too long", ExitCode.ENVIRONMENT) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing more"]
        if "not a git repository" in lines[0]:
            raise CommandError(
                "this folder is in no git repository, so it has no revisions",
                ExitCode.ENVIRONMENT,
                "go to the repository's folder first",
            )
        raise CommandError(
            f"git could not read the revision: {lines[0].removeprefix('fatal: ')}", ExitCode.ENVIRONMENT
        )
    return done.stdout
