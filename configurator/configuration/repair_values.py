"""What places that are given up can take instead, best first.

Given up is a minimal set of places: whatever completes the choices that are kept changes all of them. Of one
place with one variable the values are put in order first and then tried in blocks, the best ones first. Of
several places the next best values are the answer to a question of its own: the cheapest ones that cost no
less than before, and the dearest ones that cost less, each time other ones. Both are exact.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from heapq import merge
from itertools import chain, combinations_with_replacement, count, islice, takewhile
from itertools import product as combinations
from math import ceil, prod
from operator import contains

import numpy as np
from attrs import define, evolve, field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.structure import ALWAYS, Place, Slot
from configurator.configuration.price_deltas import Price, price_of
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct
from configurator.configuration.repair_boxes import (
    Allowed,
    Box,
    Numbers,
    Order,
    best_combinations,
    box_of_places,
    boxes_of,
    remembered_relations,
)
from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint, LinearTerm, Literal
from configurator.csp.simplification import fuse
from configurator.csp.variables import Assignment
from configurator.engines.engine import Feasible, Infeasible, Objective, SearchLimits, Unknown
from configurator.engines.sat import SatEngine, SatSearch
from configurator.engines.switched import Clash, Possible, SwitchedProblem
from configurator.errors import SearchLimitError
from configurator.lowering.choices import LoweredChoices, lower_choices
from configurator.lowering.layout import Layout, OptionLayout, PlaceLayout, SetLayout, SlotLayout, lay_out
from configurator.lowering.objectives import LoweredObjective, lower_calc
from configurator.lowering.product import LoweredProduct, set_literals, unit_literals

SMALLEST_BLOCK = 4
"""Values that are tried together at first: mostly one of the best ones is possible."""
LARGEST_BLOCK = 512
"""Values that are tried together at most."""
FEW_VALUES = 30_000
"""Combinations of values that are all put in order at once."""
FIRST_TESTS = 50
"""How many of them are tried just so, which is mostly enough, before impossible values are left out."""
MOST_TESTS = 2_000
"""How many more are then tried one after the other: a few tenths of a second."""
MANY_VALUES = 100_000
"""Pairs of values of the two largest families beyond which it pays to try them: among so many some cost the
same as before."""
ENDLESSLY_MANY = 100_000_000
"""Combinations of all families beyond which it pays to try them for the same reason."""
MOST_EFFORT = 1_000_000
"""How far that is tried: about a second or two."""
EFFORT_OF_A_QUESTION = 100
"""What asking the solver counts, where looking at a value counts one."""


@frozen
class RankingKey:
    """Something by which repairs are ranked that is not known here, such as what stock has.

    Attributes:
        name: for people.
        terms: whole numbers over the problem's variables; those of changed places are added up, and less
            is better.
    """

    name: str
    terms: Objective

    @classmethod
    def of_components(cls, layout: Layout, name: str, numbers: Mapping[str, int]) -> "RankingKey":
        """A key that adds a number for each unit of a component, by SKU; 0 where nothing is said."""
        terms = []
        for place in layout.of.values():
            if isinstance(place, SlotLayout):
                weights = tuple(
                    sum(numbers.get(component.sku, 0) * quantity for component, quantity in units)
                    for units in place.values
                )
                terms += [LinearTerm(variable, weights) for variable in place.variables if any(weights)]
        return cls(name, tuple(terms))


Rank = tuple[bool, int, int, tuple[int, ...], tuple[tuple[int, Assignment], ...]]
"""The order of repairs of equal weight: without a delta last, |delta|, delta, keys, catalog order."""


@frozen
class NewValues:
    """Values for the places given up.

    Attributes:
        rank: the order of repairs; nothing else has the same.
        values: of each place, by its number in catalog order, the values of its variables.
        delta: how much more the places come to; `None` where that has no answer.
        keys: what each ranking key says.
    """

    rank: Rank
    values: tuple[tuple[int, Assignment], ...]
    delta: Amount | None
    keys: tuple[int, ...]


@frozen(eq=False, slots=False)
class GivenUp:
    """Places given up: what is asked about them.

    Attributes:
        places: their numbers in catalog order, ascending.
        layouts: of each.
        kept: the choices that stay.
        switched: rules and choices as parts.
        on: those parts that stay: all rules, and the choices that are kept.
        price: the price; `None` where there is none, or none that can be told of single places.
        before: what the places came to, as a total of the price; `None` where that is not known.
        keys: what repairs are ranked by after their price.
        nearer_than: only values are of interest with which the price goes away by less than this much money;
            `None` for all values.
    """

    product: PreparedProduct
    places: tuple[int, ...]
    layouts: tuple[PlaceLayout, ...]
    kept: LoweredChoices
    switched: SwitchedProblem = field(repr=False)
    on: tuple[int, ...]
    price: Price | None
    before: int | None
    keys: tuple[RankingKey, ...]
    nearer_than: int | Fraction | None = None
    _at: dict[int, int] = field(init=False, repr=False)

    @_at.default
    def _positions(self) -> dict[int, int]:
        return {variable: at for at, variable in enumerate(self.variables)}

    @classmethod
    def of(
        cls,
        product: PreparedProduct,
        choices: Sequence[PlaceChoice],
        kept: tuple[PlaceChoice, ...],
        problem: tuple[SwitchedProblem, tuple[int, ...]],
        keys: tuple[RankingKey, ...],
        gone: Sequence[PlaceChoice] = (),
        nearer_than: int | Fraction | None = None,
    ) -> "GivenUp":
        """Give up some choices, in catalog order, and keep others; `problem` is what is switched, and on.

        Of instances that are left out `gone` are the choices inside them.
        """
        layouts = product.lowered.layout.of
        number = {key: at for at, key in enumerate(layouts)}
        price, before = price_before(product, choices, gone)
        return cls(
            product,
            tuple(number[place_of(choice)] for choice in choices),
            tuple(layouts[place_of(choice)] for choice in choices),
            lower_choices(product.lowered, kept),
            *problem,
            price,
            before,
            keys,
            nearer_than,
        )

    @property
    def variables(self) -> tuple[int, ...]:
        """The variables of all places."""
        return tuple(variable for layout in self.layouts for variable in layout.variables)

    @cached_property
    def worths(self) -> tuple[LinearTerm, ...]:
        """What the values of the places are worth."""
        return () if self.price is None else self.own(self.price.objective.terms)

    @cached_property
    def not_known(self) -> dict[int, frozenset[int]]:
        """The values that the price says nothing of."""
        found: dict[int, frozenset[int]] = {}
        for literal in () if self.price is None else self.price.objective.unknown:
            if literal.variable in self._at:
                found[literal.variable] = found.get(literal.variable, frozenset()) | literal.values
        return found

    @cached_property
    def most_away(self) -> int | None:
        """How far the total may go away from what it was before; `None` for any way, or without a price."""
        if self.nearer_than is None or self.price is None or self.before is None:
            return None
        return ceil(Fraction(self.nearer_than) / Fraction(self.price.difference(1).number)) - 1

    def is_near(self, rank: Rank) -> bool:
        """Whether values of this rank are of interest."""
        if self.nearer_than is None:
            return True
        return self.most_away is not None and not rank[0] and rank[1] <= self.most_away

    @property
    def worth_trying(self) -> bool:
        """Whether there are so many values that some mostly come to just what was before."""
        if self.before is None or self.keys or len(self.variables) != len(self.layouts):
            return False
        sizes = sorted(self.product.lowered.layout.variables[variable].size for variable in self.variables)
        return prod(sizes[-2:]) > MANY_VALUES or prod(sizes) > ENDLESSLY_MANY

    def own(self, terms: Objective) -> tuple[LinearTerm, ...]:
        """The terms that speak of these places."""
        return tuple(term for term in terms if term.variable in self._at)

    def total(self, terms: Objective, values: Assignment) -> int:
        """What terms on these places add up to."""
        return sum(term.weights[values[self._at[term.variable]]] for term in terms)

    def ranked(self, values: Assignment) -> NewValues:
        """Values of all variables of the places with their rank and money."""
        rank = self.rank(values)
        _, _, more, keys, by_place = rank
        delta = None if rank[0] or self.price is None else self.price.difference(more)
        return NewValues(rank, by_place, delta, keys)

    def rank(self, values: Assignment) -> Rank:
        """The rank of values of all variables of the places."""
        lost = any(values[self._at[variable]] in each for variable, each in self.not_known.items())
        more = None if lost or self.before is None else self.total(self.worths, values) - self.before
        keys = tuple(self.total(self.own(key.terms), values) for key in self.keys)
        rest = iter(values)
        by_place = tuple(
            (place, tuple(next(rest) for _ in layout.variables))
            for place, layout in zip(self.places, self.layouts, strict=True)
        )
        return rank_of(more, keys, by_place)


def rank_of(delta: int | None, keys: tuple[int, ...], values: tuple[tuple[int, Assignment], ...]) -> Rank:
    """The rank of values."""
    return (delta is None, abs(delta or 0), delta or 0, keys, values)


def best_values(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues]:
    """Yield the values of interest that the places given up can take instead, lazily, best first.

    Raises:
        SearchLimitError: a limit ended the search. What was yielded so far is right.
    """
    if given_up.nearer_than is None:
        return _all_values(given_up, limits)
    if given_up.most_away is None:
        return iter(())
    return takewhile(lambda found: given_up.is_near(found.rank), _all_values(given_up, limits))


def _all_values(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues]:
    """As far as it is cheaper, those of no interest are left out here already."""
    if len(given_up.variables) == 1:
        return _of_one_variable(given_up, limits)
    boxed = _in_a_box(given_up, limits)
    if boxed is not None:
        return boxed
    if prod(layout.combinations({}) for layout in given_up.layouts) <= FEW_VALUES:
        return _listed_first(given_up, limits)
    if given_up.worth_trying:
        return _tried_first(given_up, limits)
    return _of_several(given_up, limits)


# ---------------------------------------------------------------- what was given up


def price_before(
    product: PreparedProduct, choices: Sequence[PlaceChoice], gone: Sequence[PlaceChoice] = ()
) -> tuple[Price | None, int | None]:
    """The price, and what some choices come to in it, as a total of its terms.

    Those that are gone count besides, less what their places come to when they are empty. A choice that
    leaves something open comes to what it names, in the smallest quantity.
    """
    price = price_of(product)
    if price is None or isinstance(price, Unknown):
        return None, None
    lowered, objective = product.lowered, price.objective
    if lower_choices(lowered, (*choices, *gone)).not_in_force:
        # What is not in force has a price all the same: that of a day on which it is.
        lowered = _on_every_day(lowered)
        found = lower_calc(lowered, objective.calc)
        if found is None:
            return None, None
        objective = found
    total = _named_total(lowered, objective, choices, gone)
    if total is None:
        return price, None
    before = Fraction(total * price.objective.factor, objective.factor)
    if before.denominator != 1:
        price = Price(_scaled(price.objective, before.denominator))
    return price, before.numerator


def _on_every_day(lowered: LoweredProduct) -> LoweredProduct:
    """The same product with all components at once, for looking up what they are worth."""
    known = lowered.known.get("on every day")
    if not isinstance(known, LoweredProduct):
        places = tuple(map(_always, lowered.catalog.places))
        known = evolve(lowered, layout=lay_out(places, lowered.as_of), known={})
        lowered.known["on every day"] = known
    return known


def _always(place: Place) -> Place:
    if not isinstance(place, Slot):
        return place
    components = tuple(evolve(each, period=ALWAYS) for each in place.family.components)
    return evolve(place, family=evolve(place.family, components=components))


def _scaled(objective: LoweredObjective, factor: int) -> LoweredObjective:
    """The same objective in smaller steps."""
    terms = tuple(
        LinearTerm(term.variable, tuple(factor * weight for weight in term.weights))
        for term in objective.terms
    )
    return evolve(
        objective, terms=terms, constant=objective.constant * factor, factor=objective.factor * factor
    )


def _named_total(
    lowered: LoweredProduct,
    objective: LoweredObjective,
    choices: Sequence[PlaceChoice],
    gone: Sequence[PlaceChoice],
) -> int | None:
    """What choices name, as a total; `None` where the calc has no value for it."""
    weights = {term.variable: term.weights for term in objective.terms}
    total = 0
    for choice in (*choices, *gone):
        for variable, value in named_values(lowered.layout, choice):
            if any(each.variable == variable and value in each.values for each in objective.unknown):
                return None
            own = weights.get(variable, ())
            total += own[value] if own else 0
            total -= own[0] if own and choice in gone else 0
    return total


def named_values(layout: Layout, choice: PlaceChoice) -> tuple[tuple[int, int], ...]:
    """The variables of a choice's place with the values that it names: as little as it can mean."""
    found = layout.of[place_of(choice)]
    match choice, found:
        case SlotChoice(units=units), SlotLayout():
            literals = unit_literals(found, units) or ()
        case OptionChoice(value=frozenset() as value), SetLayout():
            literals = set_literals(found, value, exact=True)
        case OptionChoice(value=value), OptionLayout(variables=(variable,), values=values):
            literals = (Literal(variable, frozenset({list(values).index(value)})),)
        case _:
            raise AssertionError(choice)
    return tuple((literal.variable, min(literal.values)) for literal in literals)


