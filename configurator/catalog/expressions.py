"""Typed expressions, every name bound.

A *place* in an expression is a slot's key, or a name that a `for each` or an
aggregate binds to one unit; bound names begin with `@`, so they never meet a key.
Equality is identity: a node is compiled once and remembered by what it is.
"""

from collections.abc import Mapping
from functools import lru_cache

from attrs import field, frozen

from configurator.catalog.structure import Instance
from configurator.catalog.values import Type, Unit, Value
from configurator.source import Span


@frozen(eq=False)
class Constant:
    """A known value.

    Attributes:
        stands_for: the name of a value that is known only when a question is asked (`bundles.price`), and
            is what it is where nothing is said; empty for what is written as a value.
        span: where it is written; `None` for what nobody wrote.
    """

    value: Value
    type: Type
    stands_for: str = ""
    span: Span | None = field(default=None, repr=False)


BUNDLES_PRICE = "bundles.price"
"""The built-in amount: what the applied bundles add up to."""


@frozen(eq=False)
class AttributeOf:
    """An attribute of the one component in a place."""

    place: str
    attribute: str
    type: Type
    unit: Unit | None = None


@frozen(eq=False)
class ComponentIn:
    """The SKU of the one component in a place."""

    place: str
    type: Type


@frozen(eq=False)
class QuantityIn:
    """How many units fill a place that holds identical components."""

    place: str
    type: Type


@frozen(eq=False)
class OptionValue:
    """What an option is set to."""

    option: str
    type: Type
    unit: Unit | None = None


@frozen(eq=False)
class IsChosen:
    """Whether a place holds any component, or an instance of an assembly is there. Never unknown.

    Attributes:
        place: a slot, a bound unit, or the option that says whether an instance is there.
    """

    place: str
    chosen: bool
    type: Type


@frozen(eq=False)
class CalcValue:
    """The value of a calc."""

    calc: "Calc"

    @property
    def type(self) -> Type:
        """The calc's own type."""
        return self.calc.expression.type


@frozen(eq=False)
class ResourceValue:
    """`power.supply`, `.demand`, `.needed`, `.left`. Absent terms count 0.

    Attributes:
        supply: the terms of the supply, calcs inlined down to what is neither a sum nor a difference.
        demand: likewise.
        factor: demand times factor is what is needed (1.3 for 30 % spare).
        field: `supply`, `demand`, `needed` or `left`.
        resource: the key of the resource as it is declared.
    """

    supply: "tuple[Term, ...]"
    demand: "tuple[Term, ...]"
    factor: Value
    field: str
    type: Type
    unit: Unit | None = None
    resource: str = ""


@frozen(eq=False)
class Term:
    """A signed summand of a resource."""

    sign: int
    expression: "Expression"


@frozen(eq=False)
class Not:
    """Kleene's negation."""

    operand: "Expression"
    type: Type


@frozen(eq=False)
class Both:
    """Kleene's `and` of two or more."""

    operands: "tuple[Expression, ...]"
    type: Type


@frozen(eq=False)
class Either:
    """Kleene's `or` of two or more."""

    operands: "tuple[Expression, ...]"
    type: Type


@frozen(eq=False)
class Comparison:
    """`operator` is one of `= != < <= > >=`. Unknown when a side is.

    `order` ranks the values of an ordered enumeration; empty for numbers and dates.

    Attributes:
        sides: where both sides are written, also of what `between` compares; `None` for what nobody wrote.
    """

    operator: str
    left: "Expression"
    right: "Expression"
    type: Type
    order: tuple[str, ...] = ()
    sides: tuple[Span, Span] | None = field(default=None, repr=False)


@frozen(eq=False)
class OneOf:
    """Whether a value is among the listed ones.

    Attributes:
        span: where it is written, with the `not` of `not in`; `None` for what nobody wrote.
    """

    item: "Expression"
    values: frozenset[Value]
    type: Type
    span: Span | None = field(default=None, repr=False)


@frozen(eq=False)
class ElementOf:
    """Whether a value is an element of a set-valued expression.

    Attributes:
        span: where it is written, with the `not` of `not in`; `None` for what nobody wrote.
    """

    item: "Expression"
    collection: "Expression"
    type: Type
    span: Span | None = field(default=None, repr=False)


@frozen(eq=False)
class Arithmetic:
    """`operator` is one of `+ - * /`; division is exact and unknown where the divisor is 0."""

    operator: str
    left: "Expression"
    right: "Expression"
    type: Type


