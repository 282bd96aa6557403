"""Components and table rows from CSV files, whatever program wrote them."""

from fractions import Fraction

import pytest

from configurator.configuration.validation import Invalid, Valid
from configurator.configurator import Configurator
from configurator.diagnostics.diagnostic import Severity
from configurator.errors import CatalogError

HEAD = "catalog t currency EUR\nunit g\n"


def family(source: str, data: str | bytes, *declarations: str) -> Configurator:
    """A catalog with one family from a file."""
    lines = "\n".join(declarations)
    return Configurator.from_text(
        f"{HEAD}family a choose one {{\n{lines}\n{source}\n}}\n", files={"a.csv": data}
    )


def values(configurator: Configurator) -> list[tuple[str, dict[str, object]]]:
    """SKUs with what is known of them."""
    return [(c.sku, dict(c.values)) for c in configurator.catalog.families["a"].components]


def test_a_file_may_head_its_columns_itself() -> None:
    found = family('from csv "a.csv"', "sku,name,mass [g],price [EUR]\nA,Anvil,500,9.50\n")

    assert [("A", {"name": "Anvil", "mass": 500, "price": Fraction(19, 2)})] == values(found)


def test_columns_are_mapped_by_their_titles_in_any_order() -> None:
    source = 'from csv "a.csv" columns "Mass (g)" as mass [g], "Article No." as sku ignore others'
    found = family(source, "Article No.,Left out,Mass (g)\nA,x,500\n")

    assert [("A", {"mass": 500})] == values(found)
    assert () == found.diagnostics


@pytest.mark.parametrize("separator", [";", "|", "\t", ":"])
def test_any_character_may_separate_cells(separator: str) -> None:
    data = separator.join(["sku", "size"]) + "\n" + separator.join(["A", "1"]) + "\n"
    found = family(f'from csv "a.csv" separator "{separator}"', data)

    assert [("A", {"size": 1})] == values(found)


def test_a_decimal_comma_is_read_where_it_is_announced() -> None:
    source = 'from csv "a.csv" separator ";" decimal comma'
    found = family(source, "sku;price [EUR];size\nA;74,90;3\nB;-0,5;4\n")

    assert [("A", {"price": Fraction(749, 10), "size": 3}), ("B", {"price": Fraction(-1, 2), "size": 4})] == (
        values(found)
    )


@pytest.mark.parametrize(
    "data",
    [
        b"sku,size\r\nA,1\r\nB,2\r\n",
        b"sku,size\rA,1\rB,2\r",
        b"\xef\xbb\xbfsku,size\nA,1\nB,2",
        b"sku,size\n\nA,1\n   \nB,2\n\n",
        b'"sku","size"\n"A","1"\n"B","2"\n',
        b"sku , size \n A , 1 \n B , 2 \n",
    ],
    ids=["CRLF", "CR", "byte order mark", "empty lines", "quotes", "blanks"],
)
def test_line_ends_marks_quotes_and_blanks_do_not_matter(data: bytes) -> None:
    assert [("A", {"size": 1}), ("B", {"size": 2})] == values(family('from csv "a.csv"', data))


def test_a_quoted_cell_may_hold_separators_quotes_and_line_ends() -> None:
    data = 'sku,name,size\nA,"Big, ""red""\nand wide",1\nB,Small,2\n'

    assert [
        ("A", {"name": 'Big, "red"\nand wide', "size": 1}),
        ("B", {"name": "Small", "size": 2}),
    ] == values(family('from csv "a.csv"', data))


def test_the_place_of_a_mistake_after_a_cell_of_two_lines_is_right() -> None:
    data = 'sku,name,size [g]\nA,"two\nlines",1\nB,Small,many\n'
    with pytest.raises(CatalogError) as caught:
        family('from csv "a.csv"', data)

    assert ["a.csv:4:9"] == [finding.location for finding in caught.value.diagnostics]