# ---------------------------------------------------------------- one variable


def _of_one_variable(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues]:
    (variable,) = given_up.variables
    not_known = given_up.not_known.get(variable, frozenset())
    size = given_up.product.lowered.layout.variables[variable].size
    worth = given_up.worths[0].weights if given_up.worths else (0,) * size
    keys = [given_up.own(key.terms) for key in given_up.keys]
    before = given_up.before

    def rank(value: int) -> tuple[object, ...]:
        delta = None if before is None or value in not_known else worth[value] - before
        return rank_of(delta, tuple(given_up.total(terms, (value,)) for terms in keys), ((0, (value,)),))

    near = [value for value in range(size) if given_up.is_near(given_up.rank((value,)))]
    for value in _possible(given_up, variable, sorted(near, key=rank), limits):
        yield given_up.ranked((value,))


def _possible(
    given_up: GivenUp,
    variable: int,
    values: Sequence[int],
    limits: SearchLimits,
    fixed: tuple[Literal, ...] = (),
) -> Iterator[int]:
    """Yield the values that go with what is kept (and with some literals), in the order given."""
    asked = partial(_first_possible, given_up, variable, limits, fixed)
    begin, size = 0, SMALLEST_BLOCK
    while begin < len(values):
        block = values[begin : begin + size]
        begin, size = begin + size, min(2 * size, LARGEST_BLOCK)
        while block and (at := asked(block)) is not None:
            yield block[at]
            block = block[at + 1 :]


