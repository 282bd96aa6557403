"""Random small catalogs with what every rule means.

`made_catalogs()` is the strategy. A `MadeCatalog` can be written out with any names and in any order
of statements, and says by itself which configurations are valid: it tries them all.
"""

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

from configurator.testing.made.dice import Dice
from configurator.testing.made.expressions import ATOM, OR, Around, ExpressionMaker, Made, Site
from configurator.testing.made.families import FamilyWriter
from configurator.testing.made.meanings import (
    Meant,
    balance,
    resource_part,
    rule_meaning,
    truth,
    units_in,
)
from configurator.testing.made.products import (
    ALWAYS,
    DAY,
    FACTORS,
    NUMBER_COLUMNS,
    TAGS,
    WORD_COLUMNS,
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
    Scene,
    all_scenes,
    subsets,
)
from configurator.testing.made.tables import CalcNumber, CellMeaning, Subject, TableMaker, table_meaning
from configurator.testing.made.writing import csv_text, number_text, option_text, table_lines, units_text

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
    return CatalogMaker(Dice(draw), largest, crowded=crowded, together=together).make()


# ---------------------------------------------------------------- the generator


@frozen(eq=False)
class Clause:
    """`require A`, `forbid A`, `A requires B` or `A excludes B`."""

    word: str
    body: Made
    left: Made | None = None

    @property
    def text(self) -> str:
        """As written."""
        if self.left is None:
            return f"{self.word} {self.body.text}"
        # After an operand a minus would be read as a difference.
        start = f"({self.left.text})" if self.left.text.startswith("-") else self.left.inside(OR)
        return f"{start} {self.word} {self.body.inside(OR)}"

    def meaning(self, guards: Sequence[Meant]) -> tuple[list[Meant], Meant, bool]:
        """What must be true for it to count, what is asked then, and the answer wanted."""
        left = [self.left.meant] if self.left else []
        return [*guards, *left], self.body.meant, self.word in {"require", "requires"}

    def turned(self) -> "Clause":
        """The same with the opposite word."""
        pairs = {"require": "forbid", "requires": "excludes"}
        return evolve(self, word={**pairs, **{b: a for a, b in pairs.items()}}[self.word])


