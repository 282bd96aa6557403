"""Running a scenario: each expectation is asked like a customer's question, and told with what decided it.

| Expectation                         | Passes where                                                         |
|-------------------------------------|----------------------------------------------------------------------|
| `valid`                             | a valid configuration keeps the choices                              |
| `invalid`                           | none does                                                            |
| `invalid because a, b`              | and each of these is in a minimal conflict; with `only`, no other is |
| `available`                         | stock can build one of the valid ones                                |
| `unavailable`                       | there are valid ones, and stock can build none of them               |
| `unavailable "SKU"`                 | and the stock of that component is in a minimal conflict             |
| `forced`, `always`                  | true of all valid ones                                               |
| `impossible`, `never`               | true of none of them                                                 |
| `completes`, `warning`, expressions | true of the one that completes the choices                           |
| `solutions`                         | there are so many valid ones                                         |

Where nothing keeps the choices, `invalid` and `solutions` alone can pass: whatever else is said of no
configurations says nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from attrs import evolve

from configurator.authoring.scenarios.asked import AskedScenario
from configurator.authoring.scenarios.blame import blamed
from configurator.authoring.scenarios.outcomes import (
    ExpectationOutcome,
    NumberUpdate,
    Ruling,
    ScenarioOutcome,
)
from configurator.authoring.scenarios.rulings import (
    broken,
    kept,
    not_in_force,
    place_value,
    rulings,
    told_completion,
    told_places,
    what_excludes,
)
from configurator.authoring.scenarios.told_values import compared_values
from configurator.authoring.scenarios.truths import Wanted, none_of
from configurator.availability.balances import Shortage
from configurator.catalog.applied_bundles import bundles_price, with_price
from configurator.catalog.choices import place_of
from configurator.catalog.evaluation import Chosen, evaluate, truth
from configurator.catalog.expectations import (
    Expectation,
    ExpectedConflict,
    ExpectedCount,
    ExpectedNumber,
    ExpectedShortage,
    ExpectedTruth,
    ExpectedValue,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog.rules import Resource, Rule, VariantTable
from configurator.catalog.source_words import source_words
from configurator.catalog.values import format_number
from configurator.configuration.enumeration import count_configurations
from configurator.configuration.product import PreparedProduct
from configurator.configuration.validation import Invalid, notices
from configurator.csp.negation import Alternative
from configurator.csp.semantics import holds
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.engines.engine import SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import Conflict, SwitchedCase, choice_part, describe_choice
from configurator.explanation.evidence import Fact
from configurator.lowering.intervals import interval_in_force

FindProduct = Callable[[SearchLimits], PreparedProduct]
"""Gives the product on the scenario's day."""

