"""The syntax tree: statements as written, nothing resolved.

One class per statement of the language; each carries the span of the whole
statement. Spans are left out of equality.
"""

from datetime import date
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from configurator.source import SourceFile, Span
from configurator.syntax.expressions import (
    Expression,
    Name,
    NumberLiteral,
    PathReference,
    Scalar,
    TextLiteral,
)

# ---------------------------------------------------------------- head of a file


@frozen
class CatalogHeader:
    """`catalog NAME "Title" version "…" currency EUR timezone "…" tested on DATE language 1`."""

    name: Name
    title: TextLiteral | None
    version: TextLiteral | None
    currency: Name | None
    timezone: TextLiteral | None
    tested_on: date | None
    language: int | None
    span: Span = field(eq=False, repr=False)


@frozen
class ScenariosHeader:
    """`scenarios for "pc.pcat"`: a file that holds scenarios of another one."""

    path: TextLiteral
    span: Span = field(eq=False, repr=False)


@frozen
class Import:
    """`import "lib/units.pcat"` or `import "x.pcat" as n`."""

    path: TextLiteral
    alias: Name | None
    span: Span = field(eq=False, repr=False)


@frozen
class UnitDeclaration:
    """`unit W` opens a dimension (`factor` and `base` are `None`); `unit kW = 1000 W` is a multiple."""

    name: Name
    factor: Fraction | None
    base: Name | None
    span: Span = field(eq=False, repr=False)


# ---------------------------------------------------------------- pieces that statements share


@frozen
class Effective:
    """`effective from A until B`, both inclusive; `None` is open."""

    start: date | None
    end: date | None
    span: Span = field(eq=False, repr=False)


@frozen
class Cardinality:
    """How many components fill a place.

    `one`, `optional`, `identical` (one component times a quantity), `mixed` (a multiset), or
    `instances` (`choose 0..4` without a word, for assemblies). Both bounds are inclusive.
    """

    kind: Literal["one", "optional", "identical", "mixed", "instances"]
    minimum: int
    maximum: int
    span: Span = field(eq=False, repr=False)


@frozen
class TypeExpression:
    """The type of an attribute or an option, as written.

    Attributes:
        kind: `number`, `whole`, `money`, `text`, `yesno`, `date`, `one of`, `ordered of`,
            `set of` (values), `set of text`, and for options also `some` (a set of bounded size).
        values: the listed values of `one of`, `ordered of`, `set of`, `some`.
        unit: of `number in W`, `whole 0..10 in EUR`.
        minimum: of `whole`, `number` (options) and `some`; inclusive.
        maximum: likewise.
        step: of `number` options.
    """

    kind: Literal[
        "number",
        "whole",
        "money",
        "text",
        "yesno",
        "date",
        "one of",
        "ordered of",
        "set of",
        "set of text",
        "some",
    ]
    span: Span = field(eq=False, repr=False)
    values: tuple[Name | TextLiteral | NumberLiteral, ...] = ()
    unit: Name | None = None
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    step: Fraction | None = None


@frozen
class Cell:
    """The text between two bars of a table row, or of a CSV field, without the blanks around it."""

    text: str
    span: Span = field(eq=False, repr=False)


@frozen
class Row:
    """One line of a table."""

    cells: tuple[Cell, ...]
    span: Span = field(eq=False, repr=False)


@frozen
class ColumnHeading:
    """`socket`, `draw [W]`, `fits : set of { ATX, ITX }`, `gpu.length [mm]`."""

    path: PathReference
    unit: Name | None
    type: TypeExpression | None
    span: Span = field(eq=False, repr=False)


@frozen
class TableBlock:
    """A Markdown table: heading, (dashes,) rows. Every row has as many cells as the heading."""

    headings: tuple[ColumnHeading, ...]
    rows: tuple[Row, ...]
    span: Span = field(eq=False, repr=False)


@frozen
class ColumnMapping:
    """`"Capacity" as size [GB]`."""

    source: TextLiteral
    path: PathReference
    unit: Name | None
    span: Span = field(eq=False, repr=False)


@frozen
class TableSource:
    """`from csv "drives.csv" separator ";" decimal comma columns … ignore others`.

    Attributes:
        kind: `csv` or `xlsx`.
        sheet: of an xlsx file.
        separator: one character; `None` for the comma.
        columns: empty when the file's own headings are the columns.
    """

    kind: Literal["csv", "xlsx"]
    path: TextLiteral
    sheet: TextLiteral | None
    separator: TextLiteral | None
    decimal_comma: bool
    columns: tuple[ColumnMapping, ...]
    ignore_others: bool
    span: Span = field(eq=False, repr=False)


# ---------------------------------------------------------------- what there is to choose


@frozen
class AttributeDeclaration:
    """`attribute tier "Tier" : one of { entry, mid, high } default entry`."""

    name: Name
    title: TextLiteral | None
    type: TypeExpression
    optional: bool
    default: Scalar | None
    span: Span = field(eq=False, repr=False)


