"""The register of diagnostic codes: every code of the product, with a page that explains it.

The letter tells the gravity (`E` an error, `W` a warning), the first two digits the area: 01 the form of
the text, 02 files and imports, 03 names and types, 04 units and money, 05 tables, 06 scenarios, 07 traps.
A code keeps its meaning for ever; one that is given up is not used again.
"""

from attrs import frozen


@frozen
class DiagnosticCode:
    """What a code means.

    Attributes:
        id: such as `E0301`.
        title: one line.
        explanation: what is wrong, why it is refused, what to do.
        wrong: a catalog (or another file, when `language` is not `pcat`) that gets this code.
        right: how it is meant.
        language: of both examples, for their display: `pcat`, `csv` or `text`.
    """

    id: str
    title: str
    explanation: str
    wrong: str
    right: str
    language: str = "pcat"


_AREAS = {
    "E01": "Form of the text",
    "E02": "Files and imports",
    "E03": "Names and types",
    "E04": "Units and money",
    "E05": "Tables",
    "E06": "Scenarios",
    "W05": "Tables (warnings)",
    "W06": "Not evaluated, not used (warnings)",
    "W07": "Traps (warnings)",
}

_REGISTER = (
    # ------------------------------------------------------------ E01: form of the text
    DiagnosticCode(
        "E0101",
        "unexpected text",
        "At this place the language expects something else; the label beside the caret lists what."
        " Often a sign or a word is missing just before the caret. When the caret stands at the first"
        " word of a statement, the statement before it is not finished.",
        "rule socket:\n  require cpu.socket board.socket",
        "rule socket:\n  require cpu.socket = board.socket",
    ),
    DiagnosticCode(
        "E0102",
        "unknown word",
        "A word stands where a word of the language is expected, and it is none of them."
        " Usually it is misspelt; the help then names the nearest word that fits.",
        'fammily cpu "Processor" choose one {\n  | sku |\n  | C-1 |\n}',
        'family cpu "Processor" choose one {\n  | sku |\n  | C-1 |\n}',
    ),
    DiagnosticCode(
        "E0103",
        "a habit from another language",
        "The sign or word belongs to another language. Here equality is one `=`, conditions are"
        " joined by `and` and `or`, comments begin with `#`, texts stand between double quotes, truth"
        " values are `yes` and `no`, currencies have their three letters, and statements need no `;`.",
        "rule small:\n  require size == 2 && colour = 'red'",
        'rule small:\n  require size = 2 and colour = "red"',
    ),
    DiagnosticCode(
        "E0104",
        "a text that is not closed",
        "A text begins with a double quote and ends with one on the same line."
        ' A quote inside a text is written `\\"`.',
        'rule small:\n  require size = 2\n  because "Only small ones',
        'rule small:\n  require size = 2\n  because "Only small ones"',
    ),
    DiagnosticCode(
        "E0105",
        "a bracket that is not closed",
        "A `{`, `[` or `(` has no partner. The caret points at the opening bracket; the help says before"
        " what the closing one is missing. A block is taken to end where a statement begins further left than"
        " its content.",
        "family cpu choose one {\n  | sku |\n  | C-1 |\n\ncalc n = count(cpu)",
        "family cpu choose one {\n  | sku |\n  | C-1 |\n}\n\ncalc n = count(cpu)",
    ),
    DiagnosticCode(
        "E0106",
        "an unknown escape in a text",
        "Inside a text a backslash may stand only before a double quote or another backslash."
        " A single backslash, as in a path, is written twice.",
        'calc path = "C:\\parts"',
        'calc path = "C:\\\\parts"',
    ),
    DiagnosticCode(
        "E0107",
        "a number that makes no sense here",
        "Numbers are written with digits and at most one dot: no separators, no exponent, at most"
        " thirty digits. Quantities, cardinalities and bounds of `whole` are whole numbers.",
        "option budget : whole 0..1_500 in EUR",
        "option budget : whole 0..1500 in EUR",
    ),
    DiagnosticCode(
        "E0108",
        "a day that the calendar does not have",
        "Dates are year, month and day, and the day must exist.",
        'catalog bike "Bicycle" tested on 2026-02-30',
        'catalog bike "Bicycle" tested on 2026-02-28',
    ),
    DiagnosticCode(
        "E0109",
        "a name that cannot be used",
        "Words that begin statements, and words such as `and`, `in` or `none`, cannot be names: an expression"
        " would not be read as meant. Ids of rules, tables and wishes are written in lower case, with hyphens"
        " or underscores.",
        "rule Gpu-Fits:\n  require gpu.length <= 300",
        "rule gpu-fits:\n  require gpu.length <= 300",
    ),
    DiagnosticCode(
        "E0110",
        "too large or nested too deeply",
        "Expressions, lists and blocks may stand inside each other a hundred levels deep, and a file"
        " may have twenty million characters. A long chain of operators counts one level for each."
        " Give a part of an expression a name with `calc`; keep long tables in CSV files.",
        "calc n = " + " + ".join(["1"] * 102),
        "calc n = " + " + ".join(["1"] * 10),
    ),
    DiagnosticCode(
        "E0111",
        "bounds with nothing between them",
        "The lower bound stands first and may equal the upper one. A slot must be able to hold"
        " something, and a step is more than 0.",
        "option height : whole 9..1",
        "option height : whole 1..9",
    ),
    DiagnosticCode(
        "E0112",
        "said twice",
        "Something that may be said once stands twice, for example the currency of a catalog, a field"
        " of a component, a value in a list or the choice for a slot. Which of the two is meant cannot"
        " be guessed.",
        "option colour : one of { red, blue, red }",
        "option colour : one of { red, blue, green }",
    ),
    DiagnosticCode(
        "E0113",
        "something is missing or does not go together",
        "The statement can be read but says too little: a family with several components does not say"
        " whether they are `identical` or `mixed`, a resource has no supply or no demand, a scenario"
        " expects nothing.",
        "resource power in W {\n  supply psu.watts\n}",
        "resource power in W {\n  supply psu.watts\n  demand sum(draw)\n}",
    ),
    DiagnosticCode(
        "E0114",
        "a period that ends before it begins",
        "`effective from A until B` covers both days; the second one cannot be the earlier.",
        "rule winter effective from 2027-03-31 until 2026-12-01:\n  require tyres.studded = yes",
        "rule winter effective from 2026-12-01 until 2027-03-31:\n  require tyres.studded = yes",
    ),
    DiagnosticCode(
        "E0115",
        "a statement in the wrong place",
        "The word begins a statement or an entry of a block, but not here: the header comes first in"
        " a file, `component` belongs into a family, `expect` into a scenario; an assembly holds parts"
        " and rules, but no bundles and scenarios.",
        "supply psu.watts",
        "resource power in W {\n  supply psu.watts\n  demand sum(draw)\n}",
    ),
    DiagnosticCode(
        "E0116",
        "a character that no catalog has",
        "Control characters, such as the zeros of a file that is no text, cannot stand in a catalog."
        " Save the file as plain UTF-8 text.",
        "calc n = 1\x00",
        "calc n = 1",
    ),
    DiagnosticCode(
        "E0117",
        "the form of a choice in an expression",
        '`none` and `2 x "SKU"` say what to choose; they stand in choices (`choose`, `default`). An'
        " expression asks instead: `gpu is absent`, `gpu is chosen`, `memory.quantity = 2`. A slot"
        " without a component has no value that could equal something.",
        "rule no-card:\n  require gpu = none",
        "rule no-card:\n  require gpu is absent",
    ),
    # ------------------------------------------------------------ E02: files and imports
    DiagnosticCode(
        "E0201",
        "a file that cannot be read",
        "The file does not exist, is a folder, or may not be read. Paths in a catalog are relative to"
        " the file that names them and use `/`.",
        'import "lib/unitz.pcat"',
        'import "lib/units.pcat"',
    ),
    DiagnosticCode(
        "E0202",
        "files that import each other in a circle",
        "A file imports another one that, directly or through others, imports the first. Move what"
        " both need into a third file.",
        '# in a.pcat, while b.pcat says: import "a.pcat"\nimport "b.pcat"',
        '# in a.pcat and in b.pcat\nimport "shared.pcat"',
    ),
    DiagnosticCode(
        "E0203",
        "a path that leaves the catalog's folder",
        "Catalogs read files only below their root folder: that of the nearest `configurator.toml`,"
        " else that of the first file. So a catalog can be moved, and one from a stranger cannot read"
        " other files.",
        'import "../../secrets.pcat"',
        'import "lib/units.pcat"',
    ),
    DiagnosticCode(
        "E0204",
        "a file that is not UTF-8",
        "Catalogs and CSV files are UTF-8 text, with or without a byte order mark. Spreadsheets often"
        " save another encoding; choose `CSV UTF-8` when saving.",
        "price.csv saved as Windows-1252",
        "price.csv saved as UTF-8",
        "text",
    ),
    DiagnosticCode(
        "E0205",
        "not supported yet",
        "The language has this statement, but this version cannot evaluate it. It is refused rather than"
        " ignored: a catalog never means less than it says.",
        'family drive choose one {\n  from xlsx "drives.xlsx" sheet "EU"\n}',
        'family drive choose one {\n  from csv "drives.csv"\n}',
    ),
    DiagnosticCode(
        "E0206",
        "the header does not fit",
        "Something in the header is unknown or does not fit its file: a time zone that does not"
        " exist, a version of the language that this program does not know, currencies of imported"
        " catalogs that differ, or a catalog where a module is expected.",
        'catalog bike "Bicycle" timezone "Europe/Atlantis"',
        'catalog bike "Bicycle" timezone "Europe/Athens"',
    ),
    # ------------------------------------------------------------ E03: names and types
    DiagnosticCode(
        "E0301",
        "an unknown name",
        "Nothing of that name exists where it is looked for. A bare name is a calculated value, then"
        " a slot or an option, then a value of the other side's type; an attribute is written after"
        " its slot. The label lists what there is, the help the nearest name.",
        "rule fits:\n  require gpu.length <= chassis.max_gpu_len",
        "rule fits:\n  require gpu.length <= chassis.max_gpu",
    ),
    DiagnosticCode(
        "E0302",
        "one name for two things",
        "Slots, options, calculated values and the values of lists share one space of names. Two"
        " things of one name would leave open which of them an expression means.",
        "option colour : one of { red, blue }\noption red : yesno",
        "option colour : one of { red, blue }\noption reflector : yesno",
    ),
    DiagnosticCode(
        "E0303",
        "an unknown component or value",
        "The family has no component of that SKU, or the type no value of that name. Upper and lower"
        " case differ.",
        'family cpu choose one {\n  | sku   |\n  | CPU-1 |\n}\ndefault cpu = "CPU-2"',
        'family cpu choose one {\n  | sku   |\n  | CPU-1 |\n}\ndefault cpu = "CPU-1"',
    ),
    DiagnosticCode(
        "E0304",
        "a value of the wrong type",
        "The operator or statement needs another type: arithmetic needs numbers, `<` needs numbers,"
        " dates or an ordered list, `and` needs conditions, `require` needs a condition.",
        "rule odd:\n  require cpu.name + 1",
        "rule odd:\n  require cpu.cores + 1 > 4",
    ),
    DiagnosticCode(
        "E0305",
        "something that can occur several times",
        "The path leads to components of which several may be chosen, so it has no single value."
        " Use an aggregate over all of them, or a rule `for each` of them.",
        "rule drives:\n  require storage.draw <= 10 W",
        "rule drives:\n  require sum(storage.draw) <= 10 W",
    ),
    DiagnosticCode(
        "E0306",
        "columns that share no value",
        "The two sides of `=` can never be equal: no value of the one occurs in the other. Most often"
        " the wrong column is compared, or the same thing is spelt in two ways.",
        "rule socket:\n  require cpu.socket = board.form",
        "rule socket:\n  require cpu.socket = board.socket",
    ),
    DiagnosticCode(
        "E0307",
        "an expression used in the wrong way",
        "Comparisons cannot be chained: `a < b < c` would compare a truth value with a number."
        " Write `b between a and c` when both ends belong to the range, or join two comparisons with `and`.",
        "rule range:\n  require 1 < size < 5",
        "rule range:\n  require size between 1 and 5",
    ),
    DiagnosticCode(
        "E0308",
        "a calculation that needs itself",
        "A calculated value uses itself, directly or through others, so it has no value.",
        "calc total = net + tax\ncalc net = total - tax\ncalc tax = 5",
        "calc total = net + tax\ncalc net = 100\ncalc tax = 5",
    ),
    DiagnosticCode(
        "E0309",
        "a message with a mistake",
        "Between the braces of a message stands the path of a value, nothing else: no format, no calculation."
        " A brace itself is written twice, `{{` or `}}`.",
        'rule fits:\n  require gpu.length <= 300\n  because "{gpu.length:>5} is too long"',
        'rule fits:\n  require gpu.length <= 300\n  because "{gpu.length} is too long"',
    ),
    DiagnosticCode(
        "E0310",
        "too many possibilities",
        "A range or a number of components is so large that nothing could be computed with it."
        " Usually a digit too much was typed. Use a coarser step, or a smaller upper bound.",
        "option width : whole 0..100000000000",
        "option width : whole 0..2500",
    ),
    # ------------------------------------------------------------ E04: units and money
    DiagnosticCode(
        "E0401",
        "an unknown unit",
        "Units are declared: `unit W` opens a dimension, `unit kW = 1000 W` adds a multiple. The"
        " catalog's currency is a unit too. Upper and lower case differ.",
        "unit W\ncalc draw in w = 5 W",
        "unit W\ncalc draw in W = 5 W",
    ),
    DiagnosticCode(
        "E0402",
        "units that do not match",
        "Only values of one dimension can be added, compared or put into a column. Watts are no"
        " millimetres, and a bare number is no amount of either.",
        "unit W\nunit mm\nrule odd:\n  require 5 W < 7 mm",
        "unit W\nunit kW = 1000 W\nrule fine:\n  require 5 W < 7 kW",
    ),
    DiagnosticCode(
        "E0403",
        "money that cannot be reckoned",
        "Money is in the catalog's currency, in whole hundredths, and only added, subtracted,"
        " compared or multiplied by a number. A catalog that uses money names its currency in the"
        " header.",
        'catalog bike "Bicycle"\noption budget : whole 0..500 in EUR',
        'catalog bike "Bicycle" currency EUR\noption budget : whole 0..500 in EUR',
    ),
    # ------------------------------------------------------------ E05: tables
    DiagnosticCode(
        "E0501",
        "a row that does not fit its heading",
        "Every row has as many cells as the heading, and begins and ends with `|`. A bar inside a"
        " cell is written `\\|`.",
        "family cpu choose one {\n  | sku | cores |\n  | C-1 |\n}",
        "family cpu choose one {\n  | sku | cores |\n  | C-1 |     4 |\n}",
    ),
    DiagnosticCode(
        "E0502",
        "a cell that cannot be read",
        "The cell does not have the type of its column, or is none of the patterns of a rule table: a"
        " value, `a, b`, `1..5`, `>= 5`, `not a`, `A-*`, `any`, `other`, `absent`. A value with commas"
        " of its own stands between quotes.",
        "table heights allow {\n  | size | height |\n  | S    | 5..    |\n}",
        "table heights allow {\n  | size | height |\n  | S    | >= 5   |\n}",
    ),
    DiagnosticCode(
        "E0503",
        "a SKU that stands twice",
        "Within a family every SKU is unique: a choice names a component by it. In two families the"
        " same SKU means one item of stock; the columns they share must then agree.",
        "family cpu choose one {\n  | sku |\n  | C-1 |\n  | C-1 |\n}",
        "family cpu choose one {\n  | sku |\n  | C-1 |\n  | C-2 |\n}",
    ),
    DiagnosticCode(
        "E0504",
        "a blank cell",
        "A blank is no value, and none is guessed. In a rule table write `any` where the column does"
        " not matter. In a family declare the attribute `optional` if the value is not known for every"
        " component.",
        "family cpu choose one {\n  | sku | tdp |\n  | C-1 |     |\n}",
        "family cpu choose one {\n  attribute tdp : whole optional\n  | sku | tdp |\n  | C-1 |     |\n}",
    ),
    DiagnosticCode(
        "E0505",
        "a CSV file with a mistake",
        "The file has no heading, lacks a column that the catalog names, or has a line with another"
        " number of fields. Check the separator: many spreadsheets write `;`, which the catalog says"
        ' with `separator ";"`.',
        "sku,name,price\nC-1,Fast one",
        "sku,name,price\nC-1,Fast one,99.00",
        "csv",
    ),
    DiagnosticCode(
        "E0506",
        "a column with a mistake",
        "A heading is a name, with a unit in brackets or a type after a colon if need be. A column"
        " stands once; a family has a column `sku`; a column of a rule table is the path of something"
        " that occurs once.",
        "family cpu choose one {\n  | sku | max power |\n  | C-1 |         5 |\n}",
        "family cpu choose one {\n  | sku | max_power |\n  | C-1 |         5 |\n}",
    ),
    DiagnosticCode(
        "E0507",
        "a family's data with a mistake",
        "The data of a family do not go together: a declared attribute that no column provides, a component"
        " without a value, a field that the family does not have, or a family without components.",
        'family cpu choose one {\n  attribute cores : whole\n  component "C-1" { }\n}',
        'family cpu choose one {\n  attribute cores : whole\n  component "C-1" { cores = 4 }\n}',
    ),
    # ------------------------------------------------------------ E06: scenarios
    DiagnosticCode(
        "E0601",
        "a scenario that cannot be run",
        "The scenario names a rule, component or bundle that does not exist, or asks for something"
        " that a scenario cannot decide.",
        'scenario "small" {\n  choose nothing\n  expect invalid because no-such-rule\n}',
        'scenario "small" {\n  choose nothing\n  expect valid\n}',
    ),
    # ------------------------------------------------------------ warnings
    DiagnosticCode(
        "W0507",
        "a gap in a table",
        "An `allow` table says nothing about a value of its key column, so that value is never"
        " allowed. Add a row, or mark the table `partial` if it is to bind only the values it names.",
        "table sizes allow {\n  | colour | size |\n  | red    | S    |\n}",
        "table sizes allow partial {\n  | colour | size |\n  | red    | S    |\n}",
    ),
    DiagnosticCode(
        "W0601",
        "not evaluated yet",
        "The statement is checked for names and types, but this version does not evaluate it. It"
        " never changes which configurations are valid, so every answer given is right.",
        "minimise price",
        "calc price in EUR = sum(price)",
    ),
    DiagnosticCode(
        "W0602",
        "a CSV column that nothing uses",
        "The file has a column that the catalog does not map. If that is on purpose, say `ignore others`.",
        'family cpu choose one {\n  from csv "cpu.csv" columns "No" as sku\n}',
        'family cpu choose one {\n  from csv "cpu.csv" columns "No" as sku ignore others\n}',
    ),
    DiagnosticCode(
        "W0701",
        "a rule that an absent component switches off",
        "A comparison with a component that is not chosen is unknown, and a rule is violated only"
        " when it is false. So the rule says nothing where the component is absent. If that is meant,"
        " say `when x is chosen`; if not, require the component.",
        "rule fits:\n  require gpu.length <= 300",
        "rule fits:\n  when gpu is chosen\n  require gpu.length <= 300",
    ),
    DiagnosticCode(
        "W0702",
        "a table without a row for an absent component",
        "An `allow` table is strict also where a component is not chosen: without a row with `absent`"
        " (or `any`), leaving it out is never allowed.",
        "table fans allow {\n  | gpu   | fans |\n  | GPU-1 | 2    |\n}",
        "table fans allow {\n  | gpu    | fans |\n  | GPU-1  | 2    |\n  | absent | 1    |\n}",
    ),
)

