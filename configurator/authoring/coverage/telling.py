"""Rule coverage in words: how much is decided, what is not, and where that stands."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from configurator.authoring.coverage.elements import MOST_ROWS, ElementKind
from configurator.authoring.coverage.report import ElementCoverage, RuleCoverage

KINDS: dict[ElementKind, tuple[str, str]] = {
    "rule": ("rule", "rules"),
    "table": ("table", "tables"),
    "row": ("row", "rows"),
    "resource": ("resource", "resources"),
    "range": ("range", "ranges"),
}
"""Each kind with its word for one and for several, in the order in which they are told."""


NOTHING = "nothing to cover"


def coverage_lines(name: str, coverage: RuleCoverage) -> Iterator[str]:
    """The coverage of a catalog: a line with the share, one for the kinds, one for whatever is not decided.

    Args:
        name: what the catalog is called.
        coverage: of it.
    """
    yield f"rule coverage of {name}: {share_in_words(coverage)}"
    kinds = tuple(_by_kind(coverage))
    if kinds:
        yield f"  {', '.join(kinds)}"
    open_ones = [each for each in coverage.elements if each.state != "decided"]
    rows = [(each.state, each.element.kind, each.element.id, line_of(each)) for each in open_ones]
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
    reasons: dict[str, None] = {}
    for row, each in zip(rows, open_ones, strict=True):
        told = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        yield f"  {told}  {row[3]}"
        reasons.update(dict.fromkeys(each.reasons))
    yield from (f"  undecided: {reason}" for reason in reasons)
    yield from (f"  {told}" for told in long_tables_told(coverage.long_tables))


def share_in_words(coverage: RuleCoverage) -> str:
    """`43 of 70 decided (61.4 %)`; `nothing to cover` where there is nothing."""
    if not coverage.elements:
        return NOTHING
    return f"{len(coverage.decided):,} of {len(coverage.elements):,} decided ({percent(coverage.share)})"


def percent(share: Fraction) -> str:
    """`61.4 %`, rounded down: 100.0 % is all of it."""
    tenths = share * 1000 // 1
    return f"{tenths // 10}.{tenths % 10} %"


def long_tables_told(tables: Sequence[str]) -> Iterator[str]:
    """A sentence for each table whose rows were not looked at one by one."""
    for key in tables:
        yield f"table `{key}` has more than {MOST_ROWS:,} rows: these are not looked at one by one"


def total_share(coverages: Iterable[RuleCoverage], *, at_best: bool = False) -> Fraction:
    """The share of several catalogs together; 1 where there is nothing to decide.

    Args:
        coverages: of each.
        at_best: whether what is undecided counts as decided.
    """
    found = tuple(coverages)
    every = sum(len(each.elements) for each in found)
    decided = sum(len(each.decided) + (len(each.undecided) if at_best else 0) for each in found)
    return Fraction(decided, every) if every else Fraction(1)


def total_in_numbers(coverages: Iterable[RuleCoverage]) -> float | None:
    """The share of several catalogs together, to four places; `None` where there is nothing to decide."""
    found = tuple(coverages)
    return round(float(total_share(found)), 4) if any(each.elements for each in found) else None


def total_in_words(coverages: Iterable[RuleCoverage]) -> str:
    """The share of several catalogs together, as a percentage."""
    found = tuple(coverages)
    return percent(total_share(found)) if any(each.elements for each in found) else NOTHING


def too_little(coverages: Iterable[RuleCoverage], least: Fraction) -> str:
    """`50.0 % is less than 92.5 %`, and whether what is undecided may be to blame; empty where it is enough.

    Args:
        coverages: of each catalog.
        least: the share of all together that is enough, from 0 to 1.
    """
    found = tuple(coverages)
    share = total_share(found)
    if share >= least:
        return ""
    # What is wanted is told as exactly as it was asked for: `50.0 % is less than 50.0 %` says nothing.
    told = f"{percent(share)} is less than {float(least * 100)} %"
    doubtful = total_share(found, at_best=True) >= least
    return f"{told}, and what is undecided might be enough" if doubtful else told


def line_of(covered: ElementCoverage) -> str:
    """`file:line` of an element."""
    return covered.element.location.rpartition(":")[0]


def _by_kind(coverage: RuleCoverage) -> Iterator[str]:
    """`rules 20 of 24`; kinds of which there are none are left out."""
    for kind, (_, several) in KINDS.items():
        states = [each.state for each in coverage.elements if each.element.kind == kind]
        if states:
            yield f"{several} {states.count('decided'):,} of {len(states):,}"