@frozen
class SetValue:
    """`{ ATX, ITX }` as the value of a component's field."""

    items: tuple[Scalar, ...]
    span: Span = field(eq=False, repr=False)


@frozen
class ComponentField:
    """`socket = AM5` or `draw = 55 W` in a component written out."""

    name: Name
    value: Scalar | SetValue
    span: Span = field(eq=False, repr=False)


@frozen
class ComponentDeclaration:
    """`component "SKU" "Title" effective from … { socket = AM5, draw = 55 W }`."""

    sku: TextLiteral
    title: TextLiteral | None
    effective: Effective | None
    fields: tuple[ComponentField, ...]
    span: Span = field(eq=False, repr=False)


FamilyItem = AttributeDeclaration | ComponentDeclaration | TableBlock | TableSource


@frozen
class FamilyDeclaration:
    """`family cpu "Processor" choose one not stocked { … }`; without `choose` no slot of that name."""

    name: Name
    title: TextLiteral | None
    cardinality: Cardinality | None
    stocked: bool
    items: tuple[FamilyItem, ...]
    span: Span = field(eq=False, repr=False)


@frozen
class SlotDeclaration:
    """`slot front_wheel "Front wheel" : wheel choose one`."""

    name: Name
    title: TextLiteral | None
    family: PathReference
    cardinality: Cardinality
    span: Span = field(eq=False, repr=False)


@frozen
class OptionDeclaration:
    """`option usage "Usage" : one of { internet, office }`."""

    name: Name
    title: TextLiteral | None
    type: TypeExpression
    span: Span = field(eq=False, repr=False)


@frozen
class AssemblyDeclaration:
    """`assembly bag "Bag" choose 0..4 { … }`."""

    name: Name
    title: TextLiteral | None
    cardinality: Cardinality | None
    items: "tuple[Statement, ...]"
    span: Span = field(eq=False, repr=False)


# ---------------------------------------------------------------- choices


@frozen
class NothingValue:
    """`none`."""

    span: Span = field(eq=False, repr=False)


@frozen
class QuantityValue:
    """`2 x "RAM-D5-16"`."""

    quantity: int
    component: TextLiteral
    span: Span = field(eq=False, repr=False)


@frozen
class ListValue:
    """`["SSD-2T", 2 x "HDD-8T"]`, `[{ capacity = "B100" }]`, `[]`, and for set options `[a, b]`."""

    items: "tuple[ChoiceValue, ...]"
    span: Span = field(eq=False, repr=False)


@frozen
class InstanceValue:
    """`{ position = front }`: choices inside one assembly."""

    choices: "tuple[Choice, ...]"
    span: Span = field(eq=False, repr=False)


ChoiceValue = Scalar | NothingValue | QuantityValue | ListValue | InstanceValue


@frozen
class Choice:
    """`cpu = "CPU-7600"`, or `storage includes "SSD-2T"` (at least)."""

    path: PathReference
    includes: bool
    value: ChoiceValue
    span: Span = field(eq=False, repr=False)


# ---------------------------------------------------------------- rules


@frozen
class CalcDeclaration:
    """`calc power_draw "Power" in W = sum(draw) + cpu.tdp`."""

    name: Name
    title: TextLiteral | None
    unit: Name | None
    expression: Expression
    span: Span = field(eq=False, repr=False)


@frozen
class ForEach:
    """`for each a.b as x`; without `as` the alias is the path's last name."""

    path: PathReference
    alias: Name
    span: Span = field(eq=False, repr=False)


@frozen
class RuleClause:
    """`require left`, `forbid left`, `left requires right`, `left excludes right`."""

    kind: Literal["require", "forbid", "requires", "excludes"]
    left: Expression
    right: Expression | None
    span: Span = field(eq=False, repr=False)


@frozen
class RuleDeclaration:
    """A compatibility rule: all its clauses must hold wherever its guards do."""

    id: Name
    title: TextLiteral | None
    severity: Literal["error", "warn", "hint"]
    effective: Effective | None
    loops: tuple[ForEach, ...]
    guard: Expression | None
    clauses: tuple[RuleClause, ...]
    message: TextLiteral | None
    span: Span = field(eq=False, repr=False)


@frozen
class ResourceDeclaration:
    """`resource power "Power budget" in W { supply … demand … keep 30 % spare because "…" }`.

    Attributes:
        spare: the percentage, `None` when none is kept.
    """

    id: Name
    title: TextLiteral | None
    unit: Name | None
    effective: Effective | None
    supply: tuple[Expression, ...]
    demand: tuple[Expression, ...]
    spare: Fraction | None
    message: TextLiteral | None
    span: Span = field(eq=False, repr=False)


@frozen
class TableDeclaration:
    """`table ID "Title" allow|allow partial|forbid effective … { rows } because "…"`."""

    id: Name
    title: TextLiteral | None
    kind: Literal["allow", "allow partial", "forbid"]
    effective: Effective | None
    content: TableBlock | TableSource
    message: TextLiteral | None
    span: Span = field(eq=False, repr=False)


