"""Price deltas: what taking a value adds to the cheapest completion.

The delta of a value is what the cheapest completion with it comes to, minus what the cheapest one comes to
now. Exact like everything; where it would take a search for a value, it is unknown until one asks for it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import evolve, field, frozen

from configurator.catalog.choices import SlotChoice
from configurator.catalog.values import format_number, normal
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct, Question, compiled_product
from configurator.engines.diagram.search import LeastCosts
from configurator.engines.engine import NO_LIMITS, Domains, SearchLimits, Unknown
from configurator.lowering.layout import SlotLayout
from configurator.lowering.objectives import LoweredObjective, lower_calc

PRICE = "price"
"""The calc that is the price."""
MOST_REMEMBERED = 10_000
"""Differences of which the text is remembered."""
MOST_CASES = 64
"""Ways to place what mixed slots are to include, up to which each is asked about by itself."""
NOT_SETTLED = Unknown("other sums are bounded too: the price delta takes a search of its own")
"""What is said of a price delta that is told only when asked for."""
WANTED = "price deltas of all values"
"""What it is that only some engines tell."""


@frozen(eq=False)
class Price:
    """The price of a product as a sum, with what was told of it so far.

    Threads may share it: that one text is made twice does no harm.
    """

    objective: LoweredObjective
    _told: dict[int, Amount] = field(factory=dict, init=False, repr=False)

    def difference(self, total: int) -> Amount:
        """What totals that differ by so much differ by in money."""
        known = self._told.get(total)
        if known is None:
            known = _amount(self.objective, Fraction(total, self.objective.factor))
            if len(self._told) < MOST_REMEMBERED:
                self._told[total] = known
        return known


def price_of(product: PreparedProduct) -> Price | Unknown | None:
    """The price of a product; `None` where it has none, unknown where it is no sum over the places."""
    calc, known = product.catalog.calcs.get(PRICE), product.lowered.known
    if calc is None:
        return None
    objective = lower_calc(product.lowered, calc)
    if objective is None:
        return Unknown(f"the calc `{PRICE}` is no sum over the places")
    found = known.setdefault("price with what was told of it", Price(objective))
    assert isinstance(found, Price)
    return found


@frozen(eq=False)
class PriceDeltas:
    """What the values of all variables add.

    Attributes:
        least: for each variable and value what the cheapest completion with it totals.
        highest: what is more stands for "no completion".
        now: what the cheapest completion totals; `None` where there is none.
        open: for each variable and value whether completions have it, but its least total takes a search;
            `None` for none.
    """

    price: Price
    least: tuple[Sequence[int], ...] = field(repr=False)
    highest: int
    now: int | None
    open: tuple[Sequence[bool], ...] | None = field(default=None, repr=False)

    def of(self, variable: int, value: int) -> Amount | Unknown | None:
        """The delta of one value; `None` where no completion has it."""
        if self.open is not None and self.open[variable][value]:
            return NOT_SETTLED
        total = self.least[variable][value]
        if total > self.highest or self.now is None:
            return None
        return self.price.difference(total - self.now)

    def against(self, now: int | None) -> "PriceDeltas":
        """The same, measured by another cheapest completion."""
        return evolve(self, now=now)

    @property
    def domains(self) -> Domains | None:
        """The valid domains; `None` where the price says nothing of some completions."""
        if self.price.objective.unknown:
            return None
        highest = self.highest
        if self.open is None:
            return tuple(
                tuple(value for value, total in enumerate(totals) if total <= highest)
                for totals in self.least
            )
        return tuple(
            tuple(
                value
                for value, (total, is_open) in enumerate(zip(totals, left_open, strict=True))
                if is_open or total <= highest
            )
            for totals, left_open in zip(self.least, self.open, strict=True)
        )


def price_deltas(question: Question, price: Price, limits: SearchLimits = NO_LIMITS) -> PriceDeltas | Unknown:
    """The deltas of all values at once, by two passes over the diagram.

    Unknown where nothing is compiled. Where other sums stay outside the diagram, those of some values are.
    """
    variables = question.product.lowered.layout.variables
    if question.impossible or not variables:
        return PriceDeltas(price, tuple((1,) * variable.size for variable in variables), 0, None)
    found = _least_costs(question, price.objective, limits)
    if isinstance(found, Unknown):
        return found
    least = tuple(totals.tolist() for totals in found.by_value)
    left_open = None if found.open is None else tuple(flags.tolist() for flags in found.open)
    return PriceDeltas(price, least, found.highest, found.least, left_open)


def _least_costs(
    question: Question, objective: LoweredObjective, limits: SearchLimits
) -> LeastCosts | Unknown:
    """What the cheapest completion with each value totals."""
    sizes = tuple(variable.size for variable in question.product.lowered.layout.variables)
    assumptions = objective.known(question.choices.assumptions, sizes)
    cases = _cases(question)
    if cases is None:
        compiled, cases = question.compiled(WANTED, limits), [{}]
    else:
        compiled = compiled_product(question.product, WANTED, limits)
    if isinstance(compiled, Unknown):
        return compiled
    least: LeastCosts | None = None
    for case in cases:
        both = {v: values & assumptions.get(v, values) for v, values in case.items()}
        found = compiled.least_costs(objective.terms, {**assumptions, **both}, limits)
        if isinstance(found, Unknown):
            return found
        least = found if least is None else least.or_less(found)
    assert least is not None
    return least


def _cases(question: Question) -> list[dict[int, frozenset[int]]] | None:
    """What is to be included as assumptions, of which one suffices; `None` where there are too many.

    As a constraint it would be one more sum outside the diagram. Equal components stand side by side,
    because positions ascend.
    """
    cases: list[dict[int, frozenset[int]]] = [{}]
    for choice in question.choices.choices:
        if not isinstance(choice, SlotChoice) or not choice.at_least:
            continue
        layout = question.product.lowered.layout.of[choice.slot]
        assert isinstance(layout, SlotLayout)
        number = {units[0][0].sku: value for value, units in enumerate(layout.values) if units}
        runs = [(number[sku], quantity or 1) for sku, quantity in choice.units]
        placed = [
            {layout.variables[at]: frozenset({value}) for at, value in found.items()}
            for found in _placed(runs, 0, len(layout.variables))
        ]
        cases = [{**case, **found} for case in cases for found in placed]
        if len(cases) > MOST_CASES:
            return None
    return cases or None


def _placed(runs: Sequence[tuple[int, int]], first: int, positions: int) -> Iterator[dict[int, int]]:
    """Yield every way to give some positions values: ascending runs of equal ones, from a position on."""
    if not runs:
        yield {}
        return
    (value, length), *others = runs
    for start in range(first, positions - length + 1):
        run = dict.fromkeys(range(start, start + length), value)
        for rest in _placed(others, start + length, positions):
            yield run | rest


def _amount(objective: LoweredObjective, value: Fraction) -> Amount:
    """An amount in the calc's own unit; nothing is added that every total has."""
    calc = objective.calc
    number = value / calc.unit.factor if calc.unit else value
    return Amount(
        int(number) if number.denominator == 1 else number,
        format_number(normal(value), calc.unit, money=calc.money),
    )
