"""Offers in words: what a place can take, why not the rest, and why what is forced is."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from attrs import frozen

from configurator.cli.reasons_told import reason_in_short
from configurator.cli.terminal import GAP
from configurator.configuration.domains import (
    AssemblyOffers,
    IdenticalOffers,
    InstanceOffers,
    Interval,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    SetOffers,
    ValueOffers,
)
from configurator.configuration.offer_reasons import HasAvailability, OfferState
from configurator.configuration.outlook import Availability
from configurator.configuration.telling import NOTHING, value_in_words
from configurator.engines.engine import Unknown
from configurator.serialization import FindReason


def is_open(offers: PlaceOffers) -> bool:
    """Whether anything can be chosen for a place, nothing included."""
    match offers:
        case ValueOffers(offers=values):
            return any(each.state != "excluded" for each in values)
        case IdenticalOffers(offers=components, absent=absent):
            return absent or any(each.state != "excluded" for each in components)
        case MixedOffers(offers=mixed, fewest=fewest):
            # An empty mixed slot looks like one for which nothing is left, where it may be empty.
            return fewest > 0 or any(each.highest for each in mixed)
        case NumberOffers(intervals=intervals):
            return bool(intervals)
        case SetOffers(elements=elements):
            return any(element.state != "cannot" for element in elements)
        case AssemblyOffers(most=most):
            return most > 0


def offers_in_words(offers: PlaceOffers) -> str:
    """What a place can take, in one line."""
    match offers:
        case ValueOffers(offers=values):
            return ", ".join(value_in_words(each.value) for each in values if each.state != "excluded")
        case IdenticalOffers(offers=components, absent=absent):
            told = [
                f"{_range(each.lowest, each.highest)}x{each.component}" for each in components if each.highest
            ]
            return ", ".join([NOTHING, *told] if absent else told)
        case MixedOffers(offers=mixed, fewest=fewest, most=most):
            told = [f"up to {each.highest}x{each.component}" for each in mixed if each.highest]
            if not told:
                return NOTHING
            return f"{_range(fewest, most)} of: {', '.join(told)}"
        case NumberOffers(intervals=intervals):
            return ", ".join(_interval(each) for each in intervals)
        case SetOffers(elements=elements):
            kinds = {
                state: [each.element for each in elements if each.state == state]
                for state in ("must", "can", "cannot")
            }
            return "; ".join(f"{state}: {', '.join(found)}" for state, found in kinds.items() if found)
        case AssemblyOffers(fewest=fewest, most=most, repeated=True):
            return _range(fewest, most)
        case AssemblyOffers(fewest=fewest, most=most):
            return ", ".join(word for word, so in ((NOTHING, not fewest), ("yes", most)) if so)


def state_of(offers: PlaceOffers) -> str:
    """`  (chosen)` or `  (forced)` for a whole place, `  (default WAR-2)` for one value, else nothing."""
    told: list[tuple[str, str]] = []
    match offers:
        case ValueOffers(offers=values):
            told = [(each.state, value_in_words(each.value)) for each in values]
        case IdenticalOffers(offers=components):
            told = [(each.state, each.component) for each in components]
        case AssemblyOffers(instances=(instance,), repeated=False):
            told = [(instance.state, "yes")]
        case _:
            pass
    told = [each for each in told if each[0] != "excluded"]
    default = next((value for state, value in told if state == "default"), None)
    if default is not None:
        return f"{GAP}(default {default})"
    return f"{GAP}({told[0][0]})" if told and told[0][0] != "free" else ""


@frozen
class ReasonRow:
    """A line beneath a place: what of it is so, who says so, and what is said.

    Attributes:
        what: such as `not W14, W16`, all those of which the same is said.
    """

    what: str
    who: str
    said: str


Whys = Mapping[str, Sequence[ReasonRow]]
"""By place, in catalog order."""


def reason_rows(offers: PlaceOffers, find: FindReason) -> Iterator[ReasonRow]:
    """Yield why what is excluded is, and why what is forced is, in the order offered; equal ones as one."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for state, value, offer in _offers_one_by_one(offers):
        if state not in {"forced", "excluded"}:
            continue
        told = reason_in_short(find(offer))
        if told is not None:
            grouped.setdefault(("not" if state == "excluded" else "only", *told), []).append(value)
    for (sign, who, said), values in grouped.items():
        yield ReasonRow(f"{sign} {', '.join(values)}", who, said)