def test_columns_left_out_without_a_word_are_hinted_at() -> None:
    found = family('from csv "a.csv" columns "No" as sku', "No,Colour\nA,red\n")

    assert [("W0602", Severity.HINT)] == [(d.code, d.severity) for d in found.diagnostics]


def test_sets_in_a_cell_are_separated_by_commas() -> None:
    data = 'sku,fits\nA,"ATX, Micro ATX"\nB,ATX\n'
    found = family('from csv "a.csv"', data, "attribute fits : set of text")

    assert [
        ("A", {"fits": frozenset({"ATX", "Micro ATX"})}),
        ("B", {"fits": frozenset({"ATX"})}),
    ] == values(found)


def test_an_optional_blank_is_unknown() -> None:
    found = family('from csv "a.csv"', "sku,size\nA,\nB,2\n", "attribute size : whole optional")

    assert [("A", {}), ("B", {"size": 2})] == values(found)


def test_a_default_fills_blanks() -> None:
    found = family('from csv "a.csv"', "sku,size\nA,\nB,2\n", "attribute size : whole default 7")

    assert [("A", {"size": 7}), ("B", {"size": 2})] == values(found)


def test_rows_of_a_rule_table_may_come_from_a_file() -> None:
    text = (
        "catalog t\noption a : one of { x, y, z }\noption n : whole 0..9\n"
        'table t allow { from csv "t.csv" separator ";" }\n'
    )
    asked = Configurator.from_text(text, files={"t.csv": "a;n\nx, y;>= 5\nother;1..2\n"})

    assert isinstance(asked.validate({"a": "y", "n": 5}), Valid)
    assert isinstance(asked.validate({"a": "y", "n": 4}), Invalid)
    assert isinstance(asked.validate({"a": "z", "n": 2}), Valid)
    assert isinstance(asked.validate({"a": "z", "n": 5}), Invalid)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("1", "2"), "NumberType"),
        (("1", "2.5"), "NumberType"),
        (("yes", "no"), "BooleanType"),
        (("2026-01-01", "2026-01-02"), "DateType"),
        (("1", "yes"), "TextType"),
        (("1,5", "2"), "TextType"),
        (("2026-01-01", "2026-13-01"), "TextType"),
    ],
)
def test_a_column_takes_the_narrowest_type_that_all_its_cells_share(
    cells: tuple[str, str], kind: str
) -> None:
    data = "".join(f'{sku},"{cell}"\n' for sku, cell in zip("AB", cells, strict=True))
    found = family('from csv "a.csv"', f"sku,it\n{data}")

    assert kind == type(found.catalog.families["a"].attributes["it"].type).__name__


def test_in_a_rule_table_a_comma_between_digits_is_decimal_where_it_is_announced() -> None:
    text = (
        "catalog t\noption n : number 0..10 step 0.5\noption c : one of { a, b }\n"
        'table t allow { from csv "t.csv" separator ";" decimal comma }\n'
    )
    asked = Configurator.from_text(text, files={"t.csv": "c;n\na;2,5\nb;0,5, 4, 7,5..8\n"})

    valid = {
        c: [n for n in ("0.5", "2", "2.5", "4", "5", "7.5", "8") if asked.validate({"c": c, "n": n}).valid]
        for c in "ab"
    }
    assert {"a": ["2.5"], "b": ["0.5", "4", "7.5", "8"]} == valid


def test_a_column_without_a_heading_and_without_cells_is_none() -> None:
    assert [("A", {"size": 1})] == values(family('from csv "a.csv"', "sku,size,\nA,1,\n"))


def test_a_mistake_in_a_quoted_cell_is_shown_inside_the_quotes() -> None:
    with pytest.raises(CatalogError) as caught:
        family('from csv "a.csv"', 'sku,name,size [g]\nA,"x, y","many"\n')

    assert [("a.csv:2:11", "many")] == [
        (finding.location, finding.span.text) for finding in caught.value.diagnostics if finding.span
    ]
