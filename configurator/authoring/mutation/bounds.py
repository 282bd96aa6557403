"""Bounds shifted by the least that makes a difference to the values that exist, in both directions.

A comparison with a bound says something about the *gap* between its sides: `length <= 300 mm` that the gap
`length - 300 mm` is not above zero. The gaps that exist are found by trying out all values of both sides.
A shift moves all gaps alike, and the least one that makes a difference lets the nearest gap change sides.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from math import gcd, lcm, prod

from attrs import evolve, frozen

from configurator.authoring.mutation.mutants import Draft
from configurator.authoring.mutation.operators import Compared, comparisons, replaced, row_id
from configurator.authoring.mutation.written import Written
from configurator.catalog.evaluation import Worth, compiled
from configurator.catalog.expressions import Aggregate, Arithmetic, Comparison, Constant, Expression
from configurator.catalog.rules import (
    Binding,
    Bounded,
    CellTest,
    InstanceBinding,
    Interval,
    Resource,
    Restriction,
    Rule,
    TableColumn,
    TableRow,
    VariantTable,
)
from configurator.catalog.values import (
    DateType,
    Number,
    NumberType,
    Unit,
    Value,
    format_number,
    format_value,
    normal,
)
from configurator.lowering.layout import Layout
from configurator.lowering.linear import linear_form
from configurator.lowering.product import bound_readings
from configurator.lowering.readings import Readings
from configurator.source import Span

MOST_PERCENT = 1_000
"""How many percent more than it keeps a resource is made to keep."""
MOST_STEPS = 1_000_000
"""How many steps a bound is moved at most where the values that exist are not known."""
MOST_TRIED = 100_000
"""Combinations of values up to which they are tried out one by one."""

_UNIT = re.compile(r"[^\W\d]\S*$")


def shifted(
    restriction: Restriction, layouts: Sequence[Layout], units: Mapping[str, Unit], written: Written
) -> Iterator[Draft]:
    """A restriction with each of its bounds shifted.

    Args:
        restriction: of any kind.
        layouts: those of the days on which something else is in force, for the values that exist.
        units: the catalog's.
        written: its words.
    """
    match restriction:
        case Rule():
            for compared in comparisons(restriction, written):
                yield from _Shifts(restriction, compared, layouts, units, written).drafts()
        case VariantTable():
            existing = [_existing(restriction, column, layouts) for column in restriction.columns]
            for row in restriction.rows:
                yield from _shifted_row(restriction, row, existing)
        case Resource():
            yield from _shifted_spare(restriction, written)


# ---------------------------------------------------------------- how far


def shifts(gaps: Collection[Number], operator: str, step: Number) -> tuple[Number, ...]:
    """The least numbers, one above zero and one below, that make a difference when added to all gaps.

    Args:
        gaps: those that exist.
        operator: how a gap is compared with zero.
        step: how far beyond the last gap a bound is moved where nothing is left on that side.
    """
    if operator in {"=", "!="}:
        above = min((gap for gap in gaps if gap > 0), default=None)
        below = max((gap for gap in gaps if gap < 0), default=None)
        return tuple(-gap for gap in (below, above) if gap is not None)
    if operator in {">", ">="}:
        mirrored = shifts([-gap for gap in gaps], operator.replace(">", "<"), step)
        return tuple(-each for each in mirrored)
    inside = operator == "<="
    passing = sorted((gap for gap in gaps if gap < 0 or (inside and gap == 0)), reverse=True)
    failing = sorted(gap for gap in gaps if not (gap < 0 or (inside and gap == 0)))
    found: list[Number] = []
    if passing:
        nearest, *further = passing
        found.append(-further[0] if inside and further else -nearest + (step if inside else 0))
    if failing:
        nearest, *further = failing
        found.append(-nearest if inside else -further[0] if further else -nearest - step)
    return tuple(each for each in found if each)


def gaps_of(
    expressions: tuple[Expression, Expression],
    restriction: Restriction,
    layouts: Sequence[Layout],
    order: tuple[str, ...] = (),
    around: Sequence[Aggregate] = (),
) -> frozenset[Number] | None:
    """By how much one expression can be more than another, on any day; `None` if too many ways to try.

    Days are counted, values of an ordered enumeration by their rank.
    """
    found: set[Number] = set()
    for layout in layouts:
        for readings in _readings(restriction, layout, around):
            scope = readings.scope_of(expressions)
            classes = [readings.classes(expressions, variable).first for variable in scope]
            if prod(map(len, classes)) > MOST_TRIED:
                return None
            left, right = map(compiled, expressions)
            read = readings.reader(expressions)
            for values in product(*classes):
                chosen = read(dict(zip(scope, values, strict=True)))
                pair = _measured(left(chosen), order), _measured(right(chosen), order)
                if pair[0] is not None and pair[1] is not None:
                    found.add(normal(Fraction(pair[0] - pair[1])))
    return frozenset(found)


def _readings(restriction: Restriction, layout: Layout, around: Sequence[Aggregate]) -> Iterator[Readings]:
    """Once for everything that the names of a restriction's loops, and of aggregates, may stand for."""
    ways = product(*([*_loops(aggregate)] for aggregate in around))
    for loops in ways:
        yield from (found for found, _ in bound_readings((*restriction.bindings, *loops), Readings(layout)))