def _first_possible(
    given_up: GivenUp,
    variable: int,
    limits: SearchLimits,
    fixed: tuple[Literal, ...],
    values: Sequence[int],
) -> int | None:
    """Where the first of some values stands that goes with what is kept; `None` if none does."""
    first: int | None = None
    while first != 0:
        asked = (*fixed, Literal(variable, frozenset(values[:first])))
        part = tuple(ClauseConstraint((literal,)) for literal in asked)
        problem = given_up.switched.extended((part,), limits)
        match problem.solve((*given_up.on, len(problem.parts) - 1), limits):
            case Clash():
                return first
            case Possible(witness=witness):
                first = values.index(witness[variable])
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
    return first


# ---------------------------------------------------------------- several, where all else is decided


def _in_a_box(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues] | None:
    """All combinations at once; `None` where something else is open, or there are too many.

    Of 12 families of 20 with 300 rules, three to five of them given up, the best values took 0.3 to 2 s when
    they were searched for, and 2 to 30 ms so.
    """
    product, kept = given_up.product, given_up.kept
    variables = product.lowered.layout.variables
    decided = {v: next(iter(values)) for v, values in kept.assumptions.items() if len(values) == 1}
    open_now = set(given_up.variables)
    decided = {variable: value for variable, value in decided.items() if variable not in open_now}
    # Inside assemblies what is kept may say something only where its instance stays.
    if kept.constraints or product.catalog.assemblies or len(decided) + len(open_now) < len(variables):
        return None
    about = constraints_by_variable(product)
    own = {id(each): each for variable in given_up.variables for each in about.get(variable, ())}
    own |= {id(each): each for each in product.facts.constraints if not open_now.isdisjoint(each.scope)}
    # A bundle that is kept may choose a place that is given up.
    chosen = [ClauseConstraint((Literal(*each),)) for each in kept.assumptions.items() if each[0] in open_now]
    constraints = (*own.values(), *chosen)
    sizes = {variable: variables[variable].size for variable in given_up.variables}
    boxes = _place_by_place(given_up, constraints, decided, limits)
    if boxes is None:
        boxes = boxes_of(constraints, decided, sizes, limits, _relations(product))
    keys = [given_up.own(key.terms) for key in given_up.keys]
    order = Order(given_up.worths, given_up.before, given_up.not_known, keys)
    found = None if boxes is None else best_combinations(boxes, order)
    return None if found is None else _from_boxes(given_up, *found, limits)


