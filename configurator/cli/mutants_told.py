"""What came of mutants in words."""

from collections.abc import Iterator

from rich.text import Text

from configurator.authoring.mutation.outcomes import (
    EquivalentMutant,
    KilledMutant,
    MutantReport,
    MutationReport,
    SurvivingMutant,
    UndecidedMutant,
)
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, plural, seconds_in_words

KINDS = {
    "lost": "valid, and the mutant refuses it",
    "gained": "invalid, and the mutant allows it",
    "silenced": "warned of, and the mutant says nothing",
}
"""How the witness of a survivor fares."""


def survivor_lines(found: MutationReport) -> Iterator[Text]:
    """A block for each survivor that nobody explains: what was changed, and what shows it."""
    for each in found.survived:
        assert isinstance(each.outcome, SurvivingMutant)
        yield Text.assemble(("SURVIVED", BAD), f" {each.mutant.id}", (f"  {each.mutant.location}", FAINT))
        yield from _changed(each)
        yield Text(f"     {KINDS[each.outcome.kind]}: a scenario could expect `{each.outcome.says}` of")
        yield from (Text(f"       {line}", FAINT) for line in _choices(each.outcome))
        yield Text("")


def _changed(found: MutantReport) -> Iterator[Text]:
    mutant = found.mutant
    yield Text(f"     was: {mutant.before}")
    yield Text(f"     now: {mutant.after or 'left out'}")


def _choices(outcome: SurvivingMutant) -> Iterator[str]:
    """What the scenario chooses, as it is written."""
    for line in outcome.scenario.splitlines()[1:-1]:
        if not line.strip().startswith("expect"):
            yield line.removeprefix("  ")


def other_lines(found: MutationReport) -> Iterator[Text]:
    """What was not decided, why, once for each reason; and explanations that explain nothing."""
    reasons: dict[str, int] = {}
    for each in found.undecided:
        assert isinstance(each.outcome, UndecidedMutant)
        reasons[each.outcome.reason] = reasons.get(each.outcome.reason, 0) + 1
    for reason, number in reasons.items():
        yield Text(f"not decided: {plural(number, 'mutant')}: {reason}", DOUBTFUL)
    for stale in found.stale:
        why = "there is no such mutant" if stale.why == "unknown" else f"it is {stale.why}"
        yield Text(f"explained for nothing: {stale.explanation.mutant}: {why}", DOUBTFUL)


def summary(found: MutationReport, elapsed: float) -> Text:
    """`43 mutants: 30 killed, 3 survived, 2 equivalent; score 90.9 % in 4.1 s`."""
    numbers = {
        "killed": len(found.killed),
        "survived": len(found.survived),
        "explained": len(found.explained),
        "undecided": len(found.undecided),
        "equivalent": len(found.equivalent),
    }
    told = ", ".join(f"{number:,} {state}" for state, number in numbers.items() if number) or "nothing"
    style = BAD if found.survived else DOUBTFUL if found.undecided else GOOD
    score = f"; score {percent(found)} in {seconds_in_words(elapsed)}"
    return Text.assemble(f"{plural(len(found), 'mutant')}: ", (told, style), score)


def percent(found: MutationReport) -> str:
    """The score, rounded down: only what is 100 % reads so."""
    tenths = found.score * 1000 // 1
    return f"{tenths // 10}.{tenths % 10} %"


def listed_lines(found: MutationReport) -> Iterator[Text]:
    """A line for each mutant that does not survive unexplained: what came of it, and how that is known."""
    for each in found:
        match each.outcome:
            case KilledMutant(scenario=title):
                yield _line("killed", GOOD, each, f"by {title}")
            case EquivalentMutant(why=why):
                yield _line("equivalent", FAINT, each, why)
            case SurvivingMutant(explained=str() as because):
                yield _line("explained", FAINT, each, because)
            case _:
                pass


def _line(state: str, style: str, found: MutantReport, why: str) -> Text:
    return Text.assemble((f"{state:<10}", style), f" {found.mutant.id}", (f"  {why}", FAINT))
