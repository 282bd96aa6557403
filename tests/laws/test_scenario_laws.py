"""What scenarios are told, held against what trying every configuration of random small catalogs finds."""

from collections import Counter
from collections.abc import Callable

from asked_catalogs import TABLE_LIMITS, loaded, named, tables_up_to
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from law_settings import examples
from wished_catalogs import around_of

from configurator.configuration.completion import Completed, complete
from configurator.configuration.product import ask
from configurator.configurator import Configurator
from configurator.testing.made.catalogs import MadeCatalog, Statement, made_catalogs, plain_names, with_names
from configurator.testing.made.dice import Dice
from configurator.testing.made.expressions import ExpressionMaker
from configurator.testing.made.meanings import truth
from configurator.testing.made.products import (
    DAY,
    Filling,
    MadePlace,
    MadeRestriction,
    MadeSlot,
    Scene,
    Units,
)
from configurator.testing.made.writing import option_text, units_text

table_limits = st.sampled_from(TABLE_LIMITS)


@frozen(eq=False)
class Said:
    """Something about a place, as written, with what it means."""

    text: str
    keeps: Callable[[Scene], bool]
    in_force: bool = True
    exact: bool = True


@frozen(eq=False)
class World:
    """All configurations, and which of them the choices, the rules and stock leave."""

    catalog: MadeCatalog
    choices: tuple[Said, ...]
    stock: dict[str, int]

    @property
    def kept(self) -> list[Scene]:
        """Valid ones that keep the choices."""
        return [scene for scene in self.catalog.valid if self.keep(scene)]

    @property
    def buildable(self) -> list[Scene]:
        """Those of them that stock can build."""
        return [s for s in self.kept if all(taken(s, sku) <= n for sku, n in self.stock.items())]

    def keep(self, scene: Scene) -> bool:
        return all(choice.keeps(scene) and choice.in_force for choice in self.choices)

    def short(self, sku: str) -> bool:
        """Whether nothing can be built, and that for want of a component.

        Of a full configuration that is what its bill lacks, else what is in some minimal conflict.
        """
        if not self.kept or self.buildable:
            return False
        if len(self.choices) == len(self.catalog.places) and all(each.exact for each in self.choices):
            (scene,) = self.kept
            return taken(scene, sku) > self.stock[sku]
        return sku in self.blamed()

    def blamed(self) -> set[str]:
        """Rules, choices and stock that are in some minimal conflict.

        Such a part clashes with what holds together without it: with all that some configuration keeps.
        """
        tests: dict[str, Callable[[Scene], bool]] = {
            plain(r.name): r.kept for r in self.catalog.restrictions if r.in_force
        }
        for number, choice in enumerate(self.choices):
            tests[f"={number}"] = choice.keeps if choice.in_force else lambda _: False
        for sku, count in self.stock.items():
            tests[sku] = lambda scene, sku=sku, count=count: taken(scene, sku) <= count  # type: ignore[misc]
        kept = {frozenset(n for n, test in tests.items() if test(scene)) for scene in self.catalog.scenes}
        return {
            name
            for each in kept
            for name in tests.keys() - each
            if not any(each | {name} <= other for other in kept)
        }


@frozen(eq=False)
class Expected:
    """An expectation as written, with whether it is met."""

    text: str
    met: Callable[["World", Scene | None], bool] = field(repr=False)


def plain(name: str) -> str:
    return with_names(name, plain_names)


def taken(scene: Scene, sku: str) -> int:
    """How many units of a component a configuration takes, all slots together."""
    return sum(n for f in scene.values() if isinstance(f, tuple) for c, n in f if plain(c.sku) == sku)


def units_of(scene: Scene, place: MadePlace) -> Units:
    found = scene[place.name]
    assert isinstance(found, tuple)
    return found


# ---------------------------------------------------------------- scenarios


def said_about(dice: Dice, place: MadePlace, aim: Filling | None) -> Said | None:
    """A choice in the words of the language."""
    fillings = place.fillings(any_day=dice.chance(10))
    if not fillings:
        return None
    filling = aim if aim is not None else dice.one(fillings)
    if not isinstance(place, MadeSlot):
        if isinstance(filling, frozenset) and dice.chance(40):
            text = f"{place.name} includes {option_text(place, filling)}"
            exact = len(filling) == len(place.elements)
            return Said(text, lambda scene: filling <= scene[place.name], exact=exact)  # type: ignore[operator]
        return Said(
            f"{place.name} = {option_text(place, filling)}", lambda scene: scene[place.name] == filling
        )
    assert isinstance(filling, tuple)
    in_force = all(component.days.hold for component, _ in filling)
    if place.kind == "identical" and filling and dice.chance(40):
        component = filling[0][0]
        return Said(
            f'{place.name} = "{component.sku}"',
            lambda scene: [c for c, _ in units_of(scene, place)] == [component],
            in_force,
            exact=max(place.low, 1) == place.high,
        )
    if place.kind == "mixed" and filling and dice.chance(40):
        wanted = Counter(dict(filling))
        return Said(
            f"{place.name} includes {units_text(place, filling)}",
            lambda scene: all(Counter(dict(units_of(scene, place)))[c] >= n for c, n in wanted.items()),
            in_force,
            exact=False,
        )
    return Said(
        f"{place.name} = {units_text(place, filling)}", lambda scene: scene[place.name] == filling, in_force
    )


