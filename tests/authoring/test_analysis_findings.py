"""What an analysis finds in catalogs that show one thing each, and in the shipped ones."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product as combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.authoring.analysis import analysis
from configurator.authoring.analysis.analysis import analyze
from configurator.authoring.analysis.dearest import Costs
from configurator.authoring.analysis.findings import Analysis, Finding
from configurator.authoring.analysis.ground import Ground
from configurator.catalog.judgement import violations
from configurator.configuration.choices import read_choices
from configurator.configurator import Configurator
from configurator.csp.constraints import LinearConstraint, LinearTerm
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable
from configurator.engines.diagram.compiling import normal_form
from configurator.engines.diagram.compiling.compilation import compile_problem
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.engine import NO_LIMITS, Infeasible, Optimum, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.lowering.choices import lower_choices
from configurator.serialization_analysis import analysis_json

DAY = date(2026, 11, 22)

PARTS = """catalog parts currency EUR
unit W
family cpu "Processor" choose one {
  | sku | name  | socket | draw [W] | price [EUR] |
  | C-1 | One   | A      | 65       | 100.00      |
  | C-2 | Two   | A      | 125      | 180.00      |
  | C-3 | Three | C      | 95       | 150.00      |
}
family board "Mainboard" choose one {
  | sku | socket | price [EUR] |
  | B-1 | A      | 90.00       |
  | B-2 | A      | 140.00      |
  | B-3 | B      | 110.00      |
}
family fan "Fan" choose optional {
  | sku | price [EUR] |
  | F-1 | 10.00       |
}
family psu "Power supply" choose one {
  | sku | watts [W] | price [EUR] |
  | P-1 | 100       | 40.00       |
  | P-2 | 150       | 60.00       |
}
option colour "Colour" : one of { black, white, red }
option gift "Gift wrap" : yesno

rule socket "Processor and mainboard fit":
  require cpu.socket = board.socket
rule cooled "Everything is cooled":
  require fan is chosen
rule plain "Colours in stock":
  require colour != red
rule red-gift "Red ones are no gifts":
  when colour = red
  require gift = no
rule strong "Strong processors on strong supplies":
  when cpu.draw > 100 W
  require psu.watts >= 125 W
rule weak-warn "Weak supplies" warn:
  when cpu.draw > 100 W
  require psu.watts > 100 W
table wrap forbid {
  | gift | colour | psu |
  | yes  | white  | any |
  | yes  | white  | P-1 |
}
resource power in W {
  supply psu.watts
  demand cpu.draw
}
calc price in EUR = sum(price)
"""


def analysis_of(text: str, **asked: float) -> Analysis:
    """What is found in a catalog's text."""
    found = Configurator.from_text(text).analyze(as_of=DAY, **asked)
    assert isinstance(found, Analysis)
    return found


@pytest.fixture(scope="module")
def parts() -> Analysis:
    """The analysis of the catalog above."""
    return analysis_of(PARTS)


