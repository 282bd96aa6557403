"""Random wishes and bundles for a made catalog, with what they mean; and completion by trying everything."""

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Literal

from attrs import field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from configurator.testing.made.catalogs import MadeCatalog, Statement
from configurator.testing.made.dice import Dice
from configurator.testing.made.expressions import Around, ExpressionMaker, Site
from configurator.testing.made.meanings import Meant, truth
from configurator.testing.made.products import Filling, MadeOption, MadeSlot, Scene
from configurator.testing.made.writing import option_text, units_text

Direction = Literal["minimise", "maximise"]


@frozen(eq=False)
class MadeWish:
    """A preference or an objective.

    Attributes:
        direction: `None` for a preference.
        meant: what its expression is worth.
    """

    direction: Direction | None
    weight: Fraction
    meant: Meant = field(repr=False)


@frozen(eq=False)
class MadeBundle:
    """A bundle: what each of its places must hold, and its price."""

    name: str
    holds: dict[str, Filling]
    price: Fraction
    in_force: bool

    def keep(self, scene: Scene) -> bool:
        """Whether a configuration is what the bundle chooses."""
        return all(scene[place] == filling for place, filling in self.holds.items())


@frozen(eq=False)
class WishedCatalog:
    """A catalog with wishes.

    Attributes:
        wishes: in the order written.
        goals: calcs that a call may name, by name with what they are worth.
    """

    catalog: MadeCatalog
    wishes: tuple[MadeWish, ...]
    goals: tuple[tuple[str, Meant], ...]


def around_of(catalog: MadeCatalog) -> Around:
    """What an expression at the end of a catalog may speak of."""
    slots = tuple(place for place in catalog.places if isinstance(place, MadeSlot))
    sites = tuple(
        Site(slot.name, slot.name, (slot.family,), counted=slot.kind == "identical")
        for slot in slots
        if slot.single
    )
    return Around(sites, slots, tuple(place for place in catalog.places if isinstance(place, MadeOption)))


@st.composite
def wished_catalogs(draw: DrawFn, catalogs: st.SearchStrategy[MadeCatalog]) -> WishedCatalog:
    """Catalogs with up to four wishes and up to two calcs to be named in a call."""
    catalog, dice = draw(catalogs), Dice(draw)
    maker, around = ExpressionMaker(dice), around_of(catalog)
    statements: list[Statement] = []
    wishes: list[MadeWish] = []
    for number in range(dice.weighted({0: 1, 1: 2, 2: 3, 3: 2, 4: 1})):
        weight = dice.one((None, Fraction(1), Fraction(2), Fraction(1, 2), Fraction(0)))
        told = "" if weight is None else f" weight {float(weight):g}"
        if dice.chance(50):
            condition = maker.condition(around, 2)
            statements.append(Statement(f"prefer wish-{number}: {condition.text}{told}"))
            wishes.append(MadeWish(None, Fraction(1) if weight is None else weight, condition.meant))
            continue
        direction: Direction = "minimise" if dice.chance(50) else "maximise"
        amount = maker.number(around, dice.one(("", "g", "EUR")), 3)
        statements.append(Statement(f"{direction} {amount.text}{told}"))
        wishes.append(MadeWish(direction, Fraction(1) if weight is None else weight, amount.meant))
    goals: list[tuple[str, Meant]] = []
    for number in range(dice.weighted({0: 2, 1: 2, 2: 1})):
        amount = maker.number(around, dice.one(("", "g", "EUR")), 2)
        statements.append(Statement(f"calc goal{number} = {amount.text}"))
        goals.append((f"goal{number}", amount.meant))
    return WishedCatalog(catalog.of([*catalog.statements, *statements]), tuple(wishes), tuple(goals))


def best_of(left: Sequence[Scene], direction: Direction, meant: Meant) -> list[Scene]:
    """The configurations with the best value; all where none has one."""
    worths = [(scene, meant(scene)) for scene in left]
    known = [(scene, worth) for scene, worth in worths if isinstance(worth, Fraction)]
    if not known:
        return list(left)
    best = (min if direction == "minimise" else max)(worth for _, worth in known)
    return [scene for scene, worth in known if worth == best]


@frozen(eq=False)
class Completed:
    """What a completion must be.

    Attributes:
        scene: `None` where nothing keeps the choices.
        kept: for each default (one that says nothing left out) and then each wish, by descending weight,
            whether it is kept; of an objective whether it has a value.
    """

    scene: Scene | None
    kept: tuple[bool, ...] = ()


