"""Families as the language writes them: as a table, as `component` statements, or from a CSV file."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from configurator.testing.made.dice import Dice
from configurator.testing.made.products import (
    ALWAYS,
    FACTORS,
    WORD_COLUMNS,
    Known,
    MadeColumn,
    MadeComponent,
    MadeFamily,
)
from configurator.testing.made.writing import csv_text, number_text, table_lines

NO_MORE: Mapping[str, Sequence[str]] = MappingProxyType({})


class FamilyWriter:
    """Writes one family.

    Attributes:
        extra: columns that no rule speaks of, with their cells from the first component to the last.
    """

    def __init__(
        self,
        dice: Dice,
        family: MadeFamily,
        set_type: str,
        title: Callable[[str], str],
        extra: Mapping[str, Sequence[str]] = NO_MORE,
    ) -> None:
        self.dice = dice
        self.family = family
        self.extra = extra
        self.title = title
        self.typed = set[str]()
        self.columns = list(family.columns.values())
        self.types = {
            "«mass»": f"{self.mass_type()} in ",
            "«size»": "whole",
            "«rate»": "number",
            "«cost»": "money",
            "«kind»": "text",
            "«tier»": f"one of {{ {', '.join(WORD_COLUMNS['«tier»'])}{self.more_values()} }}",
            "«grade»": f"ordered of {{ {', '.join(WORD_COLUMNS['«grade»'])} }}",
            "«flag»": "yesno",
            "«tags»": set_type,
            "«made»": "date",
        }
        needs_type = ("«tier»", "«grade»", "«tags»")
        self.declared = {
            column.name
            for column in self.columns
            if column.blanks or column.default is not None or column.name in needs_type or dice.chance(15)
        }

    def mass_type(self) -> str:
        """What kind of number masses are: whole ones where every cell is."""
        column = self.family.columns.get("«mass»")
        return "whole" if column is not None and column.unit == "g" and self.dice.chance(40) else "number"

    def comma(self) -> str:
        """A comma behind the last item of a list, now and then."""
        return "," if self.dice.chance(15) else ""

    def type_of(self, column: MadeColumn) -> str:
        """A column's type as declared."""
        return self.types[column.name] + (column.unit if column.name == "«mass»" else "")

    def declarations(self) -> list[str]:
        """The `attribute` lines."""
        return [
            f"attribute {c.name}{self.title('A column')} : {self.type_of(c)}{self.blank(c)}"
            for c in self.columns
            if c.name in self.declared - self.typed
        ]

    def blank(self, column: MadeColumn) -> str:
        """What an `attribute` line says of blank cells."""
        if column.default is not None:
            return f" default {self.literal(column.default, column)}"
        return " optional" if column.blanks else ""

    def heading(self, column: MadeColumn) -> str:
        """A column's heading: its unit is needed where nothing declares it."""
        if column.name in self.typed:
            return f"{column.name} : {self.type_of(column)}"
        said = column.name in self.declared and self.dice.chance(50)
        return f"{column.name} [{column.unit}]" if column.unit and not said else column.name

    def cell(self, component: MadeComponent, column: MadeColumn, *, comma: bool = False) -> str:
        """What stands in a cell; `comma` for a decimal comma."""
        value = component.values.get(column.name)
        if value is not None and value == column.default and self.dice.chance(70):
            return ""
        match value:
            case None:
                return ""
            case bool():
                return "yes" if value else "no"
            case Fraction():
                text = number_text(value / FACTORS[column.unit])
                return text.replace(".", ",") if comma else text
            case frozenset():
                return ", ".join(sorted(value))
            case _:
                return str(value)

    def rows(self, *, comma: bool = False) -> list[list[str]]:
        """One row per component; periods in columns of their own where there are any."""
        dated = any(component.days != ALWAYS for component in self.family.components)
        found: list[list[str]] = []
        for component in self.family.components:
            at = len(found)
            cells = [component.sku, *(cells[at] for cells in self.extra.values())]
            cells += [self.cell(component, column, comma=comma) for column in self.columns]
            if dated:
                days = component.days
                cells += [str(day) if day else "" for day in (days.first, days.last)]
            found.append(cells)
        return found

    def period_headings(self) -> list[str]:
        """The columns of periods, where any component has one."""
        dated = any(component.days != ALWAYS for component in self.family.components)
        return ["valid_from", "valid_until"] if dated else []

    def headings(self) -> list[str]:
        """The first row of a table."""
        for column in self.columns:
            plain = not column.blanks and column.default is None
            if plain and column.name in self.declared and self.dice.chance(20):
                self.typed.add(column.name)
        columns = [self.heading(column) for column in self.columns]
        return ["sku", *self.extra, *columns, *self.period_headings()]

    def table(self) -> list[str]:
        """As a table in the catalog."""
        return table_lines([self.headings(), *self.rows()])

    def statements(self) -> list[str]:
        """As `component` statements."""
        lines = []
        for at, component in enumerate(self.family.components):
            fields = [f"{name} = {cells[at]}" for name, cells in self.extra.items()]
            fields += [
                f"{column.name} = {self.literal(component.values[column.name], column)}"
                for column in self.columns
                if component.values.get(column.name, column.default) != column.default
            ]
            head = f'component "{component.sku}"{self.title("Thing")}{component.days.clause}'
            lines.append(f"{head} {{ {', '.join(fields)}{self.comma() if fields else ''} }}")
        return lines

    def more_values(self) -> str:
        """Values of `one of` that no component has, now and then."""
        return self.dice.one(("", "", ",", ', "very high", 7'))

    def literal(self, value: Known, column: MadeColumn) -> str:
        """A value as a `component` statement has it."""
        match value:
            case bool():
                return "yes" if value else "no"
            case Fraction():
                return f"{number_text(value / FACTORS[column.unit])} {column.unit}".strip()
            case frozenset():
                return f"{{ {', '.join(sorted(value))}{self.comma()} }}"
            case _:
                return str(value)

    def csv(self, path: str) -> tuple[list[str], str]:
        """As a file beside the catalog, with the statement that reads it."""
        comma = self.dice.chance(30)
        separator = ";" if comma or self.dice.chance(30) else ","
        clauses = f' separator "{separator}"' if separator != "," else ""
        clauses += " decimal comma" if comma else ""
        rows = self.rows(comma=comma)
        if self.dice.chance(45):
            return [f'from csv "{path}"{clauses}'], csv_text([self.headings(), *rows], separator)
        mappings = ['"No" as sku', *(f'"{name}" as {name}' for name in self.extra)]
        titles = ["No", *self.extra]
        for column in self.columns:
            titles.append(f"The {column.name}")
            unit = f" [{column.unit}]" if column.unit else ""
            mappings.append(f'"The {column.name}" as {column.name}{unit}')
        for name in self.period_headings():
            titles.append(name)
            mappings.append(f'"{name}" as {name}')
        titles.append("Left out")
        rows = [[*row, "x"] for row in rows]
        text = f'from csv "{path}"{clauses} columns {", ".join(mappings)}{self.comma()} ignore others'
        return [text], csv_text([titles, *rows], separator)
