"""The examples of the language page as catalogs that can be compiled.

Most examples show one statement alone. Marks after the first fence say what it stands in:

| First line                | The example is                                                     |
|---------------------------|--------------------------------------------------------------------|
| ```` ```pcat ````           | a catalog, or statements that need nothing but a header            |
| ```` ```pcat with=NAME ```` | statements beside those of `contexts/NAME.pcat`                    |
| ```` ```pcat filled ````    | families `{ }`, each of which gets a component                      |

A catalog of the page is a context as well, by its name. The files of `contexts` and `drives.xlsx` are there
for every example.
"""

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import xlsxwriter
from pages import DOCS, Block, blocks_of

PAGE = DOCS / "reference" / "language.md"
CONTEXTS = Path(__file__).parent / "contexts"
HEADER = 'catalog example "Example" version "1" currency EUR tested on 2026-11-22\n'
DRIVES = (("Article", "Capacity", "From"), ("D-1", 1000, "2026-01-01"), ("D-2", 2.5, ""))

_NAME = re.compile(r"^catalog (\w+)", re.MULTILINE)
_EMPTY = re.compile(r"^family (\w+)(.*)\{ \}$", re.MULTILINE)


def examples() -> tuple[Block, ...]:
    """The examples in the catalog language, in the order of the page."""
    return tuple(block for block in blocks_of(PAGE) if block.language == "pcat")


def catalog_text(block: Block) -> str:
    """An example with what it stands in, as one catalog."""
    text = block.text
    if "filled" in block.marks:
        text = _EMPTY.sub(r'family \1\2{ component "\1-1" { } }', text)
    return text if _NAME.search(text) else around(block) + text


def around(block: Block) -> str:
    """The head of a catalog that holds what an example stands in."""
    context = block.mark("with")
    return HEADER + (f'import "{context}.pcat"\n' if context else "")


def files_beside(block: Block | None = None) -> Mapping[str, str | bytes]:
    """The files that an example may name."""
    named = {f"{found[1]}.pcat": b.text for b in examples() if b != block and (found := _NAME.search(b.text))}
    return {**named, **dict(_context_files()), "tables/drives.xlsx": _workbook()}


def _context_files() -> Iterator[tuple[str, bytes]]:
    for path in CONTEXTS.rglob("*.*"):
        yield path.relative_to(CONTEXTS).as_posix(), path.read_bytes()


def _workbook() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("EU")
        for number, row in enumerate(DRIVES):
            sheet.write_row(number, 0, row)
    return made.getvalue()
