"""What an opened place offers, line by line, and what taking a line means. Knows nothing of the screen."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from attrs import evolve, field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.structure import Place, Slot
from configurator.catalog.values import SetType, format_number
from configurator.cli.wording import signed
from configurator.configuration.domains import (
    AssemblyOffers,
    ElementOffer,
    IdenticalOffers,
    Interval,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    PriceDelta,
    QuantityOffer,
    SetOffers,
    ValueOffers,
    there_or_not,
)
from configurator.configuration.model import ComponentQuantity, PlaceValue, option_value
from configurator.configuration.offer_reasons import OfferState
from configurator.configuration.session import Session
from configurator.configuration.telling import NOTHING, value_in_words
from configurator.engines.engine import Unknown

Mark = Literal["chosen", "free", "default", "forced", "excluded"]
"""How a line stands: the customer's, free, what completion would take, the only one left, not possible."""

LineKind = Literal["value", "quantity", "unit", "element", "exact", "number"]
"""What a line is: one value of several; a component with its quantity; a component or element of a place that
holds several; "no more than these"; numbers, to be typed."""


@frozen
class OfferLine:
    """One line beneath an opened place.

    Attributes:
        asked: what reasons are asked about; `None` is "nothing".
        name: the SKU or value.
        title: the component's name, where it has one of its own.
        amount: how many units of it are chosen; for elements and `exact`, 1 or 0.
        least: the lowest quantity there is; 0 where it is excluded.
        most: the highest one.
        note: such as `1..4 x`.
        delta: what choosing it adds to the price; empty where nobody knows or nothing is added up.
    """

    place: str
    kind: LineKind
    mark: Mark
    name: str
    asked: object = None
    title: str = ""
    amount: int = 0
    least: int = 0
    most: int = 0
    note: str = ""
    delta: str = ""


@frozen
class Choose:
    """Choose this for the place, whatever was chosen before."""

    place: str
    value: object


@frozen
class Retract:
    """Leave the place open again."""

    place: str


@frozen
class TypeIn:
    """Ask for a number."""

    place: str


Move = Choose | Retract | TypeIn

Press = Literal["take", "more", "less"] | int
"""What was pressed on a line: take it, one more, one less, or a number of units."""


@frozen
class Held:
    """What the customer chose for a place that holds several.

    Attributes:
        counts: units by SKU or element.
        exact: whether that is all; otherwise the place may hold more.
    """

    counts: dict[str, int] = field(hash=False)
    exact: bool

    @classmethod
    def of(cls, choice: PlaceChoice | None) -> "Held":
        """What a choice says; nothing, and room for more, where there is none."""
        match choice:
            case SlotChoice(units=units, at_least=at_least):
                return cls({sku: quantity or 1 for sku, quantity in units}, not at_least)
            case OptionChoice(value=frozenset() as elements, at_least=at_least):
                return cls(dict.fromkeys(sorted(elements), 1), not at_least)
            case _:
                return cls({}, exact=False)

    def value(self, place: Place) -> object:
        """The choice as `Session.choose` takes it."""
        if isinstance(place, Slot):
            listed: list[object] = [
                {"component": sku, "quantity": count} for sku, count in self.counts.items() if count
            ]
        else:
            listed = [element for element, count in self.counts.items() if count]
        return listed if self.exact else {"includes": listed}


def choice_of(session: Session, place: str) -> PlaceChoice | None:
    """What the customer chose for a place, understood."""
    return next(
        (choice for each in session.given for choice in each.choices if place_of(choice) == place), None
    )


def holds_several(place: Place) -> bool:
    """Whether a place is a mixed slot or a set."""
    if isinstance(place, Slot):
        return place.cardinality.kind == "mixed"
    return isinstance(place.type, SetType)


# ---------------------------------------------------------------- lines


def offer_lines(session: Session, key: str) -> tuple[OfferLine, ...] | Unknown:
    """What a place can take, in catalog order, what is not possible among it.

    Of a place that is decided: what it could be changed to.
    """
    place = session.product.catalog.place_of[key]
    choice = choice_of(session, key)
    offers = _offers(session, place, choice)
    if isinstance(offers, Unknown):
        return offers
    match offers:
        case ValueOffers():
            return tuple(_value_lines(session, key, offers))
        case IdenticalOffers():
            return tuple(_identical_lines(session, key, offers))
        case MixedOffers():
            return tuple(_mixed_lines(session, key, offers))
        case SetOffers():
            return tuple(_set_lines(session, key, offers))
        case NumberOffers(intervals=intervals):
            return tuple(_number_lines(session, key, intervals))
        case AssemblyOffers(instances=instances):
            return tuple(_value_lines(session, key, there_or_not(instances[0]))) if instances else ()


