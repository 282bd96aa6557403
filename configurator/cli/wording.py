"""Answers in words: values, conflicts and shortages as lines for people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from rich.text import Text

from configurator.availability.balances import Shortage
from configurator.catalog.choices import place_of
from configurator.catalog.model import Catalog
from configurator.cli.terminal import GAP, column_widths
from configurator.configuration.choices import read_choices
from configurator.configuration.pricing import Amount
from configurator.explanation.conflict import Conflict, describe_choice
from configurator.explanation.derivation import Derivation
from configurator.explanation.evidence import (
    DecisionEvidence,
    EffectivityEvidence,
    StockEvidence,
)
from configurator.explanation.telling import PERHAPS_FEWER, cause_in_words, conflict_heads

GOOD = "bold green"
BAD = "bold red"
DOUBTFUL = "bold yellow"
STRONG = "bold"
FAINT = "dim"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 rule`, `2 rules`, `50,240 configurations`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds_in_words(seconds: float) -> str:
    """`0.02 s`, `0.4 s`, `84 s`."""
    if seconds < 0.1:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def share_in_words(part: int, whole: int) -> str:
    """`8.0 %`; `less than 0.1 %` rather than a rounded nothing."""
    share = Fraction(part, whole) * 100 if whole else Fraction(0)
    if 0 < share < Fraction(1, 10):
        return "less than 0.1 %"
    return f"{float(share):.1f} %"


def moment_in_words(moment: datetime, now: datetime, zone: str) -> str:
    """`14:32 UTC`, with the day where it is not today's."""
    there, here = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    form = "%H:%M %Z" if there.date() == here.date() else "%Y-%m-%d %H:%M %Z"
    return there.strftime(form)


# ---------------------------------------------------------------- conflicts


def conflict_lines(
    catalog: Catalog, given: Mapping[str, object], conflicts: Sequence[Conflict]
) -> tuple[Text, ...]:
    """Each conflict: who says so, why, where; beneath it the choices that take part."""
    told = {place_of(choice): describe_choice(choice) for choice in read_choices(catalog, given)}
    return _conflict_lines(told, conflicts)


def nothing_valid_lines(conflict: Conflict) -> tuple[Text, ...]:
    """Why a catalog allows nothing at all, or stock builds nothing of it."""
    head = Text.assemble(("nothing at all is valid", BAD), " in this catalog, whatever is chosen:")
    if any(isinstance(each, StockEvidence) for each in conflict.evidence):
        head = Text.assemble(("nothing at all can be built", BAD), " of this catalog, whatever is chosen:")
    return (head, *_conflict_lines({}, [conflict]))


def _conflict_lines(told: Mapping[str, str], conflicts: Sequence[Conflict]) -> tuple[Text, ...]:
    heads = [conflict_heads(conflict) for conflict in conflicts]
    widths = column_widths([head[:2] for found in heads for head in found], 2)
    lines: list[Text] = []
    for conflict, found in zip(conflicts, heads, strict=True):
        lines.extend(_cause_line(*head, widths) for head in found)
        choices = " and ".join(_choices_told(told, conflict))
        proof = "" if conflict.minimal else PERHAPS_FEWER
        if len(found) > 1:
            choices = f"these leave nothing with {choices}" if choices else _nothing_left(conflict)
        if choices or proof:
            lines.append(Text(f"{GAP}{'':<{widths[0]}}{GAP}{choices}{proof}"))
    return tuple(lines)


def _nothing_left(conflict: Conflict) -> str:
    stock = any(isinstance(each, StockEvidence) for each in conflict.evidence)
    return "these leave nothing to build" if stock else "these cannot hold together"


def _choices_told(told: Mapping[str, str], conflict: Conflict) -> list[str]:
    """The choices that take part, those of bundles too."""
    decisions = [each.text for each in conflict.evidence if isinstance(each, DecisionEvidence)]
    if decisions:
        return decisions
    # What is not in force has no decisions: it is told by what was chosen for its place.
    bundled = [
        f"{each.place} = {each.component} (bundle {each.bundle})"
        for each in conflict.evidence
        if isinstance(each, EffectivityEvidence) and each.place and each.bundle
    ]
    return bundled or [told[path] for path in conflict.choices if path in told]