def told(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    """A finding in short."""
    return finding.code, finding.message, finding.because


def test_every_finding_is_told_in_words(parts: Analysis) -> None:
    assert [
        ("A0801", "`C-3` is in no valid configuration (Three)", ("socket",)),
        ("A0801", "`B-3` is in no valid configuration", ("socket",)),
        ("A0802", "`fan` may be absent, and never is", ("cooled",)),
        ("A0805", "`colour` is never red", ("plain",)),
        (
            "A0803",
            "rule `strong` decides nothing: whatever it refuses, others refuse as well",
            ("power",),
        ),
        (
            "A0803",
            "resource `power` decides nothing: whatever it refuses, others refuse as well",
            ("strong",),
        ),
        ("A0807", "rule `red-gift` never fires: nothing valid meets its condition", ("plain",)),
        ("A0807", "rule `weak-warn` never speaks: nothing valid breaks it", ("power",)),
        ("A0810", "row 2 of table `wrap` refuses nothing alone", ()),
        ("A0808", "`fan` always holds `F-1`", ("cooled",)),
        (
            "A0806",
            "without one rule there would be more configurations: socket +27, cooled +18, plain +6, wrap +6",
            (),
        ),
        ("A0811", "price 240.00 EUR to 390.00 EUR", ()),
        ("A0812", "no cheapest completion of one choice needs C-2, B-2", ()),
    ] == [told(finding) for finding in parts.findings]


def test_findings_stand_where_what_they_are_about_stands(parts: Analysis) -> None:
    assert {
        "A0801": "catalog.pcat:7:5",
        "A0802": "catalog.pcat:15:8",
        "A0803": "catalog.pcat:36:1",
        "A0805": "catalog.pcat:24:8",
        "A0807": "catalog.pcat:33:1",
        "A0808": "catalog.pcat:15:8",
        "A0810": "catalog.pcat:45:3",
    } == {
        finding.code: finding.location
        for finding in reversed(parts.findings)
        if finding.location and finding.about[0] not in {"B-3", "power", "weak-warn"}
    }


def test_the_rows_that_make_another_idle_are_told(parts: Analysis) -> None:
    (row,) = parts.of("A0810")

    assert ("together with row 1",) == row.notes


def test_what_is_made_of_findings_names_components_and_rules(parts: Analysis) -> None:
    assert ("C-3", "B-3") == parts.dead_components
    assert ("red-gift", "strong", "power") == parts.redundant_rules


def test_each_weight_has_a_combination_that_breaks_this_rule_alone(parts: Analysis) -> None:
    asked = Configurator.from_text(PARTS)
    lowered = asked.product(DAY).lowered
    deciding = [weight for weight in parts.weights if weight.alone]
    for weight in deciding:
        assert weight.witness is not None
        choices = lower_choices(lowered, read_choices(asked.catalog, weight.witness.to_dict()))
        assignment = choices.decided(lowered.layout)
        assert assignment is not None
        chosen = lowered.lift(assignment)

        assert [weight.rule] == [r.key for r in lowered.restrictions if violations(r, chosen)]
    assert ["socket", "cooled", "plain", "wrap"] == [weight.rule for weight in deciding]


def test_the_range_comes_with_both_ends(parts: Analysis) -> None:
    assert parts.prices is not None
    assert parts.prices.cheapest is not None
    assert parts.prices.dearest is not None
    assert ("C-1", "B-1", "P-1") == tuple(
        parts.prices.cheapest.configuration[place] for place in ("cpu", "board", "psu")
    )
    assert ("C-2", "B-2", "P-2") == tuple(
        parts.prices.dearest.configuration[place] for place in ("cpu", "board", "psu")
    )


def test_shares_count_every_configuration_a_component_is_in(parts: Analysis) -> None:
    assert 18 == parts.configurations
    shares = {
        family.slot: [(s.component, s.configurations) for s in family.components] for family in parts.families
    }

    assert [("B-1", 9), ("B-2", 9), ("B-3", 0)] == shares["board"]


VOID = """catalog void
option age "Age" : whole 0..99
option child "Child" : yesno
rule adults:
  require age >= 18
rule children:
  require age <= 12
rule only-children:
  require child = yes
rule child-age:
  when child = yes
  require age <= 12
"""


def test_a_void_catalog_tells_all_minimal_sets_and_what_to_drop() -> None:
    found = analysis_of(VOID)
    assert found.void is not None

    assert {("adults", "children"), ("adults", "only-children", "child-age")} == set(found.void.conflicts)
    assert (("adults",),) == found.void.drops
    assert found.void.complete
    (finding,) = found.findings
    assert "error" == finding.severity.value
    assert {
        "cannot hold together: adults, children",
        "cannot hold together: adults, only-children, child-age",
        "enough to drop: adults",
    } == set(finding.notes)


def test_a_slot_with_nothing_in_force_makes_a_catalog_void_without_any_rule() -> None:
    found = analysis_of(
        'catalog t\nfamily cpu "Processor" choose one {\n  | sku | valid_from |\n  | C-1 | 2027-01-01 |\n}\n'
    )

    assert ["no configuration is valid on 2026-11-22: nothing is in force for `cpu`"] == [
        finding.message for finding in found.findings
    ]


def test_a_slot_chokes_if_few_of_its_components_carry_nearly_everything() -> None:
    found = analysis_of(
        'catalog t\nfamily cable "Cable" choose one {\n'
        "  | sku | any |\n  | K-1 | yes |\n  | K-2 | no  |\n  | K-3 | no  |\n  | K-4 | no  |\n}\n"
        'option length "Length" : whole 0..99\nrule short:\n  cable.any = no requires length = 0\n'
    )

    assert [
        (
            "`cable`: 1 of 4 components carry 97.0 % of the configurations that fill it: K-1",
            ("the rarest, K-4, is in 1 of 103", "what refuses most there alone: short 297"),
        )
    ] == [(finding.message, finding.notes) for finding in found.of("A0813")]


def test_a_supply_that_is_always_enough_is_told() -> None:
    found = analysis_of(
        'catalog t\nunit W\nfamily psu "Supply" choose one {\n'
        "  | sku | watts [W] |\n  | P-1 | 100       |\n  | P-2 | 200       |\n  | P-3 | 300       |\n}\n"
        'option load "Load" : whole 0..150 in W\n'
        "resource power in W {\n  supply psu.watts\n  demand load\n}\n"
    )
    (power,) = found.resources

    assert ("0 W", "200 W") == (power.least.text, power.enough.text if power.enough else "")


def test_what_a_limit_stops_is_undecided_and_the_rest_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normal_form, "MOST_EVALUATIONS", 1_000)
    found = analysis_of(
        'catalog t\noption a "A" : whole 1..150\noption b "B" : whole 1..150\n'
        "rule odd:\n  require a * b != 7\nrule small:\n  require a < 140\n"
    )

    assert "22,500 evaluations" in found.open["counts"].reason
    assert ["`a` is never 140 to 150"] == [finding.message for finding in found.of("A0805")]
    assert [True, True] == [isinstance(weight.alone, Unknown) for weight in found.weights]
    assert found.of("A0814")


