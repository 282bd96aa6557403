"""What stands in each place and where it comes from: the lines of the list. Knows nothing of the screen."""

from collections.abc import Iterator, Mapping

from attrs import define, evolve, field, frozen

from configurator.catalog.choices import OptionChoice, place_of
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.cli.dialog.offers import OfferLine, choice_of, offer_lines, title_of
from configurator.configuration.completion import Completed
from configurator.configuration.domains import (
    AssemblyOffers,
    IdenticalOffers,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    SetOffers,
    ValueOffers,
    there_or_not,
)
from configurator.configuration.given_choices import lies_at
from configurator.configuration.model import ComponentQuantity, PlaceValue
from configurator.configuration.nested_choices import chosen_value
from configurator.configuration.offer_writing import Offers
from configurator.configuration.session import Provenance, Session
from configurator.configuration.telling import NOTHING, value_in_words
from configurator.engines.engine import Unknown

WORDS: Mapping[Provenance, str] = {
    "chosen": "you",
    "default": "default",
    "bundle": "bundle",
    "forced": "forced",
    "open": "open",
}
"""Where a value comes from, in a word."""


@frozen
class PlaceLine:
    """A place.

    Attributes:
        value: what stands in it; empty where it is open.
        asked: the same as reasons are asked about it; `None` where it is open, or decided to be empty.
        left: how many values it can take; 0 where that is not told.
        opened: whether its offers are shown beneath.
    """

    place: str
    title: str
    value: str
    name: str
    provenance: Provenance
    asked: PlaceValue = None
    left: int = 0
    opened: bool = False


@frozen
class NoteLine:
    """A remark in place of offers, or of all lines: why there are none."""

    place: str
    text: str


Line = PlaceLine | OfferLine | NoteLine


@frozen
class View:
    """What is shown of a session.

    Attributes:
        opened: the place whose offers are shown; empty for none.
        needle: only what holds this text, in every place; empty for no such search.
        everything: whether what is not possible is shown too.
    """

    opened: str = ""
    needle: str = ""
    everything: bool = True


@define
class Known:
    """What was found out about one session so far, for the screen.

    Attributes:
        completed: what completion gives; `None` until it is found, or where there is none.
        reasons: by place and name, what rules an offer out, in a few words.
    """

    session: Session
    completed: Completed | None = None
    reasons: dict[tuple[str, str], str] = field(factory=dict)
    _offers: dict[str, tuple[OfferLine, ...] | Unknown] = field(factory=dict)

    def offers(self, place: str) -> tuple[OfferLine, ...] | Unknown:
        """The offers of a place, found once."""
        if place not in self._offers:
            self._offers[place] = offer_lines(self.session, place)
        return self._offers[place]


# ---------------------------------------------------------------- lines


def lines_of(known: Known, view: View) -> tuple[Line, ...]:
    """The lines of the screen, in catalog order: each place, and the offers of those that are opened.

    May take long: it asks what each place can take.
    """
    lines = tuple(_lines(known, view))
    return lines or (NoteLine("", f"nothing holds `{view.needle}`"),)


def _lines(known: Known, view: View) -> Iterator[Line]:
    needle = view.needle.casefold()
    for place in shown_places(known.session):
        line = place_line(known, place)
        if needle:
            # A search opens every place in which it finds something.
            own = _found(needle, line.place, line.title, line.value)
            offers = _searched(known, place, needle)
            if own or offers:
                yield evolve(line, opened=bool(offers))
                yield from _shown(known, offers, view)
        elif place.key == view.opened:
            yield evolve(line, opened=True)
            found = known.offers(place.key)
            if isinstance(found, Unknown):
                yield NoteLine(place.key, f"not known: {found.reason}")
            else:
                shown = tuple(_shown(known, found, view))
                yield from shown or (NoteLine(place.key, "nothing is left"),)
        else:
            yield line


def _searched(known: Known, place: Place, needle: str) -> tuple[OfferLine, ...]:
    """The offers of a place that hold a text; those of other places are not even asked for."""
    if isinstance(place, Slot):
        texts = [(each.sku, each.title) for each in place.family.components]
    else:
        texts = [(value, "") for value in getattr(place.type, "values", None) or ()]
    if not any(_found(needle, *pair) for pair in texts):
        return ()
    offers = known.offers(place.key)
    if isinstance(offers, Unknown):
        return ()
    return tuple(offer for offer in offers if _found(needle, offer.name, offer.title))


def _found(needle: str, *texts: str) -> bool:
    return any(needle in text.casefold() for text in texts)


def _shown(known: Known, offers: tuple[OfferLine, ...], view: View) -> Iterator[OfferLine]:
    for offer in offers:
        if offer.mark != "excluded":
            yield offer
        elif view.everything:
            why = known.reasons.get((offer.place, offer.name), "")
            yield evolve(offer, note=f"not possible: {why}" if why else "not possible", delta="")


