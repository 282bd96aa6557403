"""Partial configurations: choices for some places, in the forms in which customers send them."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from configurator.catalog.choices import ChoiceProblem, OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.model import Catalog
from configurator.catalog.structure import ProductOption, Slot
from configurator.catalog.values import BooleanType, Missing, NumberType, SetType
from configurator.configuration.choices import read_choice
from configurator.configuration.model import JsonValue
from configurator.configuration.nested_choices import choice_json, nested_choices
from configurator.configuration.product import PreparedProduct, ask
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment
from configurator.engines.engine import Feasible, Unknown
from configurator.engines.sat import SatEngine, SatSearch
from configurator.errors import SearchLimitError, StrategyError
from configurator.testing.strategies.asked import (
    AnyCatalog,
    configurator_of,
    nothing_to_draw,
    question_of,
    read_asked,
)
from configurator.testing.strategies.drawing import Drawing, below, drawing_of
from configurator.testing.strategies.invalid import any_broken

Given = dict[str, JsonValue]
"""Choices by path, as `Configurator.validate` takes them."""


def partial_configurations(
    catalog: AnyCatalog,
    *,
    completable: bool | None = None,
    as_of: date | None = None,
    bundles: Sequence[str] = (),
) -> st.SearchStrategy[Given]:
    """Choices for some places, as `Configurator.validate` takes them, in all the forms it takes.

    Shrinking goes to fewer choices: to none, or to choices of which none can be left out without their
    becoming possible.

    Args:
        catalog: as in `configurations`.
        completable: whether a valid configuration keeps them; by default some of both.
        as_of: as in `configurations`.
        bundles: names of bundles that are applied to them.

    Raises:
        ChoiceError: there is no such bundle.
        StrategyError: at the first draw: there are none, because everything, or nothing, can be completed.
    """
    configurator = configurator_of(catalog)
    _, applied = read_asked(configurator, {}, {}, bundles=bundles)

    def prepared() -> st.SearchStrategy[Given]:
        question = question_of(configurator, (), applied, as_of)
        found: list[st.SearchStrategy[Given]] = []
        refused: StrategyError | None = None
        if completable is not False:
            drawing = drawing_of(question)
            if not drawing.empty:
                found.append(_possible(drawing))
            else:
                refused = nothing_to_draw(question)
        if completable is not True:
            try:
                found.append(_impossible(any_broken(question, exact=False)[0]))
                if any(_counts(place) for place in question.product.catalog.places):
                    _in_solver(question.product)
            except StrategyError as error:
                refused = error
        if not found:
            assert refused is not None
            raise refused
        return st.one_of(found)

    return st.deferred(prepared)


@st.composite
def _possible(draw: st.DrawFn, drawing: Drawing) -> Given:
    lowered = drawing.product.lowered
    assignment = drawing.assigned(draw)
    kept, _ = _parted(draw, tuple(said(drawing.product, assignment)))
    return _written(draw, lowered.catalog, [_looser(draw, lowered.catalog, choice) for choice in kept])


@st.composite
def _impossible(draw: st.DrawFn, drawing: Drawing) -> Given:
    """Everything decided and broken, of which then is left out what can be."""
    product = drawing.product
    every = tuple(said(product, drawing.assigned(draw)))
    kept, dropped = _parted(draw, every)
    if not _is_impossible(product, kept):
        kept = list(every)
        for choice in dropped:
            rest = [other for other in kept if other is not choice]
            if _is_impossible(product, rest):
                kept = rest
    for at, choice in enumerate(kept):
        looser = [*kept[:at], _looser(draw, product.catalog, choice), *kept[at + 1 :]]
        if looser[at] != choice and _is_impossible(product, looser):
            kept = looser
    return _written(draw, product.catalog, kept)


def _parted(draw: st.DrawFn, choices: Sequence[PlaceChoice]) -> tuple[list[PlaceChoice], list[PlaceChoice]]:
    """Some of the choices, and the others; the last are decided first, so that the first are smaller."""
    flags = [draw(below(2)) for _ in choices][::-1]
    pairs = list(zip(choices, flags, strict=True))
    return [choice for choice, kept in pairs if kept], [choice for choice, kept in pairs if not kept][::-1]


def _is_impossible(product: PreparedProduct, choices: Sequence[PlaceChoice]) -> bool:
    question = ask(product, tuple(choices))
    if question.impossible:
        return True
    prepared = question.prepared
    if question.choices.constraints:
        # At least so many of a thing: a diagram is often made anew for it, a solver only told more.
        prepared = _in_solver(product).extended(question.choices.constraints)
    match prepared.feasibility(question.choices.assumptions):
        case Unknown(reason=reason):
            raise SearchLimitError(reason)
        case answer:
            return not isinstance(answer, Feasible)


def _counts(place: Slot | ProductOption) -> bool:
    """Whether it may be said of it that it has at least so many of something."""
    return isinstance(place, Slot) and place.cardinality.kind == "mixed"


def _in_solver(product: PreparedProduct) -> SatSearch:
    """A solver that knows the product's problem; made once."""
    known: Any = product.lowered.known
    problem = product.prepared.problem
    found: tuple[ConstraintProblem, SatSearch] | None = known.get("solver for partial choices")
    if found is None or found[0] is not problem:
        found = known["solver for partial choices"] = (problem, SatEngine().prepare(problem))
    return found[1]


