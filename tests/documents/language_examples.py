"""The examples of the language page as catalogs that can be compiled.

Most examples show one statement alone. The marks of a block say what it stands in:

| First line                    | The example is                                                              |
|-------------------------------|-----------------------------------------------------------------------------|
| ```` ```pcat ````             | a catalog, or statements that need nothing but a header                     |
| ```` ```pcat with=NAME ````   | statements beside those of `contexts/NAME.pcat`, or of the page's catalog of that name |
| ```` ```pcat filled ````      | families `{ }` without components, each of which gets one                    |
"""

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pages import DOCS, Block, blocks_of

PAGE = DOCS / "reference" / "language.md"
CONTEXTS = Path(__file__).parent / "contexts"
HEADER = 'catalog example "Example" version "1" currency EUR tested on 2026-11-22\n'
WORKBOOK = "tables/drives.xlsx"
SHEETS = {"EU": (("Article", "Capacity", "From"), ("D-1", 1000, "2026-01-01"), ("D-2", 2.5, ""))}

_NAME = re.compile(r"^catalog (\w+)", re.MULTILINE)
_EMPTY = re.compile(r"^family (\w+)(.*)\{ \}$", re.MULTILINE)


def examples() -> Iterator[Block]:
    """The examples in the catalog language, in the order of the page."""
    return (block for block in blocks_of(PAGE) if block.language == "pcat")


def named_catalogs() -> Mapping[str, str]:
    """The whole catalogs of the page by name."""
    return {found[1]: block.text for block in examples() if (found := _NAME.search(block.text))}


def files_around(block: Block) -> dict[str, str | bytes]:
    """The files that an example may name."""
    files: dict[str, str | bytes] = {
        path.relative_to(CONTEXTS).as_posix(): path.read_bytes()
        for path in CONTEXTS.rglob("*")
        if path.is_file()
    }
    files |= {f"{name}.pcat": text for name, text in named_catalogs().items() if text != block.text}
    return files


def catalog_text(block: Block) -> str:
    """An example with what it stands in, as one catalog."""
    text = _EMPTY.sub(r'family \1\2{ component "\1-1" { } }', block.text) if "filled" in block.marks else block.text
    if _NAME.search(text):
        return text
    context = block.mark("with")
    around = f'import "{context}.pcat"\n' if context else ""
    return f"{HEADER}{around}{text}"
