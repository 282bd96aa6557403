"""What an analysis asks of: a product on a day, its rules switched on and off, its valid domains."""

from collections.abc import Iterable, Sequence

from attrs import evolve, field, frozen

from configurator.catalog.rules import Restriction
from configurator.configuration.model import Configuration
from configurator.configuration.product import PreparedProduct
from configurator.csp.constraints import ClauseConstraint, Constraint, Literal
from configurator.csp.negation import Alternative, broken_part
from configurator.csp.variables import Assignment, Variable
from configurator.engines.engine import NO_LIMITS, Domains, SearchLimits, Unknown
from configurator.engines.switched import Clash, Possible, SwitchedProblem
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import SwitchedRules
from configurator.explanation.minimal_sets import shrink, smallest_conflict
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import LoweredProduct

MOST_SMALLEST = 50
"""For how many findings the fewest rules to blame are looked for; the others get a set that is minimal."""


@frozen(eq=False)
class OneOf:
    """A switched problem in which always one of some alternatives holds: what `minimal_sets` asks."""

    problem: SwitchedProblem
    alternatives: tuple[int, ...]

    @classmethod
    def of(
        cls, problem: SwitchedProblem, alternatives: Sequence[Alternative], limits: SearchLimits
    ) -> "OneOf":
        """Add the alternatives to a problem.

        Raises:
            SearchLimitError: the time is up.
        """
        first = len(problem.parts)
        numbers = tuple(range(first, first + len(alternatives)))
        return cls(problem.extended(alternatives, limits), numbers)

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Possible | Clash | Unknown:
        """Whether these parts can hold together with one of the alternatives."""
        parts = frozenset(on)
        blamed: set[int] = set()
        for alternative in self.alternatives:
            match self.problem.solve(parts | {alternative}, limits):
                case Clash(parts=found):
                    blamed |= found - {alternative}
                case answer:
                    return answer
        return Clash(frozenset(blamed))

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Whether an assignment keeps a part."""
        return self.problem.keeps(part, assignment)


@frozen(eq=False)
class Ground:
    """What is asked.

    Attributes:
        product: the catalog on a day.
        rules: its restrictions, part by part.
        domains: for every variable the values that valid configurations have; not empty.
        limits: of what is asked at the moment.
        blamed: one for each finding for which the fewest rules to blame were looked for.
    """

    product: PreparedProduct
    rules: SwitchedRules
    domains: Domains = field(repr=False)
    limits: SearchLimits
    blamed: list[None] = field(factory=list, repr=False)

    def within(self, limits: SearchLimits) -> "Ground":
        """The same under other limits."""
        return evolve(self, limits=limits)

    @property
    def lowered(self) -> LoweredProduct:
        """The product's constraint problem."""
        return self.product.lowered

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Of the product."""
        return self.rules.problem.fixed.variables

    @property
    def every(self) -> tuple[int, ...]:
        """The numbers of all restrictions."""
        return tuple(range(len(self.rules.restrictions)))

    def but(self, number: int) -> tuple[int, ...]:
        """The numbers of all restrictions but one."""
        return tuple(other for other in self.every if other != number)

    def broken(self, number: int) -> tuple[Alternative, ...]:
        """That a restriction is broken."""
        return broken_part(self.rules.problem.parts[number], self.variables)

    def one_of(self, alternatives: Sequence[Alternative]) -> OneOf:
        """To be asked with alternatives of which one holds.

        Raises:
            SearchLimitError: the time is up.
        """
        return OneOf.of(self.rules.problem, alternatives, self.limits)

    def possible(self, asked: OneOf, on: Iterable[int]) -> Configuration | None:
        """A configuration that keeps these parts and one of the alternatives; `None` if there is none.

        Raises:
            SearchLimitError: the time is up.
        """
        match asked.solve(on, self.limits):
            case Possible(witness=witness):
                return self.product.configuration(witness)
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
            case Clash():
                return None

    def because(self, asked: OneOf, on: Sequence[int]) -> tuple[int, ...]:
        """Of these parts the fewest that leave no alternative, given that together they leave none.

        After many such questions: a set that is minimal. Empty also where a limit stopped the search.
        """
        try:
            if len(self.blamed) < MOST_SMALLEST:
                self.blamed.append(None)
                found = smallest_conflict(asked, on, self.limits)
            else:
                found = shrink(asked, on, self.limits)
        except SearchLimitError:
            return ()
        return () if found is None else found.parts

    def ids(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The ids of restrictions, in the order declared."""
        return tuple(self.rules.restrictions[number].key for number in sorted(numbers))

    def restriction(self, number: int) -> Restriction:
        """By number."""
        return self.rules.restrictions[number]


def holding(layout: SlotLayout, sku: str) -> ClauseConstraint:
    """That a slot holds a component."""
    values = frozenset(value for value, units in enumerate(layout.values) if units and units[0][0].sku == sku)
    return ClauseConstraint(tuple(Literal(variable, values) for variable in layout.variables))


def lacking(layout: SlotLayout, sku: str) -> tuple[Constraint, ...]:
    """That a slot does not hold a component."""
    others = frozenset(
        value for value, units in enumerate(layout.values) if not units or units[0][0].sku != sku
    )
    return tuple(ClauseConstraint((Literal(variable, others),)) for variable in layout.variables)


def within(variable: int, values: Iterable[int]) -> ClauseConstraint:
    """That a variable takes one of some values."""
    return ClauseConstraint((Literal(variable, frozenset(values)),))
