"""The one form of a catalog's text, shown by cases."""

from pathlib import Path

import pytest

from configurator.errors import CatalogError
from configurator.syntax.formatting import formatter
from configurator.syntax.formatting.formatter import Formatted, Unformattable, format_text
from configurator.syntax.formatting.widths import width_of

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = sorted((ROOT / "catalogs").rglob("*.pcat"))


def formatted(text: str) -> str:
    answer = format_text(text)
    assert isinstance(answer, Formatted)
    assert Formatted(answer.text, changed=False) == format_text(answer.text)
    return answer.text


@pytest.mark.parametrize("file", CATALOGS, ids=lambda file: file.name)
def test_catalogs_of_the_library_are_in_form(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert Formatted(text, changed=False) == format_text(text)


# ---------------------------------------------------------------- tables


def test_columns_of_a_table_are_as_wide_as_their_widest_cell() -> None:
    text = "family a{\n|sku|name   |\n|-|:-:|\n|A|a long name|\n|AB12||# none\n}"

    assert formatted(text) == (
        "family a {\n"
        "  | sku  | name        |\n"
        "  |------|:-----------:|\n"
        "  | A    | a long name |\n"
        "  | AB12 |             |  # none\n"
        "}\n"
    )


def test_numbers_and_ranges_of_numbers_stand_to_the_right_below_a_heading_to_the_left() -> None:
    text = "table t allow {\n| a [mm] | b |\n|---|---|\n| 5 | -2.50 |\n| 120..140 | 12 kg |\n}"

    assert formatted(text) == (
        "table t allow {\n"
        "  | a [mm]   | b     |\n"
        "  |----------|-------|\n"
        "  |        5 | -2.50 |\n"
        "  | 120..140 | 12 kg |\n"
        "}\n"
    )


def test_a_column_of_conditions_stands_to_the_left() -> None:
    text = "table t allow {\n| a | b | c |\n|---|---|---|\n| <= 65 | 1 | 1, 2 |\n| 66..105 | any | 3 |\n}"

    assert formatted(text) == (
        "table t allow {\n"
        "  | a       | b   | c    |\n"
        "  |---------|-----|------|\n"
        "  | <= 65   | 1   | 1, 2 |\n"
        "  | 66..105 | any | 3    |\n"
        "}\n"
    )


def test_wide_letters_take_two_columns_and_combining_marks_none() -> None:
    text = "family a {\n| sku | b |\n| 日本 | x |\n| e\u0301 | y |\n| ABCDE | z |\n}"

    assert formatted(text) == (
        "family a {\n  | sku   | b |\n  | 日本  | x |\n  | e\u0301     | y |\n  | ABCDE | z |\n}\n"
    )
    assert (5, 4, 1) == (width_of("ABCDE"), width_of("日本"), width_of("e\u0301"))


def test_bars_and_quotes_inside_a_cell_stay_as_written() -> None:
    text = 'family a {\n| sku | b |\n| A | x \\| y |\n| B | "a # b" |\n}'

    assert formatted(text) == (
        'family a {\n  | sku | b       |\n  | A   | x \\| y  |\n  | B   | "a # b" |\n}\n'
    )


def test_tables_that_follow_each_other_have_columns_of_their_own() -> None:
    text = "family a {\n| sku |\n|---|\n| ABCDEF |\n| sku | b |\n|--|--|\n| A | 1 |\n}"

    assert formatted(text) == (
        "family a {\n"
        "  | sku    |\n"
        "  |--------|\n"
        "  | ABCDEF |\n"
        "  | sku | b |\n"
        "  |-----|---|\n"
        "  | A   | 1 |\n"
        "}\n"
    )


# ---------------------------------------------------------------- statements


def test_neighbouring_statements_of_one_line_are_aligned() -> None:
    text = (
        'option a "A" : yesno\noption colour : one of {red,blue} # which\n'
        "unit W\nunit kW = 1000W\n\nunit GB = 1 W\n"
        'default memory = 2x"R"\ndefault psu = none when a = yes\n'
    )

    assert formatted(text) == (
        'option a      "A" : yesno\n'
        "option colour     : one of { red, blue }  # which\n"
        "unit W\n"
        "unit kW = 1000 W\n"
        "\n"
        "unit GB = 1 W\n"
        'default memory = 2 x "R"\n'
        "default psu    = none when a = yes\n"
    )


def test_statements_are_not_aligned_where_a_line_would_become_too_long() -> None:
    first = f'option a "{"x" * 60}" : yesno\n'
    second = f"option b : one of {{ {'y' * 70} }}\n"

    assert first + second == formatted(first + second)


def test_comments_behind_aligned_statements_are_aligned_too() -> None:
    text = 'import "core.pcat" # one\nimport "a.pcat"    # two\n'

    assert 'import "core.pcat"  # one\nimport "a.pcat"     # two\n' == formatted(text)


def test_each_clause_of_a_rule_stands_on_a_line_of_its_own() -> None:
    text = 'rule r "R" warn : for each d as e when n > 2\n a = b requires not( c=d ) because "x"'

    assert formatted(text) == (
        'rule r "R" warn:\n  for each d as e\n  when n > 2\n  a = b requires not (c = d)\n  because "x"\n'
    )


def test_a_header_is_one_line_or_a_line_for_each_field() -> None:
    short = 'catalog a "A" version "1" currency EUR\n'
    long = 'catalog a "A" version "1" currency EUR\n tested on 2026-11-22\n'

    assert short == formatted(short)
    assert 'catalog a "A"\n  version  "1"\n  currency EUR\n  tested on 2026-11-22\n' == formatted(long)


def test_a_block_is_empty_or_has_lines_of_its_own() -> None:
    text = 'family a{}scenario "s"{choose nothing expect valid}family b { component "B" { x=1 } }'

    assert formatted(text) == (
        "family a { }\n"
        "\n"
        'scenario "s" {\n'
        "  choose nothing\n"
        "  expect valid\n"
        "}\n"
        "\n"
        "family b {\n"
        '  component "B" { x = 1 }\n'
        "}\n"
    )


# ---------------------------------------------------------------- empty lines and comments


def test_one_empty_line_is_kept_and_set_before_large_statements() -> None:
    text = (
        "\n\nunit W\n\n\n\nunit g\n# about a\nfamily a {\n\n\n  attribute x : text\n\n\n"
        "  attribute y : text\n\n}\nslot b : a choose one\n\n\n"
    )

    assert formatted(text) == (
        "unit W\n\nunit g\n\n# about a\nfamily a {\n  attribute x : text\n\n  attribute y : text\n}\n"
        "slot b : a choose one\n"
    )


def test_comments_keep_their_words_and_their_order() -> None:
    text = (
        "#first   \n\n  # second\ncatalog a   # third\n # fourth\nfamily a { # fifth\n"
        "# sixth\n| sku | # seventh\n   # eighth\n}   # ninth\n# last"
    )

    assert formatted(text) == (
        "#first\n\n# second\ncatalog a  # third\n\n# fourth\nfamily a {  # fifth\n"
        "  # sixth\n  | sku |  # seventh\n  # eighth\n}  # ninth\n# last\n"
    )


def test_a_comment_inside_an_expression_ends_its_line() -> None:
    text = 'rule r:\n  require a # one\n  and b\n  # two\n  or c\n  require d in { "x", # three\n  "y" }'

    assert formatted(text) == (
        "rule r:\n"
        "  require a  # one\n"
        "    and b\n"
        "    # two\n"
        "    or c\n"
        "  require d in {\n"
        '    "x",  # three\n'
        '    "y"\n'
        "  }\n"
    )


# ---------------------------------------------------------------- long lines


def test_a_condition_that_is_too_long_ends_before_each_and() -> None:
    parts = ["graphics is chosen", "graphics.radiator > 0 mm", "cooler is chosen", "cooler.water = yes"]
    text = f"rule r:\n  when {' and '.join([*parts, 'chassis.colour = white'])}\n  forbid x = 1\n"

    assert formatted(text) == (
        "rule r:\n"
        "  when graphics is chosen\n"
        "    and graphics.radiator > 0 mm\n"
        "    and cooler is chosen\n"
        "    and cooler.water = yes\n"
        "    and chassis.colour = white\n"
        "  forbid x = 1\n"
    )


def test_line_ends_of_the_author_are_kept_where_lines_may_end() -> None:
    text = (
        "calc p in W =\n  a + b\n  + c +\n  d\n"
        'scenario "s" {\n  choose only a = 1, b = 2,\n  c = 3, d\n  = 4\n  expect valid\n}\n'
    )

    assert formatted(text) == (
        "calc p in W =\n  a + b\n  + c\n  + d\n\n"
        'scenario "s" {\n  choose only a = 1, b = 2,\n              c = 3, d = 4\n  expect valid\n}\n'
    )


def test_a_long_list_is_filled_below_its_first_item() -> None:
    choices = ", ".join(f'place_{n} = "COMPONENT-{n}"' for n in range(6))
    lines = formatted(f'scenario "s" {{ choose {choices} expect valid }}').splitlines()

    assert lines[1:4] == [
        '  choose place_0 = "COMPONENT-0", place_1 = "COMPONENT-1", place_2 = "COMPONENT-2", '
        'place_3 = "COMPONENT-3",',
        '         place_4 = "COMPONENT-4", place_5 = "COMPONENT-5"',
        "  expect valid",
    ]


def test_brackets_that_are_too_long_are_opened_out() -> None:
    names = [f"a_rather_long_value_{n}" for n in range(6)]
    text = f"option x : one of {{ {', '.join(names)} }}\n"

    assert formatted(text) == (
        f"option x : one of {{\n  {', '.join(names[:4])},\n  {', '.join(names[4:])}\n}}\n"
    )


def test_a_text_is_never_broken() -> None:
    text = f'rule r:\n  require a = b\n  because "{"long " * 40}"\n'

    assert text == formatted(text)


# ---------------------------------------------------------------- files


def test_line_ends_become_lf_and_a_byte_order_mark_goes() -> None:
    assert Formatted("unit W\nunit g\n", changed=True) == format_text("\ufeffunit W\r\nunit g\r")
    assert Formatted("unit W\n", changed=True) == format_text("unit W")


def test_an_empty_text_stays_empty() -> None:
    assert ["", "", "# only this\n"] == [formatted(text) for text in ("", " \n\n", "\n# only this")]


def test_a_text_with_mistakes_has_no_form() -> None:
    answer = format_text("unit W\nfamliy a { }\nunit 5\n", "x.pcat")

    assert isinstance(answer, Unformattable)
    assert ["E0102 x.pcat:2:1", "E0101 x.pcat:3:6"] == [
        f"{found.code} {found.location}" for found in answer.diagnostics
    ]
    with pytest.raises(CatalogError):
        answer.or_raise()


@pytest.mark.parametrize("damage", ["unit g\n", "unit W # c\n", "unit ", "unit W\nunit W\n"])
def test_a_mistake_of_ours_never_reaches_a_file(monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    monkeypatch.setattr(formatter, "write_page", lambda _: damage)

    with pytest.raises(AssertionError, match=r"formatting would change what `a\.pcat` says"):
        format_text("unit  W", "a.pcat")
