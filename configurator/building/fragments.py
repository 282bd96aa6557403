"""Pieces of the language that a program gives as text: each is read by itself before it stands in a catalog.

So an expression is one expression, whatever it says, and never the rest of a statement or the next one.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from attrs import evolve, frozen

from configurator.building.values import ValueProblem, one_line, shown
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import SourceFile, Span
from configurator.syntax.cells import parse_heading
from configurator.syntax.expressions import Expression, TextLiteral
from configurator.syntax.nodes import (
    CalcDeclaration,
    Cell,
    Choice,
    ColumnHeading,
    DefaultDeclaration,
    Expectation,
    ForEach,
    RuleClause,
    RuleDeclaration,
    ScenarioDeclaration,
    Statement,
)
from configurator.syntax.parser import parse_catalog
from configurator.syntax.templates import parse_template

S = TypeVar("S", bound=Statement)
N = TypeVar("N")

_LAYOUT = re.compile(r'("(?:[^"\\\n]|\\.)*")|#[^\n]*|\s+')


@frozen
class Piece(Generic[N]):
    """Words of the language, and what they say."""

    words: str
    says: N


def read_statement(text: str, kind: type[S]) -> S:
    """The one statement that a text is.

    Raises:
        ValueProblem: it has a mistake, or is another statement or several.
    """
    result = parse_catalog(SourceFile("statement", text))
    if result.file is None:
        raise told(result.diagnostics)
    statements = result.file.statements
    if result.file.header is not None or len(statements) != 1 or not isinstance(statements[0], kind):
        raise ValueProblem("the words given say more than they may here")
    return statements[0]


def told(diagnostics: Sequence[Diagnostic]) -> ValueProblem:
    """The first mistake of a text as the problem of a value."""
    first = next((found for found in diagnostics if found.severity is Severity.ERROR), diagnostics[0])
    label = f": {first.label}" if first.label.startswith("expected") else ""
    return ValueProblem(f"{first.message}{label}", *first.help)


def flat(text: str) -> str:
    """A piece of the language on one line, without comments.

    Raises:
        ValueProblem: it is no text, or an empty one.
    """
    if not isinstance(text, str):
        raise ValueProblem(f"{shown(text)} is no text", "give it in the words of the language")
    words = _LAYOUT.sub(lambda match: match[1] or " ", text).strip()
    if not words:
        raise ValueProblem("nothing is said", "give it in the words of the language")
    return one_line(words)


@contextmanager
def _about(words: str) -> Iterator[None]:
    """Tell of a problem in which words it is."""
    try:
        yield
    except ValueProblem as problem:
        raise ValueProblem(f"`{words}`: {problem.message}", *problem.help) from None


def expression(text: str) -> Piece[Expression]:
    """An expression: `sum(draw) + cpu.tdp`.

    Raises:
        ValueProblem: it is none.
    """
    words = flat(text)
    with _about(words):
        node = read_statement(f"calc value_ = {words}", CalcDeclaration)
    return Piece(words, node.expression)


def clause(text: str, *, first: bool) -> Piece[RuleClause]:
    """What a rule demands: `require E`, `forbid E`, and as its first `A requires B` or `A excludes B`.

    Raises:
        ValueProblem: it is none.
    """
    words = flat(text)
    with _about(words):
        node = read_statement(f"rule id_: {words}", RuleDeclaration)
        if node.loops or node.guard or node.message or len(node.clauses) != 1:
            raise ValueProblem(
                "this is more than one clause", "guards, loops and messages have arguments of their own"
            )
    found = node.clauses[0]
    if found.kind in {"requires", "excludes"}:
        if not first:
            raise ValueProblem(f"`{words}`: only the first clause of a rule may be one with `{found.kind}`")
        # After a guard a minus would be taken for the sign of a difference.
        if words.startswith("-"):
            assert found.right is not None
            words = f"({found.left.span.text}) {found.kind} {found.right.span.text}"
    return Piece(words, found)


def loop(text: str) -> Piece[ForEach]:
    """What a rule runs over: `storage as drive`, `bag`.

    Raises:
        ValueProblem: it is nothing of the kind.
    """
    words = flat(text)
    with _about(words):
        node = read_statement(f"rule id_: for each {words}\nrequire yes = yes", RuleDeclaration)
        if len(node.loops) != 1 or node.guard or len(node.clauses) != 1:
            raise ValueProblem("this is more than a path and its name", "such as `storage as drive`")
    return Piece(f"for each {words}", node.loops[0])


def choice(text: str) -> Piece[Choice]:
    """One choice: `memory = 2 x "RAM-16"`.

    Raises:
        ValueProblem: it is none.
    """
    words = flat(text)
    with _about(words):
        node = read_statement(f"default {words}", DefaultDeclaration)
        if node.guard is not None:
            raise ValueProblem("a condition has an argument of its own")
    return Piece(words, node.choice)


def expectation(text: str) -> Piece[Expectation]:
    """What a scenario expects: `valid`, `invalid because a, b`, `price < 800 EUR`.

    Raises:
        ValueProblem: it is nothing of the kind.
    """
    words = flat(text)
    node = _scenario(words, f"choose nothing expect {words}")
    if len(node.expectations) != 1 or node.givens or node.only or node.choices:
        raise ValueProblem(f"`{words}`: this is more than one expectation")
    return Piece(words, node.expectations[0])


def _scenario(words: str, body: str) -> ScenarioDeclaration:
    with _about(words):
        return read_statement(f'scenario "title" {{ {body} }}', ScenarioDeclaration)


def heading(text: str) -> Piece[ColumnHeading]:
    """The heading of a column: `draw [W]`, `fits : set of { ATX, ITX }`.

    Raises:
        ValueProblem: it is none.
    """
    words = one_line(text).strip()
    source = SourceFile("heading", words)
    found = parse_heading(Cell(words, Span(source, 0, len(words))))
    if isinstance(found, Diagnostic):
        raise told([evolve(found, label="")])
    return Piece(words, found)


def check_message(message: TextLiteral | None) -> None:
    """Complain of a message whose braces hold no path.

    Raises:
        ValueProblem: at the first such brace.
    """
    found = parse_template(message) if message is not None else ()
    if isinstance(found, Diagnostic):
        raise told([found])
