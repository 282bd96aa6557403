"""What restricts configurations, resolved: rules, variant tables, resources; and defaults."""

from datetime import date
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from configurator.catalog.expressions import Expression, Term
from configurator.catalog.structure import Instance, Period
from configurator.catalog.values import Number, Unit, Value
from configurator.source import Span


@frozen(eq=False)
class MessagePart:
    """A piece of a message: plain text, an expression with the unit in which its value is told, or a slot.

    Attributes:
        text: the text itself, or the path as written.
        slot: the key of a slot whose components are told by title.
    """

    text: str
    expression: Expression | None = None
    unit: Unit | None = None
    money: bool = False
    slot: str | None = None


@frozen(eq=False)
class Message:
    """The sentence a customer reads, in pieces."""

    parts: tuple[MessagePart, ...]


@frozen
class Binding:
    """`for each slot as name`: the rule holds for every unit in the slot.

    Attributes:
        name: the bound place, beginning with `@`.
    """

    name: str
    slot: str


@frozen
class InstanceBinding:
    """For each instance of an assembly: bound names stand for it and for what is around it.

    Attributes:
        names: the bound names, beginning with `@`: the first for the instance itself, the others for those
            of its `outer` prefixes.
        instances: those it is said of; one that is not there is passed over.
    """

    names: tuple[str, ...]
    instances: tuple[Instance, ...]


@frozen(eq=False)
class RuleClause:
    """Broken when every guard is *true* and the body is *false*; unknown breaks nothing.

    All forms of a rule come down to this: `A requires B` has A among the guards,
    `forbid E` has the body `not E`, `A excludes B` the guard A and the body `not B`.

    Attributes:
        kind: the word it is written with: `require`, `forbid`, `requires` or `excludes`.
        span: where it is written, without the rule's `when`; `None` for what nobody wrote.
    """

    guards: tuple[Expression, ...]
    body: Expression
    kind: str = "require"
    span: Span | None = field(default=None, repr=False)


@frozen(eq=False)
class Rule:
    """A compatibility rule. Only those of severity `error` decide what is valid."""

    key: str
    title: str
    severity: Literal["error", "warn", "hint"]
    period: Period
    bindings: tuple[Binding | InstanceBinding, ...]
    clauses: tuple[RuleClause, ...]
    message: Message | None
    span: Span = field(repr=False)


Bounded = int | Fraction | date


@frozen
class Interval:
    """Numbers or days between two bounds; a bound of `None` is open."""

    low: Bounded | None
    high: Bounded | None
    low_inside: bool = True
    high_inside: bool = True

    def holds(self, value: object) -> bool:
        """Whether a value lies between the bounds."""
        if isinstance(value, bool) or not isinstance(value, int | Fraction | date):
            return False
        low, high = self.low, self.high
        above = low is None or value > low or (self.low_inside and value == low)  # type: ignore[operator]  # both of the column's type
        return above and (
            high is None or value < high or (self.high_inside and value == high)  # type: ignore[operator]  # likewise
        )


@frozen(eq=False)
class CellTest:
    """When a table's cell matches a value.

    Attributes:
        kind: `any` matches everything, `values` what is listed, `other` what no other row's cell
            of the column lists.
        values: texts, numbers, truth values, days, SKUs.
        intervals: numbers or days between bounds.
        absent: whether it matches where nothing is chosen (`absent` is listed).
        negated: `not x`: matches every present value that is not listed.
    """

    kind: Literal["any", "other", "values"]
    values: frozenset[Value] = frozenset()
    intervals: tuple[Interval, ...] = ()
    absent: bool = False
    negated: bool = False

    def lists(self, value: Value) -> bool:
        """Whether a present, known value is one of those written in the cell."""
        if value in self.values:
            return True
        for interval in self.intervals:  # noqa: SIM110 - asked a million times; a generator takes twice as long
            if interval.holds(value):
                return True
        return False

    def matches(self, value: Value) -> bool:
        """Whether a cell of the kind `values` matches a present, known value."""
        return self.lists(value) != self.negated

    @property
    def matches_absent(self) -> bool:
        """Whether it matches where nothing is chosen."""
        return self.kind == "any" or (self.kind == "values" and self.absent and not self.negated)


@frozen(eq=False)
class TableColumn:
    """A column of a variant table: what it reads, and how it is headed.

    Attributes:
        unit: in which the numbers of its cells are written; `None` for plain numbers and other types.
    """

    heading: str
    expression: Expression
    unit: Unit | None = None


@frozen(eq=False)
class TableRow:
    """A row: one test per column. `number` counts from 1."""

    number: int
    tests: tuple[CellTest, ...]
    span: Span = field(repr=False)


@frozen(eq=False)
class VariantTable:
    """A variant table. The first column is its key: `allow partial` binds only keys it mentions.

    Attributes:
        bindings: inside an assembly, the instances of which it is said.
    """

    key: str
    title: str
    kind: Literal["allow", "allow partial", "forbid"]
    period: Period
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    message: Message | None
    span: Span = field(repr=False)
    bindings: tuple[InstanceBinding, ...] = ()


@frozen(eq=False)
class Resource:
    """A balance: supply >= demand × factor. Absent terms count 0; a blank value breaks it.

    Attributes:
        bindings: inside an assembly, the instances of which it is said: a balance for each.
    """

    key: str
    title: str
    period: Period
    unit: Unit | None
    supply: tuple[Term, ...]
    demand: tuple[Term, ...]
    factor: Number
    message: Message | None
    span: Span = field(repr=False)
    bindings: tuple[InstanceBinding, ...] = ()


Restriction = Rule | VariantTable | Resource
"""Everything that can be broken, in the order declared."""


@frozen(eq=False)
class Default:
    """What a place takes when nothing else is said.

    Attributes:
        place: key of a slot or option.
        units: for a slot, `(SKU, quantity or None for open)`; empty for `none`.
        value: for an option.
        guard: the default counts where this is true; `None` for always.
    """

    place: str
    units: tuple[tuple[str, int | None], ...]
    value: Value
    guard: Expression | None
    span: Span = field(repr=False)
