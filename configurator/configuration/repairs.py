"""Ways out: the smallest changes that make choices possible again.

A repair gives up a minimal set of places, so that no part of it would do, and says what they take instead.
Which places can be given up is told by minimal corrections of the choices, the rules staying; what they can
take instead by `repair_values`. All repairs of one weight are compared before one of a greater weight is
looked at, so that those told are the best of all there are.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from types import MappingProxyType
from typing import NoReturn

from attrs import field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice
from configurator.catalog.model import Catalog
from configurator.catalog.structure import ProductOption, Slot
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.model import (
    ComponentQuantity,
    JsonValue,
    PlaceValue,
    json_value,
    option_value,
    place_value,
)
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.repair_values import GivenUp, NewValues, RankingKey, best_values
from configurator.configuration.validation import Invalid, validate
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError, SearchLimitError
from configurator.explanation.conflict import Case, Conflict, SwitchedCase
from configurator.explanation.minimal_sets import corrections
from configurator.lowering.choices import place_of

DEFAULT_LIMIT = 3
"""How many repairs are told when nobody says."""
MOST_SETS = 1_000
"""Sets of places of one weight that are compared at most."""


@frozen
class Change:
    """One place that a repair changes.

    Attributes:
        before: what was chosen; a component without its quantity is the SKU alone.
        after: what to choose instead.
        at_least: whether the choice that is given up was what the place `includes`.
    """

    place: str
    before: PlaceValue
    after: PlaceValue
    at_least: bool = False


@frozen
class Repair:
    """A smallest change that makes choices possible: without any part of it they are not.

    Attributes:
        changes: in catalog order.
        weight: the sum of the weights of the places changed: how many they are, unless weights are given.
        delta: what the changed places come to more than before, by the calc `price`, below zero if
            less; `None` without a price, where it is no sum over places, and where one of them has none.
        keys: what each ranking key says of it, less being better.
        choices: the choices with the changes made, by path, in JSON values; `validate` takes them.
    """

    changes: tuple[Change, ...]
    weight: int
    delta: Amount | None
    keys: tuple[int, ...]
    choices: Mapping[str, JsonValue] = field(hash=False)


@frozen
class Repairs:
    """The best repairs, best first.

    Attributes:
        repairs: by weight, then by how far the money goes away from what it was (less before more), then by
            ranking keys, then by catalog order; those without a delta last. Empty where there is
            nothing to repair: the choices can be completed as they are.
        more: whether there are more.
    """

    repairs: tuple[Repair, ...]
    more: bool

    def __bool__(self) -> bool:
        return bool(self.repairs)

    def or_raise(self) -> "Repairs":
        """This answer."""
        return self


@frozen
class Unrepairable:
    """Nothing helps: the rules and the locked choices alone leave nothing.

    Attributes:
        conflicts: what speaks against the locked choices, as `validate` tells it.
    """

    conflicts: tuple[Conflict, ...]

    def __bool__(self) -> bool:
        return False

    def or_raise(self) -> NoReturn:
        """Raise what speaks against it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError(tuple(conflict.message for conflict in self.conflicts))