def _place_by_place(
    given_up: GivenUp, constraints: Sequence[Constraint], decided: Mapping[int, int], limits: SearchLimits
) -> Iterator[Box] | None:
    """The same where places have several variables; `None` where none has, or there are too many fillings."""
    if len(given_up.variables) == len(given_up.layouts):
        return None
    fillings: list[tuple[tuple[int, ...], Numbers]] = []
    for layout in given_up.layouts:
        lines = _listed_fillings(given_up.product, layout)
        if lines is None:
            return None
        fillings.append((layout.variables, lines))
    if given_up.most_away is not None and given_up.before is not None:
        # What is of no interest goes first.
        before, away = given_up.before, given_up.most_away
        constraints = (LinearConstraint(given_up.worths, before - away, before + away), *constraints)
    box = box_of_places(constraints, decided, fillings, limits)
    return None if box is None else iter((box,))


def _listed_fillings(product: PreparedProduct, layout: PlaceLayout) -> Numbers | None:
    """What the variables of a place can take together, line by line; `None` for too much."""
    known = product.lowered.known.setdefault("listed fillings", {})
    assert isinstance(known, dict)
    if layout.variables not in known:
        size = product.lowered.layout.variables[layout.variables[0]].size
        listed = tuple(islice(_fillings(layout, size), FEW_VALUES + 1))
        lines = np.array(listed, np.int64).reshape(len(listed), len(layout.variables))
        known[layout.variables] = lines if len(listed) <= FEW_VALUES else None
    found: Numbers | None = known[layout.variables]
    return found