# ---------------------------------------------------------------- places


def shown_places(session: Session) -> Iterator[Place]:
    """Yield the places that are shown, in catalog order: those inside instances that are there.

    Of a list of instances also the first one that is not there and could be: choosing it adds one.
    """
    catalog, options = session.product.catalog, session.options()
    there: set[str] = set()
    could_be: set[str] = set()
    for place in catalog.places:
        if place.within is not None and place.within not in there:
            continue
        if isinstance(place, ProductOption) and place.presence:
            home = catalog.assembly_around(place.key)
            if _is_there(session, place.key, options):
                there.add(place.key)
            elif home.key in could_be:
                continue
            else:
                could_be.add(home.key)
        yield place


def _is_there(session: Session, presence: str, options: Offers | Unknown) -> bool:
    """Whether an instance is there as far as it is settled: chosen, by what is inside it too, or forced."""
    choice = choice_of(session, presence)
    if isinstance(choice, OptionChoice):
        return choice.value is True
    if any(lies_at(place_of(each), presence) for given in session.given for each in given.choices):
        return True
    if isinstance(options, Unknown):
        return False
    found = options[presence]
    return isinstance(found, AssemblyOffers) and any(
        each.state in {"forced", "bundle", "default"} for each in found.instances
    )


def _title(session: Session, place: Place) -> str:
    """The title of a place, indented by how many instances it lies in."""
    level, around = 0, session.product.catalog.instance_around(place.key)
    while around:
        level, around = level + 1, session.product.catalog.instance_around(around)
    title = place.title or place.key.rpartition(".")[2]
    return f"{'  ' * level}{title}" if level else place.title


def place_line(known: Known, place: Place) -> PlaceLine:
    """What stands in a place, as far as it is known."""
    session, title = known.session, _title(known.session, place)
    choice = choice_of(session, place.key)
    if choice is not None:
        value = chosen_value(place, choice)
        told = _value(value)
        if choice.at_least:
            told = f"{told} and perhaps more"
        return PlaceLine(place.key, title, told, _name(session, place, value), "chosen", value)
    options = session.options()
    offers = None if isinstance(options, Unknown) else options[place.key]
    left, forced = (0, ()) if offers is None else _left(offers)
    if forced:
        return PlaceLine(
            place.key,
            title,
            _value(forced[0]),
            _name(session, place, forced[0]),
            "forced",
            forced[0],
            1,
        )
    completed = known.completed
    if completed is not None and place.key in completed.defaults:
        # An instance that is not there is not among the places.
        value = dict(completed.places).get(place.key)
        name = _name(session, place, value)
        return PlaceLine(place.key, title, _value(value), name, "default", value, left)
    return PlaceLine(place.key, title, "", "", "open", None, left)


def _value(value: PlaceValue) -> str:
    return value_in_words(value) if value is not None else NOTHING


def _name(session: Session, place: Place, value: PlaceValue) -> str:
    """The name for people of the one component that a value holds."""
    match value:
        case ComponentQuantity(component=sku) | (ComponentQuantity(component=sku),):
            return title_of(session, place, sku)
        case str():
            return title_of(session, place, value)
        case _:
            return ""


def _left(offers: PlaceOffers) -> tuple[int, tuple[PlaceValue, ...]]:
    """How many values there are, 0 where they are not counted, and the value if it is the only one."""
    match offers:
        case ValueOffers(offers=values):
            possible = [each.value for each in values if each.state != "excluded"]
            return len(possible), tuple(possible) if len(possible) == 1 else ()
        case IdenticalOffers(offers=components, absent=absent):
            some = [each for each in components if each.state != "excluded"]
            if not some:
                return int(absent), (None,) if absent else ()
            alone = len(some) == 1 and not absent and some[0].lowest == some[0].highest
            only = ComponentQuantity(some[0].component, some[0].lowest)
            return len(some) + absent, (only,) if alone else ()
        case MixedOffers(offers=units):
            counts = [each for each in units if each.state != "excluded"]
            whole = tuple(ComponentQuantity(each.component, each.highest) for each in counts)
            settled = bool(counts) and all(each.state == "forced" for each in counts)
            return len(counts), (whole,) if settled else ()
        case NumberOffers(intervals=intervals):
            one = len(intervals) == 1 and intervals[0].low == intervals[0].high
            return 0, (intervals[0].low,) if one else ()
        case SetOffers(elements=elements):
            states = {each.state for each in elements}
            must = tuple(each.element for each in elements if each.state == "must")
            return 0, (must,) if "can" not in states and "must" in states else ()
        case AssemblyOffers(instances=instances):
            return _left(there_or_not(instances[0])) if instances else (0, ())
