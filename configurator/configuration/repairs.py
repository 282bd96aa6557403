"""Ways out: the smallest changes that make choices possible again.

A repair gives up a minimal set of places, so that no part of it would do, and says what they take instead.
Which places can be given up is told by minimal corrections of the choices, the rules staying; what they can
take instead by `repair_values`. All repairs of one weight are compared before one of a greater weight is
looked at, so that those told are the best of all there are.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import merge
from itertools import groupby
from types import MappingProxyType
from typing import NoReturn

from attrs import field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, place_of
from configurator.catalog.evaluation import Chosen
from configurator.catalog.model import Catalog
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.given_choices import GivenChoice, lies_at, with_choices, without_places
from configurator.configuration.model import JsonValue, PlaceValue, json_value, place_value
from configurator.configuration.nested_choices import chosen_value, nested_choices
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.repair_parts import (
    first_of_alike,
    inside_of,
    leaves_out,
    locked_places,
    switched_choices,
)
from configurator.configuration.repair_values import GivenUp, NewValues, RankingKey, best_values
from configurator.configuration.validation import Invalid, validate
from configurator.csp.variables import Assignment
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError, SearchLimitError
from configurator.explanation.conflict import Conflict, SwitchedCase
from configurator.explanation.minimal_sets import corrections

DEFAULT_LIMIT = 3
"""How many repairs are told when nobody says."""
MOST_SETS = 1_000
"""Sets of places of one weight that are compared at most."""


@frozen
class Change:
    """One place that a repair changes.

    Attributes:
        before: what was chosen; a component without its quantity is the SKU alone.
        after: what to choose instead. An instance of an assembly is `True`, or `None` where it is left out;
            then what was chosen inside it is taken back. A place inside an instance that is left out in any
            case is `None`: what was chosen there is taken back.
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
        conflicts: what speaks against the locked choices and the bundles, as `validate` tells it.
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
    places = {**product.catalog.place_of, **product.catalog.assembly_of}
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
    locked = locked_places(question.product.catalog, locked)
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
    kept = tuple(choice for choice in question.choices.own if place_of(choice) in locked)
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
        asked: the places for which the customer chose something; for the others it is supposed here that an
            instance stays, since something inside it was chosen.
    """

    product: PreparedProduct
    choices: Choices
    switched: SwitchedCase
    weights: Mapping[int, int]
    always: tuple[int, ...]
    keys: tuple[RankingKey, ...]
    asked: frozenset[str]

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
        product = question.product
        switched = switched_choices(question, locked, limits)
        choices = switched.case.choices.choices
        # What bundles choose stays: one can do without a bundle, but not change what is in it.
        given_up = {
            part: weights.get(place_of(choice), 1)
            for part, choice in zip(switched.choices, choices, strict=True)
            if not choice.bundle and place_of(choice) not in locked
        }
        always = tuple(part for part in range(len(switched.members)) if part not in given_up)
        asked = frozenset(place_of(choice) for choice in question.choices.own)
        return cls(product, choices, switched, given_up, always, keys, asked)

    def places_by_weight(self, limits: SearchLimits) -> Iterator[tuple[int, list[frozenset[int]]]]:
        """Yield for each weight, ascending, all minimal sets of parts to give up that weigh so much."""
        sets = corrections(
            self.switched.problem, tuple(self.weights), limits, always=self.always, weights=self.weights
        )
        for weight, group in groupby(sets, key=lambda parts: sum(self.weights[part] for part in parts)):
            found: list[frozenset[int]] = []
            for parts in group:
                if not self.is_first(parts):
                    continue
                found.append(parts)
                if len(found) > MOST_SETS:
                    raise SearchLimitError(f"more than {MOST_SETS:,} sets of places could be given up")
            if found:
                yield weight, found

    def is_first(self, parts: frozenset[int]) -> bool:
        """Whether of instances of which the same is chosen the first are given up."""
        if not self.product.lowered.symmetries:
            return True
        by_place = {place_of(choice): self.weights.get(part, 0) for part, choice in self._numbered}
        given_up = {place_of(choice) for part, choice in self._numbered if part in parts}
        return first_of_alike(self.product.catalog, self.choices, by_place, given_up)

    @property
    def _numbered(self) -> Sequence[tuple[int, PlaceChoice]]:
        return tuple(zip(self.switched.choices, self.choices, strict=True))

    def values_of(self, sets: list[frozenset[int]], limits: SearchLimits) -> Iterator[NewValues]:
        """Yield what the sets of places can take instead, of all sets together the best first."""
        return merge(
            *(best_values(self.giving_up(parts), limits) for parts in sets), key=lambda found: found.rank
        )

    def giving_up(self, parts: frozenset[int], nearer_than: int | Fraction | None = None) -> GivenUp:
        """Some choices given up, the others kept; of interest may be only what is nearer in price."""
        given_up = tuple(choice for part, choice in self._numbered if part in parts)
        kept = [choice for part, choice in self._numbered if part not in parts]
        gone = inside_of(kept, given_up)
        left_out = (
            OptionChoice(place_of(choice), value=False, presence=True)
            for choice in given_up
            if leaves_out(choice)
        )
        kept = [*(choice for choice in kept if choice not in gone), *left_out]
        return GivenUp.of(
            self.product,
            given_up,
            tuple(kept),
            (
                self.switched.problem,
                tuple(part for part in range(len(self.switched.members)) if part not in parts),
            ),
            self.keys,
            gone,
            nearer_than,
        )

    def told(self, found: NewValues, weight: int) -> Repair:
        """New values in the words of the catalog."""
        chosen = self.product.lowered.lift(self.filled(found))
        catalog = self.product.catalog
        changed = self.changed(found)
        own = {place_of(choice): choice for choice in self.choices if not choice.bundle}
        changes = tuple(
            Change(
                key,
                chosen_value(catalog.place_of[key], choice),
                _value_told(catalog.place_of[key], chosen),
                choice.at_least,
            )
            for key, choice in own.items()
            if key in changed
        )
        return Repair(changes, weight, found.delta, found.keys, self._choices_with(changes))

    def changed(self, found: NewValues) -> frozenset[str]:
        """The places that new values are for."""
        keys = tuple(self.product.lowered.layout.of)
        return frozenset(keys[place] for place, _ in found.values)

    def filled(self, found: NewValues) -> Assignment:
        """New values where they belong, and nothing elsewhere but the instances that they are inside of."""
        lowered = self.product.lowered
        places, layouts = lowered.catalog.place_of, lowered.layout.of
        assignment = [0] * len(lowered.layout.variables)
        keys = tuple(layouts)
        for place, values in found.values:
            for variable, value in zip(layouts[keys[place]].variables, values, strict=True):
                assignment[variable] = value
        changed = self.changed(found)
        for key in changed:
            # Around what changes everything is there, unless that changes too.
            while (within := places[key].within) is not None and within not in changed:
                assignment[layouts[within].variables[0]] = 1
                key = within  # noqa: PLW2901 - outwards
        return tuple(assignment)

    def _choices_with(self, changes: Sequence[Change]) -> dict[str, JsonValue]:
        """The customer's own choices with changes made."""
        catalog = self.product.catalog
        stated = {place_of(choice): choice for choice in self.choices if not choice.bundle}
        left = {key: choice for key, choice in stated.items() if key in self.asked}
        for change in changes:
            if _is_presence(catalog, change.place) and change.after is None:
                left = {key: choice for key, choice in left.items() if not lies_at(key, change.place)}
                left[change.place] = OptionChoice(change.place, value=False, presence=True)
            elif _is_taken_back(catalog, change):
                left.pop(change.place, None)
            else:
                (left[change.place],) = read_choices(catalog, {change.place: json_value(change.after)})
        ordered = tuple(left[place.key] for place in catalog.places if place.key in left)
        return nested_choices(catalog, ordered)