def repairs(
    question: Question,
    *,
    limit: int | None = DEFAULT_LIMIT,
    weights: Mapping[str, int] = MappingProxyType({}),
    locked: Collection[str] = (),
    keys: tuple[RankingKey, ...] = (),
    limits: SearchLimits = NO_LIMITS,
) -> Repairs | Unrepairable | Unknown:
    """The best repairs of some choices, proved to be the best.

    Args:
        question: the choices, brought before a product.
        limit: how many to tell at most; `None` for all, of which there may be very many.
        weights: how much it costs to change a place, at least 1; 1 where nothing is said.
        locked: places whose choices stay.
        keys: what repairs are ranked by that change as many places and cost the same.
        limits: of the whole search; where they end it, the answer is unknown.

    Raises:
        ChoiceError: a weight or lock names what is no place.
        TypeError: the locked places are one text instead of several.
        ValueError: the limit or a weight is less than 1.
    """
    _check(question.product, limit, weights, locked)
    try:
        return _repairs(question, limit, weights, frozenset(locked), keys, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def component_keys(product: PreparedProduct, keys: Sequence[Mapping[str, int]]) -> tuple[RankingKey, ...]:
    """Ranking keys from numbers by SKU: what each unit of a component adds, less being better.

    Raises:
        ChoiceError: no family has such a component.
        TypeError: a number is not whole.
    """
    skus = {component.sku for family in product.catalog.families.values() for component in family.components}
    for sku, number in ((sku, number) for key in keys for sku, number in key.items()):
        if sku not in skus:
            raise ChoiceError([f"no family has a component `{sku}`"], did_you_mean(str(sku), skus))
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"a ranking key has whole numbers, not `{number}` for `{sku}`")
    layout = product.lowered.layout
    return tuple(RankingKey.of_components(layout, f"key {at}", key) for at, key in enumerate(keys, start=1))


def _check(
    product: PreparedProduct, limit: int | None, weights: Mapping[str, int], locked: Collection[str]
) -> None:
    if limit is not None and limit < 1:
        raise ValueError(f"the limit is at least 1, or `None` for all, not `{limit}`")
    if isinstance(locked, str):
        # A text is a collection of letters, none of which anybody means.
        raise TypeError(f"locked places are a list, such as `[{locked!r}]`, not `{locked!r}`")
    places = product.catalog.place_of
    for key in (*weights, *locked):
        if key not in places:
            raise ChoiceError(
                [f"`{key}` is neither a slot nor an option"],
                did_you_mean(key, places) or (f"there are: {', '.join(places)}",),
            )
    for key, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int) or weight < 1:
            raise ValueError(f"the weight of `{key}` is a whole number of at least 1, not `{weight}`")


def _repairs(
    question: Question,
    limit: int | None,
    weights: Mapping[str, int],
    locked: frozenset[str],
    keys: tuple[RankingKey, ...],
    limits: SearchLimits,
) -> Repairs | Unrepairable:
    repairing = Repairing.of(question, weights, locked, keys, limits)
    found: list[Repair] = []
    for weight, places in repairing.places_by_weight(limits):
        if not places[0]:
            return Repairs((), more=False)
        for each in repairing.values_of(places, limits):
            if len(found) == limit:
                return Repairs(tuple(found), more=True)
            found.append(repairing.told(each, weight))
    if found:
        return Repairs(tuple(found), more=False)
    kept = tuple(choice for choice in question.choices.choices if place_of(choice) in locked)
    verdict = validate(ask(question.product, kept, limits), limits)
    if isinstance(verdict, Unknown):
        verdict.or_raise()
    assert isinstance(verdict, Invalid)
    return Unrepairable(verdict.conflicts)


