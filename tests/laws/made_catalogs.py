"""Random small catalogs: source text and, beside it, what every rule means in plain Python.

`made_catalogs()` is the strategy. A `MadeCatalog` can be written out with any names and in any order
of statements, and says by itself which configurations are valid: it tries them all.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Literal

from attrs import evolve, field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from hypothesis.vendor.pretty import RepresentationPrinter
from made_expressions import (
    NUMBER_COLUMNS,
    TAGS,
    WORD_COLUMNS,
    Around,
    Dice,
    ExpressionMaker,
    Made,
    Meant,
    Site,
    attribute,
    number_text,
    of_option,
    quantity,
    sku_in,
    truth,
    units_in,
)
from made_products import (
    ABSENT,
    ALWAYS,
    BLANK,
    DAY,
    DIMENSIONS,
    FACTORS,
    Days,
    Filling,
    Json,
    Known,
    MadeColumn,
    MadeComponent,
    MadeDefault,
    MadeFamily,
    MadeOption,
    MadePlace,
    MadeRestriction,
    MadeSlot,
    Meaning,
    Nothing,
    Scene,
    Worth,
    all_scenes,
    subsets,
)

Names = Callable[[str], str]
"""How a name between guillemets is written."""


def plain_names(token: str) -> str:
    """Names as they are."""
    return token


def other_names(token: str) -> str:
    """Quite other names."""
    return f"Ü{token[::-1]}_x"


def with_names(text: str, names: Names) -> str:
    """A text with all names written out."""
    return re.sub("«([^»]*)»", lambda match: names(match[1]), text)


@frozen(eq=False)
class Statement:
    """A statement of a catalog, with what it declares.

    Attributes:
        files: what it reads, by path.
    """

    text: str
    place: MadePlace | None = None
    restriction: MadeRestriction | None = None
    default: MadeDefault | None = None
    files: Mapping[str, str] = field(factory=dict)


@frozen(eq=False, slots=False)
class MadeCatalog:
    """A catalog with its meaning.

    Attributes:
        statements: after the header, in order.
        module: which of them stand in an imported file; `None` for a catalog of one file.
        constructs: names of all that was used to make it.
    """

    statements: tuple[Statement, ...] = field(repr=False)
    module: tuple[int, int] | None = None
    constructs: frozenset[str] = field(factory=frozenset, repr=False)

    @cached_property
    def places(self) -> tuple[MadePlace, ...]:
        """Slots and options in catalog order."""
        return tuple(s.place for s in self.statements if s.place is not None)

    @cached_property
    def restrictions(self) -> tuple[MadeRestriction, ...]:
        """Rules, tables and resources in the order written."""
        return tuple(s.restriction for s in self.statements if s.restriction is not None)

    @cached_property
    def defaults(self) -> tuple[MadeDefault, ...]:
        """Defaults in the order written."""
        return tuple(s.default for s in self.statements if s.default is not None)

    @cached_property
    def scenes(self) -> tuple[Mapping[str, Filling], ...]:
        """Everything that can be put together without rules, in catalog order."""
        return tuple(all_scenes(self.places))

    @cached_property
    def valid(self) -> tuple[Mapping[str, Filling], ...]:
        """What breaks no rule, in catalog order."""
        deciding = [r for r in self.restrictions if r.in_force]
        return tuple(scene for scene in self.scenes if all(r.kept(scene) for r in deciding))

    def canonical(self, scene: Mapping[str, Filling]) -> dict[str, Json]:
        """A configuration in the canonical JSON form, names still between guillemets."""
        return {place.name: place.canonical(scene[place.name]) for place in self.places}

    def text(self, names: Names = plain_names) -> str:
        """The catalog's own file."""
        return with_names("\n\n".join(self._own_statements()) + "\n", names)

    def _own_statements(self) -> Iterator[str]:
        yield 'catalog made "Made up" version "1" currency EUR'
        yield "unit g\nunit kg = 1000 g"
        for at, statement in enumerate(self.statements):
            if self.module is not None and self.module[0] <= at < self.module[1]:
                if at == self.module[0]:
                    yield 'import "part.pcat"'
                continue
            yield statement.text

    def files(self, names: Names = plain_names) -> dict[str, str]:
        """The files that go with it, by path."""
        found = {path: text for s in self.statements for path, text in s.files.items()}
        if self.module is not None:
            first, last = self.module
            found["part.pcat"] = "\n\n".join(s.text for s in self.statements[first:last]) + "\n"
        return {path: with_names(text, names) for path, text in found.items()}

    def without(self, restriction: MadeRestriction) -> "MadeCatalog":
        """The same with one restriction less."""
        return self.of([s for s in self.statements if s.restriction is not restriction])

    def of(self, statements: Sequence[Statement]) -> "MadeCatalog":
        """The same with other statements, in one file."""
        return MadeCatalog(tuple(statements), None, self.constructs)

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What a failing law shows: the catalog itself, not the data it was made from."""
        assert not cycle
        printer.text(repr(self))

    def __repr__(self) -> str:
        files = "".join(f"\n--- {path}\n{text}" for path, text in self.files().items())
        return f"\n{self.text()}{files}"


@st.composite
def made_catalogs(
    draw: DrawFn, *, largest: int = 400, crowded: bool = False, together: bool = True
) -> MadeCatalog:
    """Catalogs of at most `largest` combinations of values.

    Args:
        draw: given by Hypothesis.
        largest: so many at most.
        crowded: with many rules.
        together: mostly something valid is left, and every rule forbids something.
    """
    return _CatalogMaker(Dice(draw), largest, crowded=crowded, together=together).make()


# ---------------------------------------------------------------- the generator


class _CatalogMaker:
    """Makes one catalog."""

    def __init__(self, dice: Dice, largest: int, *, crowded: bool, together: bool) -> None:
        self.dice = dice
        self.crowded = crowded
        self.together = together
        self.left = largest
        self.maker = ExpressionMaker(dice)
        self.used = self.maker.used
        self.statements: list[Statement] = []
        self.places: list[MadePlace] = []
        self.numbers: list[Made] = []
        self.truths: list[Made] = []
        self.found: list[dict[str, Filling]] | None = None
        self.set_type = self.dice.one((f"set of {{ {', '.join(TAGS)} }}", "set of text"))

    def make(self) -> MadeCatalog:
        self.declare_places()
        self.declare_values()
        self.declare_restrictions()
        for number in range(self.dice.weighted({0: 5, 1: 2, 2: 2, 3: 1})):
            self.declare_default(number)
        if self.dice.chance(30):
            self.used.add("statements in any order")
            self.statements = self.dice.draw(st.permutations(self.statements))
        module = None
        if len(self.statements) > 2 and self.dice.chance(20):
            self.used.add("import")
            first = self.dice.number(0, len(self.statements) - 2)
            module = (first, self.dice.number(first + 1, len(self.statements) - 1))
        return MadeCatalog(tuple(self.statements), module, frozenset(self.used))

    def around(self, *, careful: bool = False) -> Around:
        """What a rule may speak of."""
        slots = tuple(place for place in self.places if isinstance(place, MadeSlot))
        sites = tuple(
            Site(slot.name, slot.name, (slot.family,), counted=slot.kind == "identical")
            for slot in slots
            if slot.single
        )
        options = tuple(place for place in self.places if isinstance(place, MadeOption))
        return Around(sites, slots, options, tuple(self.numbers), tuple(self.truths), careful=careful)

    # ------------------------------------------------------------ places

    def declare_places(self) -> None:
        for number in range(self.dice.weighted({1: 2, 2: 3, 3: 2})):
            self.declare_family(number)
        for number in range(self.dice.weighted({0: 3, 1: 3, 2: 1})):
            self.declare_option(number)

    def take(self, positions: int) -> bool:
        """Whether a place with so many values still fits."""
        if positions > self.left:
            return False
        self.left //= max(positions, 1)
        return True

    def declare_family(self, number: int) -> None:
        family = self.family(number)
        if self.dice.chance(30):
            self.used.add("slot of a shared family")
            self.add_family(evolve(family, name=f"«f{number}»"), "")
            for at in range(self.dice.number(1, 2)):
                slot = self.slot(f"«s{number}{'ab'[at]}»", family)
                if slot is not None:
                    text = f'slot {slot.name} "A place" : «f{number}» {slot.choose}'
                    self.statements.append(Statement(text, place=slot))
                    self.places.append(slot)
            return
        slot = self.slot(f"«s{number}»", family)
        if slot is not None:
            self.add_family(evolve(family, name=slot.name), f" {slot.choose}", slot)

    def slot(self, name: str, family: MadeFamily) -> MadeSlot | None:
        """A slot that still fits, or none."""
        kinds: dict[Literal["one", "optional", "identical", "mixed"], int] = {
            "one": 3,
            "optional": 3,
            "identical": 2,
            "mixed": 3,
        }
        kind = self.dice.weighted(kinds)
        low, high = 1, 1
        match kind:
            case "optional":
                low = 0
            case "identical" | "mixed":
                low = self.dice.number(0, 2)
                high = max(1, self.dice.number(low, 3 if kind == "identical" else 2))
        slot = MadeSlot(name, family, kind, low, high)
        usable = sum(component.days.hold for component in family.components)
        positions = (usable + 1) ** high if kind == "mixed" else len(slot.fillings())
        if not self.take(positions):
            return None
        self.used.add(slot.choose if kind in {"one", "optional"} else self._bounds(slot))
        return slot

    @staticmethod
    def _bounds(slot: MadeSlot) -> str:
        low = "n" if slot.low == slot.high else "0" if slot.low == 0 else "1"
        return f"{slot.kind} {low}" if slot.low == slot.high else f"{slot.kind} {low}..n"

    def family(self, number: int) -> MadeFamily:
        names = [*NUMBER_COLUMNS, *WORD_COLUMNS, "«flag»", "«tags»", "«made»"]
        columns = {
            name: MadeColumn(name, self.unit_of(name), self.dice.chance(20))
            for name in self.dice.several(names, 2, 5)
        }
        components = tuple(
            MadeComponent(f"«k{number}»{at}", self.values(columns), self.days(12))
            for at in range(self.dice.weighted({1: 1, 2: 3, 3: 3, 4: 2}))
        )
        return MadeFamily("", columns, components)

    def unit_of(self, column: str) -> str:
        return self.dice.one(("g", "kg")) if column == "«mass»" else NUMBER_COLUMNS.get(column, "")

    def values(self, columns: Mapping[str, MadeColumn]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for name, column in columns.items():
            if column.blanks and self.dice.chance(35):
                self.used.add("blank cell")
                continue
            found[name] = self.value(name)
        return found

    def value(self, column: str) -> Known:
        match column:
            case "«mass»":
                return Fraction(self.dice.one((250, 500, 1000, 1500)))
            case "«size»":
                return Fraction(self.dice.number(1, 4))
            case "«rate»":
                return self.dice.one((Fraction(1), Fraction(1, 2), Fraction(5, 4), Fraction(0)))
            case "«cost»":
                return self.dice.one((Fraction(20), Fraction(19, 2), Fraction(9999, 100), Fraction(0)))
            case "«flag»":
                return self.dice.chance(50)
            case "«tags»":
                return frozenset(self.dice.several(TAGS, 1, 3))
            case "«made»":
                return DAY + timedelta(days=self.dice.number(-2, 2))
            case _:
                return self.dice.one(WORD_COLUMNS[column])

    def days(self, percent: int) -> Days:
        """Mostly always; else a period that begins or ends about the day of the question."""
        if not self.dice.chance(percent):
            return ALWAYS
        self.used.add("effective")
        day = DAY + timedelta(days=self.dice.number(-1, 1))
        form = self.dice.one(("from", "until", "day", "span"))
        match form:
            case "from":
                return Days(day, None)
            case "until":
                return Days(None, day)
            case "day":
                return Days(day, day)
            case _:
                return Days(day - timedelta(days=9), day)

    def declare_option(self, number: int) -> None:
        name = f"«o{number}»"
        kind = self.dice.one(("one of", "yesno", "whole", "number", "some"))
        unit = self.dice.one(("", "g", "kg", "EUR")) if kind in {"whole", "number"} else ""
        tail = f" in {unit}" if unit else ""
        elements: list[str] = []
        match kind:
            case "one of":
                elements = self.dice.several((*WORD_COLUMNS["«kind»"], "«red»"), 2, 4)
                values: tuple[Known, ...] = tuple(elements)
                declared = f"one of {{ {', '.join(elements)} }}"
            case "yesno":
                values, declared = (False, True), "yesno"
            case "some":
                elements = self.dice.several(TAGS, 2, 3)
                low = self.dice.number(0, 1)
                high = self.dice.number(max(low, 1), len(elements))
                values = subsets(elements, low, high)
                declared = f"some {low}..{high} of {{ {', '.join(elements)} }}"
            case _:
                step = Fraction(1) if kind == "whole" else self.dice.one((Fraction(1, 2), Fraction(1, 4)))
                low_number = Fraction(self.dice.number(-1, 2))
                # The last step may not reach the end of the range.
                end = low_number + step * self.dice.number(1, 4) + (step / 2 if kind == "number" else 0)
                steps = int((end - low_number) / step) + 1
                values = tuple((low_number + step * at) * FACTORS[unit] for at in range(steps))
                words = f" step {number_text(step)}" if kind == "number" else ""
                declared = f"{kind} {number_text(low_number)}..{number_text(end)}{words}{tail}"
        self.used.add(f"option {kind}")
        positions = 2 ** len(elements) if kind == "some" else len(values)
        if not self.take(positions):
            return
        shape: Literal["one of", "yesno", "number", "some"] = (
            "one of"
            if kind == "one of"
            else "yesno"
            if kind == "yesno"
            else "some"
            if kind == "some"
            else "number"
        )
        option = MadeOption(name, shape, tuple(elements), values, unit, declared)
        self.places.append(option)
        self.statements.append(Statement(f'option {name} "A wish" : {declared}', place=option))

    # ------------------------------------------------------------ families in writing

    def add_family(self, family: MadeFamily, choose: str, slot: MadeSlot | None = None) -> None:
        """Write a family down in one of the ways the language knows."""
        writer = FamilyWriter(self.dice, family, self.set_type)
        way = self.dice.weighted({"table": 4, "components": 2, "csv": 2})
        self.used.add(f"family as {way}")
        files: dict[str, str] = {}
        match way:
            case "table":
                body = writer.table()
            case "components":
                body = writer.statements()
            case _:
                path = f"{family.name.strip('«»')}.csv"
                body, files[path] = writer.csv(path)
        lines = [f"  {line}" for line in [*writer.declarations(), *body]]
        text = "\n".join([f'family {family.name} "A family"{choose} {{', *lines, "}"])
        self.statements.append(Statement(text, place=slot, files=files))
        if slot is not None:
            self.places.append(slot)

    # ------------------------------------------------------------ calcs and resources

    def declare_values(self) -> None:
        for number in range(self.dice.weighted({0: 4, 1: 3, 2: 1})):
            self.declare_calc(f"«c{number}»")
        for number in range(3 if self.crowded else int(self.dice.chance(35))):
            self.used.add("resource")
            self.declare_resource(f"«r{number}»")
        if self.dice.chance(15):
            self.declare_calc("«c9»")

    def declare_calc(self, name: str) -> None:
        if self.dice.chance(25):
            made = self.maker.condition(self.around(), 2)
            self.truths.append(Made(name, made.meant, reads=made.reads))
            self.statements.append(Statement(f"calc {name} = {made.text}"))
            return
        careful = self.dice.chance(60)
        dimension = self.dice.one(("", "g", "EUR"))
        made = self.maker.number(self.around(careful=careful), dimension, 2)
        units = {"": [""], "g": ["", " in g", " in kg"], "EUR": ["", " in EUR"]}[dimension]
        unit = self.dice.one(units)
        text = f'calc {name} "A value"{unit} = {made.text}'
        terms = made.summands if careful else ()
        shown = unit.removeprefix(" in ") or dimension
        self.numbers.append(
            CalcNumber(name, made.meant, ATOM_LEVEL, dimension, None, terms, made.reads, unit=shown)
        )
        self.statements.append(Statement(text))

    def declare_resource(self, name: str) -> None:
        dimension = self.dice.one(("", "g", "EUR"))
        around = self.around(careful=True)
        supply, demand = (
            [self.maker.number(around, dimension, 2) for _ in range(self.dice.number(1, 2))] for _ in range(2)
        )
        spare = self.dice.one((None, 30, 50))
        factor = 1 + Fraction(spare or 0, 100)
        days = self.days(10)
        give, need = terms_of(supply), terms_of(demand)

        def kept(scene: Scene) -> bool:
            """Supply covers what is needed; what is not known covers nothing."""
            one, other = balance(give, scene), balance(need, scene)
            return isinstance(one, Fraction) and isinstance(other, Fraction) and one >= other * factor

        keep = f"\n  keep {spare} % spare" if spare is not None else ""
        text = (
            f'resource {name} "A balance"{days.clause} {{\n'
            f"  supply {', '.join(made.text for made in supply)}\n"
            f"  demand {', '.join(made.text for made in demand)}{keep}\n}}"
        )
        if not self.add_restriction(Statement(text, restriction=MadeRestriction(name, days, True, kept))):
            return
        reads = frozenset().union(*(made.reads for made in (*supply, *demand)))
        for part in ("supply", "demand", "needed", "left"):
            meant = resource_part(give, need, factor, part)
            self.numbers.append(
                CalcNumber(f"{name}.{part}", meant, ATOM_LEVEL, dimension, None, (), reads, unit="")
            )

    # ------------------------------------------------------------ restrictions

    def declare_restrictions(self) -> None:
        amounts = {8: 1, 12: 1} if self.crowded else {0: 1, 1: 3, 2: 4, 3: 3, 4: 2}
        for number in range(self.dice.weighted(amounts)):
            for _ in range(4):
                used, length = set(self.used), len(self.statements)
                if self.dice.chance(35):
                    self.declare_table(f"table-{number}")
                else:
                    self.declare_rule(f"rule-{number}")
                if len(self.statements) > length:
                    break
                # What was made and thrown away again is not part of the catalog.
                self.used.intersection_update(used)

    def add_restriction(self, statement: Statement) -> bool:
        """Add a restriction, unless it leaves nothing (mostly) or forbids nothing (often)."""
        restriction = statement.restriction
        assert restriction is not None
        if restriction.in_force and self.together:
            kept = [scene for scene in self.scenes() if restriction.kept(scene)]
            percent = 4 if not kept else 8 if len(kept) == len(self.scenes()) else 100
            if percent < 100 and not self.dice.chance(percent):
                return False
            self.found = kept
        self.statements.append(statement)
        return True

    def scenes(self) -> list[dict[str, Filling]]:
        """What is still valid."""
        if self.found is None:
            self.found = list(all_scenes(self.places))
        return self.found

    def declare_rule(self, name: str) -> None:
        severity = self.dice.weighted({"": 8, " warn": 1, " hint": 1})
        days = self.days(12)
        around, loops, bindings = self.loops()
        guard = self.maker.condition(around, 1) if self.dice.chance(35) else None
        form = self.dice.one(("clauses", "clauses", "requires", "excludes"))
        guards = [guard.meant] if guard else []
        lines: list[str] = []
        clauses: list[tuple[list[Meant], Meant, bool]] = []
        if form in {"requires", "excludes"}:
            left, right = self.maker.condition(around, 1), self.maker.condition(around, 2)
            # After an operand a minus would be read as a difference.
            start = f"({left.text})" if left.text.startswith("-") else left.inside(1)
            lines.append(f"{start} {form} {right.inside(1)}")
            clauses.append(([*guards, left.meant], right.meant, form == "requires"))
            self.used.add(form)
        for _ in range(self.dice.weighted({1: 4, 2: 1}) - len(lines)):
            word = self.dice.one(("require", "forbid"))
            body = self.maker.condition(around, 2)
            lines.append(f"{word} {body.text}")
            clauses.append((guards, body.meant, word == "require"))
            self.used.add(word)
        if guard:
            self.used.add("when")
            # Without brackets a number at the end would take the next word for its unit.
            lines.insert(0, f"when ({guard.text})")
        if len(clauses) > 1:
            self.used.add("several clauses")
        if severity:
            self.used.add(severity.strip())
        text = "\n  ".join(
            [f'rule {name} "A rule"{severity}{days.clause}:', *loops, *lines, self.because(around)]
        )
        kept = rule_meaning(bindings, clauses)
        self.add_restriction(Statement(text, restriction=MadeRestriction(name, days, not severity, kept)))

    def loops(self) -> tuple[Around, list[str], list[tuple[str, str]]]:
        """`for each` lines, what may be spoken of beneath them, and the bound keys with their slots."""
        around = self.around()
        lines: list[str] = []
        bindings: list[tuple[str, str]] = []
        slots = around.slots
        if not slots or not self.dice.chance(25):
            return around, lines, bindings
        self.used.add("for each")
        for at, slot in enumerate(self.dice.several(slots, 1, 2)):
            key = self.maker.fresh()
            alias = slot.name if self.dice.chance(60) else f"«x{at}»"
            lines.append(f"for each {slot.name}" + (f" as {alias}" if alias != slot.name else ""))
            bindings.append((key, slot.name))
            sites = tuple(site for site in around.sites if site.prefix != alias)
            instead = {**around.instead, slot.name: key} if alias == slot.name else around.instead
            around = evolve(around, sites=(*sites, Site(alias, key, (slot.family,))), instead=instead)
        return around, lines, bindings

    def because(self, around: Around) -> str:
        if not self.dice.chance(30):
            return 'because "It does not go together."'
        self.used.add("message")
        sites = [s for s in around.sites if s.columns(["«size»", "«mass»", "«kind»", "«flag»"])]
        if not sites:
            return ""
        site = self.dice.one(sites)
        column = self.dice.one(site.columns(["«size»", "«mass»", "«kind»", "«flag»"]))
        return f'because "{{{site.prefix}}} has {{{site.path(column)}}}, {{{{braces}}}}."'

    # ------------------------------------------------------------ tables

    def declare_table(self, name: str) -> None:
        kind = self.dice.one(("allow", "allow partial", "forbid"))
        subjects = self.dice.several(self.subjects(), 1, 3)
        days = self.days(8)
        if not subjects:
            return
        self.used.add(f"table {kind}")
        rows = [[self.cell(subject) for subject in subjects] for _ in range(self.dice.number(1, 4))]
        kept = table_meaning(kind, [subject.meant for subject in subjects], rows)
        texts = [[subject.heading for subject in subjects], *([c.text for c in row] for row in rows)]
        files: dict[str, str] = {}
        if self.dice.chance(15):
            self.used.add("table as csv")
            files[f"{name}.csv"] = csv_text(texts, ",")
            lines = [f'from csv "{name}.csv"']
        else:
            lines = table_lines(texts)
        body = "\n".join(f"  {line}" for line in lines)
        text = f'table {name} "A table" {kind}{days.clause} {{\n{body}\n}} because "Not in the table."'
        restriction = MadeRestriction(name, days, decides=True, kept=kept)
        self.add_restriction(Statement(text, restriction=restriction, files=files))

    def subjects(self) -> list["Subject"]:
        """What a column of a table may be about."""
        found: list[Subject] = []
        around = self.around()
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
        found += [Subject(made.text, made.meant, "flag") for made in self.truths]
        for made in self.numbers:
            if isinstance(made, CalcNumber) and "." not in made.text:
                found.append(Subject(made.text, made.meant, "number", unit=made.unit))
        return found

    def headed(self, path: str, unit: str) -> str:
        """A heading, with the unit sometimes said again."""
        return f"{path} [{unit}]" if unit and self.dice.chance(40) else path

    def of_column(self, site: Site, column: str, unit: str) -> "Subject":
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

    def cell(self, subject: "Subject") -> "CellMeaning":
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

    def cell_item(self, subject: "Subject") -> tuple[str, Callable[[Known], bool]]:
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

    def number_item(self, subject: "Subject") -> tuple[str, Callable[[Known], bool]]:
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

    def word_item(self, subject: "Subject") -> tuple[str, Callable[[Known], bool]]:
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

    # ------------------------------------------------------------ defaults

    def declare_default(self, number: int) -> None:
        del number
        if not self.places:
            return
        self.used.add("default")
        place = self.dice.one(self.places)
        found = place.fillings(any_day=True)
        if not found:
            return
        filling = self.dice.one(found)
        guard = self.maker.condition(self.around(), 1) if self.dice.chance(35) else None
        when = f" when {guard.text}" if guard else ""
        if guard:
            self.used.add("default when")
        meant: Meaning = lambda scene: scene[place.name] == filling  # noqa: E731 - shorter than a function
        usable = True
        if isinstance(place, MadeOption):
            text = option_text(place, filling)
        else:
            assert isinstance(filling, tuple)
            usable = all(component.days.hold for component, _ in filling)
            text = units_text(place, filling)
            if place.kind == "identical" and filling and self.dice.chance(60):
                self.used.add("default without quantity")
                component = filling[0][0]
                text = f'"{component.sku}"'
                meant = lambda scene: [c for c, _ in units_in(scene, place.name)] == [component]  # noqa: E731 - likewise
        counts: Meaning = (lambda scene: truth(guard.meant(scene)) is True) if guard else (lambda _: True)
        default = MadeDefault(place.name, usable, meant, counts)
        self.statements.append(Statement(f"default {place.name} = {text}{when}", default=default))


ATOM_LEVEL = 8


@frozen(eq=False)
class CalcNumber(Made):
    """A calc, with the unit in which its cells of a table are written."""

    unit: str = ""


def option_text(option: MadeOption, filling: Filling) -> str:
    """A value of an option as the language writes it."""
    match filling:
        case frozenset():
            return f"[{', '.join(element for element in option.elements if element in filling)}]"
        case bool():
            return "yes" if filling else "no"
        case Fraction():
            return f"{number_text(filling / FACTORS[option.unit])} {option.unit}".strip()
        case _:
            return str(filling)


def units_text(slot: MadeSlot, filling: Filling) -> str:
    """What fills a slot as the language writes it."""
    assert isinstance(filling, tuple)
    # Without a quantity that of an identical slot is open.
    short = slot.kind != "identical"
    texts = [f'"{c.sku}"' if short and n == 1 else f'{n} x "{c.sku}"' for c, n in filling]
    if slot.kind == "mixed":
        return f"[{', '.join(texts)}]" if len(texts) != 1 else texts[0]
    return texts[0] if texts else "none"


# ---------------------------------------------------------------- meanings


def terms_of(expressions: Sequence[Made]) -> list[tuple[int, Meant]]:
    """All summands of some lines of a resource."""
    return [term for made in expressions for term in made.summands]


def balance(terms: Sequence[tuple[int, Meant]], scene: Scene) -> Worth:
    """The sum of a resource's terms: what is absent counts 0; one blank makes it unknown."""
    total = Fraction(0)
    for sign, meant in terms:
        worth = meant(scene)
        if worth is ABSENT:
            continue
        if not isinstance(worth, Fraction):
            return BLANK
        total += sign * worth
    return total


