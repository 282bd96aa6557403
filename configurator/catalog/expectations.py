"""What scenarios expect, resolved: a closed list, each with the place where it is written."""

from typing import Literal

from attrs import field, frozen

from configurator.catalog.choices import PlaceChoice
from configurator.catalog.expressions import Expression
from configurator.catalog.values import Unit
from configurator.source import Span


@frozen(eq=False)
class ComparedPath:
    """A path that an expectation compares, to be told with its value.

    Attributes:
        text: the path, or the aggregate, as written.
        expression: what it is worth; `None` where a slot is only asked whether it is chosen.
        slot: the key of that slot.
        unit: in which its value is told.
        money: whether that is the catalog's currency.
    """

    text: str
    expression: Expression | None
    slot: str | None = None
    unit: Unit | None = None
    money: bool = False


@frozen(eq=False)
class ExpectedNumber:
    """A number in an expectation `path = number`: it can be written anew.

    Attributes:
        text: what it is compared with, as written.
        expression: what that is worth.
        unit: that of the number, as written; `None` for a plain number.
        money: whether that is the catalog's currency.
        span: the number with its sign and its unit.
    """

    text: str
    expression: Expression
    unit: Unit | None
    money: bool
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedVerdict:
    """`expect valid`: there is a valid configuration. `expect available`: one that stock can build."""

    kind: Literal["valid", "available"]
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedConflict:
    """`expect invalid`: no valid configuration.

    Attributes:
        because: ids of rules, tables and resources, each of them in some minimal conflict.
        only: that no other one is.
    """

    because: tuple[str, ...]
    only: bool
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedShortage:
    """`expect unavailable`: valid configurations, but none that stock can build.

    Attributes:
        component: a SKU whose stock is in some minimal conflict; `None` where none is named.
    """

    component: str | None
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedValue:
    """`forced x = …` in all completions, `impossible` in none, `completes` in the one that is found.

    Attributes:
        ways: what it may be as a whole, each way as choices that all hold: one, or for a list of instances
            of an assembly one for each order; none where an attribute is compared.
        condition: that comparison.
        paths: what it compares.
    """

    kind: Literal["forced", "impossible", "completes"]
    ways: tuple[tuple[PlaceChoice, ...], ...]
    condition: Expression | None
    paths: tuple[ComparedPath, ...]
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedWarning:
    """`expect warning id`: the completion breaks this rule of severity `warn` or `hint`."""

    rule: str
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedCount:
    """`expect solutions = 68`.

    Attributes:
        operator: one of `= != < <= > >=`.
        number: where the number stands.
    """

    operator: str
    count: int
    number: Span = field(repr=False)
    span: Span = field(repr=False)


@frozen(eq=False)
class ExpectedTruth:
    """`expect E` (kind `once`): true of the completion; `always E` of all completions, `never E` of none.

    Attributes:
        paths: what it compares, in the order written.
        numbers: those that `once` can be written anew with.
    """

    kind: Literal["once", "always", "never"]
    condition: Expression
    paths: tuple[ComparedPath, ...]
    numbers: tuple[ExpectedNumber, ...]
    span: Span = field(repr=False)


Expectation = (
    ExpectedVerdict
    | ExpectedConflict
    | ExpectedShortage
    | ExpectedValue
    | ExpectedWarning
    | ExpectedCount
    | ExpectedTruth
)
