"""What a catalog says of how components are had and products assembled, and what it says wrongly."""

from datetime import date

import pytest

from configurator.authoring.checks.unused import unused_declarations
from configurator.catalog.structure import FinalAssembly, Period
from configurator.configurator import Configurator
from configurator.errors import CatalogError
from configurator.source import SourceFile, Span

HEAD = """catalog pc currency EUR
unit d
unit w = 7 d
unit mm
"""
DAYS_HELP = "write whole days without a unit, or in a unit of time: `unit d`, `unit w = 7 d`, `lead_time [w]`"
NOWHERE = Span(SourceFile("pc.pcat", ""), 0, 0)


def family(*lines: str) -> str:
    return "\n".join(("family cpu choose one {", *lines, "}"))


def findings(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    try:
        told = Configurator.from_text(HEAD + text, name="pc.pcat").diagnostics
    except CatalogError as error:
        told = error.diagnostics
    return [(each.code, each.message, each.help) for each in told]


def test_an_assembly_says_days_cost_and_calendar() -> None:
    text = (
        "assembled in 2 days for 35.00 EUR open friday to monday, wednesday "
        "closed 2026-12-24 to 2026-12-26, 2027-01-01"
    )

    found = Configurator.from_text(HEAD + text).catalog.final_assembly

    closed = (
        Period(date(2026, 12, 24), date(2026, 12, 26)),
        Period(date(2027, 1, 1), date(2027, 1, 1)),
    )
    assert found == FinalAssembly(2, 35, (0, 2, 4, 5, 6), closed, NOWHERE)


def test_an_assembly_may_say_no_more_than_its_days() -> None:
    found = Configurator.from_text(HEAD + "assembled in 0 days").catalog.final_assembly

    assert found == FinalAssembly(0, None, (0, 1, 2, 3, 4, 5, 6), (), NOWHERE)


def test_a_catalog_need_not_say_how_it_is_assembled() -> None:
    assert Configurator.from_text(HEAD).catalog.final_assembly is None


def test_the_digest_knows_the_days_of_assembly() -> None:
    texts = ("assembled in 1 day", "assembled in 1 days", "assembled in 2 days")

    one, spelt_otherwise, two = (Configurator.from_text(HEAD + text).catalog.digest for text in texts)

    assert one == spelt_otherwise
    assert one != two


def test_what_stock_reads_is_not_idle() -> None:
    catalog = Configurator.from_text(
        HEAD
        + family(
            "  | sku | policy | lead_time | cost [EUR] | bin |",
            "  |-----|--------|-----------|------------|-----|",
            "  | C1  | bought | 3         | 10.00      | A   |",
        )
        + '\nrule some: require cpu = "C1"'
    ).catalog

    assert ["nothing reads `bin` of the family `cpu`"] == [f.message for f in unused_declarations(catalog)]


def test_cost_is_exact_to_six_decimals() -> None:
    assert [] == findings(
        family("  | sku | cost [EUR] |", "  |-----|------------|", "  | C1  | 0.000001   |")
    )


@pytest.mark.parametrize(
    ("lines", "code", "message", "help_line"),
    [
        (
            ("  | sku | policy |", "  |-----|--------|", "  | C1  | bougth |"),
            "E0350",
            "`bougth` is no policy, for `C1`",
            "did you mean `bought`?",
        ),
        (
            ("  | sku | policy   |", "  |-----|----------|", "  | C1  | imported |"),
            "E0350",
            "`imported` is no policy, for `C1`",
            "a policy is `stocked`, `bought` or `made`",
        ),
        (
            ("  | sku | policy |", "  |-----|--------|", "  | C1  | 3      |"),
            "E0350",
            "`policy` of family `cpu` is a plain number, and not a policy",
            "a policy is `stocked`, `bought` or `made`",
        ),
        (
            ("  | sku | lead_time |", "  |-----|-----------|", "  | C1  | soon      |"),
            "E0351",
            "`lead_time` of family `cpu` is a text, and not a number of days",
            DAYS_HELP,
        ),
        (
            ("  | sku | lead_time [mm] |", "  |-----|----------------|", "  | C1  | 3              |"),
            "E0351",
            "`lead_time` of family `cpu` is a number in mm, and no time",
            DAYS_HELP,
        ),
        (
            ("  | sku | lead_time |", "  |-----|-----------|", "  | C1  | -1        |"),
            "E0351",
            "the lead time -1 of `C1` is not a whole number of days from 0 to 3660",
            DAYS_HELP,
        ),
        (
            ("  | sku | lead_time [w] |", "  |-----|---------------|", "  | C1  | 0.5           |"),
            "E0351",
            "the lead time 0.5 w of `C1` is not a whole number of days from 0 to 3660",
            DAYS_HELP,
        ),
        (
            ("  | sku | cost |", "  |-----|------|", "  | C1  | 10   |"),
            "E0352",
            "`cost` of family `cpu` is a plain number, and not an amount in EUR",
            "head the column `cost [EUR]`, in the catalog's currency",
        ),
        (
            ("  | sku | cost [EUR] |", "  |-----|------------|", "  | C1  | -10        |"),
            "E0352",
            "the cost -10.00 EUR of `C1` is no amount from 0 on with at most six decimals",
            "write what one of it costs the maker, in EUR",
        ),
        (
            ("  | sku | policy |", "  |-----|--------|", "  | C1  | made   |", "  | C2  | made   |"),
            "W0750",
            "`C1` is made to order and has no lead time, and 1 more like it",
            "add a column `lead_time`, or tell it in the stock file",
        ),
    ],
)
def test_a_column_that_stock_cannot_read_is_told(
    lines: tuple[str, ...], code: str, message: str, help_line: str
) -> None:
    assert [(code, message, (help_line,))] == findings(family(*lines))


def test_a_value_that_many_components_share_is_told_once() -> None:
    lines = ("  | sku | policy |", "  |-----|--------|", "  | C1  | hired  |", "  | C2  | hired  |")

    assert 1 == len(findings(family(*lines)))


def test_a_cost_needs_a_currency() -> None:
    with pytest.raises(CatalogError) as raised:
        Configurator.from_text("catalog pc\nfamily cpu choose one {\n| sku | cost |\n|--|--|\n| C1 | 10 |\n}")

    (finding,) = raised.value.diagnostics
    assert finding.message == "`cost` of family `cpu` is in no currency, for the catalog has none"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("assembled in 2 days\nassembled in 3 days", "how the product is assembled is said twice"),
        ("assembled in 9999 days", "an assembly of 9999 days is longer than 3660"),
        ("assembled in 2 days for 35.00", "the cost of the assembly is in EUR"),
        ("assembled in 2 days for 35.00 d", "the cost of the assembly is in EUR"),
        (
            "assembled in 2 days for -35.00 EUR",
            "the cost of the assembly is an amount from 0 on in whole hundredths of EUR",
        ),
        (
            "assembled in 2 days for 0.001 EUR",
            "the cost of the assembly is an amount from 0 on in whole hundredths of EUR",
        ),
    ],
)
def test_an_assembly_that_makes_no_sense_is_told(text: str, message: str) -> None:
    assert [("E0353", message)] == [(code, told) for code, told, _ in findings(text)]


def test_an_unknown_unit_of_the_cost_is_told_as_such() -> None:
    assert ["unknown unit `USD`"] == [told for _, told, _ in findings("assembled in 2 days for 35.00 USD")]
