"""Random rule tables: headings, cells and what they match."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from attrs import frozen

from configurator.testing.made.dice import Dice
from configurator.testing.made.expressions import Around, Made, Site
from configurator.testing.made.meanings import Meant, attribute, of_option, quantity, sku_in
from configurator.testing.made.products import (
    ABSENT,
    DAY,
    DIMENSIONS,
    FACTORS,
    NUMBER_COLUMNS,
    WORD_COLUMNS,
    Known,
    Meaning,
    Nothing,
    Scene,
    Worth,
)
from configurator.testing.made.writing import decimal, number_text


@frozen(eq=False)
class CalcNumber(Made):
    """A calc, with the unit in which its cells of a table are written."""

    unit: str = ""


@frozen(eq=False)
class Subject:
    """What a column of a table is about.

    Attributes:
        unit: in which its cells are written.
        words: what its cells may say.
        wild: whether a pattern may stand in its cells.
    """

    heading: str
    meant: Meant
    kind: Literal["component", "number", "text", "ordered", "flag", "date"]
    unit: str = ""
    words: tuple[str, ...] = ()
    wild: bool = False

    def exactly(self, worth: Worth) -> "CellMeaning":
        """A cell that matches one value: `any` for what is not known, or cannot be written down."""
        match worth:
            case Nothing.ABSENT:
                return CellMeaning("absent", "listed", absent=True)
            case bool():
                text = "yes" if worth else "no"
            case Fraction():
                shown = worth / FACTORS[self.unit]
                if not decimal(shown) or shown < 0:
                    return CellMeaning("any", "any")
                text = number_text(shown)
            case str() | date():
                text = str(worth)
            case _:
                return CellMeaning("any", "any")
        return CellMeaning(text, "listed", (lambda known: known == worth,))


@frozen(eq=False)
class CellMeaning:
    """When a cell matches."""

    text: str
    kind: Literal["any", "other", "listed"]
    lists: tuple[Callable[[Known], bool], ...] = ()
    absent: bool = False
    negated: bool = False

    def says(self, known: Known) -> bool:
        """Whether a value is one of those written."""
        return any(lists(known) for lists in self.lists)

    def matches(self, worth: Worth, column: Sequence["CellMeaning"]) -> bool:
        """Whether it matches a value, given all cells of its column."""
        if self.kind == "any":
            return True
        if worth is ABSENT:
            return self.kind == "listed" and self.absent and not self.negated
        if worth is None or isinstance(worth, Nothing):
            return False
        if self.kind == "other":
            return not any(cell.says(worth) for cell in column)
        return self.says(worth) is not self.negated


def table_meaning(kind: str, subjects: Sequence[Meant], rows: Sequence[Sequence[CellMeaning]]) -> Meaning:
    """Columns `and`, rows `or`; a partial table binds only what its first column mentions."""
    columns = list(zip(*rows, strict=True))

    def kept(scene: Scene) -> bool:
        worths = [meant(scene) for meant in subjects]
        matching = any(
            all(c.matches(w, column) for c, w, column in zip(row, worths, columns, strict=True))
            for row in rows
        )
        if kind == "forbid":
            return not matching
        if kind == "allow":
            return matching
        return matching or not any(row[0].matches(worths[0], columns[0]) for row in rows)

    return kept


class TableMaker:
    """Makes subjects and cells. `used` gathers the names of the constructs it used."""

    def __init__(self, dice: Dice, used: set[str]) -> None:
        self.dice = dice
        self.used = used

    def subjects(self, around: Around) -> list[Subject]:
        """What a column of a table may be about."""
        found: list[Subject] = []
        for site in around.sites:
            components = [c.sku for family in site.families for c in family.components]
            found.append(Subject(site.prefix, sku_in(site.key), "component", words=tuple(components)))
            if site.counted:
                found.append(Subject(f"{site.prefix}.quantity", quantity(site.key), "number"))
            for column in site.columns([*NUMBER_COLUMNS, *WORD_COLUMNS, "«flag»", "«made»"]):
                unit = site.families[0].columns[column].unit
                found.append(self.of_column(site, column, unit))
        for option in around.options:
            if option.kind != "some":
                kinds: dict[str, Literal["number", "flag", "text"]] = {"number": "number", "yesno": "flag"}
                kind = kinds.get(option.kind, "text")
                found.append(
                    Subject(
                        self.headed(option.name, option.unit),
                        of_option(option.name),
                        kind,
                        unit=option.unit,
                        words=option.elements,
                    )
                )
        found += [Subject(made.text, made.meant, "flag") for made in around.truths]
        for made in around.numbers:
            if isinstance(made, CalcNumber) and "." not in made.text:
                found.append(Subject(made.text, made.meant, "number", unit=made.unit))
        return found

    def headed(self, path: str, unit: str) -> str:
        """A heading, with the unit sometimes said again."""
        return f"{path} [{unit}]" if unit and self.dice.chance(40) else path

    def of_column(self, site: Site, column: str, unit: str) -> Subject:
        """A column of a family as a column of a table."""
        meant = attribute(site.key, column)
        match column:
            case "«flag»":
                return Subject(site.path(column), meant, "flag")
            case "«made»":
                return Subject(site.path(column), meant, "date")
            case "«grade»":
                return Subject(site.path(column), meant, "ordered", words=WORD_COLUMNS[column])
            case "«kind»":
                words = tuple(sorted(map(str, site.values(column)))) or WORD_COLUMNS[column]
                wild = bool(site.values(column))
                return Subject(site.path(column), meant, "text", words=words, wild=wild)
            case "«tier»":
                return Subject(site.path(column), meant, "text", words=WORD_COLUMNS[column])
            case _:
                return Subject(self.headed(site.path(column), unit), meant, "number", unit=unit)

    def cell(self, subject: Subject) -> CellMeaning:
        """A cell about a subject."""
        form = self.dice.weighted({"listed": 6, "any": 1, "other": 1, "absent": 1})
        if form == "any":
            self.used.add("cell any")
            return CellMeaning("any", "any")
        if form == "other":
            self.used.add("cell other")
            return CellMeaning("other", "other")
        if form == "absent":
            self.used.add("cell absent")
            return CellMeaning("absent", "listed", absent=True)
        items = [self.cell_item(subject) for _ in range(self.dice.weighted({1: 4, 2: 2, 3: 1}))]
        absent = self.dice.chance(8)
        texts = [text for text, _ in items] + (["absent"] if absent else [])
        without = self.dice.chance(15)
        if without:
            self.used.add("cell not")
        text = ("not " if without else "") + ", ".join(texts)
        return CellMeaning(text, "listed", tuple(lists for _, lists in items), absent=absent, negated=without)

    def cell_item(self, subject: Subject) -> tuple[str, Callable[[Known], bool]]:
        """One of the alternatives of a cell."""
        match subject.kind:
            case "flag":
                answer = self.dice.chance(50)
                return ("yes" if answer else "no"), lambda known: known is answer
            case "number":
                return self.number_item(subject)
            case "date":
                days = sorted(DAY + timedelta(days=self.dice.number(-2, 2)) for _ in range(2))
                first, last = days
                form = self.dice.one(("value", "range", "compare"))
                if form == "range":
                    return f"{first}..{last}", lambda known: first <= known <= last
                if form == "compare":
                    return f">= {first}", lambda known: known >= first
                return str(first), lambda known: known == first
            case _:
                return self.word_item(subject)

    def number_item(self, subject: Subject) -> tuple[str, Callable[[Known], bool]]:
        """A number, a range, or what lies on one side of a number."""
        factor = FACTORS[subject.unit]
        scale = {"g": Fraction(250), "kg": Fraction(1, 4), "EUR": Fraction(19, 2)}.get(
            subject.unit, Fraction(1)
        )
        low, high = sorted(self.dice.number(0, 6) * scale for _ in range(2))
        first, last = low * factor, high * factor
        form = self.dice.weighted({"value": 4, "range": 2, "compare": 2, "unit": 1})
        self.used.add(f"cell number {form}")
        match form:
            case "range":
                text = f"{number_text(low)}..{number_text(high)}"
                return text, lambda known: first <= known <= last
            case "compare":
                operator = self.dice.one(("<", "<=", ">", ">="))
                tests: dict[str, Callable[[Known], bool]] = {
                    "<": lambda known: known < first,  # type: ignore[operator]
                    "<=": lambda known: known <= first,  # type: ignore[operator]
                    ">": lambda known: known > first,  # type: ignore[operator]
                    ">=": lambda known: known >= first,  # type: ignore[operator]
                }
                return f"{operator} {number_text(low)}", tests[operator]
            case "unit" if DIMENSIONS[subject.unit]:
                unit = self.dice.one(("g", "kg")) if DIMENSIONS[subject.unit] == "g" else "EUR"
                return f"{number_text(first / FACTORS[unit])} {unit}", lambda known: known == first
            case _:
                return number_text(low), lambda known: known == first

    def word_item(self, subject: Subject) -> tuple[str, Callable[[Known], bool]]:
        """A word, a pattern, or words of an order between bounds."""
        words = list(subject.words)
        if subject.kind == "ordered" and self.dice.chance(50):
            self.used.add("cell ordered")
            first, last = sorted(self.dice.number(0, 2) for _ in range(2))
            if self.dice.chance(50):
                inside = words[first : last + 1]
                return f"{words[first]}..{words[last]}", lambda known: known in inside
            operator = self.dice.one(("<", "<=", ">", ">="))
            tests: dict[str, Callable[[int], bool]] = {
                "<": lambda at: at < first,
                "<=": lambda at: at <= first,
                ">": lambda at: at > first,
                ">=": lambda at: at >= first,
            }
            test = tests[operator]
            return f"{operator} {words[first]}", lambda known: test(words.index(str(known)))
        word = self.dice.one(words)
        if subject.kind == "component" and self.dice.chance(20):
            self.used.add("cell wildcard")
            head = word.partition("»")[0] + "»"
            return f"{head}*", lambda known: str(known).startswith(head)
        if subject.wild and self.dice.chance(20):
            self.used.add("cell wildcard")
            return f"{word}*", lambda known: known == word
        return (f'"{word}"' if self.dice.chance(20) else word), lambda known: known == word