# ---------------------------------------------------------------- wishes


@frozen
class DefaultDeclaration:
    """`default memory = 2 x "RAM-D5-16" when …`."""

    choice: Choice
    guard: Expression | None
    span: Span = field(eq=False, repr=False)


@frozen
class PreferDeclaration:
    """`prefer quiet: psu.rating in { gold } weight 2 because "…"`."""

    id: Name
    expression: Expression
    weight: Fraction | None
    message: TextLiteral | None
    span: Span = field(eq=False, repr=False)


@frozen
class ObjectiveDeclaration:
    """`minimise price weight 1` or `maximise …`."""

    direction: Literal["minimise", "maximise"]
    expression: Expression
    weight: Fraction | None
    span: Span = field(eq=False, repr=False)


@frozen
class BundleDeclaration:
    """`bundle gamer "…" effective until … { choose … price -60.00 EUR about "…" }`."""

    name: Name
    title: TextLiteral | None
    effective: Effective | None
    choices: tuple[Choice, ...]
    price: NumberLiteral | None
    about: TextLiteral | None
    span: Span = field(eq=False, repr=False)


# ---------------------------------------------------------------- scenarios


@frozen
class GivenDate:
    """`given date 2026-12-24`."""

    date: date
    span: Span = field(eq=False, repr=False)


@frozen
class GivenStock:
    """`given stock "GPU-4070" = 0`."""

    component: TextLiteral
    quantity: int
    span: Span = field(eq=False, repr=False)


@frozen
class GivenBundle:
    """`given bundle gamer`."""

    name: PathReference
    span: Span = field(eq=False, repr=False)


Given = GivenDate | GivenStock | GivenBundle


@frozen
class ExpectValid:
    """`expect valid` or `expect available`."""

    kind: Literal["valid", "available"]
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectInvalid:
    """`expect invalid because only a, b`; `because` empty for a plain `expect invalid`."""

    because: tuple[PathReference | Name, ...]
    only: bool
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectUnavailable:
    """`expect unavailable "GPU-4070"`."""

    component: TextLiteral | None
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectValue:
    """`expect forced x = …`, `impossible x = …`, `completes x = …`."""

    kind: Literal["forced", "impossible", "completes"]
    choice: Choice
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectWarning:
    """`expect warning rule-id`, or the dotted id of a rule in an imported catalog."""

    id: PathReference | Name
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectSolutions:
    """`expect solutions >= 100`."""

    operator: str
    count: int
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectExpression:
    """`expect price < 800 EUR` (kind `once`), `always E`, `never E`."""

    kind: Literal["once", "always", "never"]
    expression: Expression
    span: Span = field(eq=False, repr=False)


Expectation = (
    ExpectValid
    | ExpectInvalid
    | ExpectUnavailable
    | ExpectValue
    | ExpectWarning
    | ExpectSolutions
    | ExpectExpression
)


@frozen
class ScenarioDeclaration:
    """`scenario "…" tags smoke { given … choose … expect … }`.

    Attributes:
        only: `choose only`: what is not named is absent.
        choices: empty for `choose nothing`.
        todo: `todo scenario`: read, not run.
    """

    title: TextLiteral
    tags: tuple[Name, ...]
    givens: tuple[Given, ...]
    only: bool
    choices: tuple[Choice, ...]
    expectations: tuple[Expectation, ...]
    todo: bool
    span: Span = field(eq=False, repr=False)


@frozen
class ClosedDays:
    """`2026-12-24 to 2026-12-26`, both inclusive; one day where only one is written."""

    first: date
    last: date
    span: Span = field(eq=False, repr=False)


@frozen
class AssembledDeclaration:
    """`assembled in 2 days for 35.00 EUR open monday to friday closed 2027-01-01`.

    Attributes:
        days: how many working days it takes.
        cost: what it costs the maker; `None` where nothing is said.
        workdays: 0 for Monday to 6 for Sunday, ascending; empty where nothing is said.
        closed: in the order written.
    """

    days: int
    cost: NumberLiteral | None
    workdays: tuple[int, ...]
    closed: tuple[ClosedDays, ...]
    span: Span = field(eq=False, repr=False)


Statement = (
    Import
    | UnitDeclaration
    | FamilyDeclaration
    | SlotDeclaration
    | OptionDeclaration
    | AssemblyDeclaration
    | CalcDeclaration
    | RuleDeclaration
    | ResourceDeclaration
    | TableDeclaration
    | DefaultDeclaration
    | PreferDeclaration
    | ObjectiveDeclaration
    | BundleDeclaration
    | ScenarioDeclaration
    | AssembledDeclaration
)


@frozen
class CatalogFile:
    """A whole file.

    Attributes:
        header: `None` for a module.
        statements: in the order written.
    """

    source: SourceFile = field(eq=False, repr=False)
    header: CatalogHeader | ScenariosHeader | None
    statements: tuple[Statement, ...]