def expectations(dice: Dice, catalog: MadeCatalog, maker: ExpressionMaker) -> list[Expected]:
    """Some of every kind."""
    found = [
        Expected("valid", lambda world, _: bool(world.kept)),
        Expected("invalid", lambda world, _: not world.kept),
        Expected("available", lambda world, _: bool(world.buildable)),
    ]
    count = dice.number(0, 12)
    operator = dice.one(("=", "!=", "<", "<=", ">", ">="))
    found.append(
        Expected(f"solutions {operator} {count}", lambda w, _: compare(operator, len(w.kept), count))
    )
    deciding = [plain(each.name) for each in catalog.restrictions if each.decides]
    if deciding:
        ids = dice.several(deciding, 1, 2)
        only = dice.chance(50)
        found.append(
            Expected(
                f"invalid because {'only ' if only else ''}{', '.join(ids)}",
                lambda world, _: (
                    not world.kept
                    and set(ids) <= world_without_stock(world).blamed()
                    and not (only and (set(deciding) - set(ids)) & world_without_stock(world).blamed())
                ),
            )
        )
    found += [
        Expected(f"warning {plain(rule.name)}", lambda _, scene, rule=rule: warned(rule, scene))  # type: ignore[misc]
        for rule in catalog.restrictions
        if not rule.decides
    ]
    for kind in ("forced", "impossible", "completes"):
        place = dice.one(catalog.places)
        said = said_about(dice, place, None)
        if said is not None:
            found.append(Expected(f"{kind} {said.text}", value_met(kind, said.keeps)))
    around = around_of(catalog)
    for kind in ("", "always ", "never "):
        condition = maker.condition(around, 2)
        true: Callable[[Scene], bool] = lambda scene, meant=condition.meant: truth(meant(scene)) is True  # type: ignore[misc]  # noqa: E731 - shorter than a function
        met = value_met({"": "completes", "always ": "forced", "never ": "impossible"}[kind], true)
        found.append(Expected(f"{kind}{condition.text}", met))
    return found


def world_without_stock(world: World) -> World:
    return World(world.catalog, world.choices, {})


def warned(rule: MadeRestriction, scene: Scene | None) -> bool:
    return scene is not None and rule.days.hold and not rule.kept(scene)


def compare(operator: str, number: int, other: int) -> bool:
    return {
        "=": number == other,
        "!=": number != other,
        "<": number < other,
        "<=": number <= other,
        ">": number > other,
        ">=": number >= other,
    }[operator]


def value_met(kind: str, keeps: Callable[[Scene], bool]) -> Callable[[World, Scene | None], bool]:
    match kind:
        case "forced":
            return lambda world, _: bool(world.kept) and all(keeps(scene) for scene in world.kept)
        case "impossible":
            return lambda world, _: bool(world.kept) and not any(keeps(scene) for scene in world.kept)
        case _:
            return lambda _, scene: scene is not None and keeps(scene)


@frozen(eq=False)
class MadeScenario:
    """A catalog with a scenario, and what is known of it."""

    catalog: MadeCatalog
    world: World
    expected: tuple[Expected, ...]

    def __repr__(self) -> str:
        return repr(self.catalog)


@st.composite
def made_scenarios(draw: DrawFn) -> MadeScenario:
    catalog, dice = draw(made_catalogs(largest=120)), Dice(draw)
    maker = ExpressionMaker(dice)
    valid = catalog.valid
    aim = dice.one(valid) if valid and dice.chance(60) else None
    places = dice.several(catalog.places, 0, 3)
    if dice.chance(15):
        places = list(catalog.places)
    choices = [said_about(dice, place, aim[place.name] if aim else None) for place in places]
    said = tuple(choice for choice in choices if choice is not None)
    skus = sorted({c.sku for p in catalog.places if isinstance(p, MadeSlot) for c in p.family.components})
    stock = {plain(sku): dice.weighted({0: 3, 1: 2, 2: 1}) for sku in dice.several(skus, 0, 3)}
    expected = expectations(dice, catalog, maker)
    world = World(catalog, said, stock)
    if stock:
        sku = dice.one(sorted(stock))
        expected += [
            Expected("unavailable", lambda w, _: bool(w.kept) and not w.buildable),
            Expected(f'unavailable "{sku}"', lambda w, _: w.short(sku)),
        ]
    lines = [f"given date {DAY}", *(f'given stock "{sku}" = {count}' for sku, count in stock.items())]
    lines.append(f"choose {', '.join(choice.text for choice in said) or 'nothing'}")
    lines += [f"expect {each.text}" for each in expected]
    text = 'scenario "made" {\n  ' + "\n  ".join(lines) + "\n}"
    whole = catalog.of([*catalog.statements, Statement(text)])
    return MadeScenario(whole, world, tuple(expected))


def completion_of(made: MadeScenario, asked: Configurator) -> Scene | None:
    """The configuration that completes the scenario's choices."""
    (scenario,) = asked.scenarios
    found = complete(ask(asked.product(DAY), scenario.choices))
    if not isinstance(found, Completed):
        return None
    canonical = found.configuration.to_dict()
    return next(each for each in made.catalog.scenes if named(made.catalog.canonical(each)) == canonical)


@examples(120)
@given(made=made_scenarios(), rows=table_limits, engine=st.sampled_from(("diagram", "backtracking")))
def test_an_expectation_passes_where_trying_everything_says_so(
    made: MadeScenario, rows: int, engine: str
) -> None:
    with tables_up_to(rows):
        asked = loaded(made.catalog, engine)
        (outcome,) = asked.test()
        completed = completion_of(made, asked)

    expected = [(plain(each.text), each.met(made.world, completed)) for each in made.expected]
    told = [each.state for each in outcome.expectations]

    assert expected == [(text, state == "passed") for (text, _), state in zip(expected, told, strict=True)], (
        outcome
    )
    assert "undecided" not in told
