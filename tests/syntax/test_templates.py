"""Messages with places to fill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import SourceFile, Span
from configurator.syntax.expressions import PathReference, TextLiteral
from configurator.syntax.nodes import CalcDeclaration
from configurator.syntax.parser import parse_catalog
from configurator.syntax.templates import parse_template


def literal(written: str) -> TextLiteral:
    """A text as the parser makes it, from what stands between the quotes."""
    result = parse_catalog(SourceFile("t", f'calc x = "{written}"'))
    assert result.file is not None
    calc = result.file.statements[0]
    assert isinstance(calc, CalcDeclaration)
    assert isinstance(calc.expression, TextLiteral)
    return calc.expression


def told(parts: object) -> list[str]:
    assert isinstance(parts, tuple)
    return [f"<{part.text}>" if isinstance(part, PathReference) else part for part in parts]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", []),
        ("plain", ["plain"]),
        ("{a}", ["<a>"]),
        ("{gpu.length} of { cpu . name }!", ["<gpu.length>", " of ", "<cpu.name>", "!"]),
        ("{{x}} {{{a}}}", ["{x} {", "<a>", "}"]),
        (r"3.5\" {a}", ['3.5" ', "<a>"]),
    ],
)
def test_parts_of_a_message(written: str, expected: list[str]) -> None:
    assert expected == told(parse_template(literal(written)))


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("a {b", "{"),
        ("a } b", "}"),
        ("{}", "{}"),
        ("{a b}", "{a b}"),
        ("{a:>5}", "{a:>5}"),
        ("{0}", "{0}"),
        ("{a.}", "{a.}"),
        (r"\" \\ {b!r}", "{b!r}"),
    ],
)
def test_mistakes_in_messages_know_their_place(written: str, marked: str) -> None:
    finding = parse_template(literal(written))

    assert isinstance(finding, Diagnostic)
    assert finding.span is not None
    assert (finding.code, finding.span.text) == ("E0309", marked)


def test_paths_know_their_place_behind_escapes() -> None:
    parts = parse_template(literal(r"\\ \" {gpu.length}"))

    assert isinstance(parts, tuple)
    path = parts[-1]
    assert isinstance(path, PathReference)
    assert (path.span.text, [name.span.text for name in path.names]) == ("gpu.length", ["gpu", "length"])


def test_text_from_elsewhere_has_no_quotes() -> None:
    source = SourceFile("order.csv", "a;{b.c}")
    parts = parse_template(TextLiteral("{b.c}", Span(source, 2, 7)))

    assert isinstance(parts, tuple)
    assert isinstance(parts[0], PathReference)
    assert parts[0].span.text == "b.c"


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_text_with_doubled_braces_is_itself(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    source = SourceFile("t", escaped)

    assert "".join(told(parse_template(TextLiteral(escaped, Span(source, 0, len(escaped)))))) == text