CODES: dict[str, DiagnosticCode] = {code.id: code for code in _REGISTER}
"""Every code by its id, in order of area and number."""


def render_page(code: DiagnosticCode) -> str:
    """The page of one code as Markdown: title, explanation, a wrong and a right example."""
    return "\n".join(
        (
            f"### {code.id}: {code.title}",
            "",
            code.explanation,
            "",
            "Wrong:",
            "",
            _fenced(code.wrong, code.language),
            "",
            "Right:",
            "",
            _fenced(code.right, code.language),
            "",
        )
    )


def render_reference() -> str:
    """All pages as one Markdown document, by area: the content of `docs/reference/diagnostics.md`."""
    parts = [
        "# Diagnostics\n",
        "<!-- Made from `configurator/diagnostics/codes.py`; a test compares. -->\n",
        "Every finding about a catalog has a code. `E` is an error: the catalog does not load."
        " `W` is a warning: it loads, and every answer is right.\n",
    ]
    area = ""
    for code in CODES.values():
        if code.id[:3] != area:
            area = code.id[:3]
            parts.append(f"## {area}: {_AREAS[area]}\n")
        parts.append(render_page(code))
    return "\n".join(parts)


def _fenced(example: str, language: str) -> str:
    shown = "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in example
    )
    return f"```{language}\n{shown}\n```"
