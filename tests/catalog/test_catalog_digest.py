"""The digest names what a catalog says, not how it is written."""

import pytest

from configurator.configurator import Configurator

TEXT = """catalog t "Title" version "1" currency EUR
import "units.pcat"
family a "A" choose one {
  attribute kind : one of { x, y }
  | sku | size [g] | kind |
  |-----|----------|------|
  | A   | 1.5      | x    |
  | B   | 2        | y    |
}
family b choose optional { from csv "b.csv" }
option o : whole 0..3
calc c = a.size
rule r "Rule" effective until 2026-12-31: require a.size > 1 g because "{a.size} is small."
table t allow {
  | a | o    |
  |---|------|
  | A | 1..2 |
  | B | any  |
}
default o = 2
"""
FILES = {"units.pcat": "unit g\n", "b.csv": "sku,colour\nC,red\nD,blue\n"}


def digest(text: str = TEXT, **files: str) -> str:
    """The digest of the catalog."""
    changed = {name.replace("_", "."): data for name, data in files.items()}
    return Configurator.from_text(text, files={**FILES, **changed}).digest


def test_the_digest_is_named_by_its_function() -> None:
    assert digest().startswith("sha256:")
    assert len(digest()) == len("sha256:") + 64


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", "\r\n"),
        "# a comment\n" + TEXT.replace("option o", "# another\n\n\noption   o"),
        TEXT.replace("  | A   | 1.5      | x    |", "|A|1.5|x|"),
        TEXT.replace("|-----|----------|------|", "|:-|-:|---|"),
        TEXT.replace("require a.size > 1 g", "require\n    a.size>1 g"),
    ],
    ids=["line ends", "comments", "blanks in cells", "dashes", "line breaks"],
)
def test_formatting_and_comments_do_not_change_the_digest(text: str) -> None:
    assert digest() == digest(text)


def test_the_form_of_a_csv_file_does_not_change_the_digest() -> None:
    assert digest() == digest(b_csv='"sku","colour"\r\n"C", red\r\nD,blue')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version "1"', 'version "2"'),
        ("1.5", "1.6"),
        ("| x    |", "| y    |"),
        ("A   |", "AA  |"),
        ("[g]", "[kg]"),
        ("whole 0..3", "whole 0..4"),
        ("calc c = a.size", "calc c = a.size * 2"),
        ("> 1 g", ">= 1 g"),
        ("2026-12-31", "2026-12-30"),
        ("small", "smaller"),
        ("1..2", "1..3"),
        ("allow {", "forbid {"),
        ("default o = 2", "default o = 1"),
        ("choose optional", "choose one"),
        ('rule r "Rule"', 'rule r "Rule" warn'),
    ],
)
def test_every_change_of_what_is_said_changes_the_digest(old: str, new: str) -> None:
    assert old in TEXT
    text = (
        TEXT.replace(old, new).replace("| A | 1", "| AA | 1")
        if new.startswith("AA")
        else TEXT.replace(old, new)
    )

    assert digest() != digest(text, units_pcat="unit g\nunit kg = 1000 g\n" if new == "[kg]" else "unit g\n")


@pytest.mark.parametrize(
    "data",
    [
        "sku,colour\nC,red\nD,Blue\n",
        "sku,color\nC,red\nD,blue\n",
        "sku,colour\nD,blue\nC,red\n",
        "sku,colour\nC,red\n",
    ],
    ids=["a cell", "a title", "the order", "a row"],
)
def test_every_change_of_a_csv_file_changes_the_digest(data: str) -> None:
    assert digest() != digest(b_csv=data)


def test_a_change_in_an_imported_file_changes_the_digest() -> None:
    assert digest() != digest(units_pcat="unit g\nunit kg = 1000 g\n")


def test_the_order_of_statements_changes_the_digest() -> None:
    swapped = TEXT.replace("calc c = a.size\n", "") + "calc c = a.size\n"

    assert digest() != digest(swapped)
