"""Random scenarios of a catalog. Those that are not marked as to be done are met."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from configurator.testing.made.catalogs import Statement
from configurator.testing.made.meanings import truth
from configurator.testing.made.products import (
    ALWAYS,
    DAY,
    FACTORS,
    Filling,
    Known,
    MadeColumn,
    MadeOption,
    MadeRestriction,
    MadeSlot,
    Units,
)
from configurator.testing.made.whole import WholeMaker
from configurator.testing.made.wishes import WrittenBundle, choice_text, with_comma
from configurator.testing.made.writing import decimal, filling_text, number_text


def declare_scenarios(maker: WholeMaker, bundles: Sequence[WrittenBundle]) -> list[Statement]:
    """Up to three scenarios."""
    return _ScenarioMaker(maker, bundles).make()


class _ScenarioMaker:
    """Makes scenarios about the planted configuration, and about others that break a rule."""

    def __init__(self, maker: WholeMaker, bundles: Sequence[WrittenBundle]) -> None:
        self.maker = maker
        self.dice = maker.dice
        self.bundles = [bundle for bundle in bundles if bundle.days == ALWAYS]
        self.scene = maker.scenes_kept[0]
        self.chosen = maker.choices()

    def make(self) -> list[Statement]:
        """The scenarios."""
        forms = (self.partly, self.planted, self.broken, self.short, self.to_be_done)
        return [Statement(self.written(number, *self.dice.one(forms)())) for number in self.dice.times(0, 3)]

    def written(self, number: int, lines: Sequence[str], todo: bool) -> str:
        """A scenario of some lines."""
        mark = "todo " if todo or not self.maker.bounds.valid else ""
        tags = (
            f" tags {', '.join(self.dice.several(('smoke', 'slow-one'), 1, 2))}"
            if self.dice.chance(20)
            else ""
        )
        given = self.given()
        return "\n  ".join([f'{mark}scenario "number {number}"{tags} {{', *given, *lines]) + "\n}"

    def given(self) -> list[str]:
        """A day and bundles, now and then."""
        found = []
        if self.maker.may("dates", 25):
            found.append(f"given date {DAY + timedelta(days=self.dice.number(-1, 1))}")
        if self.bundles and self.dice.chance(40):
            found.append(f"given bundle {self.dice.one(self.bundles).name}")
        return found

    # ------------------------------------------------------------ forms

    def planted(self) -> tuple[list[str], bool]:
        """The whole of the planted configuration, and what is true of it."""
        lines = [self.exactly()]
        sure = ["expect valid", "expect available", "expect solutions = 1", "expect solutions >= 1"]
        lines += self.dice.several(sure, 1, 2)
        lines += self.values()
        lines += self.truths()
        warnings = [r for r in self.restrictions() if not r.decides and not r.kept(self.scene)]
        lines += [f"expect warning {warnings[0].name}"] if warnings else []
        return lines, False

    def exactly(self) -> str:
        """The whole of the planted configuration as a choice."""
        told = [f"{place} = {with_comma(self.maker, text)}" for place, text in self.chosen]
        return f"choose only {', '.join(told)}"

    def partly(self) -> tuple[list[str], bool]:
        """A part of the planted configuration, or nothing at all."""
        told = self.dice.several(self.chosen, 0, 2)
        parts = ", ".join(choice_text(self.maker, place, text) for place, text in told)
        lines = [f"choose {parts}" if parts else "choose nothing"]
        return [*lines, *self.dice.several(("expect valid", "expect solutions >= 1"), 1, 2)], False

    def broken(self) -> tuple[list[str], bool]:
        """Another configuration, with the rules that it breaks."""
        fillings = {place.name: self.dice.one(self.maker.plantable(place)) for place in self.maker.places}
        scene = {**self.scene, **fillings}
        places = {place.name: place for place in self.maker.places}
        told = [
            f"{name} = {filling_text(places[name], fillings[name]) if name in places else text}"
            for name, text in self.chosen
        ]
        found = [r.name for r in self.restrictions() if r.decides and not r.kept(scene)]
        reasons = self.dice.several(found, 0, 2)
        expected = f"expect invalid because {', '.join(reasons)}" if reasons else "expect invalid"
        return [f"choose only {', '.join(told)}", expected], not found

    def short(self) -> tuple[list[str], bool]:
        """The planted configuration with something out of stock."""
        found = [
            component.sku
            for place in self.maker.places
            for component, _ in _units(self.scene[place.name])
            if component.sku not in self.maker.unstocked
        ]
        lines = [self.exactly()]
        if not found:
            return [*lines, "expect unavailable"], True
        sku = self.dice.one(found)
        said = f' "{sku}"' if self.dice.chance(60) else ""
        return [f'given stock "{sku}" = 0', *lines, f"expect unavailable{said}"], False

    def to_be_done(self) -> tuple[list[str], bool]:
        """What may be met or not."""
        lines = ["choose nothing"]
        ids = self.dice.several(
            [*(r.name for r in self.maker.restrictions_here), *self.maker.rule_paths], 1, 3
        )
        if ids:
            only = "only " if self.dice.chance(50) else ""
            lines.append(f"expect invalid because {only}{', '.join(ids)}")
        condition = self.maker.maker.condition(self.maker.around(), 1)
        lines.append(f"expect {self.dice.one(('', 'always ', 'never '))}({condition.text})")
        return lines, True

    # ------------------------------------------------------------ what is expected

    def restrictions(self) -> list[MadeRestriction]:
        """What is in force on every day, outside assemblies and modules."""
        return [one for one in self.maker.restrictions_here if one.days == ALWAYS]

    def values(self) -> list[str]:
        """What places are, or are not, in the planted configuration."""
        words, found = ("forced", "completes"), []
        for place, text in self.dice.several(self.chosen, 0, 1):
            found.append(f"expect {self.dice.one(words)} {place} = {text}")
        for slot in self.maker.places:
            if isinstance(slot, MadeSlot) and slot.single and self.dice.chance(25):
                found += self.values_of(slot, _units(self.scene[slot.name]))
            elif isinstance(slot, MadeOption) and slot.kind != "some" and self.dice.chance(25):
                others = [value for value in slot.fillings() if value != self.scene[slot.name]]
                found += [f"expect impossible {slot.name} = {filling_text(slot, o)}" for o in others[:1]]
        return found

    def values_of(self, slot: MadeSlot, units: Units) -> list[str]:
        """What fills a slot, what does not, and an attribute of it."""
        skus = [component.sku for component, _ in units]
        others = [c.sku for c in slot.family.components if c.sku not in skus]
        found = [f'expect impossible {slot.name} = "{sku}"' for sku in others[:1]]
        for component, quantity in units:
            for name, value in list(component.values.items())[:1]:
                text = _value_text(value, slot.family.columns[name])
                found += [f"expect forced {slot.name}.{name} = {text}"] if text else []
            found += [f"expect forced {slot.name}.quantity = {quantity}"] if slot.kind == "identical" else []
        return found

    def truths(self) -> list[str]:
        """Conditions that hold of the planted configuration, and numbers."""
        found = []
        for _ in self.dice.times(0, 2):
            condition = self.maker.maker.condition(self.maker.around(), 1)
            holds = truth(condition.meant(self.scene)) is True
            word = self.dice.one(("", "always ")) if holds else "never "
            found.append(f"expect {word}({condition.text})")
        for made in self.maker.numbers:
            worth = made.meant(self.scene)
            if isinstance(worth, Fraction) and decimal(worth) and self.dice.chance(30):
                found.append(f"expect {made.text} = {f'{number_text(worth)} {made.dimension}'.strip()}")
        return found


def _units(filling: Filling) -> Units:
    return filling if isinstance(filling, tuple) else ()


def _value_text(value: Known, column: MadeColumn) -> str:
    """A value of a column in a choice; nothing for what cannot be chosen."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return f"{number_text(value / FACTORS[column.unit])} {column.unit}".strip()
        case frozenset():
            return ""
        case _:
            return str(value)
