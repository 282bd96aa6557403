"""A product as plain Python data, to hold the library against: it imports nothing of it.

Names stand between guillemets («s0») until a catalog is written out, so that the same product can
be written with other names.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Literal

from attrs import field, frozen

DAY = date(2026, 6, 15)
"""The day for which every question is asked."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Nothing(Enum):
    """Why something is not known."""

    ABSENT = "not chosen"
    BLANK = "chosen, but the cell is empty"


ABSENT, BLANK = Nothing.ABSENT, Nothing.BLANK

Known = Fraction | str | bool | date | frozenset[str]
Worth = Known | Nothing | None
"""What an expression is worth; `None` is a truth value that is not known."""


@frozen
class Days:
    """From a day to a day, both counting; `None` is open."""

    first: date | None = None
    last: date | None = None

    @property
    def hold(self) -> bool:
        """Whether the day of the question is among them."""
        return (self.first is None or self.first <= DAY) and (self.last is None or self.last >= DAY)

    @property
    def clause(self) -> str:
        """As a rule or component is given it, with a blank before; empty for always."""
        words = [f" from {self.first}"] if self.first else []
        words += [f" until {self.last}"] if self.last else []
        return f" effective{''.join(words)}" if words else ""


ALWAYS = Days()


@frozen(eq=False)
class MadeColumn:
    """A column of a family. `unit` is that of its cells; `blanks` may be left.

    Attributes:
        default: what a cell that is left blank means.
    """

    name: str
    unit: str
    blanks: bool
    default: Known | None = None


@frozen(eq=False)
class MadeComponent:
    """A component: numbers in base units, blank cells left out."""

    sku: str
    values: Mapping[str, Known]
    days: Days = ALWAYS


Unit = tuple[MadeComponent, int]
Units = tuple[Unit, ...]
Filling = Units | Known
"""What a place holds: components with quantities, or an option's value."""
Scene = Mapping[str, Filling]
"""What every place (and every bound unit) holds; an option of an assembly that is absent holds `()`."""
Meaning = Callable[[Scene], bool]


@frozen(eq=False)
class MadeFamily:
    """Components with the columns they share.

    Attributes:
        instances: whether they are instances of an assembly, whose columns are its options and calcs.
    """

    name: str
    columns: Mapping[str, MadeColumn]
    components: tuple[MadeComponent, ...]
    instances: bool = False

    def values(self, column: str) -> frozenset[Known]:
        """What stands in a column, whatever the date."""
        return frozenset(c.values[column] for c in self.components if column in c.values)


@frozen(eq=False)
class MadeSlot:
    """A place for components: `one`, `optional`, `identical` or `mixed`, from `low` to `high` units."""

    name: str
    family: MadeFamily
    kind: Literal["one", "optional", "identical", "mixed"]
    low: int
    high: int

    @property
    def single(self) -> bool:
        """Whether a path may speak of the component in it."""
        return self.kind != "mixed"

    def fillings(self, *, any_day: bool = False) -> tuple[Filling, ...]:
        """Everything it can hold, in catalog order: absent, components as written, fewer before more.

        What several components fill goes like words in a dictionary.
        """
        usable = [c for c in self.family.components if any_day or c.days.hold]
        if self.kind == "mixed":
            found = [
                picked
                for size in range(self.low, self.high + 1)
                for picked in combinations_with_replacement(range(len(usable)), size)
            ]
            return tuple(_counted([usable[at] for at in picked]) for picked in sorted(found))
        absent: list[Filling] = [()] if self.low == 0 else []
        amounts = range(max(self.low, 1), self.high + 1)
        return (*absent, *(((component, amount),) for component in usable for amount in amounts))

    @property
    def choose(self) -> str:
        """The cardinality as written."""
        if self.kind in {"one", "optional"}:
            return f"choose {self.kind}"
        bounds = str(self.low) if self.low == self.high else f"{self.low}..{self.high}"
        return f"choose {bounds} {self.kind}"

    def canonical(self, filling: Filling) -> Json:
        """A filling in the canonical JSON form."""
        assert isinstance(filling, tuple)
        shown: list[Json] = [{"component": c.sku, "quantity": amount} for c, amount in filling]
        if self.kind == "mixed":
            return shown
        if not filling:
            return None
        return shown[0] if self.kind == "identical" else filling[0][0].sku