def completion(
    made: WishedCatalog,
    possible: Sequence[Scene],
    chosen: Collection[str],
    aims: Sequence[tuple[Direction, Meant]] = (),
) -> Completed:
    """The definition, read literally over all configurations that keep the choices."""
    left = list(possible)
    if not left:
        return Completed(None)
    kept: list[bool] = []
    for direction, meant in aims:
        kept.append(any(isinstance(meant(scene), Fraction) for scene in left))
        left = best_of(left, direction, meant)
    for default in made.catalog.defaults:
        if default.place in chosen:
            continue
        keeping = [s for s in left if not default.guard(s) or default.meant(s)] if default.usable else []
        kept.append(bool(keeping))
        left = keeping or left
    for wish in sorted(made.wishes, key=lambda each: -each.weight):
        if wish.direction is None:
            keeping = [scene for scene in left if truth(wish.meant(scene)) is True]
            kept.append(bool(keeping))
            left = keeping or left
        else:
            kept.append(any(isinstance(wish.meant(scene), Fraction) for scene in left))
            left = best_of(left, wish.direction, wish.meant)
    return Completed(left[0], tuple(kept))


# ---------------------------------------------------------------- bundles


@frozen(eq=False)
class BundledCatalog:
    """A catalog with bundles.

    Attributes:
        base: what the calc `total` is worth without bundles.
        budget: what `total` must not exceed where it is known; `None` for no such rule.
    """

    catalog: MadeCatalog
    bundles: tuple[MadeBundle, ...]
    base: Meant
    budget: Fraction | None

    def total(self, scene: Scene, applied: Sequence[MadeBundle]) -> Fraction | None:
        """What `total` is worth with bundles."""
        worth = self.base(scene)
        if not isinstance(worth, Fraction):
            return None
        return worth + sum((bundle.price for bundle in applied), Fraction(0))

    def valid(self, applied: Sequence[MadeBundle]) -> list[Scene]:
        """What can be had with bundles."""
        if not all(bundle.in_force for bundle in applied):
            return []

        def affordable(scene: Scene) -> bool:
            total = self.total(scene, applied)
            return self.budget is None or total is None or total <= self.budget

        return [
            scene
            for scene in self.catalog.valid
            if affordable(scene) and all(bundle.keep(scene) for bundle in applied)
        ]


@st.composite
def bundled_catalogs(draw: DrawFn, catalogs: st.SearchStrategy[MadeCatalog]) -> BundledCatalog:
    """Catalogs with up to three bundles, half of them with a rule about what it all comes to."""
    catalog, dice = draw(catalogs), Dice(draw)
    amount = ExpressionMaker(dice).number(around_of(catalog), "EUR", 1)
    statements = [Statement(f"calc total in EUR = ({amount.text}) + bundles.price")]
    budget = Fraction(dice.number(-5, 20)) if dice.chance(40) else None
    if budget is not None:
        statements.append(Statement(f"rule budget: require total <= {budget} EUR"))
    bundles: list[MadeBundle] = []
    for number in range(dice.number(1, 3)):
        places = [place for place in dice.several(catalog.places, 0, 2) if place.fillings()]
        aim = dice.one(catalog.valid) if catalog.valid and dice.chance(60) else None
        holds = {place.name: aim[place.name] if aim else dice.one(place.fillings()) for place in places}
        price = Fraction(dice.number(-300, 300), 100)
        in_force = dice.chance(90)
        told = [f"{place.name} = {written(place, holds[place.name])}" for place in places]
        parts = [f"choose {', '.join(told)}"] if told else []
        parts += [f"price {float(price):.2f} EUR"] if price or dice.chance(50) else []
        days = "" if in_force else " effective until 2020-01-01"
        statements.append(Statement(f"bundle b{number}{days} {{ {' '.join(parts)} }}"))
        bundles.append(MadeBundle(f"b{number}", holds, price, in_force))
    return BundledCatalog(
        catalog.of([*catalog.statements, *statements]), tuple(bundles), amount.meant, budget
    )


def written(place: MadeSlot | MadeOption, filling: Filling) -> str:
    """What a place holds as the language writes it."""
    if isinstance(place, MadeOption):
        return option_text(place, filling)
    assert isinstance(filling, tuple)
    return units_text(place, filling)


@st.composite
def some_bundles(draw: DrawFn, made: BundledCatalog, fewest: int, most: int) -> list[MadeBundle]:
    """Bundles to apply, in the order declared."""
    return Dice(draw).several(made.bundles, fewest, most)


@st.composite
def some_aims(draw: DrawFn, made: WishedCatalog) -> dict[Direction, list[str]]:
    """Calcs that a call minimises and maximises, each once at most."""
    dice = Dice(draw)
    aims: dict[Direction, list[str]] = {"minimise": [], "maximise": []}
    for name, _ in made.goals:
        if dice.chance(50):
            aims["minimise" if dice.chance(50) else "maximise"].append(name)
    return aims