def _offers(session: Session, place: Place, choice: PlaceChoice | None) -> PlaceOffers | Unknown:
    if choice is not None and not holds_several(place):
        return session.alternatives(place.key)
    held = Held.of(choice)
    if held.exact:
        # Beneath "no more than these" nothing could be added; shown is what could be without it.
        looser = evolve(held, exact=False)
        session = (
            session.choose({place.key: looser.value(place)}) if held.counts else session.retract(place.key)
        )
    options = session.options()
    return options if isinstance(options, Unknown) else options[place.key]


def _value_lines(session: Session, key: str, offers: ValueOffers) -> Iterator[OfferLine]:
    place, choice = session.product.catalog.place_of[key], choice_of(session, key)
    chosen = _chosen_value(place, choice)
    for offer in offers.offers:
        mine = choice is not None and offer.value == chosen
        yield OfferLine(
            key,
            "value",
            _mark(offer.state, mine=mine),
            value_in_words(offer.value),
            # Named as a component, a SKU that looks like a quantity or a list means itself.
            {"component": offer.value} if isinstance(place, Slot) and offer.value else offer.value,
            _title(session, place, offer.value),
            amount=int(mine),
            delta="" if mine else delta_in_words(offer.price_delta),
        )


def _identical_lines(session: Session, key: str, offers: IdenticalOffers) -> Iterator[OfferLine]:
    place, choice = session.product.catalog.place_of[key], choice_of(session, key)
    assert isinstance(place, Slot)
    units = dict(choice.units) if isinstance(choice, SlotChoice) else {}
    if place.cardinality.may_be_absent:
        mine = isinstance(choice, SlotChoice) and not choice.units
        state: OfferState = "free" if offers.absent else "excluded"
        delta = "" if mine else delta_in_words(offers.absent_delta)
        yield OfferLine(key, "value", _mark(state, mine=mine), NOTHING, amount=int(mine), delta=delta)
    for offer in offers.offers:
        yield _quantity_line(session, place, offer, units)


def _quantity_line(
    session: Session, place: Slot, offer: QuantityOffer, units: dict[str, int | None]
) -> OfferLine:
    mine = offer.component in units
    quantity = units.get(offer.component)
    room = "" if not offer.highest else f"{_range(offer.lowest, offer.highest)} x"
    return OfferLine(
        place.key,
        "quantity",
        _mark(offer.state, mine=mine),
        offer.component,
        {"component": offer.component},
        _title(session, place, offer.component),
        amount=quantity or 0,
        least=offer.lowest,
        most=offer.highest,
        note=f"{quantity} of {room}" if quantity else room,
        delta="" if mine else delta_in_words(offer.price_delta),
    )


def _mixed_lines(session: Session, key: str, offers: MixedOffers) -> Iterator[OfferLine]:
    place, held = session.product.catalog.place_of[key], Held.of(choice_of(session, key))
    yield from _exact_line(place, held)
    for offer in offers.offers:
        count = held.counts.get(offer.component, 0)
        room = "" if not offer.highest else f"up to {offer.highest}"
        yield OfferLine(
            key,
            "unit",
            _mark(offer.state, mine=bool(count)),
            offer.component,
            ComponentQuantity(offer.component, 1),
            _title(session, place, offer.component),
            amount=count,
            least=min(1, offer.highest),
            note=f"{count} of {room}" if count else room,
            delta="" if count else delta_in_words(offer.price_delta),
        )


def _set_lines(session: Session, key: str, offers: SetOffers) -> Iterator[OfferLine]:
    place, held = session.product.catalog.place_of[key], Held.of(choice_of(session, key))
    yield from _exact_line(place, held)
    for offer in offers.elements:
        count = held.counts.get(offer.element, 0)
        yield OfferLine(
            key,
            "element",
            _mark(_element_state(offer), mine=bool(count)),
            offer.element,
            offer.element,
            amount=count,
            delta="" if count else delta_in_words(offer.price_delta),
        )


def _exact_line(place: Place, held: Held) -> Iterator[OfferLine]:
    fewest = place.cardinality.minimum if isinstance(place, Slot) else place.minimum
    # What may not be empty is not offered to be.
    if held.counts or held.exact or not fewest:
        name = "no more than these" if held.counts else NOTHING
        mark: Mark = "chosen" if held.exact else "free"
        yield OfferLine(place.key, "exact", mark, name, [], amount=int(held.exact))


def _element_state(offer: ElementOffer) -> OfferState:
    match offer.state:
        case "must":
            return "forced"
        case "can":
            return "free"
        case "cannot":
            return "excluded"


