"""What speaks against choices, piece by piece: rules, the customer's own decisions, stock, dates."""

from typing import Literal

from attrs import field, frozen

from configurator.csp.constraints import Constraint


@frozen
class RuleEvidence:
    """A rule, table or resource takes part.

    Attributes:
        rule: its id.
        what: its kind.
        message: the author's sentence, told of what is decided; the title where it would speak of more.
        location: where it stands, `file:line:column`.
        rows: of a forbidding table, the rows that refuse the combination, from 1.
    """

    rule: str
    what: Literal["rule", "table", "resource"]
    message: str
    location: str
    rows: tuple[int, ...] = ()
    kind: Literal["rule"] = field(default="rule", init=False)


@frozen
class DecisionEvidence:
    """Something the customer chose takes part: the place, and the choice as the language writes it."""

    place: str
    text: str
    kind: Literal["decision"] = field(default="decision", init=False)


@frozen
class StockEvidence:
    """Something that stock says takes part."""

    component: str
    text: str
    kind: Literal["stock"] = field(default="stock", init=False)


@frozen
class EffectivityEvidence:
    """Something cannot be chosen on the day.

    Attributes:
        component: the SKU; empty where nothing at all can be chosen for a place that must be filled.
    """

    component: str
    place: str
    text: str
    kind: Literal["effectivity"] = field(default="effectivity", init=False)


Evidence = RuleEvidence | DecisionEvidence | StockEvidence | EffectivityEvidence


@frozen(eq=False)
class Fact:
    """Something that holds besides the rules, brought in from outside and not understood here.

    Attributes:
        key: what it is about; of stock, the SKU.
        text: the sentence for the customer.
        constraints: what it says about the product's variables.
    """

    key: str
    text: str
    constraints: tuple[Constraint, ...] = field(repr=False)
    kind: Literal["stock"] = "stock"
