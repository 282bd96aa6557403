"""Everything public is documented, and what is documented is public."""

import re
from pathlib import Path

import pytest
from api_stubs import stub_of
from pages import DOCS, ROOT, blocks_of

import configurator
import configurator.testing

API = DOCS / "reference" / "api.md"
TESTING = DOCS / "reference" / "testing.md"
SHOWN = sorted({*configurator.__all__} - {"__version__"})


def stubs_of(page: Path) -> list[str]:
    return [block.text for block in blocks_of(page) if "stub" in block.marks]


def shown_on(page: Path) -> list[str]:
    """The names whose signatures a page shows, sorted."""
    found = [re.search(r"^(?:class|def) (\w+)", stub, re.MULTILINE) for stub in stubs_of(page)]
    return sorted(name[1] for name in found if name is not None)


@pytest.mark.parametrize("name", SHOWN)
def test_public_names_stand_in_the_reference_as_they_are(name: str) -> None:
    assert stub_of(name, configurator._HOMES.get(name, "configurator")) in stubs_of(API)


@pytest.mark.parametrize("name", configurator.testing.__all__)
def test_public_names_of_the_testing_kit_stand_in_its_reference_as_they_are(name: str) -> None:
    assert stub_of(name, configurator.testing._HOMES[name]) in stubs_of(TESTING)


def test_the_reference_shows_nothing_that_is_not_public() -> None:
    assert SHOWN == shown_on(API)
    assert sorted(configurator.testing.__all__) == shown_on(TESTING)


@pytest.mark.parametrize(
    ("page", "public"),
    [(API, configurator.__all__), (TESTING, configurator.testing.__all__)],
    ids=["api", "testing"],
)
def test_every_public_name_has_a_heading_and_an_example(page: Path, public: list[str]) -> None:
    text = page.read_text(encoding="utf-8")
    examples = [
        block for block in blocks_of(page) if {"run", "file"} & {m.partition("=")[0] for m in block.marks}
    ]
    sessions = "".join(block.text for block in examples if block.language in {"python", "pycon"})

    assert [] == [name for name in public if f"## `{name}`" not in text]
    assert [] == [name for name in public if not re.search(rf"\b{name}\b", sessions)]


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
