"""What each kind of statement becomes for an engine: the narrowest form that says the same."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import product as combinations
from unittest import mock

import pytest

from configurator.catalog.evaluation import truth
from configurator.configurator import Configurator
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.variables import Variable
from configurator.lowering import product
from configurator.lowering.conditions import ConditionLowering
from configurator.lowering.layout import SlotLayout
from configurator.lowering.origins import RestrictionOrigin, StructureOrigin
from configurator.lowering.product import LoweredProduct, lower_product

DAY = date(2026, 6, 15)
CATALOG = """catalog t
unit W
family cpu choose one {
  | sku | socket | tdp [W] |
  |-----|--------|---------|
  | C1  | A      | 10      |
  | C2  | A      | 20      |
  | C3  | B      | 30      |
}
family board choose one {
  | sku | socket |
  |-----|--------|
  | B1  | A      |
  | B2  | B      |
  | B3  | B      |
}
family gpu choose optional {
  | sku | draw [W] |
  |-----|----------|
  | G1  | 10       |
  | G2  | 20       |
}
family drive choose 1..2 mixed {
  | sku | draw [W] | bus  |
  |-----|----------|------|
  | D1  | 1        | SATA |
  | D2  | 2        | NVMe |
}
option quiet : yesno
option wish : some 0..1 of { x, y }
"""
CPU, BOARD, GPU, FIRST, SECOND, QUIET, WISH_X, WISH_Y = range(8)
"""The variables, in catalog order."""


def lowered(rule: str, *, most_rows: int | None = None) -> LoweredProduct:
    """The catalog with one more statement; conditions become tables of at most `most_rows`."""
    catalog = Configurator.from_text(CATALOG + rule).catalog
    found = lower_product(catalog, DAY)
    if most_rows is not None:
        with mock.patch.object(product, "ConditionLowering", partial(ConditionLowering, most_rows=most_rows)):
            assert found.problem is found.problem
    return found


def constraints_of(rule: str, *, most_rows: int | None = None) -> list[Constraint]:
    """What the statement became."""
    found = lowered(rule, most_rows=most_rows).problem.constraints
    return [constraint for constraint in found if isinstance(constraint.origin, RestrictionOrigin)]


def clause(*literals: tuple[int, Sequence[int]]) -> ClauseConstraint:
    """A clause from variables and values."""
    return ClauseConstraint(tuple(Literal(variable, frozenset(values)) for variable, values in literals))


# ---------------------------------------------------------------- layout


def test_every_place_has_its_variables_in_catalog_order() -> None:
    assert (
        Variable("cpu", 3),
        Variable("board", 3),
        Variable("gpu", 3),
        Variable("drive[1]", 3),
        Variable("drive[2]", 3),
        Variable("quiet", 2),
        Variable("wish:x", 2),
        Variable("wish:y", 2),
    ) == lowered("").problem.variables


def test_a_mixed_slot_is_one_ascending_sequence_with_at_least_its_fewest_units() -> None:
    found = lowered("").problem.constraints

    assert SortedConstraint((FIRST, SECOND)) in found
    assert clause((FIRST, [1, 2])) in found


def test_a_set_is_bounded_by_a_sum() -> None:
    terms = (LinearTerm(WISH_X, (0, 1)), LinearTerm(WISH_Y, (0, 1)))

    assert LinearConstraint(terms, 0, 1) in lowered("").problem.constraints


def test_what_makes_a_place_a_place_is_nobodys_rule() -> None:
    origins = [constraint.origin for constraint in lowered("").problem.constraints]

    assert ["drive", "drive", "wish"] == [o.place for o in origins if isinstance(o, StructureOrigin)]


def test_components_not_in_force_have_no_value() -> None:
    text = (
        "catalog t\nfamily cpu choose one {\n"
        'component "OLD" effective until 2026-06-14 { x = 1 }\n'
        'component "NOW" effective from 2026-06-15 { x = 1 }\n}\n'
    )
    layout = lower_product(Configurator.from_text(text).catalog, DAY).layout
    (slot,) = layout.of.values()

    assert isinstance(slot, SlotLayout)
    assert [["NOW"]] == [[component.sku for component, _ in units] for units in slot.values]


def test_rules_are_lowered_once_and_only_when_they_are_asked_for() -> None:
    catalog = Configurator.from_text(CATALOG + "rule r: require cpu.socket = board.socket").catalog
    with mock.patch.object(product, "lower_rule", wraps=product.lower_rule) as lower_rule:
        found = lower_product(catalog, DAY)
        assert not lower_rule.called

        assert found.problem is found.problem
    assert 1 == lower_rule.call_count


def test_an_assignment_is_lifted_to_components_with_quantities() -> None:
    chosen = lowered("").lift((0, 1, 0, 2, 2, 1, 0, 1))

    assert [("C1", 1)] == [(c.sku, n) for c, n in chosen.units["cpu"]]
    assert () == chosen.units["gpu"]
    assert [("D2", 2)] == [(c.sku, n) for c, n in chosen.units["drive"]]
    assert {"quiet": True, "wish": frozenset({"y"})} == dict(chosen.options)


# ---------------------------------------------------------------- rules


def test_an_equality_of_two_families_is_a_table_over_classes() -> None:
    expected = TableConstraint((CPU, BOARD), ((0, 0, 1), (0, 1, 1)), frozenset({(0, 0), (1, 1)}))

    assert [expected] == constraints_of("rule r: require cpu.socket = board.socket")


def test_presence_is_a_clause_on_the_first_position() -> None:
    assert [clause((GPU, [1, 2]))] == constraints_of("rule r: require gpu is chosen")
    assert [clause((GPU, [0]))] == constraints_of("rule r: forbid gpu is chosen")


def test_a_condition_on_one_place_is_one_literal() -> None:
    assert [clause((CPU, [0, 1]))] == constraints_of("rule r: require cpu.tdp < 30 W")
    assert [clause((GPU, [0, 2]))] == constraints_of("rule r: require gpu.draw > 10 W")
    assert [clause((QUIET, [1]))] == constraints_of("rule r: require quiet = yes")


def test_an_element_of_a_set_is_one_literal() -> None:
    assert [clause((WISH_X, [1]))] == constraints_of("rule r: require x in wish")


def test_conditions_joined_by_and_are_constraints_of_their_own() -> None:
    found = constraints_of("rule r: require cpu.tdp < 30 W and gpu is chosen and quiet = no")

    assert [clause((CPU, [0, 1])), clause((GPU, [1, 2])), clause((QUIET, [0]))] == found


def test_what_always_holds_leaves_no_constraint() -> None:
    assert [] == constraints_of("rule r: require 1 = 1")
    assert [] == constraints_of("rule r: require cpu.tdp > 0 W")
    assert [] == constraints_of("rule r: require gpu.draw > 5 W")


def test_what_never_holds_is_the_empty_clause() -> None:
    assert [ClauseConstraint(())] == constraints_of("rule r: require 1 = 2")


def test_a_warning_and_what_is_not_in_force_constrain_nothing() -> None:
    assert [] == constraints_of("rule r warn: require quiet = yes")
    assert [] == constraints_of("rule r effective from 2026-06-16: require quiet = yes")
    assert len(constraints_of("rule r effective from 2026-06-15: require quiet = yes")) == 1


def test_a_large_sum_is_a_linear_constraint() -> None:
    found = constraints_of("rule r: require sum(draw) + cpu.tdp <= 30 W", most_rows=0)

    assert [
        LinearConstraint(
            (
                LinearTerm(CPU, (10, 20, 30)),
                LinearTerm(GPU, (0, 10, 20)),
                LinearTerm(FIRST, (0, 1, 2)),
                LinearTerm(SECOND, (0, 1, 2)),
            ),
            None,
            30,
        )
    ] == found


def test_a_sum_with_fractions_is_made_whole() -> None:
    (found,) = constraints_of("rule r: require cpu.tdp / 3 + gpu.draw / 2 < 12.5 W", most_rows=0)

    assert isinstance(found, LinearConstraint)
    assert (None, 74) == (found.lower, found.upper)
    assert (LinearTerm(CPU, (20, 40, 60)), LinearTerm(GPU, (0, 30, 60))) == found.terms
    assert (Literal(GPU, frozenset({0})),) == found.unless


def test_an_absent_summand_excuses_a_comparison_but_not_a_resource() -> None:
    (rule,) = constraints_of("rule r: require gpu.draw + cpu.tdp <= 30 W", most_rows=0)
    (resource,) = constraints_of("resource r { supply 30 W demand gpu.draw + cpu.tdp }")

    assert isinstance(rule, LinearConstraint)
    assert isinstance(resource, LinearConstraint)
    assert (Literal(GPU, frozenset({0})),) == rule.unless
    assert () == resource.unless


def test_a_resource_is_a_linear_constraint_with_its_spare() -> None:
    (found,) = constraints_of("resource r { supply 40 W demand cpu.tdp keep 30 % spare }")

    assert isinstance(found, LinearConstraint)
    assert (LinearTerm(CPU, (-13, -26, -39)),) == found.terms
    assert (-40, None) == (found.lower, found.upper)


def test_classes_are_as_few_as_the_rule_tells_apart() -> None:
    found = constraints_of(
        "rule r: require cpu.tdp > 10 W or board.socket = A or quiet = yes and gpu is chosen"
    )

    assert [
        TableConstraint(
            (CPU, BOARD, GPU, QUIET),
            ((0, 1, 1), (0, 1, 1), (0, 1, 1), (0, 1)),
            frozenset(
                row
                for row in combinations((0, 1), repeat=4)
                if row[0] == 1 or row[1] == 0 or row[2:] == (1, 1)
            ),
        )
    ] == found


def test_a_small_or_of_three_places_is_a_clause() -> None:
    found = constraints_of("rule r: require cpu.tdp < 20 W or gpu is chosen or quiet = yes")

    assert [clause((CPU, [0]), (GPU, [1, 2]), (QUIET, [1]))] == found


def test_a_sum_that_leaves_no_choice_is_a_clause_for_each_place() -> None:
    found = constraints_of("rule r: require count(drive where bus = NVMe) = 2")

    assert [clause((FIRST, [2])), clause((SECOND, [2]))] == found


def test_a_large_or_of_small_parts_is_a_clause() -> None:
    found = constraints_of("rule r: require cpu.tdp < 20 W or gpu is chosen or quiet = yes", most_rows=0)

    assert [clause((CPU, [0]), (GPU, [1, 2]), (QUIET, [1]))] == found


def test_an_and_inside_an_or_is_multiplied_out() -> None:
    found = constraints_of("rule r: require quiet = yes or (gpu is chosen and cpu.tdp < 20 W)", most_rows=0)

    assert [clause((GPU, [1, 2]), (QUIET, [1])), clause((CPU, [0]), (QUIET, [1]))] == found


def test_a_guard_excuses_a_sum() -> None:
    (found,) = constraints_of("rule r: when quiet = yes require sum(draw) + cpu.tdp <= 30 W", most_rows=0)

    assert isinstance(found, LinearConstraint)
    assert (Literal(QUIET, frozenset({0})),) == found.unless


def test_what_has_no_other_form_is_a_predicate() -> None:
    (found,) = constraints_of("rule r: require min(draw) * cpu.tdp > 10 W * 10 W", most_rows=0)

    assert isinstance(found, PredicateConstraint)
    assert (CPU, GPU, FIRST, SECOND) == found.scope
    assert ((0, 1, 2), (0, 1, 2), (0, 1, 2), (0, 1, 2)) == found.classes


def test_a_predicate_knows_which_values_look_the_same_to_it() -> None:
    text = CATALOG.replace("| C2  | A      | 20      |", "| C2  | A      | 10      |")
    rule = "rule r: when quiet = yes require min(draw) * cpu.tdp > 10 W * 10 W"
    catalog = Configurator.from_text(text + rule).catalog
    with mock.patch.object(product, "ConditionLowering", partial(ConditionLowering, most_rows=0)):
        (found,) = (
            c for c in lower_product(catalog, DAY).problem.constraints if isinstance(c, PredicateConstraint)
        )

    assert (CPU, GPU, FIRST, SECOND, QUIET) == found.scope
    assert ((0, 0, 1), (0, 1, 2), (0, 1, 2), (0, 1, 2), (0, 1)) == found.classes


def test_a_predicate_is_asked_once_for_each_combination_of_classes() -> None:
    text = CATALOG.replace("| C2  | A      | 20      |", "| C2  | A      | 10      |")
    rule = "rule r: require min(draw) * cpu.tdp > 10 W * 10 W"
    catalog = Configurator.from_text(text + rule).catalog
    with mock.patch.object(product, "ConditionLowering", partial(ConditionLowering, most_rows=0)):
        (found,) = (
            c for c in lower_product(catalog, DAY).problem.constraints if isinstance(c, PredicateConstraint)
        )
    with mock.patch("configurator.lowering.conditions.truth", wraps=truth) as asked:
        answers = [found.function((cpu, 2, 2, 0)) for cpu in (0, 1, 2, 0, 1, 2)]

    assert [False, False, False] * 2 == answers
    assert 2 == asked.call_count


def test_a_rule_for_each_unit_stands_once_for_every_position() -> None:
    found = constraints_of("rule r: for each drive when drive.bus = SATA forbid quiet = yes")

    assert [(FIRST, QUIET), (SECOND, QUIET)] == [constraint.scope for constraint in found]


# ---------------------------------------------------------------- tables


def test_an_allowing_table_is_a_table_over_classes_of_rows() -> None:
    found = constraints_of("table t allow {\n| cpu | board |\n|-|-|\n| C1, C2 | B1 |\n| C3 | any |\n}")

    assert [
        TableConstraint((CPU, BOARD), ((0, 0, 1), (0, 1, 1)), frozenset({(0, 0), (1, 0), (1, 1)}))
    ] == found


def test_a_forbidding_table_is_one_clause_per_row() -> None:
    found = constraints_of("table t forbid {\n| cpu | board |\n|-|-|\n| C1 | B1 |\n| C3 | any |\n}")

    assert [clause((CPU, [1, 2]), (BOARD, [1, 2])), clause((CPU, [0, 1]), (BOARD, []))] == found


def test_a_table_of_one_column_is_a_clause() -> None:
    assert [clause((CPU, [0, 2]))] == constraints_of("table t allow {\n| cpu |\n|-|\n| C1, C3 |\n}")


def test_two_columns_about_one_place_are_one_variable() -> None:
    found = constraints_of("table t allow {\n| cpu | cpu.tdp |\n|-|-|\n| C1, C2 | > 10 |\n}")

    assert [clause((CPU, [1]))] == found


def test_a_table_with_a_column_over_several_places_is_a_predicate() -> None:
    rule = "calc all = sum(draw) + cpu.tdp\ntable t allow {\n| board | all |\n|-|-|\n| B1 | < 30 |\n}"

    assert [PredicateConstraint] == [type(constraint) for constraint in constraints_of(rule)]


@pytest.mark.parametrize("most_rows", [None, 0])
def test_every_constraint_knows_the_restriction_it_comes_from(most_rows: int | None) -> None:
    found = lowered('rule r "R": require cpu.socket = board.socket and quiet = yes', most_rows=most_rows)
    origins = [c.origin for c in found.problem.constraints if isinstance(c.origin, RestrictionOrigin)]

    assert ["r", "r"] == [origin.restriction.key for origin in origins]
