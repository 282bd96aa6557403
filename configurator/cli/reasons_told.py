"""Reasons in words: why, why not and why this price, as lines for people."""

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from configurator.cli.terminal import aligned, column_widths
from configurator.cli.wording import (
    BAD,
    DOUBTFUL,
    FAINT,
    GOOD,
    STRONG,
    derivation_lines,
    nothing_valid_lines,
    plural,
    signed,
)
from configurator.configuration.completion import NotCompletable
from configurator.configuration.offer_reasons import OfferReason
from configurator.configuration.reasons import (
    ByDefault,
    ChosenByCustomer,
    Excluded,
    Forced,
    NotForced,
    Possible,
    PriceLine,
    PriceReason,
    Why,
    WhyNot,
)
from configurator.configuration.telling import value_in_words
from configurator.engines.engine import Unknown
from configurator.explanation.evidence import RuleEvidence, StockEvidence
from configurator.explanation.telling import Head, cause_in_words, conflict_heads

MOST_OTHERS = 8
"""So many other values are named."""


def reason_lines(found: Why | WhyNot) -> Iterator[Text]:
    """Yield what answers a "why" or "why not": the answer, what it rests on, and what could be done."""
    match found:
        case Unknown():
            yield undecided_line(found)
        case Excluded(derivation=derivation, conflict=conflict, retreats=retreats):
            if found.nothing_valid is not None:
                yield from nothing_valid_lines(found.nothing_valid)
                if conflict == found.nothing_valid:
                    yield _head(found.text, " is ", ("impossible", BAD), " too")
                    return
            yield _head(found.text, " is ", ("impossible", BAD), " because")
            yield from derivation_lines(derivation, conflict)
            for retreat in retreats:
                others = "" if retreat.others is None else f" ({plural(retreat.others, 'other value')})"
                yield Text(f"drop `{retreat.text}` and it is possible again{others}")
        case Forced(because=derivation, conflict=conflict):
            yield _head(found.text, " is ", ("forced", GOOD), " because")
            yield from derivation_lines(derivation, conflict)
        case Possible(price_delta=delta, instead=instead):
            money = "" if delta is None else f": {signed(delta)}"
            yield _head(found.text, " is ", ("possible", GOOD), money)
            if instead:
                yield Text(f"it takes the place of `{instead}`")
        case ChosenByCustomer(text=text, choice=choice):
            # A choice may say more or less than the value asked about; what is the same is said once.
            yield _head(text, " was ", ("chosen", GOOD), "" if choice == text else f": `{choice}`")
        case ByDefault(location=location):
            place = location.rpartition(":")[0]
            yield _head(found.text, " is the ", ("default", GOOD), "; nothing forces it ", (place, FAINT))
        case NotForced(others=others):
            told = ", ".join(value_in_words(each) for each in others[:MOST_OTHERS])
            more = f" and {len(others) - MOST_OTHERS} more" if len(others) > MOST_OTHERS else ""
            also = f"; possible also: {told}{more}" if others else ""
            yield _head(found.text, f" is not forced{also}")


def reason_in_short(reason: OfferReason) -> tuple[str, str] | None:
    """Who says that something is excluded or forced, and what is said, for one line; otherwise `None`.

    The values it is about are left out; of several rules all names and sentences are told.
    """
    match reason:
        case Excluded(conflict=conflict):
            return _names_and_sentences(conflict_heads(conflict))
        case Forced(conflict=conflict):
            # The sentence of the conflict says no more than that nothing else is left.
            blamed = [each for each in conflict.evidence if isinstance(each, RuleEvidence | StockEvidence)]
            return _names_and_sentences([cause_in_words(each) for each in blamed] or conflict_heads(conflict))
        case Possible(instead=choice):
            return "choices", f"`{choice}` is chosen"
        case Unknown(reason=why):
            return "not decided", why
        case ChosenByCustomer() | ByDefault() | NotForced() | None:
            return None


def _names_and_sentences(heads: Sequence[Head]) -> tuple[str, str]:
    sentences = dict.fromkeys(sentence for _, sentence, _ in heads if sentence)
    return ", ".join(name for name, _, _ in heads), "; ".join(sentences)


def _head(text: str, *more: str | tuple[str, str]) -> Text:
    return Text.assemble((text, STRONG), *more)


def undecided_line(found: Unknown) -> Text:
    """`not decided: the time limit of 5 s was reached`."""
    return Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")


def _nothing_more(_: PriceLine) -> str:
    return ""


def price_lines(
    found: PriceReason | NotCompletable | Unknown, remark: Callable[[PriceLine], str] = _nothing_more
) -> tuple[Text, ...]:
    """Where a price comes from: a line for each place, then the total.

    Args:
        found: the answer.
        remark: what else there is to say of a line, at its end.
    """
    match found:
        case Unknown():
            return (undecided_line(found),)
        case NotCompletable():
            return (Text.assemble(("nothing", BAD), " keeps the choices"),)
        case PriceReason(lines=lines, total=total):
            rows: list[tuple[str, str, str, str, str]] = [
                (
                    line.place or line.title,
                    value_in_words(line.value) if line.place else "",
                    line.amount.text,
                    line.provenance,
                    remark(line),
                )
                for line in lines
            ]
            rows.append(("total", "", total.text, "", ""))
            width = max(len(row[2]) for row in rows)
            shown = [(*row[:2], row[2].rjust(width), *row[3:]) for row in rows]
            return tuple(Text(line) for line in aligned(shown, column_widths(shown, 5)))