def resource_part(
    give: Sequence[tuple[int, Meant]], need: Sequence[tuple[int, Meant]], factor: Fraction, part: str
) -> Meant:
    """`power.supply`, `.demand`, `.needed` or `.left`."""

    def meant(scene: Scene) -> Worth:
        supply, demand = balance(give, scene), balance(need, scene)
        needed = demand * factor if isinstance(demand, Fraction) else BLANK
        left = supply - needed if isinstance(supply, Fraction) and isinstance(needed, Fraction) else BLANK
        return {"supply": supply, "demand": demand, "needed": needed, "left": left}[part]

    return meant


def rule_meaning(
    bindings: Sequence[tuple[str, str]], clauses: Sequence[tuple[list[Meant], Meant, bool]]
) -> Meaning:
    """Broken where, for some bound units, all guards are true and the body is the wrong truth value."""

    def kept(scene: Scene) -> bool:
        inside: list[dict[str, Filling]] = [dict(scene)]
        for key, slot in bindings:
            inside = [{**one, key: (unit,)} for one in inside for unit in units_in(scene, slot)]
        return not any(
            all(truth(guard(one)) is True for guard in guards) and truth(body(one)) is (not wanted)
            for one in inside
            for guards, body, wanted in clauses
        )

    return kept


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


# ---------------------------------------------------------------- writing tables


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table with a rule beneath its heading."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def csv_text(rows: Sequence[Sequence[str]], separator: str) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


