"""What a customer said, one thing after the other, and what saying more does to it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial

from attrs import field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, place_of
from configurator.catalog.model import Catalog
from configurator.catalog.structure import ProductOption
from configurator.configuration.choices import read_choices
from configurator.configuration.nested_choices import choice_json
from configurator.diagnostics.suggestion import did_you_mean
from configurator.errors import ChoiceError


@frozen
class GivenChoice:
    """What a customer said about a place or an assembly.

    Attributes:
        value: as it was given.
        choices: as it was understood: one choice, or for an assembly one for each place it speaks of.
    """

    place: str
    value: object
    choices: tuple[PlaceChoice, ...] = field(repr=False)


def with_choices(
    catalog: Catalog, given: Sequence[GivenChoice], wanted: Mapping[str, object]
) -> tuple[GivenChoice, ...]:
    """Choices, and others made after them.

    What is said anew replaces what was said of the same places. A list, an object or nothing for an assembly
    replaces all that was said of its inside; something said of the inside brings an instance back that was
    left out. What is replaced in part is then given place by place.

    Raises:
        ChoiceError: a choice names what does not exist or does not fit its place, or two do not agree.
    """
    # All of them are read together, so that all mistakes are told, and then each by itself.
    read_choices(catalog, wanted)
    made = [
        GivenChoice(place, deepcopy(value), read_choices(catalog, {place: value}))
        for place, value in wanted.items()
    ]
    left = tuple(given)
    for each in made:
        left = _less(catalog, left, partial(_is_replaced, catalog, each))
    return (*left, *made)


def without_places(
    catalog: Catalog, given: Sequence[GivenChoice], places: Iterable[str]
) -> tuple[GivenChoice, ...]:
    """Choices without those about some places, and without all that was said of the inside of assemblies."""
    wanted = tuple(places)
    return _less(catalog, given, lambda choice: any(lies_at(place_of(choice), place) for place in wanted))


def lies_at(key: str, path: str) -> bool:
    """Whether a place is that of a path, or lies inside it."""
    return key == path or (key.startswith(path) and key[len(path)] in ".[")


def check_places(catalog: Catalog, places: Iterable[str]) -> None:
    """Make sure that places or assemblies exist.

    Raises:
        ChoiceError: one does not.
    """
    known = {**catalog.place_of, **catalog.assembly_of}
    unknown = [place for place in places if place not in known]
    if unknown:
        raise ChoiceError(
            [f"`{place}` is neither a slot nor an option" for place in unknown],
            did_you_mean(str(unknown[0]), known),
        )


def choices_of(catalog: Catalog, given: Iterable[GivenChoice]) -> tuple[PlaceChoice, ...]:
    """All choices, in catalog order."""
    flat = {place_of(choice): choice for each in given for choice in each.choices}
    return tuple(flat[place.key] for place in catalog.places if place.key in flat)


def _is_replaced(catalog: Catalog, made: GivenChoice, choice: PlaceChoice) -> bool:
    """Whether what is said now takes the place of an earlier choice."""
    key = place_of(choice)
    if key in {place_of(each) for each in made.choices}:
        return True
    for each in made.choices:
        if isinstance(each, OptionChoice) and each.presence and not each.value and lies_at(key, each.option):
            return True
    place = catalog.place_of.get(made.place)
    speaks = made.place in catalog.assembly_of or (isinstance(place, ProductOption) and place.presence)
    if speaks and not _says_only_that_it_is_there(made) and lies_at(key, made.place):
        return True
    absent = isinstance(choice, OptionChoice) and choice.presence and not choice.value
    return absent and any(
        lies_at(place_of(each), key) and not (isinstance(each, OptionChoice) and each.option == key)
        for each in made.choices
        if not (isinstance(each, OptionChoice) and each.presence and not each.value)
    )


def _says_only_that_it_is_there(made: GivenChoice) -> bool:
    if len(made.choices) != 1 or isinstance(made.value, Mapping):
        return False
    (choice,) = made.choices
    return isinstance(choice, OptionChoice) and choice.presence and choice.value is True


def _less(
    catalog: Catalog, given: Iterable[GivenChoice], gone: Callable[[PlaceChoice], bool]
) -> tuple[GivenChoice, ...]:
    return tuple(part for each in given for part in _parts_left(catalog, each, gone))


def _parts_left(
    catalog: Catalog, given: GivenChoice, gone: Callable[[PlaceChoice], bool]
) -> Iterator[GivenChoice]:
    left = [choice for choice in given.choices if not gone(choice)]
    if len(left) == len(given.choices):
        yield given
        return
    for choice in left:
        key = place_of(choice)
        yield GivenChoice(key, choice_json(catalog.place_of[key], choice), (choice,))
