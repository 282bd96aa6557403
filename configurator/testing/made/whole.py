"""Random catalogs with every construct of the language, in which one configuration is valid by construction.

Beside what `catalogs` makes there are assemblies, modules with a name, defaults of attributes and columns for
stock. One configuration is planted before any rule is made, and each rule is worded so that it keeps it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Literal, get_args

from attrs import evolve, frozen

from configurator.testing.made.catalogs import CatalogMaker, Clause, Statement, terms_of
from configurator.testing.made.dice import Dice
from configurator.testing.made.expressions import ATOM, Around, Made
from configurator.testing.made.groups import Group, Planted, held, planted_text
from configurator.testing.made.meanings import Meant, balance, rule_meaning
from configurator.testing.made.products import (
    ALWAYS,
    DAY,
    NUMBER_COLUMNS,
    TAGS,
    WORD_COLUMNS,
    Days,
    Filling,
    Known,
    MadeColumn,
    MadeComponent,
    MadeFamily,
    MadeOption,
    MadePlace,
    MadeRestriction,
    MadeSlot,
    Nothing,
    subsets,
)
from configurator.testing.made.tables import CellMeaning, Subject, table_meaning
from configurator.testing.made.writing import filling_text, number_text

Construct = Literal[
    "assemblies",
    "bundles",
    "calcs",
    "comments",
    "components",
    "csv",
    "dates",
    "defaults",
    "for each",
    "header",
    "imports",
    "messages",
    "objectives",
    "options",
    "preferences",
    "resources",
    "rules",
    "scenarios",
    "severities",
    "supply",
    "tables",
    "titles",
]
"""What a catalog may be made of beside families written as tables."""
CONSTRUCTS: tuple[Construct, ...] = get_args(Construct)
"""All of them, by the alphabet."""
_POLICIES = ("stocked", "bought", "made", "bought to order", "made to order")
_VALUES: Mapping[str, Sequence[Known]] = {
    "«size»": [Fraction(at) for at in (1, 2, 3, 4)],
    "«mass»": [Fraction(at) for at in (250, 500, 1000, 1500)],
    "«rate»": [Fraction(1), Fraction(1, 2), Fraction(5, 4), Fraction(0)],
    "«cost»": [Fraction(20), Fraction(19, 2), Fraction(9999, 100), Fraction(0)],
    "«flag»": [False, True, False, True],
    "«tags»": [frozenset(tags) for tags in (TAGS[:1], TAGS[:2], TAGS[1:], TAGS)],
    "«made»": [DAY + timedelta(days=at) for at in (0, 1, -1, 2)],
    **{name: [*words, words[0]] for name, words in WORD_COLUMNS.items()},
}
_MOST_COLUMNS = 4
_OWN_COLUMNS = ("«size»", "«flag»", "«tier»", "«mass»", "«tags»")
"""Options inside assemblies: they are called like columns, so that rules may ask for them alike."""


@frozen
class Bounds:
    """How large a catalog may become, and what it is made of.

    Attributes:
        combinations: of values, rules left aside, at most.
        valid: whether every rule keeps the planted configuration.
    """

    families: int
    components: int
    options: int
    rules: int
    combinations: int
    valid: bool
    constructs: frozenset[Construct]


class WholeMaker(CatalogMaker):
    """Makes the statements of one catalog, assembly or module.

    Attributes:
        planted: for each instance of this part what its places hold.
        inside: and which instances stand in its groups.
        groups: assemblies and modules here.
        scenes_kept: what rules are to keep: the planted configuration, seen from each instance of this part.
        unstocked: SKUs of what is never in stock.
        rule_paths: ids of rules inside assemblies and modules here.
        rooted: whether its places are those of the product itself.
    """

    def __init__(
        self, dice: Dice, bounds: Bounds, outside: "WholeMaker | None" = None, prefix: str = ""
    ) -> None:
        super().__init__(dice, bounds.combinations, crowded=False, together=False)
        self.bounds = bounds
        self.outside = outside
        self.rooted = outside is None
        self.prefix = prefix
        self.rule_prefix = f"{prefix}-" if prefix else ""
        self.groups: list[Group] = []
        self.calcs: list[Made] = []
        self.unstocked = set[str]()
        self.rule_paths: list[str] = []
        self.scenes_kept: list[dict[str, Filling]] = [{}]
        self.planted: list[dict[str, Filling]] = [{}]
        self.inside: list[dict[str, tuple[Planted, ...]]] = [{}]
        if outside is not None:
            self.maker, self.used, self.tables = outside.maker, outside.used, outside.tables

    def may(self, construct: Construct, percent: int = 100) -> bool:
        """Whether to use a construct now."""
        return construct in self.bounds.constructs and (percent == 100 or self.dice.chance(percent))

    # ------------------------------------------------------------ the whole

    def declare_all(self) -> None:
        """Everything that decides what is valid."""
        self.declare_places()
        self.plant(self.places)
        if self.may("assemblies", 30):
            self.declare_assembly(f"{self.prefix}a0")
        if self.may("imports", 12):
            self.declare_module(f"{self.prefix}m0")
        self.declare_values()
        self.declare_restrictions()
        if self.may("defaults"):
            for number in self.dice.times(0, 2):
                self.declare_default(number)

    def plant(self, places: Sequence[MadePlace]) -> None:
        """Decide what the places hold in the planted configuration."""
        for at, scene in enumerate(self.scenes_kept):
            for place in places:
                found = self.plantable(place)
                value = self.dice.one(found)
                scene[place.name] = value
                self.planted[at][place.name] = value

    @staticmethod
    def plantable(place: MadePlace) -> Sequence[Filling]:
        """What a place can hold on any day."""
        if isinstance(place, MadeOption):
            return place.fillings()
        components = tuple(one for one in place.family.components if one.days == ALWAYS)
        return evolve(place, family=evolve(place.family, components=components)).fillings()

    def choices(self) -> list[tuple[str, str]]:
        """The planted configuration: what each place of the product is to be."""
        found = [(place.name, filling_text(place, self.planted[0][place.name])) for place in self.places]
        for group in self.groups:
            instances = self.inside[0][group.name]
            if group.name.startswith(f"«{self.prefix}m"):
                values = instances[0].values
                found += [(f"{group.name}.{p.name}", filling_text(p, values[p.name])) for p in group.places]
            else:
                found.append((group.name, planted_text(group, instances)))
        return found

    @property
    def restrictions_here(self) -> list[MadeRestriction]:
        """Rules, tables and resources that stand here, not inside assemblies and modules."""
        return [one.restriction for one in self.statements if one.restriction is not None]

    def around(self, *, careful: bool = False) -> Around:
        """What a rule may speak of, from the inside out."""
        own = super().around(careful=careful)
        rooted = self.rooted
        return evolve(
            own,
            sites=(
                *(evolve(site, rooted=rooted) for site in own.sites),
                *(site for group in self.groups for site in group.sites(rooted=rooted)),
                *(self.outside.around().sites if self.outside else ()),
            ),
            options=(
                *own.options,
                *(option for group in self.groups for option in group.options()),
                *(self.outside.around().options if self.outside else ()),
            ),
            deeper=tuple(slot for group in self.groups for slot in group.deeper()),
            asked=tuple(name for group in self.groups for name in group.asked()),
            unnamed=rooted,
        )

    # ------------------------------------------------------------ how it is written

    def title(self, text: str) -> str:
        """A title now and then."""
        return super().title(text) if self.may("titles", 40) else ""

    def reason(self, text: str) -> str:
        """A reason now and then."""
        return super().reason(text) if self.may("messages", 50) else ""

    def because(self, around: Around) -> str:
        """A reason now and then."""
        return super().because(around) if self.may("messages", 50) else ""

    def balance_reason(self, name: str) -> str:
        """A reason now and then."""
        if not self.may("messages", 50):
            return ""
        return f'\n  because "That needs {{{name}.needed}}; there are {{{name}.supply}}."'

    def stocked(self, family: MadeFamily) -> str:
        """`not stocked` now and then."""
        if not self.may("supply", 10):
            return ""
        self.unstocked |= {component.sku for component in family.components}
        return " not stocked"

    def days(self, percent: int) -> Days:
        """A period now and then."""
        return super().days(percent) if self.may("dates") else ALWAYS

    def way(self) -> str:
        """How a family is written."""
        ways = {"table": 4, "components": 2 * self.may("components"), "csv": 2 * self.may("csv")}
        return self.dice.weighted(ways)

    def table_from_file(self) -> bool:
        """Whether the rows of a rule table stand in a file."""
        return self.may("csv", 15)

    # ------------------------------------------------------------ places

    def declare_places(self) -> None:
        """Families, slots and options."""
        for number in self.dice.times(1, self.bounds.families):
            self.declare_family(number)
        if self.may("options"):
            for number in self.dice.times(0, self.bounds.options):
                self.declare_option(number)

    def slot(self, name: str, family: MadeFamily) -> MadeSlot | None:
        """A slot; a plain one where another one would be too large."""
        found = super().slot(name, family)
        if found is None and self.take(len(family.components)):
            found = MadeSlot(name, family, "one", 1, 1)
        return found

    def family(self, number: int) -> MadeFamily:
        """A family of which at least the first component can be had on every day."""
        taken = {option.name for option in self.around().options}
        names = ["«size»", *(name for name in NUMBER_COLUMNS if name != "«size»"), *WORD_COLUMNS]
        names = [name for name in (*names, "«flag»", "«tags»", "«made»") if name not in taken]
        columns: dict[str, MadeColumn] = {}
        for _ in self.dice.times(1, _MOST_COLUMNS):
            name = self.dice.one(names)
            names.remove(name)
            columns[name] = self.column(name)
        components = tuple(
            MadeComponent(
                f"«{self.prefix}k{number}»{at}", self.values(columns), self.days(12) if at else ALWAYS
            )
            for at in self.dice.times(1, self.bounds.components)
        )
        return MadeFamily("", columns, components)

    def unit_of(self, column: str) -> str:
        """The unit in which a column is written; drawn for every column, so that one shrinks to another."""
        unit = self.dice.one(("g", "kg"))
        return unit if column == "«mass»" else NUMBER_COLUMNS.get(column, "")

    def value(self, column: str) -> Known:
        """What may stand in a column, with one draw for every column."""
        return _VALUES[column][self.dice.number(0, 3)]

    def values(self, columns: Mapping[str, MadeColumn]) -> dict[str, Known]:
        """What a component has in its columns, with as many draws for few of them as for many."""
        found: dict[str, Known] = {}
        drawn = [self.dice.number(0, 5) for _ in range(_MOST_COLUMNS)]
        for (name, column), at in zip(columns.items(), drawn, strict=False):
            if column.blanks and at > 3:
                self.used.add("blank cell")
            else:
                found[name] = _VALUES[name][at % 4]
        return found

    def column(self, name: str) -> MadeColumn:
        """A column, now and then with blanks, or with a default in their place."""
        unit, form = self.unit_of(name), self.dice.weighted({"": 7, "blanks": 2, "default": 1})
        if form == "default" and name != "«tags»":
            return MadeColumn(name, unit, blanks=False, default=self.value(name))
        return MadeColumn(name, unit, blanks=form == "blanks")

    def extra_columns(self, family: MadeFamily) -> Mapping[str, Sequence[str]]:
        """Columns for stock and titles of components."""
        amount, found = len(family.components), {}
        if self.may("titles", 15):
            found["name"] = [f'"Thing {at}"' for at in range(amount)]
        if self.may("supply", 15):
            found["policy"] = [self.dice.one(_POLICIES[:3]) for _ in range(amount)]
            found["lead_time"] = [str(self.dice.number(0, 9)) for _ in range(amount)]
        return found

    # ------------------------------------------------------------ assemblies and modules

    def declare_assembly(self, name: str) -> None:
        """An assembly with what is inside; one inside another one where there is none yet."""
        many, low, high, choose = self.dice.one(
            (
                (False, 1, 1, "choose one"),
                (False, 0, 1, "choose optional"),
                (True, 0, 2, "choose 0..2"),
                (True, 1, 2, "choose 1..2"),
                (True, 2, 2, "choose 2"),
            )
        )
        own, amounts = f"«{name}»", [self.dice.number(low, high) for _ in self.scenes_kept]
        alone = self.dice.chance(20)
        place = f"«{name}x»" if alone else own
        maker = self.child(name, amounts)
        maker.left = max(2, round(self.left ** (1 / high)))
        start = maker.left
        maker.declare_inside(depth=1 + (self.outside is not None))
        if not maker.places or not self.take((start // max(maker.left, 1) + 1) ** high):
            return
        body = "\n".join(f"  {line}" for one in maker.statements for line in one.text.splitlines())
        files = {path: text for one in maker.statements for path, text in one.files.items()}
        head = f"assembly {own}{self.title('A part')}"
        if alone:
            self.statements.append(Statement(f"{head} {{\n{body}\n}}", files=files))
            self.statements.append(Statement(f"slot {place}{self.title('A place')} : {own} {choose}"))
        else:
            self.statements.append(Statement(f"{head} {choose} {{\n{body}\n}}", files=files))
        group = Group(place, low, high, many, tuple(maker.places), tuple(maker.calcs), tuple(maker.groups))
        self.join(group, maker, amounts)

    def declare_inside(self, depth: int) -> None:
        """Everything inside an assembly: options and a family, an assembly, a calc, rules."""
        for name in self.dice.several(_OWN_COLUMNS, 1, 2):
            if name not in {option.name for option in self.around().options}:
                self.declare_own_option(name)
        if self.dice.chance(50):
            self.declare_family(0)
        self.plant(self.places)
        if depth < 2 and self.may("assemblies", 30):
            self.declare_assembly(f"{self.prefix}b")
        if self.may("calcs", 30):
            self.declare_own_calc("«rate»")
        if self.may("resources", 10):
            self.declare_resource(f"«{self.prefix}r0»")
        if self.may("rules", 50):
            self.declare_rule(f"{self.rule_prefix}rule-0")
        if self.may("tables", 20):
            self.declare_table(f"{self.rule_prefix}table-0")

    def declare_own_option(self, name: str) -> None:
        """An option that is called like a column."""
        numbers = tuple(Fraction(at) for at in (1, 2, 3))
        kinds: dict[str, tuple[Literal["one of", "yesno", "number", "some"], tuple[Known, ...], str, str]] = {
            "«size»": ("number", numbers, "", "whole 1..3"),
            "«mass»": ("number", tuple(n * 500 for n in numbers), "kg", "number 0.5..1.5 step 0.5 in kg"),
            "«flag»": ("yesno", (False, True), "", "yesno"),
            "«tier»": ("one of", WORD_COLUMNS["«tier»"], "", ""),
            "«tags»": ("some", subsets(TAGS, 0, 2), "", f"some 0..2 of {{ {', '.join(TAGS)} }}"),
        }
        kind, values, unit, declared = kinds[name]
        words = WORD_COLUMNS["«tier»"] if kind == "one of" else TAGS if kind == "some" else ()
        declared = declared or f"one of {{ {', '.join(words)} }}"
        if self.take(len(values)):
            option = MadeOption(name, kind, words, values, unit, declared)
            self.places.append(option)
            self.statements.append(
                Statement(f"option {name}{self.title('A wish')} : {declared}", place=option)
            )

    def declare_own_calc(self, name: str) -> None:
        """A calc that is called like a column, worked out for each planted instance."""
        made = self.maker.number(evolve(self.around(), aggregates=False), "", 2)
        self.statements.append(Statement(f"calc {name}{self.title('A value')} = {made.text}"))
        for scene, planted in zip(self.scenes_kept, self.planted, strict=True):
            worth = made.meant(scene)
            if not isinstance(worth, Nothing) and worth is not None:
                planted[name] = worth
        self.calcs.append(Made(name, made.meant, ATOM))

    def declare_module(self, name: str) -> None:
        """A file that is imported under a name, with places and rules of its own."""
        maker = WholeMaker(self.dice, evolve(self.bounds, families=1, options=1), None, name)
        maker.maker, maker.used, maker.tables = self.maker, self.used, self.tables
        maker.rooted = False
        maker.left = max(2, round(self.left**0.5))
        start = maker.left
        maker.declare_places()
        maker.plant(maker.places)
        if self.may("rules", 60):
            maker.declare_rule(f"{maker.rule_prefix}rule-0")
        if not maker.places or not self.take(start // max(maker.left, 1)):
            return
        files = {path: text for one in maker.statements for path, text in one.files.items()}
        files[f"{name}.pcat"] = "\n\n".join(one.text for one in maker.statements) + "\n"
        self.statements.append(Statement(f'import "{name}.pcat" as «{name}»', files=files))
        group = Group(f"«{name}»", 1, 1, many=False, places=tuple(maker.places))
        self.join(group, maker, [1])

    def child(self, name: str, amounts: Sequence[int]) -> "WholeMaker":
        """A maker for what is inside, with so many planted instances for each scene here."""
        maker = WholeMaker(self.dice, self.bounds, self, name)
        maker.scenes_kept = [
            dict(scene)
            for scene, amount in zip(self.scenes_kept, amounts, strict=True)
            for _ in range(amount)
        ]
        maker.planted = [{} for _ in maker.scenes_kept]
        maker.inside = [{} for _ in maker.scenes_kept]
        return maker

    def join(self, group: Group, maker: "WholeMaker", amounts: Sequence[int]) -> None:
        """Let rules here speak of a group, and say what it holds."""
        instances = [Planted(*each) for each in zip(maker.planted, maker.inside, strict=True)]
        for at, amount in enumerate(amounts):
            mine, instances = tuple(instances[:amount]), instances[amount:]
            self.inside[at][group.name] = mine
            self.scenes_kept[at].update(held(group, mine))
        self.groups.append(group)
        ids = [*(rule.name for rule in maker.restrictions_here), *maker.rule_paths]
        # Inside an assembly that only slots stand for, rules go by another name.
        self.rule_paths += [f"{group.name}.{each}" for each in ids if not group.name.endswith("x»")]

    # ------------------------------------------------------------ what is to be kept

    def declare_values(self) -> None:
        """Calcs and resources."""
        if self.may("calcs"):
            for number in self.dice.times(0, 2):
                self.declare_calc(f"«{self.prefix}c{number}»")
        if self.may("resources", 25):
            self.used.add("resource")
            self.declare_resource(f"«{self.prefix}r0»")

    def declare_restrictions(self) -> None:
        """Rules and tables."""
        kinds = {"rule": 2 * self.may("rules"), "table": int(self.may("tables"))}
        if not any(kinds.values()):
            return
        for number in self.dice.times(0, self.bounds.rules):
            if self.dice.weighted(kinds) == "rule":
                self.declare_rule(f"{self.rule_prefix}rule-{number}")
            else:
                self.declare_table(f"{self.rule_prefix}table-{number}")

    def add_restriction(self, statement: Statement) -> bool:
        """Add a restriction: the planted configuration keeps it."""
        restriction = statement.restriction
        assert restriction is not None
        assert not (self.bounds.valid and restriction.decides) or all(map(restriction.kept, self.scenes_kept))
        self.statements.append(statement)
        return True

    def loops(self) -> tuple[Around, list[str], list[tuple[str, str]]]:
        """`for each` lines now and then."""
        return super().loops() if self.may("for each") else (self.around(), [], [])

    def settled_rule(
        self,
        bindings: Sequence[tuple[str, str]],
        guards: Sequence[Meant],
        clauses: list[Clause],
        severity: str,
    ) -> tuple[list[Clause], str]:
        """Clauses that the planted configuration keeps: where it does not, the opposite or none."""
        severity = severity if self.may("severities") else ""
        if severity or not self.bounds.valid:
            return clauses, severity
        whole = rule_meaning(bindings, [clause.meaning(guards) for clause in clauses])
        if not all(map(whole, self.scenes_kept)) and self.may("severities", 25):
            return clauses, self.dice.one((" warn", " hint"))

        def kept(clause: Clause) -> bool:
            meaning = rule_meaning(bindings, [clause.meaning(guards)])
            return all(meaning(scene) for scene in self.scenes_kept)

        settled = [one for clause in clauses for one in (clause, clause.turned()) if kept(one)]
        return settled[:1] if len(clauses) == 1 else self._first_of_each(clauses, settled), ""

    @staticmethod
    def _first_of_each(clauses: Sequence[Clause], settled: Sequence[Clause]) -> list[Clause]:
        """Of each clause one wording."""
        found = []
        for clause in clauses:
            found += [one for one in settled if one.body is clause.body][:1]
        return found

    def settled_table(
        self, kind: str, subjects: Sequence[Subject], rows: list[list[CellMeaning]]
    ) -> tuple[str, list[list[CellMeaning]]]:
        """Rows that the planted configuration keeps."""
        if not self.bounds.valid:
            return kind, rows
        meants = [subject.meant for subject in subjects]

        def broken(kind: str, rows: list[list[CellMeaning]]) -> list[dict[str, Filling]]:
            meaning = table_meaning(kind, meants, rows)
            return [scene for scene in self.scenes_kept if not meaning(scene)]

        if kind == "forbid":
            left = [row for row in rows if not broken(kind, [row])]
            # `other` means something else with fewer rows.
            if left and not broken(kind, left):
                return kind, left
            kind = "allow"
        for scene in self.scenes_kept:
            if scene in broken(kind, rows):
                rows = [*rows, [subject.exactly(subject.meant(scene)) for subject in subjects]]
        return kind, rows

    def settled_resource(
        self, supply: list[Made], demand: list[Made], dimension: str, factor: Fraction
    ) -> tuple[list[Made], list[Made]]:
        """A supply that covers the demand of the planted configuration."""
        if not self.bounds.valid:
            return supply, demand

        def known(made: Made) -> bool:
            return all(isinstance(balance(made.summands, scene), Fraction) for scene in self.scenes_kept)

        supply = [made for made in supply if known(made)]
        demand = [made for made in demand if known(made)] or [self.amount(Fraction(1), dimension)]
        missing = Fraction(0)
        for scene in self.scenes_kept:
            give, need = balance(terms_of(supply), scene), balance(terms_of(demand), scene)
            assert isinstance(give, Fraction)
            assert isinstance(need, Fraction)
            missing = max(missing, need * factor - give)
        if missing or not supply:
            supply = [*supply, self.amount(Fraction(ceil(missing)), dimension)]
        return supply, demand

    @staticmethod
    def amount(number: Fraction, dimension: str) -> Made:
        """A number as written."""
        return Made(f"{number_text(number)} {dimension}".strip(), lambda _: number, dimension=dimension)