@frozen(eq=False)
class Repairing:
    """Choices to be repaired.

    Attributes:
        switched: rules and choices as parts that are switched on and off.
        weights: by the number of a choice's part; of those that may be given up.
        always: the numbers of all other parts.
    """

    product: PreparedProduct
    choices: Choices
    switched: SwitchedCase
    weights: Mapping[int, int]
    always: tuple[int, ...]
    keys: tuple[RankingKey, ...]

    @classmethod
    def of(
        cls,
        question: Question,
        weights: Mapping[str, int],
        locked: frozenset[str],
        keys: tuple[RankingKey, ...],
        limits: SearchLimits,
    ) -> "Repairing":
        """Turn choices into parts.

        Raises:
            SearchLimitError: the time is up.
        """
        product, choices = question.product, question.choices.choices
        switched = SwitchedCase.of(Case(product.lowered, question.choices), limits)
        places = dict(zip(switched.choices, map(place_of, choices), strict=True))
        return cls(
            product,
            choices,
            switched,
            {part: weights.get(place, 1) for part, place in places.items() if place not in locked},
            tuple(part for part in range(len(switched.members)) if places.get(part, "") in {"", *locked}),
            keys,
        )

    def places_by_weight(self, limits: SearchLimits) -> Iterator[tuple[int, list[frozenset[int]]]]:
        """Yield for each weight, ascending, all minimal sets of parts to give up that weigh so much."""
        sets = corrections(
            self.switched.problem, tuple(self.weights), limits, always=self.always, weights=self.weights
        )
        for weight, group in groupby(sets, key=lambda parts: sum(self.weights[part] for part in parts)):
            found: list[frozenset[int]] = []
            for parts in group:
                found.append(parts)
                if len(found) > MOST_SETS:
                    raise SearchLimitError(f"more than {MOST_SETS:,} sets of places could be given up")
            yield weight, found

    def values_of(self, sets: list[frozenset[int]], limits: SearchLimits) -> Iterator[NewValues]:
        """Yield what the sets of places can take instead, of all sets together the best first."""
        return merge(
            *(best_values(self.giving_up(parts), limits) for parts in sets), key=lambda found: found.rank
        )

    def giving_up(self, parts: frozenset[int]) -> GivenUp:
        """Some choices given up, the others kept."""
        numbered = tuple(zip(self.switched.choices, self.choices, strict=True))
        return GivenUp.of(
            self.product,
            tuple(choice for part, choice in numbered if part in parts),
            tuple(choice for part, choice in numbered if part not in parts),
            (
                self.switched.problem,
                tuple(part for part in range(len(self.switched.members)) if part not in parts),
            ),
            self.keys,
        )

    def told(self, found: NewValues, weight: int) -> Repair:
        """New values in the words of the catalog."""
        lowered = self.product.lowered
        assignment = [0] * len(lowered.layout.variables)
        keys = tuple(lowered.layout.of)
        for place, values in found.values:
            for variable, value in zip(lowered.layout.of[keys[place]].variables, values, strict=True):
                assignment[variable] = value
        chosen = lowered.lift(tuple(assignment))
        places = lowered.catalog.place_of
        after = {keys[place]: place_value(places[keys[place]], chosen) for place, _ in found.values}
        changes = []
        choices = choices_json(lowered.catalog, self.choices)
        for choice in self.choices:
            key = place_of(choice)
            if key in after:
                changes.append(Change(key, chosen_value(places[key], choice), after[key], choice.at_least))
                choices[key] = json_value(after[key])
        return Repair(tuple(changes), weight, found.delta, found.keys, choices)


# ---------------------------------------------------------------- choices as values


def stated_choices(
    catalog: Catalog, given: Mapping[str, object], *, only: bool = False
) -> dict[str, JsonValue]:
    """Choices in any form in the one form that repairs have, in catalog order.

    Raises:
        ChoiceError: as in `read_choices`.
    """
    return choices_json(catalog, read_choices(catalog, given, only=only))


def choices_json(catalog: Catalog, choices: Choices) -> dict[str, JsonValue]:
    """Choices by path, as `validate` takes them."""
    places = catalog.place_of
    return {place_of(choice): choice_json(places[place_of(choice)], choice) for choice in choices}


def chosen_value(place: Slot | ProductOption, choice: PlaceChoice) -> PlaceValue:
    """What a choice says of its place: in canonical form, a component without a quantity as its SKU."""
    match place, choice:
        case Slot(), SlotChoice(units=units):
            if place.cardinality.kind == "mixed":
                return tuple(ComponentQuantity(sku, quantity or 1) for sku, quantity in units)
            if not units:
                return None
            ((sku, quantity),) = units
            stated = place.cardinality.kind == "identical" and quantity is not None
            return ComponentQuantity(sku, quantity or 1) if stated else sku
        case ProductOption(), OptionChoice(value=value):
            return option_value(place, value)
        case _:
            raise AssertionError(choice)


def choice_json(place: Slot | ProductOption, choice: PlaceChoice) -> JsonValue:
    """A choice as `validate` takes it."""
    value = json_value(chosen_value(place, choice))
    return {"includes": value} if choice.at_least else value