# ---------------------------------------------------------------- what is said


def said(product: PreparedProduct, assignment: Assignment) -> Iterator[PlaceChoice]:
    """A full assignment as choices, one for each place that is there, in catalog order."""
    chosen = product.lowered.lift(assignment)
    for place in product.catalog.places:
        if place.within is not None and chosen.options[place.within] is not True:
            continue
        if isinstance(place, Slot):
            units = tuple((component.sku, quantity) for component, quantity in chosen.units[place.key])
            yield SlotChoice(place.key, units)
        else:
            value = chosen.options[place.key]
            assert not isinstance(value, Missing)
            yield OptionChoice(place.key, value, presence=place.presence)


def _looser(draw: st.DrawFn, catalog: Catalog, choice: PlaceChoice) -> PlaceChoice:
    """The choice, or one that leaves something of it open."""
    place = catalog.place_of[place_of(choice)]
    match place, choice:
        case Slot(), SlotChoice(units=units) if units and place.cardinality.kind == "identical":
            return evolve(choice, units=((units[0][0], None),)) if draw(below(2)) else choice
        case Slot(), SlotChoice(units=units) if units and place.cardinality.kind == "mixed":
            if not draw(below(2)):
                return choice
            some = tuple((sku, draw(below((quantity or 1) + 1))) for sku, quantity in units)
            return SlotChoice(choice.slot, tuple(unit for unit in some if unit[1]), at_least=True)
        case ProductOption(), OptionChoice(value=frozenset() as value):
            if not draw(below(2)):
                return choice
            some_of_it = frozenset(each for each in sorted(value) if draw(below(2)))
            return evolve(choice, value=some_of_it, at_least=True)
        case _:
            return choice


# ---------------------------------------------------------------- how it is written


def _written(draw: st.DrawFn, catalog: Catalog, choices: Sequence[PlaceChoice]) -> Given:
    """Choices in one of the ways to write them."""
    if len(catalog.assemblies) and draw(below(2)):
        return nested_choices(catalog, choices)
    found: Given = {}
    for choice in choices:
        place = catalog.place_of[place_of(choice)]
        forms = forms_of(place, choice, catalog)
        found[place.key] = forms[draw(below(len(forms)))]
    return found


def forms_of(place: Slot | ProductOption, choice: PlaceChoice, catalog: Catalog) -> list[JsonValue]:
    """The ways to write a choice, the canonical one first; each reads back as the choice."""
    meant = choice_json(place, choice)
    found = [meant]
    for form in _other_forms(place, choice, meant):
        try:
            # A SKU may look like something else: one called `2 x A` is not written so.
            same = read_choice(place, form, catalog) == read_choice(place, meant, catalog)
        except ChoiceProblem:
            same = False
        if same and form not in found:
            found.append(form)
    return found


def _other_forms(place: Slot | ProductOption, choice: PlaceChoice, meant: JsonValue) -> Iterator[JsonValue]:
    if isinstance(choice, SlotChoice):
        yield from _forms_of_units(place, choice)
    elif isinstance(place, ProductOption) and not place.presence:
        match place.type:
            case BooleanType():
                yield "yes" if choice.value else "no"
            case NumberType():
                yield from _forms_of_number(place, meant)
            case SetType() if not choice.at_least and isinstance(choice.value, frozenset):
                yield ", ".join(sorted(choice.value)) or "none"
                yield [*sorted(choice.value, reverse=True)]
            case _:
                pass


def _forms_of_number(option: ProductOption, meant: JsonValue) -> Iterator[JsonValue]:
    yield str(meant)
    if option.range is not None and option.range.unit is not None:
        yield f"{meant} {option.range.unit.name}"
    if isinstance(meant, int):
        yield float(meant)


def _forms_of_units(place: Slot | ProductOption, choice: SlotChoice) -> Iterator[JsonValue]:
    items = [list(_forms_of_unit(sku, quantity)) for sku, quantity in choice.units]
    if not items:
        if not choice.at_least:
            yield "none"
        return
    lists: list[JsonValue] = [[forms[at % len(forms)] for forms in items] for at in range(3)]
    if choice.at_least:
        yield from ({"includes": each} for each in lists)
        return
    if isinstance(place, Slot) and place.cardinality.kind == "mixed":
        yield from lists
        yield ", ".join(f"{quantity or 1} x {sku}" for sku, quantity in choice.units)
        # One by one, and not in catalog order.
        yield [sku for sku, quantity in reversed(choice.units) for _ in range(quantity or 1)]
        return
    yield from items[0]


def _forms_of_unit(sku: str, quantity: int | None) -> Iterator[JsonValue]:
    if quantity is None:
        yield sku
        yield {"component": sku}
        return
    yield {"component": sku, "quantity": quantity}
    yield f"{quantity} x {sku}"
    yield f"{quantity}x{sku}"
    if quantity == 1:
        yield sku
