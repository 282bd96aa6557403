"""What mutants change, but for shifted bounds: left out, turned into the opposite, the other way round."""

import re
from collections.abc import Iterator
from datetime import date

from attrs import evolve, frozen

from configurator.authoring.mutation.mutants import Draft
from configurator.catalog.aggregate_checking import BOOLEAN
from configurator.catalog.expressions import (
    Aggregate,
    CalcValue,
    Comparison,
    ElementOf,
    Expression,
    Not,
    OneOf,
    ResourceValue,
    children,
)
from configurator.catalog.rewriting import Rewriting
from configurator.catalog.rules import Restriction, Rule, RuleClause, TableRow, VariantTable
from configurator.catalog.source_words import condition_of, source_words
from configurator.catalog.structure import Period
from configurator.source import Span

NEVER_IN_FORCE = Period(date.max, date.min)
"""No day at all: what is in force so decides nothing, and still can be named."""

FLIPPED = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "=": ("!=",),
    "!=": ("=",),
}
"""What a comparison is flipped to: with or without the bound itself, the other direction, the opposite."""

_OPPOSITE = {"require": "forbid", "forbid": "require", "requires": "excludes", "excludes": "requires"}


def dropped(restriction: Restriction) -> Draft:
    """The catalog without a rule, a table or a resource."""
    return Draft(
        "drop",
        restriction.key,
        "drop",
        "drop",
        restriction.span.location,
        condition_of(restriction),
        "",
        evolve(restriction, period=NEVER_IN_FORCE),
    )


def without_rows(table: VariantTable) -> Iterator[Draft]:
    """The table without each of its rows; none where there is only one, without which it is no table."""
    if len(table.rows) < 2:
        return
    for at, row in enumerate(table.rows):
        yield Draft(
            "row",
            row_id(table, row),
            "delete",
            "delete",
            row.span.location,
            source_words(row.span.text),
            "",
            evolve(table, rows=table.rows[:at] + table.rows[at + 1 :]),
        )


def row_id(table: VariantTable, row: TableRow) -> str:
    """`cooling row 2`."""
    return f"{table.key} row {row.number}"


def swapped(restriction: Restriction) -> Iterator[Draft]:
    """Allow and forbid swapped in a table, require and forbid in each clause of a rule."""
    match restriction:
        case VariantTable(kind=kind):
            other = "allow" if kind == "forbid" else "forbid"
            what = f"{kind} -> {other}"
            place = restriction.span.location
            yield Draft(
                "swap",
                restriction.key,
                what,
                what,
                place,
                kind,
                other,
                evolve(restriction, kind=other),  # type: ignore[arg-type]  # one of the three
            )
        case Rule(clauses=clauses):
            for at, clause in enumerate(clauses):
                yield _swapped_clause(restriction, at, clause)
        case _:
            pass


def _swapped_clause(rule: Rule, at: int, clause: RuleClause) -> Draft:
    negative = clause.kind in {"forbid", "excludes"} and isinstance(clause.body, Not)
    body = clause.body.operand if negative and isinstance(clause.body, Not) else Not(clause.body, BOOLEAN)
    other = evolve(clause, body=body, kind=_OPPOSITE[clause.kind])
    clauses = (*rule.clauses[:at], other, *rule.clauses[at + 1 :])
    what = f"{clause.kind} -> {other.kind}"
    span = clause.span or rule.span
    return Draft(
        "swap",
        rule.key,
        what,
        f"{source_words(span.text)}: {what}",
        span.location,
        source_words(span.text),
        re.sub(rf"\b{clause.kind}\b", other.kind, source_words(span.text), count=1),
        evolve(rule, clauses=clauses),
    )


# ---------------------------------------------------------------- comparisons


@frozen(eq=False)
class Compared:
    """A comparison of a rule, as written.

    Attributes:
        words: without comments and layout.
        between: whether it is one half of `between`, which has no sign that could be flipped.
        around: the aggregates in which it stands.
    """

    node: Comparison
    words: str
    place: Span
    between: bool
    around: tuple[Aggregate, ...]


def conditions(rule: Rule) -> Iterator[tuple[Expression, tuple[Aggregate, ...]]]:
    """Every node of a rule's own guards and bodies, each once, in the order written; calcs are not entered.

    With it the aggregates around it, whose bound names it may read.
    """
    seen: set[int] = set()
    roots = [part for clause in rule.clauses for part in (*clause.guards, clause.body)]
    stack: list[tuple[Expression, tuple[Aggregate, ...]]] = [(root, ()) for root in reversed(roots)]
    while stack:
        node, around = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node, around
        if not isinstance(node, CalcValue | ResourceValue):
            inside = (*around, node) if isinstance(node, Aggregate) else around
            stack.extend((child, inside) for child in reversed(children(node)))


def comparisons(rule: Rule) -> Iterator[Compared]:
    """The comparisons that are written in a rule."""
    for node, around in conditions(rule):
        if isinstance(node, Comparison) and node.sides is not None:
            left, right = node.sides
            place = Span(left.file, left.start, right.end)
            sign = source_words(Span(left.file, left.end, right.start).text).strip("() ")
            yield Compared(node, source_words(place.text), place, sign != node.operator, around)


def replaced(rule: Rule, before: Expression, after: Expression) -> Rule:
    """The rule with one node replaced."""
    return evolve(rule, clauses=Rewriting(lambda node: after if node is before else node).into(rule.clauses))


def flipped(rule: Rule) -> Iterator[Draft]:
    """Each comparison with another sign, `in` as `not in` and the other way round."""
    for compared in comparisons(rule):
        if compared.between:
            continue
        for other in FLIPPED[compared.node.operator]:
            after = evolve(compared.node, operator=other)
            what = f"{compared.node.operator} -> {other}"
            yield Draft(
                "flip",
                rule.key,
                what,
                f"{compared.words}: {what}",
                compared.place.location,
                compared.words,
                _with_sign(compared, other),
                replaced(rule, compared.node, after),
            )
    for node, _ in conditions(rule):
        if isinstance(node, OneOf | ElementOf) and node.span is not None:
            yield _membership(rule, node, source_words(node.span.text), node.span)


def _with_sign(compared: Compared, sign: str) -> str:
    assert compared.node.sides is not None
    left, right = (source_words(side.text) for side in compared.node.sides)
    return f"{left} {sign} {right}"


def _membership(rule: Rule, node: OneOf | ElementOf, words: str, span: Span) -> Draft:
    item, negated, rest = words.partition(" not in ")
    if not negated:
        item, _, rest = words.partition(" in ")
    what = "not in -> in" if negated else "in -> not in"
    after = f"{item} {'in' if negated else 'not in'} {rest}"
    # `not in` is a `Not` around the node: another one inside undoes it.
    to = replaced(rule, node, Not(node, BOOLEAN))
    return Draft("flip", rule.key, what, f"{words}: {what}", span.location, words, after, to)
