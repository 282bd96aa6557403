"""How operators bind, and that writing an expression down and reading it gives it back."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile, Span
from configurator.syntax.expressions import (
    Aggregate,
    Between,
    BinaryOperation,
    BooleanLiteral,
    Conditional,
    Expression,
    Membership,
    Name,
    NumberLiteral,
    PathReference,
    Presence,
    TextLiteral,
    UnaryOperation,
)
from configurator.syntax.nodes import CalcDeclaration
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import OPERATOR_WORDS

HERE = Span(SourceFile("here", ""), 0, 0)


def read(text: str) -> Expression:
    result = parse_catalog(SourceFile("test.pcat", f"calc x = {text}"))
    assert result.file is not None, render_text(result.diagnostics)
    calc = result.file.statements[0]
    assert isinstance(calc, CalcDeclaration)
    return calc.expression


def written(node: Expression) -> str:
    """An expression with brackets around every operand."""
    match node:
        case NumberLiteral(value=value, unit=unit):
            return str(value) + (f" {unit.text}" if unit else "")
        case TextLiteral(value=value):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case BooleanLiteral(value=value):
            return "yes" if value else "no"
        case PathReference():
            return node.text
        case UnaryOperation(operator=operator, operand=operand):
            return f"{operator} ({written(operand)})"
        case BinaryOperation(operator=operator, left=left, right=right):
            return f"({written(left)}) {operator} ({written(right)})"
        case Membership(item=item, options=PathReference() as path, negated=negated):
            return f"({written(item)}) {'not ' if negated else ''}in {path.text}"
        case Membership(item=item, options=options, negated=negated):
            values = ", ".join(f"({written(option)})" for option in options)  # type: ignore[union-attr]  # no path left
            return f"({written(item)}) {'not ' if negated else ''}in {{ {values} }}"
        case Between(item=item, low=low, high=high):
            return f"({written(item)}) between ({written(low)}) and ({written(high)})"
        case Presence(path=path, chosen=chosen):
            return f"{path.text} is {'chosen' if chosen else 'absent'}"
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"if ({written(condition)}) then ({written(then)}) else ({written(otherwise)})"
        case Aggregate(function=function, argument=argument, where=where):
            filtered = f" where ({written(where)})" if where is not None else ""
            return f"{function}(({written(argument)}){filtered})"
    raise AssertionError(node)


names = st.from_regex(r"[a-zäé][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda word: word not in OPERATOR_WORDS
)
paths = st.lists(names, min_size=1, max_size=3).map(
    lambda parts: PathReference(tuple(Name(part, HERE) for part in parts), HERE)
)
numbers = st.builds(
    lambda value, unit: NumberLiteral(Fraction(value), Name(unit, HERE) if unit else None, HERE),
    st.integers(0, 10**12),
    st.sampled_from([None, "W", "mm", "kWh"]),
)
texts = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs", "Cc"]), max_size=8).map(
    lambda value: TextLiteral(value, HERE)
)
literals = numbers | texts | st.booleans().map(lambda value: BooleanLiteral(value, HERE)) | paths


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["and", "or", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"])
    functions = st.sampled_from(["sum", "count", "min", "max", "avg", "any", "all", "distinct"])
    options = paths | st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(lambda o, a: UnaryOperation(o, a, HERE), st.sampled_from(["not", "-"]), inner),
        st.builds(lambda o, a, b: BinaryOperation(o, a, b, HERE), operators, inner, inner),
        st.builds(lambda a, b, n: Membership(a, b, n, HERE), inner, options, st.booleans()),
        st.builds(lambda a, b, c: Between(a, b, c, HERE), inner, inner, inner),
        st.builds(lambda p, c: Presence(p, c, HERE), paths, st.booleans()),
        st.builds(lambda a, b, c: Conditional(a, b, c, HERE), inner, inner, inner),
        st.builds(lambda f, a, w: Aggregate(f, a, w, HERE), functions, inner, st.none() | inner),
    )


expressions: st.SearchStrategy[Expression] = st.recursive(literals, larger, max_leaves=8)


@given(node=expressions)
def test_expression_written_down_is_read_back(node: Expression) -> None:
    assert node == read(written(node))


@pytest.mark.parametrize(
    ("short", "bracketed"),
    [
        ("a or b and c", "a or (b and c)"),
        ("a and b or c", "(a and b) or c"),
        ("not a and b", "(not a) and b"),
        ("not a = b", "not (a = b)"),
        ("not not a", "not (not a)"),
        ("a - b - c", "(a - b) - c"),
        ("a / b / c", "(a / b) / c"),
        ("a + b * c", "a + (b * c)"),
        ("-a * b", "(-a) * b"),
        ("a - -b", "a - (-b)"),
        ("a * -b", "a * (-b)"),
        ("a + b < c * d", "(a + b) < (c * d)"),
        ("a < b and c >= d", "(a < b) and (c >= d)"),
        ("a between 1 and 2 and c", "(a between 1 and 2) and c"),
        ("a between b + 1 and c * 2 or d", "(a between (b + 1) and (c * 2)) or d"),
        ("a in { 1, 2 } or b", "(a in { 1, 2 }) or b"),
        ("a not in b.c and d", "(a not in b.c) and d"),
        ("a not  \n in b.c", "a not in b.c"),
        ("if a then b else if c then d else e", "if a then b else (if c then d else e)"),
        ("if a or b then 1 + 2 else 3 - 4", "if (a or b) then (1 + 2) else (3 - 4)"),
        ("a is chosen and b is absent", "(a is chosen) and (b is absent)"),
        ("sum(a where b = 1 and c)", "sum(a where ((b = 1) and c))"),
    ],
)
def test_how_operators_bind(short: str, bracketed: str) -> None:
    assert read(bracketed) == read(short)


@pytest.mark.parametrize(
    ("written_number", "expected"),
    [
        ("65", (Fraction(65), None)),
        ("65 W", (Fraction(65), "W")),
        ("65W", (Fraction(65), "W")),
        ("199.00 EUR", (Fraction(199), "EUR")),
        ("9.5 GB", (Fraction(19, 2), "GB")),
        ("007", (Fraction(7), None)),
        ("5 m²", (Fraction(5), "m²")),
    ],
)
def test_numbers_are_exact(written_number: str, expected: tuple[Fraction, str | None]) -> None:
    number = read(written_number)

    assert isinstance(number, NumberLiteral)
    assert (number.value, number.unit.text if number.unit else None) == expected


def test_escapes_in_a_text() -> None:
    assert read(r'"3.5\" \\ x"') == TextLiteral('3.5" \\ x', HERE)


@pytest.mark.parametrize("word", ["sum", "count", "min", "max", "avg", "any", "all", "distinct"])
def test_function_is_a_name_without_parentheses(word: str) -> None:
    assert read(f"{word} + a.{word}") == BinaryOperation(
        "+",
        PathReference((Name(word, HERE),), HERE),
        PathReference((Name("a", HERE), Name(word, HERE)), HERE),
        HERE,
    )


@pytest.mark.parametrize(
    "text",
    ["a < b < c", "a = b = c", "a in b in c", "a between 1 and 2 between 3 and 4", "a is chosen is absent",
     "(if a then b else c) + if a then b else c", "a b", "a not b", "5 6", "+a", "a +", "()", "sum()", "in a",
     "a in { }", "a..b", "1..2", "a.", ".a", "a.5", "a[1]", "sum(a, b)"],
)  # fmt: skip
def test_what_is_no_expression(text: str) -> None:
    assert parse_catalog(SourceFile("test.pcat", f"calc x = {text}")).file is None