def test_without_any_time_all_is_unknown() -> None:
    assert isinstance(Configurator.from_text(PARTS).analyze(as_of=DAY, seconds=0), Unknown)


def test_the_bicycle_has_what_is_known_of_it() -> None:
    found = Configurator.load("package:bicycle").analyze(as_of=DAY)
    assert isinstance(found, Analysis)

    assert 2036 == found.configurations
    assert () == found.dead_components
    assert ("bags-need-carrier", "rim-and-tyre", "carrier_load") == found.redundant_rules
    assert {"brake-mount": 3824, "gear-hub": 2028, "race-kit": 6} == {
        w.rule: w.alone for w in found.weights if w.rule in {"brake-mount", "gear-hub", "race-kit"}
    }
    assert [("race-kit", "2")] == [finding.about for finding in found.of("A0810")]


def test_the_pc_has_what_is_known_of_it() -> None:
    asked = Configurator.load("package:desktop_pc")
    found = asked.analyze(as_of=DAY)
    assert isinstance(found, Analysis)

    assert 2540055263759918457840 == found.configurations
    assert ((), ()) == (found.dead_components, found.redundant_rules)
    assert [("row 2 of table `small-case-heat` refuses nothing alone", ("card-length", "card-radiator"))] == [
        (finding.message, finding.because) for finding in found.of("A0810")
    ]
    weights = {weight.rule: weight.alone for weight in found.weights}
    assert (44, 5698962910197056591280) == (len(weights), weights["cpu-socket"])
    assert found.prices is not None
    assert found.prices.cheapest is not None
    assert found.prices.dearest is not None
    assert ("354.10 USD", "12298.47 USD") == (
        found.prices.cheapest.amount.text,
        found.prices.dearest.amount.text,
    )
    assert {} == found.open


# ---------------------------------------------------------------- budgets, and shares of the time

BUDGET_FAMILIES, BUDGET_COMPONENTS = 7, 16