def remember_for_repairs(product: PreparedProduct) -> None:
    """Find out once what repairs under any facts need of the product."""
    constraints_by_variable(product)
    _relations(product)
    product.lowered.known.setdefault("listed fillings", {})


def _relations(product: PreparedProduct) -> Mapping[int, Allowed]:
    """What the product's own small constraints say of all values; found once."""
    known = product.lowered.known.get("remembered relations")
    if not isinstance(known, dict):
        about = constraints_by_variable(product)
        own = {id(each): each for constraints in about.values() for each in constraints}
        known = dict(remembered_relations(own.values(), product.lowered.layout.variables))
        product.lowered.known["remembered relations"] = known
    return known


def _from_boxes(
    given_up: GivenUp, best: Iterator[Assignment], complete: bool, limits: SearchLimits
) -> Iterator[NewValues]:
    told = 0
    for values in best:
        told += 1
        yield given_up.ranked(values)
    if not complete:
        # All ways have one order, so that the search goes on where the best ones end.
        yield from islice(_of_several(given_up, limits), told, None)


def constraints_by_variable(product: PreparedProduct) -> Mapping[int, Sequence[Constraint]]:
    """The product's own constraints by the variables that they look at; found once."""
    known = product.lowered.known.get("constraints by variable")
    if not isinstance(known, dict):
        found: dict[int, list[Constraint]] = {}
        for constraint in fuse(product.lowered.problem).constraints:
            for variable in constraint.scope:
                found.setdefault(variable, []).append(constraint)
        product.lowered.known["constraints by variable"] = known = found
    return known