def availability_rows(offers: PlaceOffers, by: date | None = None) -> Iterator[ReasonRow]:
    """Yield of what cannot be built by a day from when on it can, the earliest first; equal ones as one.

    Args:
        offers: of a place, by the rules.
        by: the day; `None` for now.
    """
    grouped: dict[tuple[date, str], list[str]] = {}
    for state, value, offer in _offers_one_by_one(offers):
        if state == "excluded" or isinstance(offer, NumberOffers):
            continue
        match offer.availability:
            case Unknown(reason=reason):
                grouped.setdefault((date.max, f"not known: {reason}"), []).append(value)
            case Availability(when="from", day=date() as day) if by is None or day > by:
                grouped.setdefault((day, f"from {day}"), []).append(value)
            case Availability(when="none"):
                grouped.setdefault((date.max, "in nothing that can be built"), []).append(value)
            case _:
                pass
    for (_, said), values in sorted(grouped.items(), key=lambda each: each[0][0]):
        yield ReasonRow(f"not {'now' if by is None else f'by {by}'} {', '.join(values)}", "stock", said)


@frozen
class PlaceRow:
    """What a place can take, as one line of a page.

    Attributes:
        place: its whole path; of an instance what the paths of its places begin with.
        told: what it can take; of an instance whether it is there.
        state: see `state_of`.
        offers: of a place; `None` for an instance, which is an offer itself.
        level: how many instances it lies in.
    """

    place: str
    told: str
    state: str
    offers: PlaceOffers | None
    level: int = 0


def place_rows(place: str, offers: PlaceOffers, level: int = 0) -> Iterator[PlaceRow]:
    """A row for a place; of an assembly then one for each instance that is told, and for what is inside.

    Of instances of which nothing is said the first stands for all.
    """
    yield PlaceRow(place, offers_in_words(offers), state_of(offers), offers, level)
    if not isinstance(offers, AssemblyOffers):
        return
    open_ones = [each.path for each in offers.instances if each.state == "free"]
    for instance in offers.distinct:
        if instance.state == "excluded":
            continue
        if offers.repeated:
            yield PlaceRow(instance.path, *_instance_told(instance, open_ones), None, level + 1)
        inner = level + 2 if offers.repeated else level + 1
        for name, inside in instance.items():
            yield from place_rows(f"{instance.path}.{name}", inside, inner)


def _instance_told(instance: InstanceOffers, open_ones: Sequence[str]) -> tuple[str, str]:
    told = f"{NOTHING}, yes" if instance.absent else "yes"
    if instance.state != "free":
        return told, f"{GAP}({instance.state})"
    others = [path for path in open_ones if path != instance.path]
    if not others:
        return told, ""
    alike = f"{others[0]} is" if len(others) == 1 else f"{others[0]} to {others[-1]} are"
    return told, f"{GAP}({alike} alike)"


def _offers_one_by_one(
    offers: PlaceOffers,
) -> Iterator[tuple[OfferState, str, HasAvailability | NumberOffers]]:
    """Yield the state of each offer, what it is in words, and the offer."""
    match offers:
        case ValueOffers(offers=values):
            yield from ((each.state, value_in_words(each.value), each) for each in values)
        case IdenticalOffers(offers=components, nothing=nothing):
            yield nothing.state, NOTHING, nothing
            yield from ((each.state, each.component, each) for each in components)
        case MixedOffers(offers=mixed):
            yield from ((each.state, each.component, each) for each in mixed)
        case NumberOffers(intervals=intervals):
            yield "forced", _interval(intervals[0]) if intervals else "", offers
        case SetOffers(elements=elements):
            states: dict[str, OfferState] = {"must": "forced", "cannot": "excluded"}
            yield from ((states.get(each.state, "free"), each.element, each) for each in elements)
        case AssemblyOffers(instances=instances):
            yield from ((each.state, each.path, each) for each in instances)


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


def _interval(interval: Interval) -> str:
    low, high = value_in_words(interval.low), value_in_words(interval.high)
    return low if low == high else f"{low}..{high}"
