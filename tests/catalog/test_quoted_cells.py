"""Quotes in cells: what stands between them is the value, whatever signs it has."""

from configurator import Configurator

SETS = """
catalog sets
family thing choose one {
  attribute tags : set of { a, b }
  attribute free : set of text
  | sku | tags | free        |
  |-----|------|-------------|
  | A   | ""   | ""          |
  | B   | a    | "x, y", "\\"" |
  component "C" { tags = { "" }, free = { "\\"", "a\\\\" } }
}
"""

RULES = """
catalog rules
family thing choose one {
  | sku  |
  |------|
  | "A"  |
  | any  |
  | B, C |
}
option word : one of { "\\"w\\"", "any" }
table pairs allow {
  | thing     | word      |
  |-----------|-----------|
  | "\\"A\\"" | "\\"w\\"" |
  | "any"     | "any"     |
  | "B, C"    | any       |
}
"""


def test_an_empty_text_in_a_cell_is_a_set_without_elements() -> None:
    values = [c.values for c in Configurator.from_text(SETS).catalog.families["thing"].components]

    assert [frozenset(), frozenset({"a"}), frozenset()] == [each["tags"] for each in values]
    assert [frozenset(), frozenset({"x, y", '"'}), frozenset({'"', "a\\"})] == [
        each["free"] for each in values
    ]


def test_a_quoted_cell_of_a_rule_table_is_the_text_between_its_quotes() -> None:
    listed = [each.to_dict() for each in Configurator.from_text(RULES).configurations()]

    assert [
        {"thing": '"A"', "word": '"w"'},
        {"thing": "any", "word": "any"},
        {"thing": "B, C", "word": '"w"'},
        {"thing": "B, C", "word": "any"},
    ] == listed