@frozen(eq=False)
class Conditional:
    """`if condition then … else …`; unknown where the condition is."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    type: Type


@frozen(eq=False)
class Aggregate:
    """A function over the units in some slots, quantities included.

    Attributes:
        function: `sum count min max avg any all distinct`.
        slots: keys of the slots, in catalog order.
        bound: the name by which `argument` and `where` speak of one unit.
        argument: per unit; for `count` without effect.
        where: only units for which this is true take part; `None` for all.
        instances: the instances of an assembly it runs over instead of units, with the prefix of each and the
            option that says whether it is there; `slots` is then empty, and `bound` stands for one instance.
    """

    function: str
    slots: tuple[str, ...]
    bound: str
    argument: "Expression"
    where: "Expression | None"
    type: Type
    instances: tuple[Instance, ...] = ()


Expression = (
    Constant
    | AttributeOf
    | ComponentIn
    | QuantityIn
    | OptionValue
    | IsChosen
    | CalcValue
    | ResourceValue
    | Not
    | Both
    | Either
    | Comparison
    | OneOf
    | ElementOf
    | Arithmetic
    | Conditional
    | Aggregate
)


@frozen(eq=False)
class Calc:
    """A named value.

    Attributes:
        key: its dotted path.
        unit: in which it is shown; `None` for plain numbers and other types.
        money: whether it is an amount in the catalog's currency.
    """

    key: str
    title: str
    expression: Expression = field(repr=False)
    unit: Unit | None
    money: bool
    span: Span = field(repr=False)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside one, in the order written."""
    match expression:
        case CalcValue(calc=calc):
            return (calc.expression,)
        case ResourceValue(supply=supply, demand=demand):
            return tuple(term.expression for term in supply + demand)
        case Not(operand=operand):
            return (operand,)
        case Both(operands=operands) | Either(operands=operands):
            return operands
        case Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return left, right
        case OneOf(item=item):
            return (item,)
        case ElementOf(item=item, collection=collection):
            return item, collection
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case Aggregate(argument=argument, where=where):
            return (argument,) if where is None else (argument, where)
        case _:
            return ()


def places_asked(expression: Expression) -> frozenset[str]:
    """The places of which an expression asks whether they are chosen."""
    found = frozenset({expression.place}) if isinstance(expression, IsChosen) else frozenset[str]()
    return found.union(*(places_asked(child) for child in children(expression)))


def places_compared(expression: Expression) -> tuple[str, ...]:
    """The slots and options that an expression reads directly, so that it is unknown where they are empty."""
    if isinstance(expression, AttributeOf | ComponentIn | QuantityIn):
        return (expression.place,)
    if isinstance(expression, OptionValue):
        return (expression.option,)
    if isinstance(expression, Aggregate | ResourceValue):
        return ()
    return tuple(place for child in children(expression) for place in places_compared(child))


@lru_cache(maxsize=65536)  # keyed by identity: a catalog's expressions live as long as the catalog
def places_of(expression: Expression) -> tuple[str, ...]:
    """Keys of the slots and options an expression reads, each once, in order of first mention.

    Names that the expression itself binds (aggregates) are left out; names bound
    around it (`for each`) are kept.
    """
    found: dict[str, None] = {}

    def walk(node: Expression, bound: frozenset[str]) -> None:
        match node:
            case (
                AttributeOf(place=place)
                | ComponentIn(place=place)
                | QuantityIn(place=place)
                | IsChosen(place=place)
            ):
                if place not in bound:
                    found.setdefault(place)
            case OptionValue(option=option):
                found.setdefault(option)
            case Aggregate(instances=instances) if instances:
                for place in places_of_instances(node):
                    if place not in bound:
                        found.setdefault(place)
                return
            case Aggregate(slots=slots, bound=name):
                for slot in slots:
                    found.setdefault(slot)
                bound |= {name}
            case _:
                pass
        for child in children(node):
            walk(child, bound)

    walk(expression, frozenset())
    return tuple(found)


def places_of_instances(aggregate: Aggregate) -> tuple[str, ...]:
    """What an aggregate over the instances of an assembly reads, of every instance."""
    read = [place for part in children(aggregate) for place in places_of(part)]
    found: dict[str, None] = {}
    for instance in aggregate.instances:
        if instance.presence is not None:
            found.setdefault(instance.presence)
        for place in read:
            found.setdefault(readdressed(place, aggregate.bound, instance.prefix))
    return tuple(found)


def readdressed(place: str, name: str, prefix: str) -> str:
    """A path that begins with a bound name, beginning with what the name stands for."""
    if place == name or place.startswith(f"{name}."):
        return prefix + place[len(name) :]
    return place


def standing_for(place: str, ranges: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The places that a place stands for, whose path may begin with a bound name.

    Args:
        place: a path.
        ranges: for bound names the prefixes that they stand for; others are left as they are.
    """
    name = place.partition(".")[0]
    if name not in ranges:
        return (place,)
    starts = (prefix + place[len(name) :] for prefix in ranges[name])
    return tuple(each for start in starts for each in standing_for(start, ranges))
