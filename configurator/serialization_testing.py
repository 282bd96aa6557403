"""Which rules scenarios cover, and covering samples, as JSON, in the published forms."""

from typing import Any

from configurator.authoring.coverage.elements import CoverageElement
from configurator.authoring.coverage.report import CoveringScenario, ElementCoverage, RuleCoverage
from configurator.authoring.coverage.telling import total_in_numbers
from configurator.authoring.covering.product_factors import CoveringFactor
from configurator.authoring.covering.sample import CoveringSample

JsonObject = dict[str, Any]


def rule_coverage_json(coverage: RuleCoverage) -> JsonObject:
    """`decided`, `missing`, `undecided` (how many), `share`, `elements`, `long_tables`.

    The share is from 0 to 1, and `None` where there is nothing to cover.
    """
    return {
        "decided": len(coverage.decided),
        "missing": len(coverage.missing),
        "undecided": len(coverage.undecided),
        "share": total_in_numbers([coverage]),
        "elements": [_element_json(each) for each in coverage.elements],
        "long_tables": list(coverage.long_tables),
    }


def _element_json(covered: ElementCoverage) -> JsonObject:
    element = covered.element
    return {
        "kind": element.kind,
        "id": element.id,
        "state": covered.state,
        "location": element.location,
        "scenarios": [{"location": each.location, "title": each.title} for each in covered.scenarios],
        "reasons": list(covered.reasons),
    }


def rule_coverage_from_json(form: JsonObject) -> RuleCoverage:
    """The coverage that `rule_coverage_json` wrote; elements do not know their texts any more.

    Raises:
        KeyError: something is missing.
    """
    return RuleCoverage(
        tuple(
            ElementCoverage(
                CoverageElement(each["kind"], each["id"], each["location"]),
                tuple(CoveringScenario(one["location"], one["title"]) for one in each["scenarios"]),
                tuple(each["reasons"]),
            )
            for each in form["elements"]
        ),
        tuple(form["long_tables"]),
    )


def covering_sample_json(sample: CoveringSample) -> JsonObject:
    """`t`, `seed`, `configurations`, `factors`, what is `covered`, `impossible`, `undecided`, and the rest.

    `at_least` is how many are needed in any case, `reason` the limit that stopped it.
    """
    return {
        "t": sample.t,
        "seed": sample.seed,
        "configurations": [each.to_dict() for each in sample.configurations],
        "covered": sample.covered,
        "impossible": sample.impossible,
        "undecided": sample.undecided,
        "at_least": sample.at_least,
        "factors": [_factor_json(each) for each in sample.factors],
        **({"reason": sample.reason} if sample.reason else {}),
    }


def _factor_json(factor: CoveringFactor) -> JsonObject:
    return {"name": factor.name, "path": factor.path, "kind": factor.kind, "levels": list(factor.levels)}