def _loops(aggregate: Aggregate) -> Iterator[Binding | InstanceBinding]:
    """What an aggregate runs over, as loops of which it runs over one after the other."""
    if aggregate.instances:
        yield InstanceBinding((aggregate.bound,), aggregate.instances)
    for slot in aggregate.slots:
        yield Binding(aggregate.bound, slot)


def _measured(worth: Worth, order: tuple[str, ...]) -> Number | None:
    match worth:
        case bool():
            return None
        case int() | Fraction():
            return worth
        case date():
            return worth.toordinal()
        case str() if worth in order:
            return order.index(worth)
        case _:
            return None


def _least_step(
    expression: Expression, restriction: Restriction, around: Sequence[Aggregate], layout: Layout
) -> Number | None:
    """What the gaps of all sums are multiples of, but for a constant; `None` where that cannot be told."""
    steps: list[Fraction] = []
    for readings in _readings(restriction, layout, around):
        form = linear_form(expression, readings)
        if form is None:
            return None
        terms, _, factor = form.whole()
        step = gcd(*(weight for term in terms for weight in term.weights))
        steps += [Fraction(step, factor)] if step else []
    if not steps:
        return None
    whole = lcm(*(step.denominator for step in steps))
    return normal(Fraction(gcd(*(int(step * whole) for step in steps)), whole))


# ---------------------------------------------------------------- comparisons


@frozen(eq=False)
class Bound:
    """A literal in a comparison.

    Attributes:
        sign: 1 where the gap grows with it, -1 where it shrinks.
    """

    literal: Constant
    sign: int


def bounds(node: Comparison) -> Iterator[Bound]:
    """The literals that stand on a side of a comparison, or are added or subtracted there."""
    for side, sign in ((node.left, 1), (node.right, -1)):
        yield from _added(side, sign, node.order)


def _added(expression: Expression, sign: int, order: tuple[str, ...]) -> Iterator[Bound]:
    match expression:
        case Constant(value=value, span=span) if span is not None:
            measured = _measured(value, order) if not isinstance(value, frozenset) else None
            if measured is not None:
                yield Bound(expression, sign)
        case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
            yield from _added(left, sign, order)
            yield from _added(right, sign if operator == "+" else -sign, order)
        case _:
            pass


