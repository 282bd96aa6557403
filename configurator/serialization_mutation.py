"""What came of mutants as JSON, in the published form."""

from typing import Any

from configurator.authoring.mutation.outcomes import (
    EquivalentMutant,
    KilledMutant,
    MutantOutcome,
    MutantReport,
    MutationReport,
    SurvivingMutant,
    UndecidedMutant,
)
from configurator.configuration.model import json_value

JsonObject = dict[str, Any]


def mutation_json(found: MutationReport) -> JsonObject:
    """Numbers of each state, `score` as a decimal and as a fraction, `mutants`, and `stale` explanations."""
    return {
        "killed": len(found.killed),
        "survived": len(found.survived),
        "explained": len(found.explained),
        "equivalent": len(found.equivalent),
        "undecided": len(found.undecided),
        "score": round(float(found.score), 6),
        "score_exactly": str(found.score),
        "mutants": [mutant_json(each) for each in found],
        "stale": [
            {"mutant": each.explanation.mutant, "because": each.explanation.because, "why": each.why}
            for each in found.stale
        ],
    }


def mutant_json(found: MutantReport) -> JsonObject:
    """`id`, `operator`, `element`, `location`, `before`, `after`, `state`, and what that state tells."""
    mutant = found.mutant
    return {
        "id": mutant.id,
        "operator": mutant.operator,
        "element": mutant.element,
        "location": mutant.location,
        "before": mutant.before,
        "after": mutant.after,
        **_outcome(found.outcome),
    }


def _outcome(outcome: MutantOutcome) -> JsonObject:
    match outcome:
        case KilledMutant(scenario=title, location=location):
            return {"state": "killed", "scenario": {"title": title, "location": location}}
        case SurvivingMutant():
            return {
                "state": "survived" if outcome.explained is None else "explained",
                "because": outcome.explained,
                "kind": outcome.kind,
                "witness": {key: json_value(value) for key, value in outcome.witness.items()},
                "day": outcome.day.isoformat(),
                "says": outcome.says,
                "scenario_text": outcome.scenario,
            }
        case EquivalentMutant(why=why):
            return {"state": "equivalent", "why": why}
        case UndecidedMutant(reason=reason):
            return {"state": "undecided", "reason": reason}