# ---------------------------------------------------------------- several, of few values in all


def _listed_first(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues]:
    """All put in order and tried one after the other; what is left after many trials is searched for."""
    sizes = given_up.product.lowered.layout.variables
    fillings = (tuple(_fillings(layout, sizes[layout.variables[0]].size)) for layout in given_up.layouts)
    listed = [tuple(chain.from_iterable(each)) for each in combinations(*fillings)]
    if given_up.nearer_than is not None:
        listed = [values for values in listed if given_up.is_near(given_up.rank(values))]
    listed.sort(key=given_up.rank)
    possible = 0
    for values in listed[:FIRST_TESTS]:
        if _goes(given_up, values, limits):
            possible += 1
            yield given_up.ranked(values)
    rest = _of_possible_values(given_up, listed[FIRST_TESTS:], limits)
    for values in rest[:MOST_TESTS]:
        if _goes(given_up, values, limits):
            possible += 1
            yield given_up.ranked(values)
    if len(rest) > MOST_TESTS:
        # All ways have one order, so that the search goes on where trying has ended.
        yield from islice(_of_several(given_up, limits), possible, None)


def _of_possible_values(
    given_up: GivenUp, listed: Sequence[Assignment], limits: SearchLimits
) -> Sequence[Assignment]:
    """The combinations of values of which each goes with what is kept, if not all together.

    Of 15,225 ways to fill three places of a computer that leaves 432, all of them possible: without it all
    its 586 repairs took 14 s, most of them searches of 25 ms, and 0.5 s with it.
    """
    if not listed:
        return ()
    sizes = given_up.product.lowered.layout.variables
    alone = [
        frozenset(_possible(given_up, variable, range(sizes[variable].size), limits))
        for variable in given_up.variables
    ]
    return [values for values in listed if all(map(contains, alone, values))]


def _fillings(layout: PlaceLayout, size: int) -> Iterator[Assignment]:
    """What the variables of a place can take together."""
    match layout:
        case SlotLayout(slot=slot, variables=variables) if slot.cardinality.kind == "mixed":
            for units in range(slot.cardinality.minimum, slot.cardinality.maximum + 1):
                blanks = (0,) * (len(variables) - units)
                for filled in combinations_with_replacement(range(1, size), units):
                    yield (*filled, *blanks)
        case SetLayout(option=option, variables=variables):
            for members in combinations((0, 1), repeat=len(variables)):
                if option.minimum <= sum(members) <= option.maximum:
                    yield members
        case _:
            yield from ((value,) for value in range(size))


