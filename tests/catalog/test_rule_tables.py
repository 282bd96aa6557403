"""Variant tables: columns and, rows or; what a cell matches."""

import pytest
from judged import broken_rules, listed

from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.errors import CatalogError

CATALOG = """catalog t
unit mm
unit cm = 10 mm
family gpu choose optional {
  attribute length : number in mm optional
  attribute grade : ordered of { poor, fair, good }
  | sku   | length [mm] | grade | made       | cool |
  |-------|-------------|-------|------------|------|
  | G-100 | 100         | poor  | 2026-01-01 | yes  |
  | G-200 | 200         | fair  | 2026-02-01 | no   |
  | H-300 | 300         | good  | 2026-03-01 | yes  |
  | H-X   |             | good  | 2026-03-01 | no   |
}
"""
EVERYTHING = [None, "G-100", "G-200", "H-300", "H-X"]


def allowed(column: str, *cells: str) -> list[object]:
    """The cards that a table of one column allows."""
    rows = "\n".join(f"| {cell} |" for cell in cells)
    return [gpu for (gpu,) in listed(f"{CATALOG}table t allow {{\n| {column} |\n|-|\n{rows}\n}}", "gpu")]


@pytest.mark.parametrize(
    ("column", "cell", "matched"),
    [
        ("gpu", "G-100", ["G-100"]),
        ("gpu", "G-100, H-X", ["G-100", "H-X"]),
        ("gpu", '"G-100"', ["G-100"]),
        ("gpu", "G-*", ["G-100", "G-200"]),
        ("gpu", "*-?00", None),
        ("gpu", "not G-*", ["H-300", "H-X"]),
        ("gpu", "not G-100, H-X", ["G-200", "H-300"]),
        ("gpu", "any", EVERYTHING),
        ("gpu", "absent", [None]),
        ("gpu", "absent, H-X", [None, "H-X"]),
        ("gpu", "not absent", ["G-100", "G-200", "H-300", "H-X"]),
        ("gpu", "other", ["G-100", "G-200", "H-300", "H-X"]),
        ("gpu.length", "200", ["G-200"]),
        ("gpu.length", "20 cm", ["G-200"]),
        ("gpu.length [cm]", "20", ["G-200"]),
        ("gpu.length", "100..200", ["G-100", "G-200"]),
        ("gpu.length", "10 cm..20 cm", ["G-100", "G-200"]),
        ("gpu.length", "10..20 cm", ["G-100", "G-200"]),
        ("gpu.length", "> 100", ["G-200", "H-300"]),
        ("gpu.length", ">= 300, 100", ["G-100", "H-300"]),
        ("gpu.length", "< 200", ["G-100"]),
        ("gpu.length", "<= 200", ["G-100", "G-200"]),
        ("gpu.length", "not 200", ["G-100", "H-300"]),
        ("gpu.length", "not > 100", ["G-100"]),
        ("gpu.length", "any", EVERYTHING),
        ("gpu.length", "absent", [None]),
        ("gpu.grade", "fair..good", ["G-200", "H-300", "H-X"]),
        ("gpu.grade", "< good", ["G-100", "G-200"]),
        ("gpu.grade", ">= fair", ["G-200", "H-300", "H-X"]),
        ("gpu.made", "2026-02-01", ["G-200"]),
        ("gpu.made", "2026-01-15..2026-02-15", ["G-200"]),
        ("gpu.made", ">= 2026-02-01", ["G-200", "H-300", "H-X"]),
        ("gpu.cool", "yes", ["G-100", "H-300"]),
        ("gpu.cool", "not yes", ["G-200", "H-X"]),
    ],
)
def test_a_cell_matches_what_it_says(column: str, cell: str, matched: list[object] | None) -> None:
    if matched is None:
        with pytest.raises(CatalogError):
            allowed(column, cell)
        return

    assert matched == allowed(column, cell)


def test_other_is_what_no_other_row_lists() -> None:
    assert ["G-100", "G-200", "H-300"] == allowed("gpu.length", "100", "other")
    assert ["H-300"] == [
        gpu
        for (gpu,) in listed(
            f"{CATALOG}option o : yesno\n"
            "table t allow {\n| gpu.length | o |\n|-|-|\n| 100..200 | no |\n| other | yes |\n}\n"
            "rule r: require o = yes",
            "gpu",
        )
    ]


def test_columns_are_joined_by_and_and_rows_by_or() -> None:
    text = (
        f"{CATALOG}table t allow {{\n| gpu.grade | gpu.cool |\n|-|-|\n| good | yes |\n| fair, poor | no |\n}}"
    )

    assert [("G-200",), ("H-300",)] == listed(text, "gpu")


def test_a_strict_table_is_strict_also_where_nothing_is_chosen() -> None:
    assert None not in allowed("gpu", "G-100", "G-200")


def test_a_partial_table_binds_only_the_keys_it_mentions() -> None:
    text = f"{CATALOG}option o : yesno\ntable t allow partial {{\n| gpu | o |\n|-|-|\n| G-* | yes |\n}}"

    assert [
        (None, False),
        (None, True),
        ("G-100", True),
        ("G-200", True),
        ("H-300", False),
        ("H-300", True),
        ("H-X", False),
        ("H-X", True),
    ] == listed(text, "gpu", "o")


def test_a_forbidding_table_names_the_rows_it_refuses_by() -> None:
    rows = "| gpu | gpu.grade |\n|-|-|\n| G-100 | any |\n| any | good |\n| H-* | any |"
    text = f"{CATALOG}table t forbid {{\n{rows}\n}}"
    verdict = Configurator.from_text(text).validate({"gpu": "H-300"})

    assert isinstance(verdict, Invalid)
    (conflict,) = verdict.conflicts
    assert [("t", 2), ("t", 3)] == [(row.table, row.row) for row in conflict.rows]
    assert ("t",) == conflict.rules


def test_a_column_may_be_a_calc() -> None:
    text = f"{CATALOG}calc double = 2 * gpu.length\ntable t allow {{\n| double |\n|-|\n| 400..600 |\n}}"

    assert [("G-200",), ("H-300",)] == listed(text, "gpu")


def test_a_blank_value_matches_only_any() -> None:
    text = f"{CATALOG}table t forbid {{\n| gpu.length |\n|-|\n| not 100 |\n}}"

    assert [] == broken_rules(text, {"gpu": "H-X"})
    assert ["t"] == broken_rules(text, {"gpu": "H-300"})