def budget_catalog() -> str:
    """A catalog whose one budget stays outside the diagram: prices are all different."""
    dice = Random(3)  # noqa: S311 - the same prices on every run, nothing secret
    lines = ["catalog budget currency EUR"]
    for family in range(BUDGET_FAMILIES):
        lines += [f"family f{family} choose one {{", "  | sku | weight | price [EUR] |"]
        lines += [
            f"  | F{family}-{at} | {dice.randint(1, 900)} | {dice.randint(500, 30000) / 100:.2f} |"
            for at in range(BUDGET_COMPONENTS)
        ]
        lines.append("}")
    lines += [
        f"rule r{at}: require f{at}.weight <= f{at + 1}.weight + 300" for at in range(BUDGET_FAMILIES - 1)
    ]
    lines += ["calc price in EUR = sum(price)", "rule budget: require price <= 800 EUR"]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def budget() -> Analysis:
    """The analysis of a catalog with a budget."""
    return analysis_of(budget_catalog(), seconds=60)


def test_a_budget_leaves_nothing_undecided(budget: Analysis) -> None:
    assert {} == budget.open


def test_the_dearest_configuration_under_a_budget_is_found_from_counts(budget: Analysis) -> None:
    (told_range,) = budget.of("A0811")
    assert budget.prices is not None
    assert budget.prices.dearest is not None
    dearest = budget.prices.dearest
    asked = Configurator.from_text(budget_catalog())
    same = asked.cheapest(dearest.configuration.to_dict(), as_of=DAY)
    assert isinstance(same, tuple)

    assert [dearest.amount] == [priced.amount for priced in same]
    assert told_range.message.endswith(f" to {dearest.amount.text}")
    most = Fraction(dearest.amount.number)
    counted = asked.count_within([most, most - Fraction(1, 100)], as_of=DAY)
    assert isinstance(counted, tuple)
    everything, less = counted
    assert [True, False] == [found == budget.configurations for found in (everything, less)]


def test_shares_under_a_budget_add_up_to_all_configurations(budget: Analysis) -> None:
    assert [budget.configurations] * BUDGET_FAMILIES == [
        sum(share.configurations for share in family.components) for family in budget.families
    ]


@settings(max_examples=50, deadline=None)
@given(
    prices=st.lists(st.lists(st.integers(-3, 40), min_size=1, max_size=4), min_size=1, max_size=4),
    most=st.integers(-5, 60),
)
def test_the_dearest_from_counts_is_the_dearest_and_the_first_such(
    prices: list[list[int]], most: int
) -> None:
    variables = tuple(Variable(f"v{at}", len(values)) for at, values in enumerate(prices))
    terms = tuple(LinearTerm(at, tuple(values)) for at, values in enumerate(prices))
    problem = ConstraintProblem(variables, (LinearConstraint(terms, None, most),))
    compiled, report = compile_problem(problem, NO_LIMITS)
    search = DiagramSearch(lambda: problem, compiled, report)
    costs = {
        choice: sum(values[at] for values, at in zip(prices, choice, strict=True))
        for choice in combinations(*(range(len(values)) for values in prices))
    }
    kept = [(-cost, choice) for choice, cost in costs.items() if cost <= most]
    found = Costs(search, terms, [variable.size for variable in variables], NO_LIMITS).dearest({})

    assert found == (Optimum(-min(kept)[0], min(kept)[1]) if kept else Infeasible())


def test_the_cheapest_is_told_where_the_dearest_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise SearchLimitError("the time was up")

    monkeypatch.setattr(analysis, "dearest_price", stopped)
    found = analysis_of(PARTS)
    assert found.prices is not None
    assert found.prices.cheapest is not None

    assert (None, "240.00 EUR") == (found.prices.dearest, found.prices.cheapest.amount.text)
    assert ["price from 240.00 EUR; the dearest is not known"] == [f.message for f in found.of("A0811")]
    assert {"the dearest configuration": Unknown("the time was up")} == found.open


def test_one_topic_that_takes_its_whole_share_leaves_the_others_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = [0.0]

    def endless(ground: Ground) -> Iterator[Finding]:
        while True:
            moment[0] += 0.5
            ground.limits.check()
            yield from ()

    monkeypatch.setattr(analysis, "unreachable", endless)
    limits = SearchLimits(60.0, 60.0, lambda: moment[0])
    found = analyze(Configurator.from_text(PARTS).product(DAY), limits)
    assert isinstance(found, Analysis)

    assert ["dead components and values"] == list(found.open)
    assert found.open["dead components and values"].reason.endswith("its share of the time, did not suffice")
    assert ["A0802", "A0811"] == [f.code for f in found.findings if f.code in {"A0802", "A0811"}]