class FamilyWriter:
    """Writes one family."""

    def __init__(self, dice: Dice, family: MadeFamily, set_type: str) -> None:
        self.dice = dice
        self.family = family
        self.columns = list(family.columns.values())
        self.types = {
            "«mass»": "number in ",
            "«size»": "whole",
            "«rate»": "number",
            "«cost»": "money",
            "«kind»": "text",
            "«tier»": f"one of {{ {', '.join(WORD_COLUMNS['«tier»'])} }}",
            "«grade»": f"ordered of {{ {', '.join(WORD_COLUMNS['«grade»'])} }}",
            "«flag»": "yesno",
            "«tags»": set_type,
            "«made»": "date",
        }
        needs_type = ("«tier»", "«grade»", "«tags»")
        self.declared = {
            column.name
            for column in self.columns
            if column.blanks or column.name in needs_type or dice.chance(15)
        }

    def type_of(self, column: MadeColumn) -> str:
        return self.types[column.name] + (column.unit if column.name == "«mass»" else "")

    def declarations(self) -> list[str]:
        """The `attribute` lines."""
        return [
            f'attribute {c.name} "A column" : {self.type_of(c)}{" optional" if c.blanks else ""}'
            for c in self.columns
            if c.name in self.declared
        ]

    def heading(self, column: MadeColumn) -> str:
        """A column's heading: its unit is needed where nothing declares it."""
        said = column.name in self.declared and self.dice.chance(50)
        return f"{column.name} [{column.unit}]" if column.unit and not said else column.name

    def cell(self, component: MadeComponent, column: MadeColumn, *, comma: bool = False) -> str:
        value = component.values.get(column.name)
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
        found = []
        for component in self.family.components:
            cells = [component.sku, *(self.cell(component, column, comma=comma) for column in self.columns)]
            if dated:
                days = component.days
                cells += [str(day) if day else "" for day in (days.first, days.last)]
            found.append(cells)
        return found

    def period_headings(self) -> list[str]:
        dated = any(component.days != ALWAYS for component in self.family.components)
        return ["valid_from", "valid_until"] if dated else []

    def table(self) -> list[str]:
        """As a table in the catalog."""
        heading = ["sku", *(self.heading(column) for column in self.columns), *self.period_headings()]
        return table_lines([heading, *self.rows()])

    def statements(self) -> list[str]:
        """As `component` statements."""
        lines = []
        for component in self.family.components:
            fields = [
                f"{column.name} = {self.literal(component.values[column.name], column)}"
                for column in self.columns
                if column.name in component.values
            ]
            lines.append(
                f'component "{component.sku}" "Thing"{component.days.clause} {{ {", ".join(fields)} }}'
            )
        return lines

    @staticmethod
    def literal(value: Known, column: MadeColumn) -> str:
        match value:
            case bool():
                return "yes" if value else "no"
            case Fraction():
                return f"{number_text(value / FACTORS[column.unit])} {column.unit}".strip()
            case frozenset():
                return f"{{ {', '.join(sorted(value))} }}"
            case _:
                return str(value)

    def csv(self, path: str) -> tuple[list[str], str]:
        """As a file beside the catalog, with the statement that reads it."""
        comma = self.dice.chance(30)
        separator = ";" if comma or self.dice.chance(30) else ","
        clauses = f' separator "{separator}"' if separator != "," else ""
        clauses += " decimal comma" if comma else ""
        rows = self.rows(comma=comma)
        if self.dice.chance(50):
            heading = ["sku", *(self.heading(column) for column in self.columns), *self.period_headings()]
            return [f'from csv "{path}"{clauses}'], csv_text([heading, *rows], separator)
        mappings = ['"No" as sku']
        titles = ["No"]
        for column in self.columns:
            titles.append(f"The {column.name}")
            unit = f" [{column.unit}]" if column.unit else ""
            mappings.append(f'"The {column.name}" as {column.name}{unit}')
        for name in self.period_headings():
            titles.append(name)
            mappings.append(f'"{name}" as {name}')
        titles.append("Left out")
        rows = [[*row, "x"] for row in rows]
        text = f'from csv "{path}"{clauses} columns {", ".join(mappings)} ignore others'
        return [text], csv_text([titles, *rows], separator)