def _counted(components: Sequence[MadeComponent]) -> Units:
    """Equal ones put together, in the order of first mention."""
    amounts: dict[str, Unit] = {}
    for component in components:
        amounts[component.sku] = (component, amounts.get(component.sku, (component, 0))[1] + 1)
    return tuple(amounts.values())


@frozen(eq=False)
class MadeOption:
    """A choice that is no component.

    Attributes:
        elements: of `some`, what may be in it; of `one of`, its values.
        values: everything it can be, in catalog order; numbers in base units.
        unit: of numbers.
        declared: its type as written.
    """

    name: str
    kind: Literal["one of", "yesno", "number", "some"]
    elements: tuple[str, ...]
    values: tuple[Known, ...]
    unit: str
    declared: str

    def fillings(self, *, any_day: bool = False) -> tuple[Filling, ...]:
        """Everything it can be, in catalog order."""
        del any_day
        return self.values

    @staticmethod
    def number(filling: Filling) -> Fraction:
        """A value that is a number, in base units."""
        assert isinstance(filling, Fraction)
        return filling

    def canonical(self, filling: Filling) -> Json:
        """A value in the canonical JSON form."""
        match filling:
            case frozenset():
                return [element for element in self.elements if element in filling]
            case bool() | str():
                return filling
            case Fraction():
                return json_number(filling / FACTORS[self.unit])
            case _:
                raise AssertionError(filling)


MadePlace = MadeSlot | MadeOption

NUMBER_COLUMNS = {"«mass»": "g", "«size»": "", "«rate»": "", "«cost»": "EUR"}
"""Columns that hold numbers, with their dimension."""
WORD_COLUMNS = {
    "«kind»": ("«alpha»", "«beta»", "«gamma»"),
    "«tier»": ("«low»", "«mid»", "«high»"),
    "«grade»": ("«poor»", "«fair»", "«good»"),
}
"""Columns that hold words: free text, `one of`, `ordered of`."""
TAGS = ("«alpha»", "«beta»", "«red»")
"""What the sets of the column «tags» may hold."""

FACTORS = {"": Fraction(1), "g": Fraction(1), "kg": Fraction(1000), "EUR": Fraction(1)}
"""Base units in one of each unit."""
DIMENSIONS = {"": "", "g": "g", "kg": "g", "EUR": "EUR"}


def json_number(number: Fraction) -> int | float:
    """A number as JSON has it."""
    return int(number) if number.denominator == 1 else float(number)


def subsets(elements: Sequence[str], low: int, high: int) -> tuple[frozenset[str], ...]:
    """All sets of `low` to `high` elements; left out comes before in, the first element decides first."""
    found = [
        frozenset(e for e, inside in zip(elements, picked, strict=True) if inside)
        for picked in product((False, True), repeat=len(elements))
    ]
    return tuple(chosen for chosen in found if low <= len(chosen) <= high)


@frozen(eq=False)
class MadeRestriction:
    """A rule, table or resource, and what it means.

    Attributes:
        decides: whether breaking it makes a configuration invalid; `warn` and `hint` do not.
        kept: its meaning.
        constructs: names of what was used to make it, for looking at the spread.
    """

    name: str
    days: Days
    decides: bool
    kept: Meaning = field(repr=False)
    constructs: frozenset[str] = frozenset()

    @property
    def in_force(self) -> bool:
        """Whether it counts on the day of the question and forbids."""
        return self.decides and self.days.hold


@frozen(eq=False)
class MadeDefault:
    """What a place takes if nothing speaks against it.

    Attributes:
        usable: whether its components are in force.
        meant: whether the place holds what the default says.
        guard: whether it counts.
    """

    place: str
    usable: bool
    meant: Meaning
    guard: Meaning


def all_scenes(places: Sequence[MadePlace]) -> Iterator[dict[str, Filling]]:
    """Everything that could be put together without any rule, in catalog order."""
    names = [place.name for place in places]
    for fillings in product(*(place.fillings() for place in places)):
        yield dict(zip(names, fillings, strict=True))