def _number_lines(session: Session, key: str, intervals: Sequence[Interval]) -> Iterator[OfferLine]:
    place, choice = session.product.catalog.place_of[key], choice_of(session, key)
    assert not isinstance(place, Slot)
    assert place.range is not None
    unit = f" {place.range.unit.name}" if place.range.unit else ""
    chosen = _chosen_value(place, choice)
    alone = len(intervals) == 1 and intervals[0].low == intervals[0].high
    step = f"in steps of {format_number(place.range.step, place.range.unit)}"
    for each in intervals:
        low, high = value_in_words(each.low), value_in_words(each.high)
        mine = isinstance(chosen, int | Fraction) and each.low <= chosen <= each.high
        yield OfferLine(
            key,
            "number",
            "chosen" if mine else "forced" if alone else "free",
            f"{low if each.low == each.high else f'{low} to {high}'}{unit}",
            chosen if mine else each.low,
            note="" if each.low == each.high else step,
            amount=int(mine),
        )


def _mark(state: OfferState, *, mine: bool) -> Mark:
    """How a line is marked; what is the customer's own, is so, possible or not."""
    if mine:
        return "chosen"
    # Of a place that is decided nothing but what is chosen is told to be so.
    match state:
        case "default" | "forced" | "excluded":
            return state
        case "chosen" | "bundle" | "free":
            return "free"


def _chosen_value(place: Place, choice: PlaceChoice | None) -> PlaceValue:
    match choice:
        case SlotChoice(units=units):
            return units[0][0] if units else None
        case OptionChoice(value=value):
            assert not isinstance(place, Slot)
            if place.presence:
                return True if value is True else None
            return option_value(place, value)
        case None:
            return None


def title_of(session: Session, place: Place, sku: str) -> str:
    """A component's name for people, where it is another than its SKU; empty for what is no component."""
    found = session.product.catalog.component(place.family, sku) if isinstance(place, Slot) else None
    return found.title if found is not None and found.title != sku else ""


def _title(session: Session, place: Place, value: object) -> str:
    return title_of(session, place, value) if isinstance(value, str) else ""


def delta_in_words(delta: PriceDelta) -> str:
    """`+319.00 EUR`; empty where nothing is added up, `price not known` where no limit allowed it."""
    if isinstance(delta, Unknown):
        return "price not known"
    return "" if delta is None else signed(delta)


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


# ---------------------------------------------------------------- moves


def move_of(session: Session, line: OfferLine, press: Press) -> Move | None:
    """What a press on a line means; `None` where it means nothing. Taking what is chosen takes it back."""
    place = session.product.catalog.place_of[line.place]
    match line.kind:
        case "number":
            return TypeIn(line.place) if press == "take" else None
        case "value" if press == "take":
            return Retract(line.place) if line.amount else Choose(line.place, line.asked)
        case "quantity":
            return _quantity_move(line, press)
        case "unit" | "element" | "exact":
            return _several_move(place, Held.of(choice_of(session, line.place)), line, press)
        case _:
            return None


def _quantity_move(line: OfferLine, press: Press) -> Move | None:
    if press == "take":
        if line.mark == "chosen":
            return Retract(line.place)
        # Where there is just one quantity, it is said; otherwise it stays open.
        fixed = 0 < line.least == line.most
        value = {"component": line.name, "quantity": line.least} if fixed else {"component": line.name}
        return Choose(line.place, value)
    if press == "less":
        wanted = line.amount - 1
        if line.mark != "chosen":
            return None
        if wanted < 1:
            return Retract(line.place)
    else:
        wanted = (line.amount + 1 if line.amount else max(line.least, 1)) if press == "more" else press
    return Choose(line.place, {"component": line.name, "quantity": wanted}) if wanted else Retract(line.place)


def _several_move(place: Place, held: Held, line: OfferLine, press: Press) -> Move | None:
    if line.kind == "exact":
        return _settled(place, evolve(held, exact=not held.exact)) if press == "take" else None
    most = 1 if line.kind == "element" else None
    match press:
        case "take":
            # An element is toggled; of components each press adds one.
            wanted = 1 - line.amount if most else line.amount + 1
        case "more":
            wanted = line.amount + 1
        case "less":
            wanted = line.amount - 1
        case _:
            wanted = press
    if wanted < 0 or (most is not None and wanted > most):
        return None
    return _settled(place, evolve(held, counts={**held.counts, line.name: wanted}))


def _settled(place: Place, held: Held) -> Move:
    """What is held, chosen; nothing in particular leaves the place open."""
    held = evolve(held, counts={name: count for name, count in held.counts.items() if count})
    return Choose(place.key, held.value(place)) if held.counts or held.exact else Retract(place.key)