def _goes(given_up: GivenUp, values: Assignment, limits: SearchLimits) -> bool:
    """Whether values go with what is kept."""
    pairs = zip(given_up.variables, values, strict=True)
    part = tuple(ClauseConstraint((Literal(variable, frozenset({value})),)) for variable, value in pairs)
    problem = given_up.switched.extended((part,), limits)
    found = problem.solve((*given_up.on, len(problem.parts) - 1), limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    return isinstance(found, Possible)


# ---------------------------------------------------------------- several, of large families


class _Spent(Exception):  # noqa: N818 - never leaves this module
    """Trying was worth so much effort and no more."""


@define(eq=False)
class Trials:
    """Values tried in the order of their rank, for families so large that the first ones are soon possible.

    Attributes:
        effort: how much is left of it.
        worth: for each variable what its values are worth; `None` where that is not known.
        last: the values of the last variable by their worth.
    """

    given_up: GivenUp
    limits: SearchLimits
    worth: tuple[tuple[int | None, ...], ...]
    last: Mapping[int, tuple[int, ...]]
    effort: int

    @classmethod
    def of(cls, given_up: GivenUp, limits: SearchLimits) -> "Trials":
        """Look up what everything is worth."""
        weights = {term.variable: term.weights for term in given_up.worths}
        sizes, lost = given_up.product.lowered.layout.variables, given_up.not_known
        worth = tuple(
            tuple(
                None if value in lost.get(variable, ()) else number
                for value, number in enumerate(weights.get(variable, (0,) * sizes[variable].size))
            )
            for variable in given_up.variables
        )
        last: dict[int, list[int]] = {}
        for value, number in enumerate(worth[-1]):
            if number is not None:
                last.setdefault(number, []).append(value)
        by_worth = {number: tuple(values) for number, values in last.items()}
        return cls(given_up, limits, worth, by_worth, MOST_EFFORT)

    def spend(self, effort: int) -> None:
        """Count what was done."""
        self.effort -= effort
        if self.effort < 0:
            raise _Spent

    def by_rank(self) -> Iterator[Assignment]:
        """Yield values that go with what is kept, by rank, as far as the effort goes."""
        assert self.given_up.before is not None
        for away in count() if self.given_up.most_away is None else range(self.given_up.most_away + 1):
            for delta in (-away, away) if away else (0,):
                yield from self.of_total(self.given_up.before + delta, ())

    def of_total(self, total: int, begin: Assignment) -> Iterator[Assignment]:
        """Yield those that begin with some values and are worth so much in all, in catalog order."""
        at = len(begin)
        variables = self.given_up.variables
        fixed = tuple(Literal(v, frozenset({value})) for v, value in zip(variables, begin, strict=False))
        if at < len(variables) - 2:
            known = [value for value, number in enumerate(self.worth[at]) if number is not None]
            for value in _possible(self.given_up, variables[at], known, self.limits, fixed):
                self.spend(EFFORT_OF_A_QUESTION)
                yield from self.of_total(total - (self.worth[at][value] or 0), (*begin, value))
            return
        for value, number in enumerate(self.worth[at]):
            self.spend(1)
            ends = () if number is None else self.last.get(total - number, ())
            if ends:
                self.spend(EFFORT_OF_A_QUESTION)
                both = (*fixed, Literal(variables[at], frozenset({value})))
                for end in _possible(self.given_up, variables[-1], ends, self.limits, both):
                    yield (*begin, value, end)


def _tried_first(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues]:
    """Tried one after the other, and searched for when that takes too long."""
    tried = 0
    try:
        for values in Trials.of(given_up, limits).by_rank():
            tried += 1
            yield given_up.ranked(values)
    except _Spent:
        # Both ways have one order, so that the search goes on where trying has ended.
        yield from islice(_of_several(given_up, limits), tried, None)


# ---------------------------------------------------------------- several


def _of_several(given_up: GivenUp, limits: SearchLimits) -> Iterator[NewValues]:
    """The next best ones of those that cost no less, of those that cost less, of those without a delta."""
    whole = _whole_problem(given_up.product, limits).extended(given_up.kept.constraints, limits)
    ways: list[Iterator[NewValues]] = []
    worths, before = given_up.worths, given_up.before
    lost: tuple[Literal, ...] = tuple(Literal(*each) for each in given_up.not_known.items())
    if before is not None:
        known = tuple(_all_but(given_up, literal) for literal in lost)
        away = given_up.most_away
        dearer = LinearConstraint(worths, before, None if away is None else before + away)
        cheaper = LinearConstraint(worths, None if away is None else before - away, before - 1)
        less = tuple(LinearTerm(term.variable, tuple(-w for w in term.weights)) for term in worths)
        way = partial(_cheapest_first, given_up, whole, limits=limits)
        ways.append(way((*known, dearer), worths))
        ways.append(way((*known, cheaper), less))
    if given_up.nearer_than is None and (before is None or lost):
        other = (ClauseConstraint(lost),) if before is not None else ()
        ways.append(_cheapest_first(given_up, whole, other, (), limits=limits))
    yield from merge(*ways, key=lambda found: found.rank)


def _whole_problem(product: PreparedProduct, limits: SearchLimits) -> SatSearch:
    """The product, ready to be asked for the cheapest values; made once."""
    known = product.lowered.known.get("problem of repairs")
    if not isinstance(known, SatSearch):
        known = SatEngine().prepare(product.lowered.problem.extended(product.facts.constraints), limits)
        product.lowered.known["problem of repairs"] = known
    return known


def _all_but(given_up: GivenUp, literal: Literal) -> ClauseConstraint:
    size = given_up.product.lowered.layout.variables[literal.variable].size
    return ClauseConstraint((Literal(literal.variable, frozenset(range(size)) - literal.values),))


def _cheapest_first(
    given_up: GivenUp,
    whole: SatSearch,
    within: tuple[Constraint, ...],
    money: Objective,
    *,
    limits: SearchLimits,
) -> Iterator[NewValues]:
    """Values within some constraints by ascending money, keys, catalog order."""
    search = whole.extended(within, limits)
    objective = in_turn((money, *(given_up.own(key.terms) for key in given_up.keys)))
    assumptions = given_up.kept.assumptions
    while True:
        best = search.cheapest(objective, assumptions, limits)
        match best:
            case Infeasible():
                return
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
        equal = search.extended((LinearConstraint(objective, best.cost, best.cost),), limits)
        values = _first_in_catalog_order(given_up, equal, best.witness, limits)
        yield given_up.ranked(values)
        sizes = given_up.product.lowered.layout.variables
        pairs = zip(given_up.variables, values, strict=True)
        other = tuple(Literal(v, frozenset(range(sizes[v].size)) - {value}) for v, value in pairs)
        search = search.extended((ClauseConstraint(other),), limits)


def in_turn(objectives: Sequence[Objective]) -> Objective:
    """One objective for several, a later one deciding between equals of the earlier ones."""
    added: dict[int, list[int]] = {}
    scale = 1
    for objective in reversed(objectives):
        for term in objective:
            before = added.setdefault(term.variable, [0] * len(term.weights))
            added[term.variable] = [old + scale * new for old, new in zip(before, term.weights, strict=True)]
        scale *= 1 + sum(max(term.weights) - min(term.weights) for term in objective)
    return tuple(LinearTerm(variable, tuple(weights)) for variable, weights in sorted(added.items()))


def _first_in_catalog_order(
    given_up: GivenUp, search: SatSearch, witness: Assignment, limits: SearchLimits
) -> Assignment:
    """Of equally good values of the places the first ones, beginning with those of a solution."""
    fixed = dict(given_up.kept.assumptions)
    for variable in given_up.variables:
        # A bundle that is kept may leave a place that is given up no other value.
        possible = fixed.get(variable, frozenset(range(witness[variable])))
        while earlier := possible.intersection(range(witness[variable])):
            found = search.feasibility({**fixed, variable: earlier}, limits)
            if isinstance(found, Unknown):
                raise SearchLimitError(found.reason)
            if not isinstance(found, Feasible):
                break
            witness = found.witness
        fixed[variable] = frozenset({witness[variable]})
    return tuple(witness[variable] for variable in given_up.variables)
