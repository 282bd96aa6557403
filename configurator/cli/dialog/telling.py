"""Reasons, conflicts and ways out as lines of a panel. Knows nothing of the screen."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from configurator.catalog.structure import Place, Slot
from configurator.cli.dialog.facts import count_in_words
from configurator.cli.dialog.offers import OfferLine
from configurator.cli.dialog.places import Line, PlaceLine
from configurator.cli.dialog.steps import Clashing
from configurator.cli.reasons_told import price_lines, reason_lines, undecided_line
from configurator.cli.terminal import printable
from configurator.cli.ways_out import HEADING, repair_lines
from configurator.cli.wording import conflict_lines, not_possible, plural
from configurator.configuration.model import ComponentQuantity, PlaceValue
from configurator.configuration.reasons import Excluded, Possible, Why, WhyNot
from configurator.configuration.session import DroppedChoice, Session
from configurator.configuration.telling import value_in_words
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError

Told = tuple[Text, ...]
"""Lines of a panel; texts of a catalog in them are made harmless."""


def tell_reason(session: Session, line: Line) -> Told:
    """Why a place holds what it holds, or why an offer stands as it does."""
    found: list[Why | WhyNot]
    try:
        match line:
            case PlaceLine(provenance="open"):
                return _open(line)
            case PlaceLine(asked=asked):
                values = _one_by_one(session.product.catalog.place_of[line.place], asked)
                found = [session.why(line.place, value) for value in values]
            case OfferLine(kind="exact"):
                return (Text("With this, the place holds what is chosen and nothing else."),)
            case OfferLine(mark="excluded" | "free" | "default", asked=asked):
                found = [session.why_not(line.place, asked)]
            case OfferLine(asked=asked):
                found = [session.why(line.place, asked)]
            case _:
                return (Text(line.text),)
    except ChoiceError as error:
        return _misread(error)
    return tuple(told for reason in found for told in _harmless(reason_lines(reason)))


def _misread(error: ChoiceError) -> Told:
    return tuple(Text(printable(each)) for each in (*error.problems, *error.help))


def short_reason(session: Session, line: OfferLine) -> str:
    """What rules an offer out, in a few words: the ids of the rules, else the choices or the day."""
    try:
        found = session.why_not(line.place, line.asked)
    except ChoiceError:
        return ""
    if isinstance(found, Possible) and found.instead:
        return "beside what is chosen"
    if not isinstance(found, Excluded):
        return ""
    conflict = found.conflict
    if conflict.rules:
        return printable(", ".join(conflict.rules))
    if conflict.not_in_force:
        return "not in force"
    return printable(", ".join(place for place in conflict.choices if place != line.place))


def _open(line: PlaceLine) -> Told:
    left = f": {plural(line.left, 'value')} to choose from" if line.left else ""
    return (Text(printable(f"`{line.place}` is open{left}")),)


def _one_by_one(place: Place, value: PlaceValue) -> list[object]:
    """What is asked about: of several components or elements each by itself."""
    match value:
        case ():
            return [[]]
        case tuple():
            return [
                ComponentQuantity(e.component, 1) if isinstance(e, ComponentQuantity) else e for e in value
            ]
        case str() if isinstance(place, Slot):
            # A SKU may look like a quantity or a list; named as a component it means itself.
            return [{"component": value}]
        case _:
            return [value]


def _harmless(lines: Iterable[Text]) -> Iterator[Text]:
    for line in lines:
        told = line.copy()
        told.plain = printable(told.plain)
        yield told


def clash_title(clash: Clashing) -> Text:
    """`not possible: 3 choices, 2 rules`."""
    return not_possible(len(clash.wanted), clash.conflicts)


def tell_clash(clash: Clashing) -> Told:
    """What speaks against choices, the ways out by number, and what choosing anyway would drop."""
    catalog = clash.before.product.catalog
    lines = [*_harmless(conflict_lines(catalog, clash.wanted, clash.conflicts))]
    if clash.ways_out:
        lines += [Text(), Text(HEADING), *_harmless(repair_lines(clash.ways_out))]
    elif clash.anyway is None:
        lines += [Text(), Text("no change of the other choices helps")]
    if clash.anyway is not None:
        lines += [
            Text(),
            Text(printable(f"x chooses it anyway and {dropped_in_words(clash.anyway.dropped)}")),
        ]
    return tuple(lines)


def dropped_in_words(dropped: tuple[DroppedChoice, ...]) -> str:
    """`drops gpu = GPU-4090`."""
    told = [f"{each.place} = {given_in_words(each.value)}" for each in dropped]
    return f"drops {' and '.join(told)}" if told else "drops nothing"


def given_in_words(value: object) -> str:
    """A choice as it was given, in short."""
    match value:
        case {"includes": inner}:
            return given_in_words(inner)
        case {"component": component, "quantity": quantity}:
            return f"{quantity}x{component}"
        case {"component": component}:
            return str(component)
        case list() | tuple():
            return ",".join(given_in_words(each) for each in value) or "none"
        case ComponentQuantity() | None | bool():
            return value_in_words(value)
        case _:
            return str(value)


def tell_price(session: Session) -> Told:
    """Why the cheapest completion costs what it costs, place by place."""
    try:
        found = session.why_price()
    except ChoiceError as error:
        return _misread(error)
    return tuple(_harmless(price_lines(found)))


def tell_count(session: Session) -> Told:
    """How many configurations are left, to the last digit as far as anybody could read them."""
    count = session.count()
    if isinstance(count, Unknown):
        return tuple(_harmless((undecided_line(count),)))
    return (Text(count_in_words(count.value, READABLE)),)


READABLE = 10**4000
"""Python itself refuses to write out much more."""