def test_amounts_have_one_form_in_json() -> None:
    told_prices = analysis_json(analysis_of(PARTS))["prices"]

    assert {"number": 240, "text": "240.00 EUR"} == told_prices["cheapest"]["amount"]


# ---------------------------------------------------------------- each cause once


def test_a_slot_that_is_always_empty_is_one_finding() -> None:
    found = analysis_of(
        "catalog t\nfamily bag choose optional {\n  | sku |\n  | B-1 |\n  | B-2 |\n}\n"
        "option light : yesno\nrule bare:\n  require bag is absent\n"
    )

    assert [
        ("A0801", "`bag` is always empty: all 2 components are in no valid configuration", ("bare",))
    ] == [told(finding) for finding in found.of("A0801")]
    assert [("B-1, B-2",)] == [finding.notes for finding in found.of("A0801")]
    assert ("B-1", "B-2") == found.dead_components


def test_slots_that_are_always_empty_together_are_one_finding() -> None:
    found = analysis_of(
        "catalog t\nfamily bag {\n  | sku |\n  | B-1 |\n}\n"
        "slot left : bag choose optional\nslot right : bag choose 0..2 mixed\n"
        "rule bare:\n  require left is absent\nrule bald:\n  require count(right) = 0\n"
    )

    assert [
        "`left` and `right` are always empty: the only component, `B-1`, is in no valid configuration"
    ] == [finding.message for finding in found.of("A0801")]


def test_a_slot_that_is_empty_while_others_of_its_family_are_not_says_so() -> None:
    found = analysis_of(
        "catalog t\nfamily bag {\n  | sku |\n  | B-1 |\n}\n"
        "slot left : bag choose optional\nslot right : bag choose optional\n"
        "rule bare:\n  require left is absent\n"
    )

    assert ["`left` is always empty: only other slots of the family are filled"] == [
        finding.message for finding in found.of("A0815")
    ]


def test_dead_components_make_no_slot_choke() -> None:
    found = analysis_of(
        'catalog t\nfamily cable "Cable" choose one {\n'
        "  | sku | any |\n  | K-1 | yes |\n  | K-2 | no  |\n  | K-3 | no  |\n  | K-4 | no  |\n}\n"
        "rule usable:\n  require cable.any = yes\n"
    )

    assert ("K-2", "K-3", "K-4") == found.dead_components
    assert () == found.of("A0813")


PARTIAL = """catalog t
family cpu choose one {
  | sku |
  | A |
  | B |
  | C |
}
family board choose one {
  | sku |
  | X |
  | Y |
}
table fits allow partial {
  | cpu  | board |
"""


def test_idle_rows_of_partial_tables_are_found() -> None:
    rows = "  | A | X |\n  | A | X |\n  | A, B | Y |\n  | A | Y |\n}\n"
    found = analysis_of(PARTIAL + rows)

    assert ["1", "2", "4"] == [finding.about[1] for finding in found.of("A0810")]


def test_a_row_that_alone_names_its_key_is_not_idle() -> None:
    # Without row 2 the key B would be free, and B with X valid.
    found = analysis_of(PARTIAL + "  | A, B | X |\n  | A | Y |\n  | B | X |\n}\n")
    alone = analysis_of(PARTIAL + "  | A | X |\n  | B | Y |\n}\nrule y:\n  cpu = B requires board = Y\n")

    assert ["3"] == [finding.about[1] for finding in found.of("A0810")]
    assert ["2"] == [finding.about[1] for finding in alone.of("A0810")]


def test_rules_that_clash_are_told_beside_a_slot_with_nothing_in_force() -> None:
    found = analysis_of(
        "catalog t\nfamily cpu choose one {\n  | sku | n | valid_from |\n  | C-1 | 1 | 2027-01-01 |\n}\n"
        "option size : one of { small, large }\nrule low:\n  require size = small\n"
        "rule high:\n  require size = large\nrule many:\n  require cpu.n > 3\n"
    )
    assert found.void is not None

    assert (("low", "high"),) == found.void.conflicts
    assert [("cannot hold together: low, high", "not looked at, for they read what is empty: many")] == [
        finding.notes for finding in found.findings
    ]
