"""Laws of reasons under stock: every step follows from what it begins with, by what it names."""

from collections.abc import Iterator, Sequence

from hypothesis import given
from law_settings import examples
from stocked_catalogs import StockedCatalog, stocked_catalogs

from configurator import Configurator
from configurator.configuration.product import PreparedProduct, ask
from configurator.configuration.reasons import Excluded, asked_value
from configurator.csp.constraints import Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.engine import Domains, Unknown
from configurator.explanation.conflict import choice_part, restriction_of
from configurator.explanation.derivation import Left, Step
from configurator.explanation.evidence import StockEvidence
from configurator.lowering.layout import SlotLayout

OPTIONS = {"usage": ("office", "game"), "sealed": ("yes", "no")}


@examples(20)
@given(stocked_catalogs())
def test_each_step_of_a_reason_under_stock_follows_and_says_something(found: StockedCatalog) -> None:
    asked = found.asked()

    for place, value in every_value(asked):
        excluded = asked.why_not({}, place, value)

        if isinstance(excluded, Excluded):
            check_steps(asked.product(), excluded, place, value)


def every_value(asked: Configurator) -> Iterator[tuple[str, object]]:
    """Every place with each value that it can have, or can have among others."""
    for key, layout in asked.product().lowered.layout.of.items():
        if isinstance(layout, SlotLayout):
            identical = layout.slot.cardinality.kind == "identical"
            for component, quantity in (each for units in layout.values for each in units):
                sku = component.sku
                yield key, {"component": sku, "quantity": quantity} if identical else sku
        else:
            yield from ((key, each) for each in OPTIONS.get(key.rpartition(".")[2], ()))


def check_steps(product: PreparedProduct, excluded: Excluded, place: str, value: object) -> None:
    """Steps begin with what is supposed or concluded before, and after the last one the value is not left."""
    supposed = choice_part(product.lowered, asked_value(ask(product, ()), place, value))
    known: dict[str, Left] = {}
    for step in excluded.derivation.steps:
        for premise in step.premises:
            assert premise.supposed or premise.left == known[premise.left.place]
        begin = supposed if any(premise.supposed for premise in step.premises) else ()
        left = what_is_left(
            product, [premise.left for premise in step.premises], (*begin, *named(product, step))
        )

        assert step.conclusion or not all(left)
        for concluded in step.conclusion:
            variables = product.lowered.layout.of[concluded.place].variables
            every = tuple(frozenset(range(product.lowered.layout.variables[v].size)) for v in variables)
            assert every != concluded.values, concluded
            if all(left):
                assert all(
                    values.issuperset(left[v]) for v, values in zip(variables, concluded.values, strict=True)
                )
        known |= {concluded.place: concluded for concluded in step.conclusion}
    last = excluded.derivation.steps[-1].conclusion

    assert not last or not all(what_is_left(product, last, supposed))


def named(product: PreparedProduct, step: Step) -> tuple[Constraint, ...]:
    """What the rules and facts say that a step names."""
    rules = {each.rule for each in step.by if not isinstance(each, StockEvidence)}
    stock = {each.component for each in step.by if isinstance(each, StockEvidence)}
    of_rules = (
        constraint
        for constraint in product.lowered.problem.constraints
        if (rule := restriction_of(constraint)) is not None and rule.key in rules
    )
    return (
        *of_rules,
        *(each for fact in product.facts.each if fact.key in stock for each in fact.constraints),
    )


def what_is_left(product: PreparedProduct, known: Sequence[Left], besides: tuple[Constraint, ...]) -> Domains:
    """What each variable can be where something is known of places; an empty one where nothing is left."""
    lowered = product.lowered
    structure = [each for each in lowered.problem.constraints if restriction_of(each) is None]
    within = {
        variable: values
        for left in known
        for variable, values in zip(lowered.layout.of[left.place].variables, left.values, strict=True)
    }
    problem = ConstraintProblem(lowered.layout.variables, (*structure, *besides))
    found = BacktrackingEngine().prepare(problem).domains(within)
    assert not isinstance(found, Unknown)
    return found