@frozen(eq=False)
class _Shifts:
    """The shifts of the bounds of one comparison."""

    rule: Rule
    compared: Compared
    layouts: Sequence[Layout]
    units: Mapping[str, Unit]
    written: Written

    def drafts(self) -> Iterator[Draft]:
        """One for each way that makes a difference."""
        node = self.compared.node
        found = tuple(bounds(node))
        if not found:
            return
        gaps = gaps_of((node.left, node.right), self.rule, self.layouts, node.order, self.compared.around)
        for bound in found:
            unit = _unit_of(bound.literal, self.units)
            step: Number = unit.factor if unit else 1
            if gaps is None:
                yield from self.in_steps(bound, unit)
                continue
            for way in shifts(gaps, node.operator, step):
                after = _moved(bound.literal, way * bound.sign, node.order)
                if after is not None:
                    yield self.draft(bound.literal, after, unit)

    def in_steps(self, bound: Bound, unit: Unit | None) -> Iterator[Draft]:
        """Shifts where too many values exist to be tried out: step by step."""
        node = self.compared.node
        gap = Arithmetic("-", node.left, node.right, NumberType())
        step = _least_step(gap, self.rule, self.compared.around, self.layouts[0]) or (
            unit.factor if unit else 1
        )

        def going(way: int, steps: int) -> Draft | None:
            after = _moved(bound.literal, step * way * steps, node.order)
            return None if after is None else self.draft(bound.literal, after, unit)

        def further(way: int) -> Callable[[int], Draft]:
            return lambda steps: going(way, steps) or self.draft(bound.literal, bound.literal, unit)

        for way in (1, -1):
            first = going(way, 1)
            if first is not None and node.operator not in {"=", "!="}:
                yield evolve(first, most=MOST_STEPS, going=further(way))
            elif first is not None:
                yield first

    def draft(self, literal: Constant, after: Constant, unit: Unit | None) -> Draft:
        """The comparison with another literal."""
        assert literal.span is not None
        told = _told(after.value, literal, unit)
        return Draft(
            "shift",
            self.rule.key,
            self.compared.names(f"{self.written.words(literal.span)} -> {told}"),
            literal.span.location,
            self.compared.words,
            self.written.replaced(self.compared.place, literal.span, told),
            replaced(self.rule, literal, after),
        )


def _moved(literal: Constant, by: Number, order: tuple[str, ...]) -> Constant | None:
    """The literal, moved; `None` where there is nothing there."""
    match literal.value:
        case str() as value:
            rank = order.index(value) + int(by)
            return evolve(literal, value=order[rank]) if 0 <= rank < len(order) else None
        case date() as value:
            day = value.toordinal() + int(by)
            return evolve(literal, value=date.fromordinal(day)) if 0 < day <= date.max.toordinal() else None
        case int() | Fraction() as value:
            return evolve(literal, value=normal(Fraction(value + by)))
        case _:
            return None


def _unit_of(literal: Constant, units: Mapping[str, Unit]) -> Unit | None:
    """The unit behind a number as it is written; `None` for none, and for what is no number."""
    assert literal.span is not None
    found = _UNIT.search(literal.span.text)
    return units.get(found[0]) if found else None


def _told(value: Value, literal: Constant, unit: Unit | None) -> str:
    """A value as it would be written in place of a literal."""
    assert literal.span is not None
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return f'"{value}"' if literal.span.text.startswith('"') else format_value(value)
    return format_number(value, unit)


# ---------------------------------------------------------------- cells


Existing = frozenset[Number] | None
"""The numbers that there are in a column, days counted; `None` for too many to try."""


def _existing(table: VariantTable, column: TableColumn, layouts: Sequence[Layout]) -> Existing:
    if not isinstance(column.expression.type, NumberType | DateType):
        return frozenset()
    return gaps_of((column.expression, Constant(0, NumberType())), table, layouts)


def _shifted_row(table: VariantTable, row: TableRow, existing: Sequence[Existing]) -> Iterator[Draft]:
    for at, (column, test) in enumerate(zip(table.columns, row.tests, strict=True)):
        if test.kind != "values":
            continue
        for after in _shifted_cells(column, test, existing[at]):
            before, told = _cell_words(test, column), _cell_words(after, column)
            tests = (*row.tests[:at], after, *row.tests[at + 1 :])
            rows = tuple(evolve(row, tests=tests) if each is row else each for each in table.rows)
            what = f"{column.heading}: {before} -> {told}"
            yield Draft(
                "shift",
                row_id(table, row),
                (what,),
                row.span.location,
                before,
                told,
                evolve(table, rows=rows),
            )


