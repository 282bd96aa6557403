"""What speaks against choices, piece by piece: rules, the customer's own decisions, stock, dates."""

from datetime import date
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
    """Something that was chosen takes part: the place, and the choice as the language writes it.

    Attributes:
        bundle: the bundle that chose it; empty for who chose himself.
    """

    place: str
    text: str
    bundle: str = ""
    kind: Literal["decision"] = field(default="decision", init=False)


@frozen
class StockEvidence:
    """Something that stock says takes part.

    Attributes:
        component: the SKU.
        until: the first day on which stock says something else; `None` where that is not known.
    """

    component: str
    text: str
    until: date | None = None
    kind: Literal["stock"] = field(default="stock", init=False)


@frozen
class EffectivityEvidence:
    """Something cannot be chosen on the day.

    Attributes:
        component: the SKU; empty where nothing at all can be chosen for a place that must be filled, and
            where a bundle is not in force.
        place: empty for a bundle that is not in force.
        bundle: the bundle that is not in force, or that chose the component; empty for none.
    """

    component: str
    place: str
    text: str
    bundle: str = ""
    kind: Literal["effectivity"] = field(default="effectivity", init=False)


@frozen
class WishEvidence:
    """A wish takes part that goes before what is asked about and is kept.

    Attributes:
        wish: of a default its place, of a preference its id, of an objective the expression.
        text: the wish in words.
        location: where it stands; empty for an objective that the call named.
    """

    wish: str
    text: str
    location: str
    kind: Literal["wish"] = field(default="wish", init=False)


Evidence = RuleEvidence | DecisionEvidence | StockEvidence | EffectivityEvidence | WishEvidence


@frozen(eq=False)
class Fact:
    """Something that holds besides the rules, brought in from outside and not understood here.

    Attributes:
        key: what it is about; of stock, the SKU, of a wish its name.
        text: the sentence for the customer.
        constraints: what it says about the product's variables.
        location: where it stands, of a wish.
        until: the first day on which it holds no longer in this form; `None` where that is not known.
    """

    key: str
    text: str
    constraints: tuple[Constraint, ...] = field(repr=False)
    kind: Literal["stock", "wish"] = "stock"
    location: str = ""
    until: date | None = None