def _value_told(place: Place, chosen: Chosen) -> PlaceValue:
    """What fills a place; an instance that is there is `True`, else `None`."""
    value = place_value(place, chosen)
    return value or None if isinstance(place, ProductOption) and place.presence else value


def _is_presence(catalog: Catalog, key: str) -> bool:
    place = catalog.place_of[key]
    return isinstance(place, ProductOption) and place.presence


def _is_taken_back(catalog: Catalog, change: Change) -> bool:
    """Whether what was chosen for a place inside an instance is taken back, since that is left out."""
    place = catalog.place_of[change.place]
    may_be_none = isinstance(place, Slot) and place.cardinality.may_be_absent
    presence = _is_presence(catalog, change.place)
    return change.after is None and place.within is not None and not may_be_none and not presence


def with_repair(catalog: Catalog, given: tuple[GivenChoice, ...], repair: Repair) -> tuple[GivenChoice, ...]:
    """What a customer said with a repair made, each change where its place was."""
    for change in repair.changes:
        value = json_value(change.after)
        made = {change.place: value}
        if any(each.place == change.place for each in given) and not _is_taken_back(catalog, change):
            read = read_choices(catalog, made)
            new = GivenChoice(change.place, value, read)
            given = tuple(new if each.place == change.place else each for each in given)
            if change.after is None and _is_presence(catalog, change.place):
                inner = (each.key for each in catalog.places if lies_at(each.key, change.place))
                given = without_places(catalog, given, (key for key in inner if key != change.place))
        elif _is_taken_back(catalog, change):
            given = without_places(catalog, given, (change.place,))
        else:
            given = with_choices(catalog, given, made)
    return given


# ---------------------------------------------------------------- choices as values


def stated_choices(
    catalog: Catalog, given: Mapping[str, object], *, only: bool = False, bundles: Sequence[str] = ()
) -> dict[str, JsonValue]:
    """Choices in any form in the one form that repairs have, in catalog order.

    Raises:
        ChoiceError: as in `read_choices` and `read_bundles`.
    """
    applied = read_bundles(catalog, bundles)
    return nested_choices(catalog, read_choices(catalog, given, only=only, bundles=applied))
