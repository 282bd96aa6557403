"""Random choices of a customer for a made catalog, with what they mean."""

from collections import Counter
from collections.abc import Callable, Sequence

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from configurator.testing.made.catalogs import MadeCatalog
from configurator.testing.made.dice import Dice
from configurator.testing.made.products import (
    FACTORS,
    Filling,
    Json,
    MadeComponent,
    MadeOption,
    MadePlace,
    MadeSlot,
    Scene,
    Units,
)
from configurator.testing.made.writing import number_text


@frozen(eq=False)
class MadeChoice:
    """What is said about one place.

    Attributes:
        given: as handed in.
        keeps: whether a filling is what was said.
        exact: whether it leaves nothing open about the place.
        in_force: whether all it names can be had on the day.
    """

    place: MadePlace
    given: Json
    keeps: Callable[[Filling], bool]
    exact: bool = True
    in_force: bool = True


@frozen(eq=False)
class MadeChoices:
    """Choices for some places of a catalog, at most one for each."""

    choices: tuple[MadeChoice, ...]

    @property
    def given(self) -> dict[str, Json]:
        """As handed in, names between guillemets."""
        return {choice.place.name: choice.given for choice in self.choices}

    @property
    def in_force(self) -> bool:
        """Whether all that is named can be had on the day."""
        return all(choice.in_force for choice in self.choices)

    def keep(self, scene: Scene) -> bool:
        """Whether a configuration is what was said."""
        return all(choice.keeps(scene[choice.place.name]) for choice in self.choices)

    def open(self, places: Sequence[MadePlace]) -> tuple[str, ...]:
        """The places of which something is still open, in catalog order."""
        decided = {choice.place.name for choice in self.choices if choice.exact}
        return tuple(place.name for place in places if place.name not in decided)

    def only(self, places: Sequence[str]) -> "MadeChoices":
        """The choices for some places."""
        return MadeChoices(tuple(choice for choice in self.choices if choice.place.name in places))


@st.composite
def made_choices(draw: DrawFn, catalog: MadeCatalog, *, most: int = 3, sensible: bool = True) -> MadeChoices:
    """Choices for up to `most` places; if sensible, half of the time such as go together."""
    dice = Dice(draw)
    places = dice.several(catalog.places, 0 if sensible else 2, most)
    valid = catalog.valid
    aim = dice.one(valid) if valid and sensible and dice.chance(50) else None
    found = [choice_of(dice, place, aim[place.name] if aim else None) for place in places]
    return MadeChoices(tuple(choice for choice in found if choice is not None))


@st.composite
def full_choices(draw: DrawFn, catalog: MadeCatalog) -> tuple[Scene, dict[str, Json]]:
    """A full configuration of what is in force, valid or not, in one of the forms it may be handed in."""
    dice = Dice(draw)
    scene = dice.one(catalog.scenes)
    return scene, {p.name: exactly(dice, p, scene[p.name]).given for p in catalog.places}


def units(filling: Filling) -> Units:
    """What fills a slot."""
    assert isinstance(filling, tuple)
    return filling


def words(filling: Filling) -> frozenset[str]:
    """What is in a set."""
    assert isinstance(filling, frozenset)
    return filling


def choice_of(dice: Dice, place: MadePlace, aim: Filling | None) -> MadeChoice | None:
    """One choice; around `aim` if there is one. `None` for a place that nothing can fill."""
    fillings = place.fillings(any_day=dice.chance(15))
    if not fillings:
        return None
    filling = aim if aim is not None else dice.one(fillings)
    if isinstance(place, MadeSlot):
        if place.kind == "identical" and filling and dice.chance(50):
            return any_quantity(dice, place, units(filling)[0][0])
        if place.kind == "mixed" and filling and dice.chance(40):
            return at_least(dice, place, units(filling))
    elif place.kind == "some" and dice.chance(40):
        wanted = frozenset(dice.several(sorted(words(filling)), 0, len(words(filling))))
        elements: list[Json] = [*sorted(wanted)]
        given: Json = {"includes": elements}
        return MadeChoice(
            place, given, lambda found: wanted <= words(found), exact=len(wanted) == len(place.elements)
        )
    return exactly(dice, place, filling)


def any_quantity(dice: Dice, slot: MadeSlot, component: MadeComponent) -> MadeChoice:
    """A component of an identical slot without a quantity."""
    given: Json = component.sku if dice.chance(50) else {"component": component.sku}
    return MadeChoice(
        slot,
        given,
        lambda found: [c for c, _ in units(found)] == [component],
        exact=max(slot.low, 1) == slot.high,
        in_force=component.days.hold,
    )


def at_least(dice: Dice, slot: MadeSlot, filling: Units) -> MadeChoice:
    """A mixed slot that includes something."""
    wanted = [(component, dice.number(1, n)) for component, n in dice.several(filling, 1, len(filling))]
    items = [unit_form(dice, component, amount) for component, amount in wanted]

    def keeps(found: Filling) -> bool:
        held = Counter(dict(units(found)))
        return all(held[component] >= amount for component, amount in wanted)

    in_force = all(component.days.hold for component, _ in wanted)
    return MadeChoice(slot, {"includes": items}, keeps, exact=False, in_force=in_force)


def unit_form(dice: Dice, component: MadeComponent, amount: int) -> Json:
    """So many units of a component in one of the forms."""
    sku = component.sku
    forms: list[Json] = [{"component": sku, "quantity": amount}, f"{amount} x {sku}", f"{amount}x{sku}"]
    if amount == 1:
        forms += [sku, {"component": sku}]
    return dice.one(forms)


def exactly(dice: Dice, place: MadePlace, filling: Filling) -> MadeChoice:
    """A choice that leaves nothing open."""
    if isinstance(place, MadeOption):
        return MadeChoice(place, option_form(dice, place, filling), lambda found: found == filling)
    in_force = all(component.days.hold for component, _ in units(filling))
    forms: list[Json] = [place.canonical(filling)]
    if place.kind == "mixed":
        forms.append([unit_form(dice, component, amount) for component, amount in reversed(units(filling))])
        told = [f"{amount} x {component.sku}" for component, amount in units(filling)]
        forms.append(", ".join(told) or "none")
        forms.append([component.sku for component, amount in units(filling) for _ in range(amount)])
    elif not filling:
        forms += [None, "none", []]
    elif place.kind == "identical":
        ((component, amount),) = units(filling)
        # Without a quantity it would stay open.
        forms += [f"{amount} x {component.sku}", [f"{amount}x{component.sku}"]]
    else:
        forms.append(unit_form(dice, *units(filling)[0]))
    return MadeChoice(place, dice.one(forms), lambda found: found == filling, in_force=in_force)


def option_form(dice: Dice, option: MadeOption, filling: Filling) -> Json:
    """A value of an option in one of the forms."""
    canonical = option.canonical(filling)
    forms: list[Json] = [canonical]
    match filling:
        case bool():
            forms += ["yes" if filling else "no"]
        case frozenset():
            listed = [element for element in option.elements if element in filling]
            forms += [", ".join(listed), list(reversed(listed))]
        case str():
            forms += [f" {filling} "]
        case _:
            number = number_text(option.number(filling) / FACTORS[option.unit])
            forms += [number, f"{number} {option.unit}".strip()]
    return dice.one(forms)
