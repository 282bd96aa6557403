"""Everything public is documented, and what is documented is public."""

import re

import pytest
from api_stubs import stub_of
from pages import DOCS, ROOT, blocks_of

import configurator

API = DOCS / "reference" / "api.md"
SHOWN = sorted({*configurator.__all__} - {"__version__"})


@pytest.mark.parametrize("name", SHOWN)
def test_public_names_stand_in_the_reference_as_they_are(name: str) -> None:
    stubs = [block.text for block in blocks_of(API) if "stub" in block.marks]

    assert stub_of(name, configurator._HOMES.get(name, "configurator")) in stubs


def test_the_reference_shows_nothing_that_is_not_public() -> None:
    stubs = [block.text for block in blocks_of(API) if "stub" in block.marks]
    shown = [re.sub(r"^(class|def) (\w+).*", r"\2", stub.splitlines()[0]) for stub in stubs]

    assert SHOWN == sorted(shown)


def test_every_public_name_has_a_heading_and_an_example() -> None:
    page = API.read_text(encoding="utf-8")
    sessions = "".join(block.text for block in blocks_of(API) if block.language == "pycon")

    assert [] == [name for name in configurator.__all__ if f"## `{name}`" not in page]
    assert [] == [name for name in configurator.__all__ if not re.search(rf"\b{name}\b", sessions)]


def test_every_diagnostic_code_is_documented() -> None:
    used = {
        code
        for file in (ROOT / "configurator").rglob("*.py")
        for code in re.findall(r"\"([EWHA]\d{4})\"", file.read_text(encoding="utf-8"))
    }
    page = (DOCS / "reference" / "diagnostics.md").read_text(encoding="utf-8")

    assert used
    assert [] == sorted(code for code in used if code not in page)


def test_every_exception_stands_in_the_tree_of_its_module() -> None:
    source = (ROOT / "configurator" / "errors.py").read_text(encoding="utf-8")
    tree, _, code = source.partition('\n"""\n')

    assert [] == [name for name in re.findall(r"^class (\w+)", code, re.MULTILINE) if name not in tree]
