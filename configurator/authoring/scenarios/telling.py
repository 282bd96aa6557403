"""What came of scenarios in plain words: what was expected, what was got, and what decided."""

from collections.abc import Iterable, Iterator

from configurator.authoring.scenarios.outcomes import (
    Compared,
    ExpectationOutcome,
    Ruling,
    ScenarioOutcome,
    State,
)
from configurator.diagnostics.rendering import terminal_columns

HEADS: dict[State, str] = {"failed": "FAIL", "undecided": "UNDECIDED"}
"""How a scenario that did not pass is announced."""

INDENT = "     "
PLACE_COLUMN = 72
"""Where the places of failed scenarios stand, unless a title is longer."""
_GAP = "  "


def block_head(outcome: ScenarioOutcome) -> tuple[str, str]:
    """`FAIL "office PC"` padded to the column of places, and the place, of one that did not pass."""
    head = f'{HEADS[outcome.state]} "{outcome.title}"'
    return f"{head:<{PLACE_COLUMN}}", line_of(outcome.location)


def block_lines(outcome: ScenarioOutcome) -> Iterator[str]:
    """What stands beneath the head: the details of each expectation that was not met."""
    for expectation in outcome.expectations:
        if expectation.state != "passed":
            yield from (f"{INDENT}{line}" for line in details(expectation))


def in_short(outcome: ScenarioOutcome) -> str:
    """`expected valid, got invalid; …`: every expectation that was not met, on one line."""
    bad = (each for each in outcome.expectations if each.state != "passed")
    return "; ".join(f"expected {each.expected}, got {each.got}" for each in bad)


def details(outcome: ExpectationOutcome) -> Iterator[str]:
    """What was expected and got, and beneath it what decided."""
    yield f"expected: {outcome.expected}"
    yield f"got:      {outcome.got}"
    told = _compared(each for each in outcome.compared if f"{each.path} = {each.value}" not in outcome.got)
    if told:
        yield f"where:    {told}"
    broken = [each for each in outcome.rulings if not each.holds]
    widths = [
        max((terminal_columns(text) for text in column), default=0)
        for column in ([each.name for each in broken], [each.message for each in broken])
    ]
    for ruling in broken:
        texts = (ruling.name, ruling.message)
        cells = [
            text + " " * (width - terminal_columns(text)) for text, width in zip(texts, widths, strict=True)
        ]
        yield _GAP.join([*cells, line_of(ruling.location)]).rstrip()
        if ruling.compared:
            yield f"{'':<{widths[0]}}{_GAP}{_compared(ruling.compared)}"
    yield from (_holding(each) for each in outcome.rulings if each.holds)
    yield from outcome.notes


def line_of(location: str) -> str:
    """`file:line` of `file:line:column`."""
    return location.rpartition(":")[0]


def _holding(ruling: Ruling) -> str:
    told = _compared(ruling.compared)
    return f"{ruling.name} holds{': ' if told else ''}{told}{_GAP}{line_of(ruling.location)}"


def _compared(found: Iterable[Compared]) -> str:
    return ", ".join(f"{each.path} = {each.value}" for each in found)
