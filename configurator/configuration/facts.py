"""What holds beside the rules when a product is asked about: brought in from outside, not understood."""

from collections.abc import Callable
from functools import cached_property

from attrs import field, frozen

from configurator.csp.constraints import Constraint
from configurator.explanation.evidence import Fact


@frozen(eq=False, slots=False)
class Facts:
    """Facts that hold for every question asked of a product.

    Attributes:
        constraints: what they say together, in few constraints, for whoever answers.
        find: tells them one by one, for whoever explains; each says its part in constraints of its own.
    """

    constraints: tuple[Constraint, ...] = field(repr=False)
    find: Callable[[], tuple[Fact, ...]] = field(repr=False)

    @cached_property
    def each(self) -> tuple[Fact, ...]:
        """The facts one by one; made when they are first needed."""
        return self.find()


NO_FACTS = Facts((), tuple)
"""Nothing but the rules."""
