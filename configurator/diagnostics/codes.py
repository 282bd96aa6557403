"""The register of diagnostic codes: every code of the product, with a page that explains it.

The letter tells the gravity (`E` an error, `W` a warning), the first two digits the area: 01 the form of
the text, 02 files and imports, 03 names and types, 04 units and money, 05 tables, 06 scenarios, 07 traps,
08 what an analysis finds (`A`, whose gravity the finding tells).
A code keeps its meaning for ever; one that is given up is not used again, and is listed in `GIVEN_UP`.
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
    "A08": "What an analysis finds",
    "E01": "Form of the text",
    "E02": "Files and imports",
    "E03": "Names and types",
    "E04": "Units and money",
    "E05": "Tables",
    "E06": "Scenarios",
    "W05": "Tables (warnings)",
    "W06": "Scenarios, bundles, and what nothing uses (warnings)",
    "W07": "Traps (warnings)",
}

_REGISTER = (
    # ------------------------------------------------------------ A08: findings of the analysis
    DiagnosticCode(
        "A0801",
        "dead component",
        "A component that is in force on the day is in no valid configuration: nobody can ever order it."
        " Usually an attribute is wrong, or the family that must go with it lacks a partner. The finding"
        " names the fewest rules, tables and resources that keep it out; components that are not in force"
        " on the day are not looked at. Where no component of a slot can be chosen, so that it is always"
        " empty, one finding says so for all of them.",
        'family cpu "Processor" choose one {\n'
        "  | sku | socket |\n"
        "  | C-4 | AM4    |\n"
        "  | C-5 | AM5    |\n"
        "}\n"
        'family board "Mainboard" choose one {\n'
        "  | sku | socket |\n"
        "  | B-4 | AM4    |\n"
        "}\n"
        "rule socket:\n"
        "  require cpu.socket = board.socket",
        'family cpu "Processor" choose one {\n'
        "  | sku | socket |\n"
        "  | C-4 | AM4    |\n"
        "  | C-5 | AM5    |\n"
        "}\n"
        'family board "Mainboard" choose one {\n'
        "  | sku | socket |\n"
        "  | B-4 | AM4    |\n"
        "  | B-5 | AM5    |\n"
        "}\n"
        "rule socket:\n"
        "  require cpu.socket = board.socket",
    ),
    DiagnosticCode(
        "A0802",
        "false optional",
        "A slot may be absent by its declaration, and is in no valid configuration: the rules force"
        " something into it. Declare it `choose one`, or mend the rules that are named.",
        'family cooler "Cooler" choose optional {\n'
        "  | sku |\n"
        "  | K-1 |\n"
        "}\n"
        "rule cooled:\n"
        "  require cooler is chosen",
        'family cooler "Cooler" choose one {\n  | sku |\n  | K-1 |\n}',
    ),
    DiagnosticCode(
        "A0803",
        "redundant rule, table or resource",
        "Without it exactly the same configurations would be valid: whatever it refuses, others refuse as"
        " well. The finding names the fewest that do. That may be meant, for the sake of its message; but"
        " often a condition is wrong. Of two that say the same, each makes the other redundant: take away"
        " one, not both.",
        'option age "Age" : whole 0..99\n'
        "rule adults:\n"
        "  require age >= 18\n"
        "rule pensioners:\n"
        "  require age >= 16",
        'option age "Age" : whole 0..99\nrule adults:\n  require age >= 18',
    ),
    DiagnosticCode(
        "A0804",
        "void catalog",
        "No configuration is valid on the day. The finding tells minimal sets of rules that cannot hold"
        " together, and the fewest rules without which something is valid; or the slots that must be"
        " filled and have nothing in force.",
        'option age "Age" : whole 0..99\n'
        "rule adults:\n"
        "  require age >= 18\n"
        "rule children:\n"
        "  require age <= 12",
        'option age "Age" : whole 0..99\nrule adults:\n  require age >= 18',
    ),
    DiagnosticCode(
        "A0805",
        "unreachable value",
        "A value of an option, or an element of a set, is in no valid configuration. Take it out of the"
        " declaration, or mend the rules that are named.",
        'option size "Size" : one of { S, M, L }\nrule small:\n  require size in { S, M }',
        'option size "Size" : one of { S, M }',
    ),
    DiagnosticCode(
        "A0806",
        "weight",
        "How much rules decide: so many more configurations would be valid without this one rule,"
        " exactly. They are the combinations that it alone refuses. A rule that weighs a lot is worth a"
        " scenario; one that weighs next to nothing may be worth a look. `--json` tells the weight of"
        " every rule, with a combination that it alone refuses.",
        'option age "Age" : whole 0..99\nrule adults:\n  require age >= 18',
        'option age "Age" : whole 18..99',
    ),
    DiagnosticCode(
        "A0807",
        "rule that never fires",
        "Nothing that keeps the other rules ever meets the rule's condition, so that it never has a say;"
        " or, of a warning or hint, nothing valid ever breaks it. Usually the condition names something"
        " that another rule has ruled out.",
        'option size "Size" : one of { S, M, L }\n'
        'option gift "Gift wrap" : yesno\n'
        "rule small:\n"
        "  require size in { S, M }\n"
        "rule large:\n"
        "  when size = L\n"
        "  require gift = no",
        'option size "Size" : one of { S, M, L }\n'
        'option gift "Gift wrap" : yesno\n'
        "rule large:\n"
        "  when size = L\n"
        "  require gift = no",
    ),
    DiagnosticCode(
        "A0808",
        "forced",
        "The same value stands in every valid configuration, although the declarations leave a choice."
        " Customers are asked where there is nothing to ask.",
        'option gift "Gift wrap" : yesno\nrule wrapped:\n  require gift = yes',
        'option gift "Gift wrap" : yesno',
    ),
    DiagnosticCode(
        "A0809",
        "tight resource",
        "How tight a resource is: the least that a valid configuration leaves of it, how many"
        " combinations it alone refuses, and the supply from which on it refuses nothing that all else"
        " allows.",
        'family psu "Power supply" choose one {\n'
        "  | sku | watts [W] |\n"
        "  | P-1 | 500       |\n"
        "}\n"
        'option load "Load" : whole 0..600 in W\n'
        "resource power in W {\n"
        "  supply psu.watts\n"
        "  demand load\n"
        "}",
        'family psu "Power supply" choose one {\n'
        "  | sku | watts [W] |\n"
        "  | P-1 | 500       |\n"
        "  | P-2 | 650       |\n"
        "}\n"
        'option load "Load" : whole 0..600 in W\n'
        "resource power in W {\n"
        "  supply psu.watts\n"
        "  demand load\n"
        "}",
    ),
    DiagnosticCode(
        "A0810",
        "idle row",
        "A row without which the table would say the same: a row that allows and that no valid"
        " configuration uses, or that allows nothing which no other row allows; a row that forbids and"
        " refuses nothing alone.",
        'option size "Size" : one of { S, M }\n'
        'option colour "Colour" : one of { red, blue }\n'
        "table stock forbid {\n"
        "  | size | colour |\n"
        "  | S    | any    |\n"
        "  | S    | red    |\n"
        "}",
        'option size "Size" : one of { S, M }\n'
        'option colour "Colour" : one of { red, blue }\n'
        "table stock forbid {\n"
        "  | size | colour |\n"
        "  | S    | any    |\n"
        "}",
    ),
    DiagnosticCode(
        "A0811",
        "price range",
        "What the cheapest and the dearest valid configuration cost, by the calc `price`; both are in the"
        " answer. A mistake in a price list is often seen here first.",
        'family cpu "Processor" choose one {\n'
        "  | sku | price [EUR] |\n"
        "  | C-1 | 1.90        |\n"
        "  | C-2 | 219.00      |\n"
        "}\n"
        "calc price in EUR = sum(price)",
        'family cpu "Processor" choose one {\n'
        "  | sku | price [EUR] |\n"
        "  | C-1 | 190.00      |\n"
        "  | C-2 | 219.00      |\n"
        "}\n"
        "calc price in EUR = sum(price)",
    ),
    DiagnosticCode(
        "A0812",
        "never needed",
        "Components that are in the cheapest completion of no single choice elsewhere: customers take"
        " them only because they want them, never because the rules and the price lead there. Of equally"
        " cheap completions the first in catalog order counts.",
        'family mouse "Mouse" choose one {\n'
        "  | sku | price [EUR] |\n"
        "  | M-1 | 9.00        |\n"
        "  | M-2 | 19.00       |\n"
        "}\n"
        "calc price in EUR = sum(price)",
        'family mouse "Mouse" choose one {\n'
        "  | sku | price [EUR] |\n"
        "  | M-1 | 9.00        |\n"
        "}\n"
        "calc price in EUR = sum(price)",
    ),
    DiagnosticCode(
        "A0813",
        "family that chokes",
        "A slot with at least four components that can be chosen, at most a quarter of which are in at least"
        " nine tenths of the configurations: what else stands in the family hardly fits anything. The finding"
        " names the rarest component, and the rule that refuses most there alone.",
        'family cable "Cable" choose one {\n'
        "  | sku | fits |\n"
        "  | K-1 | yes  |\n"
        "  | K-2 | no   |\n"
        "  | K-3 | no   |\n"
        "  | K-4 | no   |\n"
        "}\n"
        'option length "Length" : whole 0..99\n'
        "rule short:\n"
        "  cable.fits = no requires length = 0",
        'family cable "Cable" choose one {\n'
        "  | sku | fits |\n"
        "  | K-1 | yes  |\n"
        "  | K-2 | yes  |\n"
        "  | K-3 | yes  |\n"
        "  | K-4 | yes  |\n"
        "}\n"
        'option length "Length" : whole 0..99',
    ),
    DiagnosticCode(
        "A0814",
        "undecided",
        "The time or a size limit kept a part of the analysis from being done; the reason is told."
        " Everything else is exact. A longer `--timeout` may help; the message of a size limit says what"
        " is too large.",
        'option a "A" : whole 0..999\noption b "B" : whole 0..999\nrule odd:\n  require a * b != 0',
        'option a "A" : whole 0..99\noption b "B" : whole 0..99\nrule odd:\n  require a * b != 0',
    ),
    DiagnosticCode(
        "A0815",
        "only in other slots",
        "A component of a family that several slots share is never in this one, only in others. That is"
        " often meant: a front wheel is no rear wheel. A family of its own for each slot would say so, and"
        " show fewer choices.",
        'family wheel "Wheel" {\n'
        "  | sku | place |\n"
        "  | W-F | fore  |\n"
        "  | W-R | aft   |\n"
        "}\n"
        'slot front "Front wheel" : wheel choose one\n'
        'slot rear "Rear wheel" : wheel choose one\n'
        "rule front-wheel:\n"
        "  require front.place = fore\n"
        "rule rear-wheel:\n"
        "  require rear.place = aft",
        'family front "Front wheel" choose one {\n'
        "  | sku |\n"
        "  | W-F |\n"
        "}\n"
        'family rear "Rear wheel" choose one {\n'
        "  | sku |\n"
        "  | W-R |\n"
        "}",
    ),
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
        "E0206",
        "the header does not fit",
        "Something in the header is unknown or does not fit its file: a time zone that does not"
        " exist, a version of the language that this program does not know, a time zone of an imported"
        " catalog that differs, or a catalog where a module is expected.",
        'catalog bike "Bicycle" timezone "Europe/Atlantis"',
        'catalog bike "Bicycle" timezone "Europe/Athens"',
    ),
    DiagnosticCode(
        "E0220",
        "a spreadsheet that cannot be read",
        "The file is no .xlsx workbook, is protected with a password, is larger than any table, or"
        " python-calamine is not installed, which reads spreadsheets (the extra `excel`). Old `.xls`"
        " workbooks and those of other programs are saved anew as .xlsx.",
        'family drive choose one {\n  from xlsx "drives.xls"\n}',
        'family drive choose one {\n  from xlsx "drives.xlsx"\n}',
    ),
    DiagnosticCode(
        "E0221",
        "a sheet that is not there, or not named",
        "The workbook has no sheet of that name; upper and lower case count. Where a workbook has one sheet"
        " that is not hidden, its name may be left out; where it has several, the catalog says which.",
        'family drive choose one {\n  from xlsx "drives.xlsx" sheet "eu"\n}',
        'family drive choose one {\n  from xlsx "drives.xlsx" sheet "EU"\n}',
    ),
    DiagnosticCode(
        "E0222",
        "a clause for another kind of file",
        "Only spreadsheets have sheets, and only CSV files have a separator between cells.",
        'family drive choose one {\n  from csv "drives.csv" sheet "EU"\n}',
        'family drive choose one {\n  from csv "drives.csv" separator ";"\n}',
    ),
    DiagnosticCode(
        "E0223",
        "a spreadsheet cell without a value of its own",
        "The cell holds a formula that failed (`#REF!`) or was never computed, a number of more digits than a"
        " spreadsheet keeps (15), or is part of a merged cell, of which only the first part has the value."
        " Reading it as a blank would drop what the sheet shows, so it is an error. Only cells of columns"
        " that are used count.",
        "sku,price\nD-1,#REF!",
        "sku,price\nD-1,49.90",
        "csv",
    ),
    DiagnosticCode(
        "E0224",
        "a spreadsheet that does not fit the catalog",
        "What `configurator tables import` takes back must be what `configurator tables export` wrote: its"
        " notes, its sheets, its columns. Cells and rows may be changed, added and removed; a new column is"
        " declared in the catalog first. A table that the catalog reads from a workbook is changed there.",
        "board,sku,socket,colour",
        "board,sku,socket",
        "text",
    ),
    DiagnosticCode(
        "E0225",
        "a spreadsheet older than the catalog",
        "The catalog's table has changed since it was exported. Taking the whole sheet back would undo these"
        " changes without a word. `--merge` applies what was changed in the sheet to the table as it is now;"
        " where both changed the same cell, the sheet or the catalog must be made to agree first.",
        "tables import: cell C7 is 45 in the sheet, 55 in the catalog and was 50",
        "tables import: cell C7 is 55 in the sheet and in the catalog",
        "text",
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
    DiagnosticCode(
        "E0330",
        "assemblies that contain each other",
        "An assembly holds a place for itself, perhaps by way of others: such a product would be"
        " endless. Leave out the place that closes the circle.",
        "assembly box choose one {\n  slot inner : box choose optional\n}",
        "assembly box choose one {\n  assembly inner choose optional {\n    option lined : yesno\n  }\n}",
    ),
    DiagnosticCode(
        "E0331",
        "too many instances",
        "Every slot and option inside an assembly counts once for each instance there may be, and of"
        " assemblies in assemblies these multiply. Allow fewer instances.",
        "assembly hall choose 0..100 {\n  assembly rack choose 0..100 {\n"
        "    option a : yesno\n    option b : yesno\n  }\n}",
        "assembly hall choose 0..10 {\n  assembly rack choose 0..20 {\n"
        "    option a : yesno\n    option b : yesno\n  }\n}",
    ),
    DiagnosticCode(
        "E0332",
        "an assembly away from its surroundings",
        "What is declared inside an assembly may speak of what is around it there, so it can stand only"
        " there. Declare the assembly beside the other one; both can then hold it.",
        "assembly rack choose one {\n  assembly shelf {\n    option deep : yesno\n  }\n}\n"
        "slot other : rack.shelf choose one",
        "assembly shelf {\n  option deep : yesno\n}\nassembly rack choose one {\n"
        "  slot inner : shelf choose one\n}\nslot other : shelf choose one",
    ),
    DiagnosticCode(
        "E0350",
        "a policy that is none",
        "The column `policy` says how a component is had: `stocked` from the shelf, `bought` or `made` (also"
        " `bought to order`, `made to order`) when an order needs it. A column about something else needs"
        " another name.",
        "family cpu choose one {\n  | sku   | policy   |\n  |-------|----------|\n  | CPU-1 | imported |\n}",
        "family cpu choose one {\n  | sku   | policy  |\n  |-------|---------|\n  | CPU-1 | stocked |\n}",
    ),
    DiagnosticCode(
        "E0351",
        "a lead time that is none",
        "The column `lead_time` says in how many days a component is there that is bought or made for an"
        " order: whole days from 0 on without a unit, or a number in a unit of time that comes to whole days."
        " Weeks need `unit d` and `unit w = 7 d`.",
        "family cpu choose one {\n  | sku   | lead_time |\n  |-------|-----------|\n"
        "  | CPU-1 |       1.5 |\n}",
        "family cpu choose one {\n  | sku   | lead_time |\n  |-------|-----------|\n"
        "  | CPU-1 |         2 |\n}",
    ),
    DiagnosticCode(
        "E0352",
        "a cost that is none",
        "The column `cost` says what one of a component costs the maker: an amount from 0 on in the"
        " catalog's currency, with at most six decimals. It is no price; what the customer pays stands"
        " elsewhere.",
        "family cpu choose one {\n  | sku   | cost |\n  |-------|------|\n  | CPU-1 |   80 |\n}",
        "family cpu choose one {\n  | sku   | cost [EUR] |\n  |-------|------------|\n"
        "  | CPU-1 |         80 |\n}",
    ),
    DiagnosticCode(
        "E0353",
        "an assembly that makes no sense",
        "`assembled in` says once for the whole catalog how many working days the product takes when all its"
        " components are there, and what that costs the maker, in the catalog's currency.",
        "assembled in 2 days\nassembled in 3 days",
        "assembled in 2 days for 35.00 EUR open monday to friday closed 2026-12-24 to 2026-12-26",
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
        "The scenario gives something that cannot be given: there is no stock of a component that is not"
        " stocked, so it is never short.",
        "family service choose optional not stocked {\n  | sku |\n  | S-1 |\n}\n\n"
        'scenario "gone" {\n  given stock "S-1" = 0\n  choose nothing\n  expect available\n}',
        "family service choose optional not stocked {\n  | sku |\n  | S-1 |\n}\n\n"
        'scenario "any" {\n  choose nothing\n  expect available\n}',
    ),
    DiagnosticCode(
        "E0610",
        "`choose only` leaves out what must be chosen",
        "`choose only` means that whatever is not named is absent. A slot that must be filled and an option,"
        " which always has a value, cannot be absent, so they have to be named: by the scenario or by a"
        " bundle that it applies.",
        "family cpu choose one {\n  | sku |\n  | C-1 |\n}\noption colour : one of { red, blue }\n\n"
        'scenario "complete" {\n  choose only cpu = "C-1"\n  expect valid\n}',
        "family cpu choose one {\n  | sku |\n  | C-1 |\n}\noption colour : one of { red, blue }\n\n"
        'scenario "complete" {\n  choose only cpu = "C-1", colour = red\n  expect valid\n}',
    ),
    DiagnosticCode(
        "E0611",
        "a scenario says something twice",
        "The date, the stock of a component, a bundle or the choice of a place is given twice in one"
        " scenario. Only `includes` may be said several times of a place: all of it is then included.",
        'scenario "sold out" {\n  given stock "C-1" = 0\n  given stock "C-1" = 2\n'
        "  choose nothing\n  expect available\n}",
        'scenario "sold out" {\n  given stock "C-1" = 0\n  choose nothing\n  expect available\n}',
    ),
    DiagnosticCode(
        "E0612",
        "a file of scenarios that cannot be used",
        "A file of scenarios begins with `scenarios for` and the path of its catalog as seen from the file"
        " itself, or `package:NAME` for one that comes with this library. It holds nothing but scenarios."
        " Where a `configurator.toml` lies above it, the catalog lies below that, too.",
        'scenarios for "pc.pcat"\n\ncalc total = 2',
        'scenarios for "pc.pcat"\n\nscenario "something can be built" {\n  choose nothing\n  expect valid\n}',
    ),
    # ------------------------------------------------------------ warnings
    DiagnosticCode(
        "W0501",
        "a value that no row allows",
        "An `allow` table has rows for every value of its key column, but none in which some value of"
        " another column matches. That value is never allowed. It is a hint, because that may be what"
        " the table is for.",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths allow {\n"
        "  | size | lock.length |\n"
        "  | S, M | 80          |\n"
        "}",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths allow {\n"
        "  | size | lock.length |\n"
        "  | S    | 80          |\n"
        "  | M    | 80, 120     |\n"
        "}",
    ),
    DiagnosticCode(
        "W0502",
        "a cell that matches nothing",
        "A cell of a rule table names a value, or bounds, that no component has in that column. The"
        " cell never matches, so the row says less than it seems to. Most often the value is misspelt,"
        " or the component is gone.",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths forbid {\n"
        "  | size | lock.length |\n"
        "  | S    | 125         |\n"
        "}",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths forbid {\n"
        "  | size | lock.length |\n"
        "  | S    | 120         |\n"
        "}",
    ),
    DiagnosticCode(
        "W0503",
        "a row that adds nothing",
        "Everything that the row matches, another row of the same table matches too. Either the row"
        " is left over, or the other one is wider than it was meant to be: a narrow row never"
        " restricts a wide one. A row that stands twice is taken away by `check --fix`.",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths allow {\n"
        "  | size | lock.length |\n"
        "  | any  | 80, 120     |\n"
        "  | S    | 80          |\n"
        "}",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths allow {\n"
        "  | size | lock.length |\n"
        "  | M    | 80, 120     |\n"
        "  | S    | 80          |\n"
        "}",
    ),
    DiagnosticCode(
        "W0507",
        "a gap in a table",
        "An `allow` table says nothing about a value of its first column, the key, so that value is"
        " never allowed. Add the row that the help proposes, with what goes with the value in place of"
        " `any`; or mark the table `partial` if it is to bind only the values it names. A table with"
        " one column is a list of what may be, and has no gaps.",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths allow {\n"
        "  | size | lock.length |\n"
        "  | M    | 80, 120     |\n"
        "}",
        "option size : one of { S, M }\n"
        "family lock choose one {\n"
        "  | sku | length |\n"
        "  | L-1 |     80 |\n"
        "  | L-2 |    120 |\n"
        "}\n"
        "table lengths allow {\n"
        "  | size | lock.length |\n"
        "  | M    | 80, 120     |\n"
        "  | S    | 80          |\n"
        "}",
    ),
    DiagnosticCode(
        "W0520",
        "a SKU that a spreadsheet took for a date",
        "Spreadsheet programs read `3-12` as a day, and keep no trace of what was typed. A day where a SKU"
        " should stand is hardly what was meant. Format the column as text, and write the SKU again.",
        "sku,price\n2026-03-12,49.90",
        "sku,price\n3-12,49.90",
        "csv",
    ),
    DiagnosticCode(
        "W0521",
        "a column of text because of few cells",
        "Nearly all cells of the column are numbers, and the others look like numbers written in another way:"
        " with separators between thousands, with the other decimal mark. So the column is text, and"
        " nothing can be compared or added up. Write the numbers alike, or declare the attribute.",
        "family cpu choose one {\n  | sku | mass  |\n  | C-1 | 950   |\n  | C-2 | 1,050 |\n}",
        "family cpu choose one {\n  | sku | mass |\n  | C-1 |  950 |\n  | C-2 | 1050 |\n}",
    ),
    DiagnosticCode(
        "W0602",
        "a CSV column that nothing uses",
        "The file has a column that the catalog does not map. If that is on purpose, say `ignore others`.",
        'family cpu choose one {\n  from csv "cpu.csv" columns "No" as sku\n}',
        'family cpu choose one {\n  from csv "cpu.csv" columns "No" as sku ignore others\n}',
    ),
    DiagnosticCode(
        "W0610",
        "scenarios on a day that nobody chose",
        "The scenario names no day, the catalog is not `tested on` one, and `--as-of` was not given: it was"
        " run as of today, and may come out otherwise tomorrow. It is only a hint where nothing in the"
        " catalog comes or goes.",
        'catalog pc "PC"\n\nscenario "small" {\n  choose nothing\n  expect valid\n}',
        'catalog pc "PC"\n  tested on 2026-11-22\n\nscenario "small" {\n  choose nothing\n  expect valid\n}',
    ),
    DiagnosticCode(
        "W0611",
        "two scenarios of one title",
        "Reports name scenarios by their titles, and `-k` chooses them so: two of one title cannot be told"
        " apart.",
        'scenario "small" {\n  choose size = 1\n  expect valid\n}\n'
        'scenario "small" {\n  choose size = 2\n  expect valid\n}',
        'scenario "small" {\n  choose size = 1\n  expect valid\n}\n'
        'scenario "medium" {\n  choose size = 2\n  expect valid\n}',
    ),
    DiagnosticCode(
        "W0612",
        "nothing is short",
        "The scenario expects that something is unavailable and does not give that stock. There is plenty"
        " of what is not given, so the expectation cannot be met.",
        'scenario "sold out" {\n  choose cpu = "C-1"\n  expect unavailable "C-1"\n}',
        'scenario "sold out" {\n  given stock "C-1" = 0\n  choose cpu = "C-1"\n  expect unavailable "C-1"\n}',
    ),
    DiagnosticCode(
        "W0613",
        "an expectation of another kind of rule",
        "A rule of severity `warn` or `hint` never makes anything invalid, and what breaks any other rule, a"
        " table or a resource is invalid and gives no warning. The expectation cannot be met.",
        "rule cosy warn: require size > 1\n\n"
        'scenario "small" {\n  choose size = 1\n  expect invalid because cosy\n}',
        'rule cosy warn: require size > 1\n\nscenario "small" {\n  choose size = 1\n  expect warning cosy\n}',
    ),
    DiagnosticCode(
        "W0620",
        "a family or assembly that stands nowhere",
        "A family or an assembly without `choose` is only a kind; a slot has to be filled from it."
        " Without one nobody can ever order it.",
        "family lock {\n  | sku |\n  | L-1 |\n}",
        "family lock {\n  | sku |\n  | L-1 |\n}\nslot front_lock : lock choose optional",
    ),
    DiagnosticCode(
        "W0621",
        "a column that nothing reads",
        "No rule, calc, table, message, resource, wish, default or scenario speaks of the column. It"
        " does no harm; but a column that was meant to restrict something does not. The columns"
        " `name`, `title` and `description` are there to be read by people, `policy`, `lead_time` and"
        " `cost` by stock, and are never reported; nor is anything in a catalog that has neither rules"
        " nor calcs yet.",
        "family lock choose one {\n  | sku | length |\n  | L-1 |     80 |\n}\ncalc locks = count(lock)",
        "family lock choose one {\n  | sku | length |\n  | L-1 |     80 |\n}\ncalc length = sum(length)",
    ),
    DiagnosticCode(
        "W0622",
        "a scenario on a day when it cannot be as it says",
        "The scenario names a component, a bundle, or a rule to blame, and on its day that is not in"
        " force. So a choice is always invalid, and a rule never to blame. A scenario that expects to"
        " be invalid may choose what it likes.",
        'catalog bike "Bicycle" tested on 2026-11-22\n'
        "option basket : yesno\n"
        "rule no-basket effective from 2027-01-01:\n"
        "  require basket = no\n"
        'scenario "no basket" {\n'
        "  choose basket = yes\n"
        "  expect invalid because no-basket\n"
        "}",
        'catalog bike "Bicycle" tested on 2026-11-22\n'
        "option basket : yesno\n"
        "rule no-basket effective from 2027-01-01:\n"
        "  require basket = no\n"
        'scenario "no basket" {\n'
        "  given date 2027-01-01\n"
        "  choose basket = yes\n"
        "  expect invalid because no-basket\n"
        "}",
    ),
    DiagnosticCode(
        "W0630",
        "a bundle's price that changes nothing",
        "What the applied bundles come to is the built-in amount `bundles.price`. A price that no calc adds"
        " changes nothing: the customer pays the same with the bundle and without.",
        "family cpu choose one {\n  | sku | price [EUR] |\n  | C-1 |         100 |\n}\n"
        "calc price in EUR = sum(price)\n"
        'bundle cheaper {\n  choose cpu = "C-1"\n  price -10 EUR\n}',
        "family cpu choose one {\n  | sku | price [EUR] |\n  | C-1 |         100 |\n}\n"
        "calc price in EUR = sum(price) + bundles.price\n"
        'bundle cheaper {\n  choose cpu = "C-1"\n  price -10 EUR\n}',
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
    DiagnosticCode(
        "W0703",
        "a calc named like a column that it does not read",
        "`sum(weight)` adds up the column `weight` of everything chosen. A calc of the same name is"
        " expected to be that sum; if it is something else, a reader of `weight <= 20` thinks of the"
        " wrong thing.",
        "family lock choose one {\n"
        "  | sku | weight |\n"
        "  | L-1 |    300 |\n"
        "}\n"
        "calc weight = 5\n"
        "calc total = sum(weight)",
        "family lock choose one {\n"
        "  | sku | weight |\n"
        "  | L-1 |    300 |\n"
        "}\n"
        "calc frame_weight = 5\n"
        "calc total = sum(weight)",
    ),
    DiagnosticCode(
        "W0704",
        "a name that an import has too",
        '`import "x.pcat" as lock` puts all names of the file behind `lock.`; a slot, option or calc'
        " of the same name has its own. Then `lock.length` may be a column of the one or a name of the"
        " other. Import the file under another name.",
        'import "locks.pcat" as lock\noption lock : yesno',
        'import "locks.pcat" as locks\noption lock : yesno',
    ),
    DiagnosticCode(
        "W0705",
        "a word with two meanings",
        "The word is the name of an option or calc, and the column that it is compared with has a"
        " value of that spelling. A name comes before a value, so the value is not meant; and that is"
        " easily overlooked. Values of declared lists cannot be named so in the first place.",
        "option office : one of { home, large }\n"
        "family desk choose one {\n"
        "  | sku | place  |\n"
        "  | D-1 | office |\n"
        "  | D-2 | home   |\n"
        "}\n"
        "rule place:\n"
        "  require desk.place = office",
        "option office : one of { home, large }\n"
        "family desk choose one {\n"
        "  | sku | place  |\n"
        "  | D-1 | office |\n"
        "  | D-2 | home   |\n"
        "}\n"
        "rule place:\n"
        '  require desk.place = "office"',
    ),
    DiagnosticCode(
        "W0706",
        "a name that hides another one",
        "Names resolve from the inside out. Inside an assembly its own `colour` is meant, inside a"
        " rule what `for each` binds, and inside an aggregate the columns of what is counted; the"
        " product's `colour` is then hidden, and is written `product.colour`. It is a hint, because"
        " that is often just what is wanted.",
        "option colour : one of { red, blue }\n"
        "family lock choose 0..2 mixed {\n"
        "  | sku | colour |\n"
        "  | L-1 | red    |\n"
        "}\n"
        "rule locks:\n"
        "  require count(lock where colour = red) <= 1",
        "option colour : one of { red, blue }\n"
        "family lock choose 0..2 mixed {\n"
        "  | sku | colour |\n"
        "  | L-1 | red    |\n"
        "}\n"
        "rule locks:\n"
        "  require count(lock where lock.colour = red) <= 1",
    ),
    DiagnosticCode(
        "W0711",
        "dates that never meet",
        "A rule, row or bundle names a component that is never in force on the same day. It says"
        " nothing about any day, and what it was to say is missing on another one.",
        "option basket : yesno\n"
        "family lock choose one {\n"
        '  component "L-1" { }\n'
        '  component "L-2" effective from 2027-01-01 { }\n'
        "}\n"
        "rule old-lock effective until 2026-12-31:\n"
        '  lock = "L-2" requires basket = no',
        "option basket : yesno\n"
        "family lock choose one {\n"
        '  component "L-1" { }\n'
        '  component "L-2" effective from 2027-01-01 { }\n'
        "}\n"
        "rule new-lock effective from 2027-01-01:\n"
        '  lock = "L-2" requires basket = no',
    ),
    DiagnosticCode(
        "W0712",
        "a component that is out of force on the day",
        "A default names a component that was in force until some day before the catalog is tested,"
        " or a bundle one that is not in force on that day although the bundle is. Such a default is"
        " never kept, and such a bundle makes everything invalid.",
        'catalog bike "Bicycle" tested on 2026-11-22\n'
        "family lock choose one {\n"
        '  component "L-1" effective until 2026-06-30 { }\n'
        '  component "L-2" { }\n'
        "}\n"
        'default lock = "L-1"',
        'catalog bike "Bicycle" tested on 2026-11-22\n'
        "family lock choose one {\n"
        '  component "L-1" effective until 2026-06-30 { }\n'
        '  component "L-2" { }\n'
        "}\n"
        'default lock = "L-2"',
    ),
    DiagnosticCode(
        "W0713",
        "days on which nothing can fill a slot",
        "A slot must be filled, and on some days no component of its family is in force: between two"
        " of them, or on the day that the catalog is tested on. On such a day no configuration is"
        " valid.",
        "family lock choose one {\n"
        '  component "L-1" effective until 2026-06-30 { }\n'
        '  component "L-2" effective from 2026-08-01 { }\n'
        "}",
        "family lock choose one {\n"
        '  component "L-1" effective until 2026-07-31 { }\n'
        '  component "L-2" effective from 2026-08-01 { }\n'
        "}",
    ),
    DiagnosticCode(
        "W0750",
        "no lead time for what is had to order",
        "A component is bought or made to order, and nothing says how long that takes. No day can be"
        " promised for it then, and what is short of it counts as never to be had, unless the stock file"
        " tells its lead time.",
        "family cpu choose one {\n  | sku   | policy |\n  |-------|--------|\n  | CPU-1 | bought |\n}",
        "family cpu choose one {\n  | sku   | policy | lead_time |\n  |-------|--------|-----------|\n"
        "  | CPU-1 | bought |        10 |\n}",
    ),
)

CODES: dict[str, DiagnosticCode] = {code.id: code for code in _REGISTER}
"""Every code by its id, in order of area and number."""

GIVEN_UP: dict[str, str] = {
    "E0205": "Earlier versions refused spreadsheets and assemblies with it. Both belong to the language now.",
    "E0333": "Earlier versions refused a condition on the default of a list of instances. It may have one.",
    "W0601": "Earlier versions gave it for bundles, preferences and objectives, which they did not evaluate."
    " They are evaluated now.",
}
"""Codes of earlier versions, with what became of them. Old logs name them; nothing else is ever called so."""


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
        " `W` is a warning or a hint: it loads, and every answer is right."
        " `A` is a finding of `configurator analyze`, which tells how grave it is.\n",
    ]
    area = ""
    for code in CODES.values():
        if code.id[:3] != area:
            area = code.id[:3]
            parts.append(f"## {area}: {_AREAS[area]}\n")
        parts.append(render_page(code))
    parts.append("## Given up\n\nCodes of earlier versions; none of them is used for anything else.\n")
    parts.append("| Code | What became of it |\n|---|---|")
    parts += [f"| {code} | {told} |" for code, told in GIVEN_UP.items()]
    return "\n".join((*parts, ""))


def _fenced(example: str, language: str) -> str:
    shown = "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in example
    )
    return f"```{language}\n{shown}\n```"
