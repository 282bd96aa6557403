"""Calcs as sums: what each place adds, and calcs that are no sums."""

from datetime import date
from itertools import product as combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.catalog.evaluation import evaluate
from configurator.configurator import Configurator
from configurator.csp.semantics import broken
from configurator.lowering.objectives import LoweredObjective, lower_calc
from configurator.lowering.product import LoweredProduct, lower_product

DAY = date(2026, 6, 15)
CATALOG = """catalog t currency EUR
family frame choose one {
  | sku | size | price [EUR] |
  | F1  | 1    | 10.00       |
  | F2  | 2    | 20.50       |
}
family bell choose optional {
  | sku | loud | price [EUR] |
  | B1  | yes  | 3.00        |
}
family tyre choose 1..2 identical {
  | sku | price [EUR] |
  | T1  | 7.00        |
}
family bag choose 0..2 mixed {
  | sku | price [EUR] |
  | G1  | 5.00        |
}
option gift : yesno
option colour : one of { red, blue }
option years : whole 0..1
option extras : some 0..3 of { lamp, rack, lock }
option one : some 0..1 of { p, q }
"""
SUMS = (
    "sum(price)",
    "(if lamp in extras then 5 EUR else 0 EUR)",
    "(if lamp in extras then 5 EUR else (if rack in extras then 0 EUR else 0 EUR))",
    "(if lock in extras then (if rack in extras then 9 EUR else 4 EUR)"
    " else (if rack in extras then 5 EUR else 0 EUR))",
    "(if p in one or q in one then 2 EUR else 1 EUR)",
    "(if gift = yes then 1.50 EUR else 0 EUR)",
    "(if colour != red and colour != blue then 1 EUR else 3 EUR)",
    "(if years >= 1 then years * 2 EUR else 1 EUR)",
    "(if bell is chosen then 1 EUR else 0 EUR)",
    "(if tyre.quantity = 2 then 1 EUR else 0 EUR)",
    "(if frame.size = 2 then frame.price / 2 else 0 EUR)",
    "count(bag) * 2 EUR",
    "(if not (rack in extras) then 1 EUR else 0 EUR)",
)
NO_SUMS = (
    "(if lamp in extras and rack in extras then 5 EUR else 0 EUR)",
    "(if lamp in extras or rack in extras then 5 EUR else 0 EUR)",
    "(if lamp in extras and gift = yes then 5 EUR else 0 EUR)",
    "(if lamp in extras and p in one then 5 EUR else 0 EUR)",
    "(if gift = yes and colour = red then 5 EUR else 0 EUR)",
    "(if gift = yes then frame.price else 0 EUR)",
    "years * frame.price",
)


def lowered_calc(expression: str) -> tuple[LoweredProduct, LoweredObjective | None]:
    """A calc of the catalog, lowered."""
    catalog = Configurator.from_text(f"{CATALOG}calc price in EUR = {expression}\n").catalog
    lowered = lower_product(catalog, DAY)
    return lowered, lower_calc(lowered, catalog.calcs["price"])


@settings(max_examples=10, deadline=None)
@given(
    summands=st.lists(
        st.tuples(st.sampled_from(("+", "-")), st.integers(1, 3), st.sampled_from(SUMS)),
        min_size=1,
        max_size=4,
    )
)
def test_a_lowered_calc_is_worth_what_the_calc_is(summands: list[tuple[str, int, str]]) -> None:
    lowered, objective = lowered_calc(
        "0 EUR" + "".join(f" {sign} {n} * {each}" for sign, n, each in summands)
    )
    assert objective is not None

    for assignment in combinations(*(range(variable.size) for variable in lowered.layout.variables)):
        if not broken(lowered.problem, assignment):
            total = sum(term.weights[assignment[term.variable]] for term in objective.terms)
            assert evaluate(objective.calc.expression, lowered.lift(assignment)) == objective.value(total)


@pytest.mark.parametrize("summand", NO_SUMS)
def test_what_depends_on_several_things_at_once_is_no_sum(summand: str) -> None:
    assert lowered_calc(f"sum(price) + {summand}")[1] is None


def test_an_element_has_the_weight_that_it_adds() -> None:
    lowered, objective = lowered_calc("1 EUR + (if lamp in extras then 5 EUR else 2 EUR)")
    assert objective is not None
    lamp = next(at for at, variable in enumerate(lowered.layout.variables) if variable.name == "extras:lamp")

    assert [(lamp, (3, 6), 0, 1)] == [
        (term.variable, term.weights, objective.constant, objective.factor) for term in objective.terms
    ]


def test_a_rule_over_a_price_with_surcharges_for_elements_is_one_sum() -> None:
    catalog = Configurator.from_text(
        CATALOG + "rule r: require sum(frame.price) + (if lamp in extras then 5 EUR else 0 EUR) <= 21 EUR\n"
    )

    assert {("F1", True), ("F1", False), ("F2", False)} == {
        (str(each["frame"]), "lamp" in str(each["extras"]))
        for each in catalog.configurations(as_of=DAY, limit=10_000)
    }