class CatalogMaker:
    """Makes one catalog."""

    def __init__(self, dice: Dice, largest: int, *, crowded: bool, together: bool) -> None:
        self.dice = dice
        self.crowded = crowded
        self.together = together
        self.left = largest
        self.maker = ExpressionMaker(dice)
        self.used = self.maker.used
        self.tables = TableMaker(dice, self.used)
        self.statements: list[Statement] = []
        self.places: list[MadePlace] = []
        self.numbers: list[Made] = []
        self.truths: list[Made] = []
        self.found: list[dict[str, Filling]] | None = None
        self.prefix = ""
        self.set_type = self.dice.one((f"set of {{ {', '.join(TAGS)} }}", "set of text"))

    def make(self) -> MadeCatalog:
        """The catalog."""
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

    def title(self, text: str) -> str:
        """A title with a blank before it."""
        return f' "{text}"'

    def reason(self, text: str) -> str:
        """What the customer reads of a table, with a blank before it."""
        return f' because "{text}"'

    def balance_reason(self, name: str) -> str:
        """What the customer reads of a resource, on a line of its own."""
        del name
        return ""

    def way(self) -> str:
        """How a family is written."""
        return self.dice.weighted({"table": 4, "components": 2, "csv": 2})

    def table_from_file(self) -> bool:
        """Whether the rows of a rule table stand in a file."""
        return self.dice.chance(15)

    def extra_columns(self, family: MadeFamily) -> Mapping[str, Sequence[str]]:
        """Columns of a family that no rule speaks of, with their cells."""
        del family
        return {}

    def stocked(self, family: MadeFamily) -> str:
        """`not stocked` with a blank before it, or nothing."""
        del family
        return ""

    def settled_rule(
        self,
        bindings: Sequence[tuple[str, str]],
        guards: Sequence[Meant],
        clauses: list[Clause],
        severity: str,
    ) -> tuple[list[Clause], str]:
        """The clauses and the severity that a rule is given."""
        del bindings, guards
        return clauses, severity

    def settled_table(
        self, kind: str, subjects: Sequence[Subject], rows: list[list[CellMeaning]]
    ) -> tuple[str, list[list[CellMeaning]]]:
        """The kind and the rows that a table is given."""
        del subjects
        return kind, rows

    def settled_resource(
        self, supply: list[Made], demand: list[Made], dimension: str, factor: Fraction
    ) -> tuple[list[Made], list[Made]]:
        """What a resource supplies and demands; `factor` is how often the demand must be covered."""
        del dimension, factor
        return supply, demand

    # ------------------------------------------------------------ places

    def declare_places(self) -> None:
        """Families, slots and options."""
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
        """A family that is a slot, or one that several slots share."""
        family = self.family(number)
        if self.dice.chance(30):
            self.used.add("slot of a shared family")
            self.add_family(evolve(family, name=f"«{self.prefix}f{number}»"), "")
            for at in range(self.dice.number(1, 2)):
                slot = self.slot(f"«{self.prefix}s{number}{'ab'[at]}»", family)
                if slot is not None:
                    text = f"slot {slot.name}{self.title('A place')} : «{self.prefix}f{number}» {slot.choose}"
                    self.statements.append(Statement(text, place=slot))
                    self.places.append(slot)
            return
        slot = self.slot(f"«{self.prefix}s{number}»", family)
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
        """A family without a name, with its columns and components."""
        names = [*NUMBER_COLUMNS, *WORD_COLUMNS, "«flag»", "«tags»", "«made»"]
        columns = {
            name: MadeColumn(name, self.unit_of(name), self.dice.chance(20))
            for name in self.dice.several(names, 2, 5)
        }
        components = tuple(
            MadeComponent(f"«{self.prefix}k{number}»{at}", self.values(columns), self.days(12))
            for at in range(self.dice.weighted({1: 1, 2: 3, 3: 3, 4: 2}))
        )
        return MadeFamily("", columns, components)

    def unit_of(self, column: str) -> str:
        """The unit in which a column is written."""
        return self.dice.one(("g", "kg")) if column == "«mass»" else NUMBER_COLUMNS.get(column, "")

    def values(self, columns: Mapping[str, MadeColumn]) -> dict[str, Known]:
        """What a component has in its columns."""
        found: dict[str, Known] = {}
        for name, column in columns.items():
            if column.blanks and self.dice.chance(35):
                self.used.add("blank cell")
                continue
            found[name] = self.value(name)
        return found

    def value(self, column: str) -> Known:
        """What may stand in a column."""
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
        """An option, if it still fits."""
        name = f"«{self.prefix}o{number}»"
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
        self.statements.append(Statement(f"option {name}{self.title('A wish')} : {declared}", place=option))

    # ------------------------------------------------------------ families in writing

    def add_family(self, family: MadeFamily, choose: str, slot: MadeSlot | None = None) -> None:
        """Write a family down in one of the ways the language knows."""
        writer = FamilyWriter(self.dice, family, self.set_type, self.title, self.extra_columns(family))
        way = self.way()
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
        head = f"family {family.name}{self.title('A family')}{choose}{self.stocked(family)}"
        text = "\n".join([f"{head} {{", *lines, "}"])
        self.statements.append(Statement(text, place=slot, files=files))
        if slot is not None:
            self.places.append(slot)

    # ------------------------------------------------------------ calcs and resources

    def declare_values(self) -> None:
        """Calcs and resources."""
        for number in range(self.dice.weighted({0: 4, 1: 3, 2: 1})):
            self.declare_calc(f"«{self.prefix}c{number}»")
        for number in range(3 if self.crowded else int(self.dice.chance(35))):
            self.used.add("resource")
            self.declare_resource(f"«{self.prefix}r{number}»")
        if self.dice.chance(15):
            self.declare_calc(f"«{self.prefix}c9»")

    def declare_calc(self, name: str) -> None:
        """A number or a condition with a name."""
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
        text = f"calc {name}{self.title('A value')}{unit} = {made.text}"
        terms = made.summands if careful else ()
        shown = unit.removeprefix(" in ") or dimension
        self.numbers.append(
            CalcNumber(name, made.meant, ATOM, dimension, None, terms, made.reads, unit=shown)
        )
        self.statements.append(Statement(text))

    def declare_resource(self, name: str) -> None:
        """What is supplied and used up; its values may be spoken of later."""
        dimension = self.dice.one(("", "g", "EUR"))
        around = self.around(careful=True)
        supply, demand = (
            [self.maker.number(around, dimension, 2) for _ in range(self.dice.number(1, 2))] for _ in range(2)
        )
        spare = self.dice.one((None, 30, 50))
        factor = 1 + Fraction(spare or 0, 100)
        supply, demand = self.settled_resource(supply, demand, dimension, factor)
        days = self.days(10)
        unit = f" in {dimension}" if dimension and self.dice.chance(30) else ""
        give, need = terms_of(supply), terms_of(demand)

        def kept(scene: Scene) -> bool:
            """Supply covers what is needed; what is not known covers nothing."""
            one, other = balance(give, scene), balance(need, scene)
            return isinstance(one, Fraction) and isinstance(other, Fraction) and one >= other * factor

        keep = f"\n  keep {spare} % spare" if spare is not None else ""
        text = (
            f"resource {name}{self.title('A balance')}{unit}{days.clause} {{\n"
            f"  supply {', '.join(made.text for made in supply)}\n"
            f"  demand {', '.join(made.text for made in demand)}{keep}"
            f"{self.balance_reason(name)}\n}}"
        )
        if not self.add_restriction(Statement(text, restriction=MadeRestriction(name, days, True, kept))):
            return
        reads = frozenset().union(*(made.reads for made in (*supply, *demand)))
        for part in ("supply", "demand", "needed", "left"):
            meant = resource_part(give, need, factor, part)
            self.numbers.append(
                CalcNumber(f"{name}.{part}", meant, ATOM, dimension, None, (), reads, unit="")
            )

    # ------------------------------------------------------------ restrictions

    def declare_restrictions(self) -> None:
        """Rules and tables."""
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
        """A rule of one of the forms."""
        severity = self.dice.weighted({"": 8, " warn": 1, " hint": 1})
        days = self.days(12)
        around, loops, bindings = self.loops()
        guard = self.maker.condition(around, 1) if self.dice.chance(35) else None
        form = self.dice.one(("clauses", "clauses", "requires", "excludes"))
        guards = [guard.meant] if guard else []
        clauses: list[Clause] = []
        if form in {"requires", "excludes"}:
            left, right = self.maker.condition(around, 1), self.maker.condition(around, 2)
            clauses.append(Clause(form, right, left))
        clauses += [
            Clause(self.dice.one(("require", "forbid")), self.maker.condition(around, 2))
            for _ in range(self.dice.weighted({1: 4, 2: 1}) - len(clauses))
        ]
        clauses, severity = self.settled_rule(bindings, guards, clauses, severity)
        if not clauses:
            return
        self.used |= {clause.word for clause in clauses}
        self.used |= {severity.strip()} if severity else set()
        self.used |= {"several clauses"} if len(clauses) > 1 else set()
        lines = [clause.text for clause in clauses]
        if guard:
            self.used.add("when")
            # Without brackets a number at the end would take the next word for its unit.
            lines.insert(0, f"when ({guard.text})")
        lines += [self.because(around)]
        head = f"rule {name}{self.title('A rule')}{severity}{days.clause}:"
        text = "\n  ".join([head, *loops, *(line for line in lines if line)])
        kept = rule_meaning(bindings, [clause.meaning(guards) for clause in clauses])
        self.add_restriction(Statement(text, restriction=MadeRestriction(name, days, not severity, kept)))

    def loops(self) -> tuple[Around, list[str], list[tuple[str, str]]]:
        """`for each` lines, what may be spoken of beneath them, and the bound keys with their slots."""
        around = self.around()
        lines: list[str] = []
        bindings: list[tuple[str, str]] = []
        slots = (*around.slots, *around.deeper)
        if not slots or not self.dice.chance(25):
            return around, lines, bindings
        self.used.add("for each")
        for at, slot in enumerate(self.dice.several(slots, 1, 2)):
            key = self.maker.fresh()
            # A path is no name, and beneath `for each bag` no aggregate can be asked of the bags.
            own = "." not in slot.name and not slot.family.instances
            alias = slot.name if own and self.dice.chance(60) else f"«x{at}»"
            lines.append(f"for each {slot.name}" + (f" as {alias}" if alias != slot.name else ""))
            bindings.append((key, slot.name))
            sites = tuple(site for site in around.sites if site.prefix != alias)
            instead = {**around.instead, slot.name: key} if alias == slot.name else around.instead
            around = evolve(around, sites=(*sites, Site(alias, key, (slot.family,))), instead=instead)
        return around, lines, bindings

    def because(self, around: Around) -> str:
        """What the customer reads."""
        if not self.dice.chance(30):
            return 'because "It does not go together."'
        self.used.add("message")
        things = [s for s in around.sites if not any(family.instances for family in s.families)]
        sites = [s for s in things if s.columns(["«size»", "«mass»", "«kind»", "«flag»"])]
        if not sites:
            return ""
        site = self.dice.one(sites)
        column = self.dice.one(site.columns(["«size»", "«mass»", "«kind»", "«flag»"]))
        return f'because "{{{site.prefix}}} has {{{site.path(column)}}}, {{{{braces}}}}."'

    # ------------------------------------------------------------ tables

    def declare_table(self, name: str) -> None:
        """A rule table, in the catalog or in a file."""
        kind = self.dice.one(("allow", "allow partial", "forbid"))
        subjects = self.dice.several(self.tables.subjects(self.around()), 1, 3)
        days = self.days(8)
        if not subjects:
            return
        rows = [[self.tables.cell(subject) for subject in subjects] for _ in range(self.dice.number(1, 4))]
        kind, rows = self.settled_table(kind, subjects, rows)
        self.used.add(f"table {kind}")
        kept = table_meaning(kind, [subject.meant for subject in subjects], rows)
        texts = [[subject.heading for subject in subjects], *([c.text for c in row] for row in rows)]
        files: dict[str, str] = {}
        if self.table_from_file():
            self.used.add("table as csv")
            files[f"{name}.csv"] = csv_text(texts, ",")
            lines = [f'from csv "{name}.csv"']
        else:
            lines = table_lines(texts)
        body = "\n".join(f"  {line}" for line in lines)
        head = f"table {name}{self.title('A table')} {kind}{days.clause}"
        text = f"{head} {{\n{body}\n}}{self.reason('Not in the table.')}"
        restriction = MadeRestriction(name, days, decides=True, kept=kept)
        self.add_restriction(Statement(text, restriction=restriction, files=files))

    # ------------------------------------------------------------ defaults

    def declare_default(self, number: int) -> None:
        """What a place takes if nothing speaks against it."""
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


def terms_of(expressions: Sequence[Made]) -> list[tuple[int, Meant]]:
    """All summands of some lines of a resource."""
    return [term for made in expressions for term in made.summands]
