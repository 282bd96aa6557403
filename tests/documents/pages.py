"""The pages of the documentation and the fenced blocks on them.

A block that is marked runs in a test. Its first line says how:

| First line                 | What happens                                                             |
|----------------------------|--------------------------------------------------------------------------|
| ```` ```pcat file=NAME ````    | the block is written to that file; likewise for csv, json, toml, python |
| ```` ```pcat append=NAME ````  | the block is added at the end of that file                               |
| ```` ```console run ````       | lines after `$ ` are commands, the others what they print               |
| ```` ```pycon run ````         | what follows `>>> ` runs, the other lines are what it prints            |
| ```` ```python run ````        | the block runs                                                           |
| ```` ```python stub ````       | the block is the signature of a public name, compared with the code      |
| ```` ```pcat with=NAME ````  | the block is compiled beside that context: `language_examples.py`        |
| ```` ```pcat filled ````       | likewise, with components for empty families                             |

The blocks of a page run in order, in one folder of their own that holds nothing but a link to
`catalogs`, and share their Python names. `exit=1` after `run` is the exit code of the block's last command.
"""

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"


@frozen
class Block:
    """A fenced block.

    Attributes:
        line: of its first fence, from 1.
        language: the first word after the fence; empty for none.
        marks: the other words.
    """

    page: Path
    line: int
    language: str
    marks: tuple[str, ...]
    text: str

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{shown(self.page)}:{self.line}"

    def mark(self, name: str) -> str:
        """The value of a mark `name=value`; empty when it has none."""
        found = [mark.partition("=")[2] for mark in self.marks if mark.startswith(f"{name}=")]
        return found[0] if found else ""


def shown(page: Path) -> str:
    """A page's path within the project."""
    return page.relative_to(ROOT).as_posix()


def pages() -> tuple[Path, ...]:
    """The README and every page of the documentation, sorted."""
    return (README, *sorted(DOCS.rglob("*.md")))


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    opened: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        stripped = line.strip()
        if opened is None and stripped.startswith("```"):
            opened = number, stripped.removeprefix("```"), []
        elif opened is not None and stripped == "```":
            first, info, lines = opened
            language, *marks = info.split() or [""]
            yield Block(page, first, language, tuple(marks), "".join(f"{line}\n" for line in lines))
            opened = None
        elif opened is not None:
            opened[2].append(line)
    assert opened is None, f"{shown(page)}:{opened[0] if opened else 0}: the block is never closed"


def prose_of(page: Path) -> str:
    """The text of a page, its blocks left empty, line by line as it stands."""
    inside = False
    lines = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.strip().startswith("```"):
            inside = not inside
            lines.append("")
        else:
            lines.append("" if inside else line)
    return "\n".join(lines)
