"""What mutants change, but for shifted bounds: left out, turned into the opposite, the other way round."""

from collections.abc import Iterator
from datetime import date

from attrs import evolve, frozen

from configurator.authoring.mutation.mutants import Draft
from configurator.authoring.mutation.written import Written
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
        ("drop",),
        restriction.span.location,
        condition_of(restriction),
        "",
        evolve(restriction, period=NEVER_IN_FORCE),
    )


def without_rows(table: VariantTable, written: Written) -> Iterator[Draft]:
    """The table without each of its rows; none where there is only one, without which it is no table."""
    if len(table.rows) < 2:
        return
    for at, row in enumerate(table.rows):
        yield Draft(
            "row",
            row_id(table, row),
            ("delete",),
            row.span.location,
            written.words(row.span),
            "",
            evolve(table, rows=table.rows[:at] + table.rows[at + 1 :]),
        )


def row_id(table: VariantTable, row: TableRow) -> str:
    """`cooling row 2`."""
    return f"{table.key} row {row.number}"


def swapped(restriction: Restriction, written: Written) -> Iterator[Draft]:
    """Allow and forbid swapped in a table, require and forbid in each clause of a rule."""
    match restriction:
        case VariantTable(kind=kind):
            other = "allow" if kind == "forbid" else "forbid"
            what = f"{kind} -> {other}"
            place = restriction.span.location
            yield Draft(
                "swap",
                restriction.key,
                (what,),
                place,
                kind,
                other,
                evolve(restriction, kind=other),  # type: ignore[arg-type]  # one of the three
            )
        case Rule(clauses=clauses):
            for at, clause in enumerate(clauses):
                yield _swapped_clause(restriction, at, clause, written)
        case _:
            pass


def _swapped_clause(rule: Rule, at: int, clause: RuleClause, written: Written) -> Draft:
    negative = clause.kind in {"forbid", "excludes"} and isinstance(clause.body, Not)
    body = clause.body.operand if negative and isinstance(clause.body, Not) else Not(clause.body, BOOLEAN)
    other = evolve(clause, body=body, kind=_OPPOSITE[clause.kind])
    clauses = (*rule.clauses[:at], other, *rule.clauses[at + 1 :])
    what = f"{clause.kind} -> {other.kind}"
    span = clause.span or rule.span
    return Draft(
        "swap",
        rule.key,
        (what, f"{written.words(span)}: {what}"),
        span.location,
        written.words(span),
        written.word_replaced(span, clause.kind, other.kind),
        evolve(rule, clauses=clauses),
    )


# ---------------------------------------------------------------- comparisons


@frozen(eq=False)
class Compared:
    """A comparison of a rule, as written.

    Attributes:
        words: without comments and layout.
        clause: the words of the clause in which it stands; `when` for one of the rule's condition.
        between: whether it is one half of `between`, which has no sign that could be flipped.
        around: the aggregates in which it stands.
    """

    node: Comparison
    words: str
    clause: str
    place: Span
    between: bool
    around: tuple[Aggregate, ...]

    def names(self, what: str) -> tuple[str, ...]:
        """What a change of it is called, in short and with what is around it."""
        return what, f"{self.words}: {what}", f"{self.clause}: {self.words}: {what}"


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


def clause_words(rule: Rule, place: Span, written: Written) -> str:
    """The clause in which something stands; `when` for what stands before all clauses."""
    for clause in rule.clauses:
        span = clause.span
        if span is not None and span.file == place.file and span.start <= place.start < span.end:
            return written.words(span)
    return "when"


def comparisons(rule: Rule, written: Written) -> Iterator[Compared]:
    """The comparisons that are written in a rule."""
    for node, around in conditions(rule):
        if isinstance(node, Comparison) and node.sides is not None:
            left, right = node.sides
            place = Span(left.file, left.start, right.end)
            sign = source_words(Span(left.file, left.end, right.start).text).strip("() ")
            clause = clause_words(rule, place, written)
            yield Compared(node, written.words(place), clause, place, sign != node.operator, around)


def replaced(rule: Rule, before: Expression, after: Expression) -> Rule:
    """The rule with one node replaced."""
    return evolve(rule, clauses=Rewriting(lambda node: after if node is before else node).into(rule.clauses))


def flipped(rule: Rule, written: Written) -> Iterator[Draft]:
    """Each comparison with another sign, `in` as `not in` and the other way round."""
    for compared in comparisons(rule, written):
        if compared.between:
            continue
        for other in FLIPPED[compared.node.operator]:
            yield Draft(
                "flip",
                rule.key,
                compared.names(f"{compared.node.operator} -> {other}"),
                compared.place.location,
                compared.words,
                _with_sign(compared, other, written),
                replaced(rule, compared.node, evolve(compared.node, operator=other)),
            )
    for node, _ in conditions(rule):
        if isinstance(node, OneOf | ElementOf) and node.span is not None:
            yield _membership(rule, node, node.span, written)


def _with_sign(compared: Compared, sign: str, written: Written) -> str:
    assert compared.node.sides is not None
    left, right = compared.node.sides
    between = Span(left.file, left.end, right.start)
    for word in written.inside(between):
        if word.text == compared.node.operator:
            return written.replaced(compared.place, Span(left.file, word.start, word.end), sign)
    return f"{written.words(left)} {sign} {written.words(right)}"


def _membership(rule: Rule, node: OneOf | ElementOf, span: Span, written: Written) -> Draft:
    words = written.words(span)
    negated = any(word.text == "not in" for word in written.inside(span))
    before, after = ("not in", "in") if negated else ("in", "not in")
    what = f"{before} -> {after}"
    return Draft(
        "flip",
        rule.key,
        (what, f"{words}: {what}", f"{clause_words(rule, span, written)}: {words}: {what}"),
        span.location,
        words,
        written.word_replaced(span, before, after),
        # `not in` is a `Not` around the node: another one inside undoes it.
        replaced(rule, node, Not(node, BOOLEAN)),
    )