_COMPARE: dict[str, Callable[[int, int], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def run_scenario(
    scenario: Scenario, as_of: date, find_product: FindProduct, limits: SearchLimits
) -> ScenarioOutcome:
    """Run a scenario on a day.

    Args:
        scenario: of the catalog that the product is of.
        as_of: the day.
        find_product: gives the product on that day; asked within the limits.
        limits: of the whole scenario; what they stop is undecided.
    """
    if scenario.todo:
        return ScenarioOutcome(scenario, as_of, ())
    begun = limits.now()
    try:
        asked = AskedScenario.of(scenario, find_product(limits), limits)
    except SearchLimitError as stopped:
        outcomes = tuple(_undecided(each, stopped.reason) for each in scenario.expectations)
    else:
        price = bundles_price(asked.product.bundles)
        outcomes = tuple(_outcome(asked, with_price(each, price)) for each in scenario.expectations)
    return ScenarioOutcome(scenario, as_of, outcomes, limits.now() - begun)


def undated(
    scenarios: Iterable[Scenario], catalog: Catalog, as_of: date | None, today: Callable[[], date]
) -> Iterator[Diagnostic]:
    """That scenarios were run on a day that nobody chose, told at the first; a hint if no day matters."""
    found = [each for each in scenarios if each.day is None and not each.todo]
    if not found or as_of is not None or catalog.tested_on is not None:
        return
    always = interval_in_force(catalog, today()) == (None, None)
    message = f"no day is given for {'this scenario' if len(found) == 1 else f'{len(found)} scenarios'}"
    yield Diagnostic(
        "W0610",
        Severity.HINT if always else Severity.WARNING,
        f"{message}: run as of today, {today()}",
        found[0].title_span,
        help=("write `tested on DATE` into the head of the catalog, or ask with `--as-of DATE`",),
    )


def expected_words(expectation: Expectation) -> str:
    """An expectation as it is written, on one line."""
    return source_words(expectation.span.text)


def _outcome(asked: AskedScenario, expectation: Expectation) -> ExpectationOutcome:
    try:
        found = _found(asked, expectation)
    except SearchLimitError as stopped:
        return _undecided(expectation, stopped.reason)
    return evolve(found, expected=expected_words(expectation), span=expectation.span)


def _undecided(expectation: Expectation, reason: str) -> ExpectationOutcome:
    return ExpectationOutcome(
        f"not decided: {reason}", "undecided", expected=expected_words(expectation), span=expectation.span
    )


def _passed(got: str) -> ExpectationOutcome:
    return ExpectationOutcome(got, "passed")


def _found(asked: AskedScenario, expectation: Expectation) -> ExpectationOutcome:
    """What came of an expectation, yet without what was expected."""
    if isinstance(expectation, ExpectedCount):
        return _count(asked, expectation)
    verdict = asked.verdict
    if isinstance(verdict, Unknown):
        raise SearchLimitError(verdict.reason)
    if isinstance(expectation, ExpectedConflict):
        if not isinstance(verdict, Invalid):
            return _not_invalid(asked, expectation)
        return _reasons(asked, expectation, verdict) if expectation.because else _passed(_invalid(verdict))
    if isinstance(verdict, Invalid):
        return ExpectationOutcome(_invalid(verdict), "failed", rulings=rulings(asked, verdict.conflicts))
    match expectation:
        case ExpectedVerdict(kind="valid"):
            return _passed("valid")
        case ExpectedVerdict():
            return _availability(asked)
        case ExpectedShortage():
            return _shortage(asked, expectation)
        case ExpectedValue():
            return _value(asked, expectation)
        case ExpectedWarning():
            return _warning(asked, expectation)
        case ExpectedTruth():
            return _truth(asked, expectation)


def _count(asked: AskedScenario, expectation: ExpectedCount) -> ExpectationOutcome:
    """`solutions = 68`."""
    found = count_configurations(asked.question, asked.limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    got = f"solutions = {found.value}"
    if _COMPARE[expectation.operator](found.value, expectation.count):
        return _passed(got)
    why: tuple[Ruling, ...] = ()
    if not found.value and isinstance(asked.verdict, Invalid):
        why = rulings(asked, asked.verdict.conflicts)
    number = NumberUpdate("solutions", expectation.number.text, str(found.value), expectation.number)
    updates = (number,) if expectation.operator == "=" else ()
    return ExpectationOutcome(got, "failed", rulings=why, updates=updates)


# ---------------------------------------------------------------- invalid


def _not_invalid(asked: AskedScenario, expectation: ExpectedConflict) -> ExpectationOutcome:
    """What was expected to be invalid is not: which rules hold, and an example."""
    found = (kept(asked, key) for key in expectation.because)
    example = asked.example(())
    assert example is not None
    return ExpectationOutcome(
        "valid",
        "failed",
        rulings=tuple(each for each in found if each is not None),
        notes=(*not_in_force(asked, expectation.because), *told_places(asked, example)),
    )


def _reasons(asked: AskedScenario, expectation: ExpectedConflict, verdict: Invalid) -> ExpectationOutcome:
    """Whether the rules named are to blame, and with `only` no others."""
    switched = SwitchedCase.of(asked.case, asked.limits)
    restrictions = {
        member.key: (number, member)
        for number, member in enumerate(switched.members)
        if isinstance(member, Rule | VariantTable | Resource)
    }
    named = [restrictions[key][0] for key in expectation.because if key in restrictions]
    others = [number for key, (number, _) in restrictions.items() if key not in expectation.because]
    unwanted = others if expectation.only else []
    blame = blamed(switched.problem, switched.by_blame, named, asked.limits, unwanted=unwanted)
    ids = [key for key, (number, _) in restrictions.items() if number in blame.parts]
    missing = [key for key in expectation.because if key not in ids]
    more = [key for key in ids if key not in expectation.because] if expectation.only else []
    # What was found stays found; only "not among them" and "no other" need the whole search.
    if not missing and not more and not (expectation.only and blame.stopped):
        return _passed(_because(ids))
    notes = [*not_in_force(asked, missing)]
    if blame.stopped and not more:
        who = ", ".join(f"`{key}`" for key in missing) or "others"
        notes.append(f"not all minimal conflicts were looked at ({blame.stopped}): {who} may be to blame too")
    at_fault = [broken(asked, restrictions[key][1], verdict.conflicts) for key in ids]
    holding = [found for key in missing if (found := kept(asked, key, switched)) is not None]
    return ExpectationOutcome(
        _because(ids) if ids else _invalid(verdict),
        "failed",
        rulings=(*(at_fault or rulings(asked, verdict.conflicts)), *holding),
        notes=tuple(notes),
    )


# ---------------------------------------------------------------- stock


def _availability(asked: AskedScenario) -> ExpectationOutcome:
    """`available`."""
    short = asked.short
    if short is None:
        return _passed("available")
    return ExpectationOutcome(_unavailable(short), "failed", rulings=_shortage_rulings(asked, short))


def _shortage(asked: AskedScenario, expectation: ExpectedShortage) -> ExpectationOutcome:
    """`unavailable "SKU"`."""
    short, sku = asked.short, expectation.component
    if short is None:
        example = asked.buildable()
        return ExpectationOutcome(
            "available", "failed", notes=tuple(told_places(asked, example)) if example is not None else ()
        )
    if sku is None:
        return _passed(_unavailable(short))
    if isinstance(short, Conflict):
        found, stopped = _is_short(asked, sku)
    else:
        found, stopped = any(each.component == sku for each in short), ""
    if found:
        return _passed(f'unavailable "{sku}"')
    note = f"not all minimal conflicts were looked at ({stopped}): `{sku}` may be short too"
    return ExpectationOutcome(
        _unavailable(short),
        "failed",
        rulings=_shortage_rulings(asked, short),
        notes=(note,) if stopped else (),
    )


def _is_short(asked: AskedScenario, sku: str) -> tuple[bool, str]:
    """Whether the stock of a component is in a minimal conflict; and why that was not found out."""
    switched = SwitchedCase.of(asked.stocked_case, asked.limits)
    wanted = [
        n for n, member in enumerate(switched.members) if isinstance(member, Fact) and member.key == sku
    ]
    if not wanted:
        return False, ""
    blame = blamed(switched.problem, switched.by_blame, wanted, asked.limits)
    return wanted[0] in blame.parts, blame.stopped


def _unavailable(short: Conflict | tuple[Shortage, ...]) -> str:
    """`unavailable "GPU-4070"`; without a name where nobody had the time to find out which it is."""
    if isinstance(short, Conflict) and not short.minimal:
        return "unavailable"
    skus = short.stock if isinstance(short, Conflict) else tuple(each.component for each in short)
    listed = ", ".join(f'"{sku}"' for sku in skus)
    return f"unavailable {listed}"


def _shortage_rulings(asked: AskedScenario, short: Conflict | tuple[Shortage, ...]) -> tuple[Ruling, ...]:
    """What is short, and the rules that leave nothing else."""
    if isinstance(short, Conflict):
        return rulings(asked, (short,))
    return tuple(
        Ruling("stock", each.component, f"{each.wanted} needed, {each.free} in stock", "") for each in short
    )


# ---------------------------------------------------------------- values


def _value(asked: AskedScenario, expectation: ExpectedValue) -> ExpectationOutcome:
    """`forced x = …`, `impossible x = …`, `completes x = …`."""
    holding, failing = sides_expected(asked, expectation)
    words = _value_words(expectation)
    if expectation.kind == "completes":
        return _completes(asked, expectation, holding)
    looked_for = holding if expectation.kind == "impossible" else failing
    found = asked.example_of(looked_for)
    if found is None:
        return _passed(f"{expectation.kind} {words}")
    chosen = asked.lowered.lift(found)
    got = words if expectation.kind == "impossible" else _value_in(asked, expectation, chosen)
    return ExpectationOutcome(
        f"possible {got}",
        "failed",
        compared=compared_values(expectation.paths, chosen),
        notes=tuple(told_places(asked, found)),
    )


def _completes(
    asked: AskedScenario, expectation: ExpectedValue, holding: tuple[Alternative, ...]
) -> ExpectationOutcome:
    """`completes x = …`."""
    completion = asked.completed()
    if any(all(holds(each, completion.assignment) for each in parts) for parts in holding):
        return _passed(f"completes {_value_words(expectation)}")
    return ExpectationOutcome(
        f"completes {_value_in(asked, expectation, completion.chosen)}",
        "failed",
        rulings=what_excludes(asked, holding),
        compared=compared_values(expectation.paths, completion.chosen),
    )


def sides_expected(
    asked: AskedScenario, expectation: ExpectedValue
) -> tuple[tuple[Alternative, ...], tuple[Alternative, ...]]:
    """Where what is expected of a place is the case, and where it is not: alternatives each."""
    if expectation.condition is not None:
        condition = expectation.condition
        return asked.truths.where(condition, "true"), asked.truths.where(condition, "not true")
    ways = tuple(
        tuple(constraint for choice in way for constraint in choice_part(asked.lowered, choice))
        for way in expectation.ways
    )
    return ways, none_of(ways, asked.lowered.layout.variables)


def _value_words(expectation: ExpectedValue) -> str:
    """`memory = 2 x RAM-D5-16`, as it is expected."""
    if len(expectation.ways) == 1 and len(expectation.ways[0]) == 1:
        return describe_choice(expectation.ways[0][0])
    return expected_words(expectation).partition(" ")[2]


def _value_in(asked: AskedScenario, expectation: ExpectedValue, chosen: Chosen) -> str:
    """The same, as a configuration has it; of an assembly only that it is something else."""
    if expectation.condition is not None:
        (path,) = compared_values(expectation.paths, chosen)
        return f"{path.path} = {path.value}"
    if len(expectation.ways) == 1 and len(expectation.ways[0]) == 1:
        key = place_of(expectation.ways[0][0])
        return f"{key} = {place_value(asked, key, chosen)}"
    return f"{_value_words(expectation).partition(' ')[0]} otherwise"


def _warning(asked: AskedScenario, expectation: ExpectedWarning) -> ExpectationOutcome:
    """`warning id`."""
    completion = asked.completed()
    given = [each.rule for each in notices(asked.question, completion.chosen)]
    got = f"warning {', '.join(given)}" if given else "no warning"
    if expectation.rule in given:
        return _passed(got)
    found = kept(asked, expectation.rule)
    notes = tuple(not_in_force(asked, (expectation.rule,)))
    return ExpectationOutcome(got, "failed", rulings=(found,) if found else (), notes=notes)


# ---------------------------------------------------------------- conditions


def _truth(asked: AskedScenario, expectation: ExpectedTruth) -> ExpectationOutcome:
    """An expression, `always`, `never`."""
    if expectation.kind == "once":
        return _once(asked, expectation)
    looked_for: Wanted = "not true" if expectation.kind == "always" else "true"
    found = asked.example_of(asked.truths.where(expectation.condition, looked_for))
    words = expected_words(expectation)
    if found is None:
        return _passed(words)
    compared = compared_values(expectation.paths, asked.lowered.lift(found))
    got = f"not {words}" if expectation.kind == "always" else f"possible {words.partition(' ')[2]}"
    return ExpectationOutcome(got, "failed", compared=compared, notes=tuple(told_places(asked, found)))


def _once(asked: AskedScenario, expectation: ExpectedTruth) -> ExpectationOutcome:
    """An expression, read on the completion."""
    completion = asked.completed()
    compared = compared_values(expectation.paths, completion.chosen)
    got = ", ".join(f"{each.path} = {each.value}" for each in compared)
    if truth(expectation.condition, completion.chosen) is True:
        return _passed(got)
    holding = asked.truths.where(expectation.condition, "true")
    updates = (_update(number, completion.chosen) for number in expectation.numbers)
    return ExpectationOutcome(
        got or "not true",
        "failed",
        rulings=what_excludes(asked, holding),
        notes=tuple(told_completion(asked, expectation.condition, completion)),
        updates=tuple(each for each in updates if each is not None),
    )


def _update(number: ExpectedNumber, chosen: Chosen) -> NumberUpdate | None:
    """The number that would be right; `None` where it is right, or cannot be written."""
    worth = evaluate(number.expression, chosen)
    if isinstance(worth, bool) or not isinstance(worth, int | Fraction):
        return None
    after = format_number(worth, number.unit, money=number.money)
    exact = Fraction(after.partition(" ")[0]) * (number.unit.factor if number.unit else 1)
    if exact != worth or after == number.span.text:
        return None
    return NumberUpdate(number.text, number.span.text, after, number.span)


# ---------------------------------------------------------------- words


def _invalid(verdict: Invalid) -> str:
    """`invalid because a, b`; where no rule is to blame, the sentence."""
    ids = tuple(dict.fromkeys(rule for conflict in verdict.conflicts for rule in conflict.rules))
    return _because(ids) if ids else f"invalid: {verdict.conflicts[0].message}"


def _because(ids: tuple[str, ...] | list[str]) -> str:
    return f"invalid because {', '.join(ids)}"