def _cause_line(name: str, message: str, places: str, widths: Sequence[int]) -> Text:
    # A long sentence pushes its own place to the right, not those of the others.
    head = f"{message:<{min(widths[1], LONGEST_MESSAGE)}}{GAP}" if places else message
    return Text.assemble(GAP, (f"{name:<{widths[0]}}", STRONG), GAP, head, (places, FAINT))


LONGEST_MESSAGE = 70
"""Columns to which messages are padded at most."""


def derivation_lines(derivation: Derivation, conflict: Conflict) -> tuple[Text, ...]:
    """Each step: who says so, why, where; beneath it what follows from what."""
    if not derivation.steps:
        return (_cause_line(*conflict_heads(conflict)[0], (0, 0)),)
    heads = [[cause_in_words(cause) for cause in step.by] for step in derivation.steps]
    widths = column_widths([head[:2] for found in heads for head in found], 2)
    lines = [Text(f"{GAP}suppose {derivation.supposed}")] if derivation.supposed else []
    for step, found in zip(derivation.steps, heads, strict=True):
        lines.extend(_cause_line(*head, widths) for head in found)
        lines.append(Text(f"{GAP}{GAP}{step.text}"))
    return tuple(lines)


def signed(amount: Amount) -> str:
    """`+310.00 EUR`, `-30.00 EUR`, `0.00 EUR`."""
    return f"+{amount.text}" if amount.number > 0 else amount.text


def not_possible(choices: int, conflicts: Sequence[Conflict], bundles: int = 0) -> Text:
    """`not possible: 3 choices, 1 bundle, 2 rules`."""
    rules = {rule for conflict in conflicts for rule in conflict.rules}
    expired = {key for conflict in conflicts if not conflict.choices for key in conflict.not_in_force}
    dated = {sku for conflict in conflicts for sku in conflict.not_in_force} - expired
    parts = [plural(choices, "choice")]
    if bundles:
        parts.append(plural(bundles, "bundle"))
    if rules:
        parts.append(plural(len(rules), "rule"))
    if dated:
        parts.append(f"{plural(len(dated), 'component')} not in force")
    if expired:
        parts.append(f"{plural(len(expired), 'bundle')} not in force")
    return Text.assemble(("not possible", BAD), f": {', '.join(parts)}")


# ---------------------------------------------------------------- stock


def shortage_in_words(shortage: Shortage, more: Sequence[str] = ()) -> str:
    """`short by 1 (wanted 2, free 1)`, or `unknown to stock (wanted 2)`.

    Args:
        shortage: where it names a place or a day, these are told.
        more: what else is known, such as `3 arrive on 2026-12-04`.
    """
    if not shortage.known:
        return f"unknown to stock (wanted {shortage.wanted:,})"
    short = shortage.wanted - shortage.free
    day = f" for {shortage.needed}" if shortage.needed else ""
    place = f" at {shortage.location}" if shortage.location else ""
    told = f"wanted {shortage.wanted:,}{day}{place}, free {shortage.free:,}"
    return f"short by {short:,} ({'; '.join([told, *more])})"


def shortages_in_words(shortages: Iterable[Shortage]) -> str:
    """All of them in one line: `GPU-4070 short by 1 (wanted 2, free 1); …`."""
    return "; ".join(f"{short.component} {shortage_in_words(short)}" for short in shortages)


def shortage_lines(
    shortages: Sequence[Shortage], particulars: Mapping[str, Sequence[str]] | None = None
) -> tuple[Text, ...]:
    """One line each, what is short first, then what stock has never heard of.

    Args:
        shortages: what is told.
        particulars: what else is known of components that are short.
    """
    width = max((len(short.component) for short in shortages), default=0)
    ordered = sorted(shortages, key=lambda short: not short.known)
    more = particulars or {}
    return tuple(
        Text.assemble(
            GAP,
            (f"{short.component:<{width}}", STRONG),
            " ",
            shortage_in_words(short, more.get(short.component, ())),
        )
        for short in ordered
    )
