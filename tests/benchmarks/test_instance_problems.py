"""The instances as constraint problems mean what the rules they are made of mean."""

import numpy as np
import pytest
from engine_measures import measure
from instance_problems import (
    ABSENT,
    Dialogue,
    KnownCount,
    Shape,
    instances_present,
    named_instance,
    partial_choices,
    rows_to_validate,
    scaled_instance,
)

from configurator.csp.constraints import LinearConstraint, TableConstraint
from configurator.csp.semantics import broken

pytestmark = pytest.mark.skipif(not instances_present(), reason=ABSENT)

SMALL = Shape(families=7, components=8, rules=20, sums=2)


@pytest.mark.parametrize("name", ["S", "M5", "Mc", "Mw"])
def test_problems_mean_what_the_rules_mean(name: str) -> None:
    instance = named_instance(name)
    rows = rows_to_validate(instance, 300)

    by_rules = instance.valid_rows(rows).tolist()

    assert {True, False} == set(by_rules)
    assert by_rules == [not broken(instance.problem, tuple(row)) for row in rows.tolist()]


def test_shuffled_models_mean_what_the_rules_mean() -> None:
    instance = scaled_instance(SMALL)
    rows = rows_to_validate(instance, 300)

    by_rules = instance.valid_rows(rows).tolist()

    assert {True, False} == set(by_rules)
    assert by_rules == [not broken(instance.problem, tuple(row)) for row in rows.tolist()]


def test_tables_speak_of_classes() -> None:
    families = [variable.size for variable in named_instance("L0").problem.variables]
    tables = named_instance("L0").problem.constraints

    widest = max(max(map(len, map(set, t.classes))) for t in tables if isinstance(t, TableConstraint))

    assert 220 == len(tables)
    assert widest < 10 < max(families)


def test_one_name_gives_one_instance() -> None:
    named_instance.cache_clear()
    before = named_instance("sweep-6-2")
    named_instance.cache_clear()
    after = named_instance("sweep-6-2")

    assert before.problem == after.problem
    assert partial_choices(before, 3) == partial_choices(after, 3)


def test_a_wider_window_is_another_model() -> None:
    assert named_instance("sweep-6-2").problem != named_instance("sweep-7-2").problem


def test_a_shape_has_the_size_it_says() -> None:
    problem = scaled_instance(SMALL).problem
    sums = [constraint for constraint in problem.constraints if isinstance(constraint, LinearConstraint)]

    assert (7, 20, 2) == (len(problem.variables), len(problem.constraints) - len(sums), len(sums))


def test_states_lie_in_valid_configurations() -> None:
    instance = named_instance("S")
    sizes = [variable.size for variable in instance.problem.variables]
    every = np.array(list(np.ndindex(*sizes)), dtype=np.int16)
    valid = every[instance.valid_rows(every)]

    alive = [
        bool(np.logical_and.reduce([valid[:, family] == value for family, value in state.items()]).any())
        for state in partial_choices(instance, 24)
        if state
    ]

    assert [True] * len(alive) == alive


def test_early_and_late_states_share_no_size() -> None:
    instance = named_instance("M5")
    early = {len(state) for state in partial_choices(instance, 12, Dialogue.EARLY)}
    late = {len(state) for state in partial_choices(instance, 12, Dialogue.LATE)}

    assert set(range(5)) == early
    assert set(range(5, 12)) == late


def test_a_known_beginning_of_a_count_is_compared_as_far_as_it_goes() -> None:
    known = KnownCount(8779 * 10**3, digits=4)

    assert [True, True, False, False] == [
        known.agrees(count) for count in (8_779_000, 8_779_499, 8_779_501, 8_778_400)
    ]


def test_the_measured_engine_counts_s() -> None:
    figures = measure(named_instance("S").problem, 60)

    assert "19472" == figures["count"]
    assert {"prepare_ms", "domains_ms", "count_ms"} <= figures.keys()


def test_a_limit_that_is_met_is_told() -> None:
    figures = measure(named_instance("L3").problem, 0)

    assert "0 s" in str(figures["stopped"])