def _shifted_cells(column: TableColumn, test: CellTest, existing: Existing) -> Iterator[CellTest]:
    numbers = sorted(v for v in test.values if isinstance(v, int | Fraction) and not isinstance(v, bool))
    days = sorted(v for v in test.values if isinstance(v, date))
    step: Number = column.unit.factor if column.unit else 1
    for value in (*numbers, *days):
        for moved in _moved_bound(value, "=", existing, step):
            yield evolve(test, values=test.values - {value} | {moved})
    for at, interval in enumerate(test.intervals):
        for other in _shifted_interval(interval, existing, step):
            yield evolve(test, intervals=(*test.intervals[:at], other, *test.intervals[at + 1 :]))


def _shifted_interval(interval: Interval, existing: Existing, step: Number) -> Iterator[Interval]:
    low, high = interval.low, interval.high
    if low is not None:
        for moved in _moved_bound(low, ">=" if interval.low_inside else ">", existing, step):
            yield evolve(interval, low=moved)
    if high is not None:
        for moved in _moved_bound(high, "<=" if interval.high_inside else "<", existing, step):
            yield evolve(interval, high=moved)


def _moved_bound(bound: Bounded, operator: str, existing: Existing, step: Number) -> Iterator[Bounded]:
    place = bound.toordinal() if isinstance(bound, date) else bound
    far = 1 if isinstance(bound, date) else step
    ways = (far, -far) if existing is None else shifts([each - place for each in existing], operator, far)
    for way in ways:
        if not isinstance(bound, date):
            yield normal(Fraction(bound - way))
        elif 0 < bound.toordinal() - int(way) <= date.max.toordinal():
            yield date.fromordinal(bound.toordinal() - int(way))


def _cell_words(test: CellTest, column: TableColumn) -> str:
    """A cell as it could be written: what is listed first, then what lies between bounds."""
    listed = sorted(test.values, key=lambda value: (type(value).__name__, value))
    items = [_cell_value(value, column.unit) for value in listed]
    items += [_interval_words(each, column.unit) for each in test.intervals]
    items += ["absent"] if test.absent else []
    return ("not " if test.negated else "") + ", ".join(items)


def _interval_words(interval: Interval, unit: Unit | None) -> str:
    low = None if interval.low is None else _cell_value(interval.low, unit)
    high = None if interval.high is None else _cell_value(interval.high, unit)
    if low is not None and high is not None:
        return f"{low}..{high}"
    if low is not None:
        return f"{'>=' if interval.low_inside else '>'} {low}"
    return f"{'<=' if interval.high_inside else '<'} {high}"


def _cell_value(value: Value, unit: Unit | None) -> str:
    """A value in a cell: the unit stands in the heading."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return format_number(normal(Fraction(value) / unit.factor) if unit else value)
    return format_value(value)


# ---------------------------------------------------------------- spare


def _shifted_spare(resource: Resource, written: Written) -> Iterator[Draft]:
    place = _spare_place(resource, written)
    if place is None:
        return
    percent = normal((Fraction(resource.factor) - 1) * 100)
    for way, most in ((1, MOST_PERCENT), (-1, int(percent))):
        if most:
            yield _spare(resource, percent, place, way, 1, most)


def _spare_place(resource: Resource, written: Written) -> Span | None:
    """Where `keep 30 % spare` is written; `None` where it is not."""
    words = written.inside(resource.span)
    for first, last in zip(words, words[2:], strict=False):
        if (first.kind, last.text) == ("_KEEP", "%"):
            return Span(resource.span.file, first.start, last.end)
    return None


def _spare(resource: Resource, percent: Number, place: Span, way: int, steps: int, most: int) -> Draft:
    before, after = (
        f"{format_number(normal(Fraction(each)))} %" for each in (percent, percent + way * steps)
    )
    return Draft(
        "shift",
        resource.key,
        (f"keep {before} -> {after}",),
        place.location,
        f"keep {before} spare",
        f"keep {after} spare",
        evolve(resource, factor=normal(1 + Fraction(percent + way * steps) / 100)),
        most,
        None if steps > 1 else lambda further: _spare(resource, percent, place, way, further, most),
    )
