"""Reasons, conflicts and ways out as lines of a panel. Knows nothing of the screen."""

from collections.abc import Iterator

from rich.text import Text

from configurator.catalog.structure import Place, Slot
from configurator.cli.dialog.offers import OfferLine
from configurator.cli.dialog.places import Line, PlaceLine
from configurator.cli.dialog.steps import Clashing, limits_of, question_of
from configurator.cli.terminal import GAP, printable
from configurator.cli.ways_out import HEADING, repair_lines
from configurator.cli.wording import (
    BAD,
    DOUBTFUL,
    FAINT,
    GOOD,
    STRONG,
    conflict_lines,
    derivation_lines,
    not_possible,
    plural,
    signed,
    value_in_words,
)
from configurator.configuration.completion import NotCompletable
from configurator.configuration.model import ComponentQuantity, PlaceValue
from configurator.configuration.reasons import (
    ByDefault,
    ChosenByCustomer,
    Excluded,
    Forced,
    NotForced,
    Possible,
    PriceReason,
    Why,
    WhyNot,
    why,
    why_not,
    why_price,
)
from configurator.configuration.session import DroppedChoice, Session
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError, SearchLimitError

MOST_OTHERS = 8
"""So many other values are named."""

Told = tuple[Text, ...]
"""Lines of a panel; texts of a catalog in them are made harmless."""


def tell_reason(session: Session, line: Line) -> Told:
    """Why a place holds what it holds, or why an offer stands as it does."""
    try:
        question = question_of(session)
        match line:
            case PlaceLine(provenance="open"):
                return _open(line)
            case PlaceLine(asked=asked):
                values = _one_by_one(session.product.catalog.place_of[line.place], asked)
                found: list[Why | WhyNot] = [
                    why(question, line.place, value, limits_of(session)) for value in values
                ]
            case OfferLine(kind="exact"):
                return (Text("With this, the place holds what is chosen and nothing else."),)
            case OfferLine(mark="excluded" | "free" | "default", asked=asked):
                found = [why_not(question, line.place, asked, limits_of(session))]
            case OfferLine(asked=asked):
                found = [why(question, line.place, asked, limits_of(session))]
            case _:
                return (Text(line.text),)
    except ChoiceError as error:
        return tuple(Text(printable(each)) for each in (*error.problems, *error.help))
    except SearchLimitError as stopped:
        return (_undecided(stopped.reason),)
    return tuple(told for reason in found for told in _reason_lines(reason))


def short_reason(session: Session, line: OfferLine) -> str:
    """What rules an offer out, in a few words: the ids of the rules, else the choices or the day."""
    try:
        found = why_not(question_of(session), line.place, line.asked, limits_of(session))
    except (ChoiceError, SearchLimitError):
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


def _reason_lines(found: Why | WhyNot) -> Iterator[Text]:
    match found:
        case Unknown(reason=reason):
            yield _undecided(reason)
        case Excluded(text=text, derivation=derivation, conflict=conflict, retreats=retreats):
            yield Text.assemble((printable(text), STRONG), " is ", ("impossible", BAD), " because")
            yield from _harmless(derivation_lines(derivation, conflict))
            for retreat in retreats:
                others = "" if retreat.others is None else f" ({plural(retreat.others, 'other value')})"
                yield Text(printable(f"drop `{retreat.text}` and it is possible again{others}"))
        case Forced(text=text, because=derivation, conflict=conflict):
            yield Text.assemble((printable(text), STRONG), " is ", ("forced", GOOD), " because")
            yield from _harmless(derivation_lines(derivation, conflict))
        case Possible(text=text, price_delta=delta, instead=instead):
            money = "" if delta is None else f": {signed(delta)}"
            yield Text.assemble((printable(text), STRONG), " is ", ("possible", GOOD), money)
            if instead:
                yield Text(printable(f"it takes the place of `{instead}`"))
        case ChosenByCustomer(text=text, choice=choice):
            yield Text.assemble(
                (printable(text), STRONG), " was ", ("chosen", GOOD), printable(f": `{choice}`")
            )
        case ByDefault(text=text, location=location):
            place = location.rpartition(":")[0]
            yield Text.assemble(
                (printable(text), STRONG),
                " is the ",
                ("default", GOOD),
                "; nothing forces it ",
                (place, FAINT),
            )
        case NotForced(text=text, others=others):
            named = ", ".join(value_in_words(each) for each in others[:MOST_OTHERS])
            more = f" and {len(others) - MOST_OTHERS} more" if len(others) > MOST_OTHERS else ""
            also = f"; possible also: {named}{more}" if others else ""
            yield Text(printable(f"{text} is not forced{also}"))


def _harmless(lines: tuple[Text, ...]) -> Iterator[Text]:
    for line in lines:
        told = line.copy()
        told.plain = printable(told.plain)
        yield told


def _undecided(reason: str) -> Text:
    return Text.assemble(("not decided", DOUBTFUL), printable(f": {reason}"))


def tell_clash(clash: Clashing) -> Told:
    """What speaks against choices, the ways out by number, and what choosing anyway would drop."""
    catalog = clash.before.product.catalog
    lines = [
        not_possible(len(clash.wanted), clash.conflicts),
        Text(),
        *_harmless(conflict_lines(catalog, clash.wanted, clash.conflicts)),
    ]
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
        found = why_price(question_of(session), "price", limits_of(session))
    except ChoiceError as error:
        return tuple(Text(printable(each)) for each in error.problems)
    except SearchLimitError as stopped:
        return (_undecided(stopped.reason),)
    match found:
        case Unknown(reason=reason):
            return (_undecided(reason),)
        case NotCompletable():
            return (Text.assemble(("nothing", BAD), " keeps the choices"),)
        case PriceReason(lines=lines, total=total):
            rows: list[tuple[str, str, str, str]] = [
                (
                    line.place or line.title,
                    value_in_words(line.value) if line.place else "",
                    line.amount.text,
                    line.provenance,
                )
                for line in lines
            ]
            rows.append(("total", "", total.text, ""))
            widths = [max(len(row[column]) for row in rows) for column in range(3)]
            return tuple(
                Text(
                    printable(
                        f"{row[0]:<{widths[0]}}{GAP}{row[1]:<{widths[1]}}{GAP}{row[2]:>{widths[2]}}{GAP}{row[3]}"
                    ).rstrip()
                )
                for row in rows
            )
