"""Wishes kept one after the other: objectives of the call, defaults, then what the catalog prefers.

What comes earlier is kept whatever it costs what comes later: nothing is added up. A default or preference
is kept if some configuration keeps it besides all that is kept already; an objective is made as good as it
can be.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal

from attrs import evolve, frozen

from configurator.catalog.choices import OptionChoice, place_of
from configurator.catalog.evaluation import evaluate
from configurator.catalog.expressions import Calc, CalcValue, Comparison, Constant, Expression
from configurator.catalog.model import Catalog, Objective, Preference
from configurator.catalog.rules import Default
from configurator.catalog.source_words import source_words
from configurator.catalog.values import BooleanType, Number, NumberType, Unit
from configurator.configuration.keeping import Kept, Named
from configurator.configuration.product import Question
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
)
from configurator.csp.constraints import (
    Literal as OneOf,
)
from configurator.csp.variables import Assignment
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import SearchLimits
from configurator.errors import ChoiceError
from configurator.lowering.objectives import (
    LoweredObjective,
    condition_constraints,
    is_number,
    lower_calc,
    values_of,
)
from configurator.lowering.product import LoweredProduct, default_constraints

BOOLEAN = BooleanType()

Direction = Literal["minimise", "maximise"]


@frozen
class Aim:
    """An objective named in a call: a calc to be made as small or as large as it can be."""

    direction: Direction
    calc: Calc


Wish = Aim | Default | Preference | Objective


@frozen(eq=False)
class Step:
    """A wish, and what became of it.

    Attributes:
        constraints: what it says about the product's variables: of an objective, that it is as good as it
            could be made; `None` for what cannot be at all, because a component is not in force.
        kept: whether it is kept; an objective is unless it can have no value.
    """

    wish: Wish
    constraints: tuple[Constraint, ...] | None
    kept: bool


def read_aims(catalog: Catalog, minimise: Iterable[str], maximise: Iterable[str]) -> tuple[Aim, ...]:
    """Calcs to be minimised, then those to be maximised, each in the order given.

    Raises:
        ChoiceError: there is no such calc, it is no number, or it is named twice.
        TypeError: the names are one text instead of several.
    """
    return (*_aims(catalog, "minimise", minimise), *_aims(catalog, "maximise", maximise))


def _aims(catalog: Catalog, direction: Direction, names: Iterable[str]) -> Iterator[Aim]:
    if isinstance(names, str):
        raise TypeError(f"`{direction}` takes a list of calcs, such as `[{names!r}]`, not `{names!r}`")
    for name in names:
        calc = catalog.calcs.get(name)
        if calc is None:
            known = ", ".join(f"`{key}`" for key in catalog.calcs) or "none"
            told = f"the catalog has no calc `{name}`; it has {known}"
            raise ChoiceError([told], did_you_mean(str(name), catalog.calcs))
        if not isinstance(calc.expression.type, NumberType):
            raise ChoiceError([f"the calc `{name}` is no number: it cannot be {direction}d"])
        yield Aim(direction, calc)


def keep_wishes(
    question: Question, aims: Sequence[Aim], limits: SearchLimits
) -> tuple[Assignment, tuple[Step, ...]] | None:
    """The completion, with every wish in the order in which they are minded; `None` where there is none.

    A default of a place that is chosen says nothing, and is left out; one that speaks of several places, as
    of an assembly, if any of them is.

    Raises:
        SearchLimitError: the search did not fit the limits.
    """
    if question.impossible:
        return None
    kept = Kept.of(question).solved(limits)
    if kept is None:
        return None
    keeper = _Keeper(question, limits)
    steps: list[Step] = []
    optimised = False
    for run in _runs(question, aims):
        if optimised:
            kept = kept.narrowed(limits)
        kept, found = keeper.keep(kept, run)
        steps.extend(found)
        optimised = isinstance(run[0][1], Aim | Objective)
    if not question.product.lowered.symmetries:
        return kept.final(limits), tuple(steps)
    # Where instances are numbered, the first solution need not be the first up to their order.
    final = evolve(kept, first=False).final(limits)
    said = tuple(each for step in steps if step.kept for each in step.constraints or ())
    return question.as_numbered(final, said), tuple(steps)


def _runs(question: Question, aims: Sequence[Aim]) -> Iterator[list[tuple[str, Wish]]]:
    """Wishes by name in the order in which they are minded, in runs: an objective is one of its own."""
    catalog = question.product.catalog
    # That an assembly is there says nothing yet of what is inside it.
    chosen = {
        place_of(choice)
        for choice in question.choices.choices
        if not (isinstance(choice, OptionChoice) and choice.presence and choice.value is True)
    }
    wishes: list[tuple[str, Wish]] = [("", aim) for aim in aims]
    wishes += [
        (f"default {number}", every[0])
        for number, every in enumerate(dict.fromkeys(together(catalog, each) for each in catalog.defaults))
        if chosen.isdisjoint(each.place for each in every)
    ]
    # Sorting keeps the order of what weighs the same.
    ordered = sorted(enumerate(catalog.wishes), key=lambda each: -each[1].weight)
    wishes += [(f"wish {number}", wish) for number, wish in ordered]
    run: list[tuple[str, Wish]] = []
    for named in wishes:
        if isinstance(named[1], Default | Preference):
            run.append(named)
            continue
        if run:
            yield run
            run = []
        yield [named]
    if run:
        yield run


@frozen(eq=False)
class _Keeper:
    question: Question
    limits: SearchLimits

    @property
    def lowered(self) -> LoweredProduct:
        return self.question.product.lowered

    def keep(self, kept: Kept, run: Sequence[tuple[str, Wish]]) -> tuple[Kept, list[Step]]:
        """Keep the wishes of a run that can be kept."""
        ((_, first), *_) = run
        if isinstance(first, Aim | Objective):
            found, step = self._optimise(kept, first)
            return found, [step]
        stated = [(name, wish, self._constraints(name, wish)) for name, wish in run]
        possible = [(name, constraints) for name, _, constraints in stated if constraints is not None]
        found, which = self._keep_all(kept, possible)
        return found, [Step(wish, constraints, kept=name in which) for name, wish, constraints in stated]

    def _keep_all(
        self, kept: Kept, wishes: Sequence[Named], *, hopeless: bool = False
    ) -> tuple[Kept, frozenset[str]]:
        """Keep wishes in their order, each if it can be; with the names of those that are.

        All at once, if that goes: then each could be kept after those before it. Else half by half.

        Args:
            kept: what is kept before.
            wishes: in their order.
            hopeless: whether it is known that they cannot be kept all.
        """
        if not wishes:
            return kept, frozenset()
        found = None if hopeless else kept.keeping(wishes, self.limits)
        if found is not None:
            return found, frozenset(name for name, _ in wishes)
        if len(wishes) == 1:
            return kept, frozenset()
        half = len(wishes) // 2
        kept, before = self._keep_all(kept, wishes[:half])
        kept, after = self._keep_all(kept, wishes[half:], hopeless=len(before) == half)
        return kept, before | after

    def _constraints(self, name: str, wish: Wish) -> tuple[Constraint, ...] | None:
        """What a default or preference says: worked out once for each product."""
        known = self.lowered.known.setdefault("what wishes say", {})
        assert isinstance(known, dict)
        if name not in known:
            if isinstance(wish, Default):
                every = together(self.lowered.catalog, wish)
                said = [default_constraints(self.lowered, each) for each in every]
                possible = [each for each in said if each is not None]
                known[name] = tuple(chain.from_iterable(possible)) if len(possible) == len(said) else None
            else:
                assert isinstance(wish, Preference)
                known[name] = condition_constraints(self.lowered, wish.expression, wish)
        found: tuple[Constraint, ...] | None = known[name]
        return found

    # ------------------------------------------------------------ objectives

    def _optimise(self, kept: Kept, wish: Aim | Objective) -> tuple[Kept, Step]:
        """Make an objective as good as it can be: a value goes before none."""
        calc = calc_of(self.question.product.catalog, wish)
        objective = lower_calc(self.lowered, calc)
        if objective is None:
            found, said = self._by_comparing(kept, calc.expression, wish)
        else:
            found, said = self._of_sum(kept, objective, wish.direction)
        return found or kept, Step(wish, said, kept=found is not None)

    def _of_sum(
        self, kept: Kept, objective: LoweredObjective, direction: str
    ) -> tuple[Kept | None, tuple[Constraint, ...]]:
        """The best value of a sum, by asking the engine for it."""
        sizes = tuple(variable.size for variable in self.lowered.layout.variables)
        known = objective.known(kept.assumptions, sizes)
        terms = objective.terms
        if direction == "maximise":
            terms = tuple(LinearTerm(t.variable, tuple(-weight for weight in t.weights)) for t in terms)
        found = kept.at_least(terms, known, self.limits)
        if found is None:
            return None, ()
        assert found.witness is not None
        best = sum(term.weights[found.witness[term.variable]] for term in terms)
        has_value = tuple(
            ClauseConstraint((OneOf(variable, values),))
            for variable, values in objective.known({}, sizes).items()
        )
        return found, (*has_value, LinearConstraint(terms, None, best))

    def _by_comparing(
        self, kept: Kept, expression: Expression, wish: Aim | Objective
    ) -> tuple[Kept | None, tuple[Constraint, ...]]:
        """The best value of what is no sum: by asking for better ones until there is none."""
        found = kept.keeping([self._compared("=", expression, expression, wish)], self.limits)
        if found is None:
            return None, ()
        best = self._worth(found, expression)
        no_worse, better = ("<=", "<") if wish.direction == "minimise" else (">=", ">")
        steps = values_of(self.lowered, expression)
        if steps is None:
            while True:
                asked = self._compared(better, expression, constant(best, expression), wish)
                further = kept.keeping([asked], self.limits)
                if further is None:
                    break
                best, found = self._worth(further, expression), further
        else:
            ordered = steps if wish.direction == "minimise" else steps[::-1]
            low, high = 0, ordered.index(best)
            while low < high:
                middle = (low + high) // 2
                asked = self._compared(no_worse, expression, constant(ordered[middle], expression), wish)
                further = kept.keeping([asked], self.limits)
                if further is None:
                    low = middle + 1
                else:
                    best, found = self._worth(further, expression), further
                    high = ordered.index(best)
        reached = self._compared(no_worse, expression, constant(best, expression), wish)
        settled = evolve(kept, witness=found.witness, first=False).keeping([reached], self.limits)
        return settled, reached[1]

    def _compared(self, operator: str, left: Expression, right: Expression, origin: Aim | Objective) -> Named:
        condition = Comparison(operator, left, right, BOOLEAN)
        return "", condition_constraints(self.lowered, condition, origin)

    def _worth(self, kept: Kept, expression: Expression) -> Number:
        assert kept.witness is not None
        worth = evaluate(expression, self.lowered.lift(kept.witness))
        assert is_number(worth)
        return worth


def constant(value: Number, like: Expression) -> Constant:
    """A number of the type of an expression."""
    return Constant(value, like.type)


# ---------------------------------------------------------------- in words


def calc_of(catalog: Catalog, wish: Aim | Objective) -> Calc:
    """What an objective is about, with the unit in which it is told."""
    if isinstance(wish, Aim):
        return wish.calc
    if isinstance(wish.expression, CalcValue):
        return wish.expression.calc
    unit = _unit_of(catalog, wish.expression)
    money = unit is not None and unit == catalog.currency
    return Calc("", wish.text, wish.expression, unit, money, wish.span)


def _unit_of(catalog: Catalog, expression: Expression) -> Unit | None:
    """The unit of which everything of an expression's dimension is a multiple."""
    kind = expression.type
    assert isinstance(kind, NumberType)
    units = (unit for unit in catalog.units.values() if unit.dimension == kind.dimension)
    return next((unit for unit in units if unit.factor == 1), None)


def together(catalog: Catalog, default: Default) -> tuple[Default, ...]:
    """The default of each place that one statement speaks of, in order: kept as a whole or not at all."""
    return tuple(each for each in catalog.defaults if each.span == default.span)


def default_text(default: Default) -> str:
    """A default as it is written, its place by the whole path: `psu = "PSU-650" when gpu is absent`.

    One of an assembly stands for each of its places, and is told as the whole.
    """
    path, _, rest = source_words(default.span.text).removeprefix("default ").partition("=")
    whole = default.place if f".{default.place}".endswith(f".{path.strip()}") else path.strip()
    return f"{whole} = {rest.strip()}"
