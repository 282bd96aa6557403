"""Every mistake that compiling a catalog tells: the smallest catalog that has it, and the exact words."""

from collections.abc import Mapping

import pytest
from attrs import frozen

from configurator.configurator import Configurator
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.errors import CatalogError

UNITS = """catalog pc currency EUR
unit W
unit kW = 1000 W
unit g
"""
PC = (
    UNITS
    + """family cpu choose one {
  | sku | socket | tdp [W] |
  |-----|--------|---------|
  | C1  | AM5    | 65      |
  | C2  | LGA    | 95      |
}
family drive choose 0..2 mixed {
  | sku | bus  | size |
  |-----|------|------|
  | D1  | NVMe | 1    |
  | D2  | SATA | 2    |
}
option usage : one of { office, games }
option wish : some 0..2 of { quiet, fast }
option budget : whole 0..100 in EUR
"""
)
"""What follows begins on line 20."""


@frozen
class Finding:
    """What must be told."""

    code: str
    message: str
    location: str
    label: str = ""
    help: tuple[str, ...] = ()


class Mistake:
    """A catalog with a mistake, and all that must be told about it."""

    def __init__(
        self, name: str, text: str, *findings: Finding, files: Mapping[str, str | bytes] | None = None
    ) -> None:
        self.name = name
        self.text = text
        self.findings = findings
        self.files = files or {}


MISTAKES = (
    Mistake(
        "an import that is not there",
        UNITS + 'import "lib/unit.pcat"',
        Finding("E0201", "`lib/unit.pcat` does not exist", "pc.pcat:5:8", help=("hand it over in `files`",)),
    ),
    Mistake(
        "files that import each other",
        UNITS + 'import "a.pcat"',
        Finding(
            "E0202",
            "these files import each other: a.pcat -> b.pcat -> a.pcat",
            "b.pcat:1:8",
            help=("move what both need into a third file",),
        ),
        files={"a.pcat": 'import "b.pcat"', "b.pcat": 'import "a.pcat"'},
    ),
    Mistake(
        "an import from outside",
        UNITS + 'import "../other/x.pcat"',
        Finding(
            "E0203",
            "`../other/x.pcat` leaves the catalog's folder",
            "pc.pcat:5:8",
            help=("put the file into the catalog's folder or below it",),
        ),
    ),
    Mistake(
        "an absolute import",
        UNITS + 'import "/etc/x.pcat"',
        Finding(
            "E0203",
            "`/etc/x.pcat` leaves the catalog's folder",
            "pc.pcat:5:8",
            help=("put the file into the catalog's folder or below it",),
        ),
    ),
    Mistake(
        "an import that is not utf8",
        UNITS + 'import "a.pcat"',
        Finding(
            "E0204",
            "`a.pcat` is not UTF-8: byte 0xfc on line 2",
            "pc.pcat:5:8",
            help=("save the file as UTF-8",),
        ),
        files={"a.pcat": b"unit k\n# gr\xfc\xdfe"},
    ),
    Mistake(
        "a spreadsheet",
        UNITS + 'family cpu choose one { from xlsx "a.xlsx" sheet "x" }',
        Finding(
            "E0220",
            "`a.xlsx` is not an .xlsx workbook",
            "pc.pcat:5:35",
            help=("save it as .xlsx in a spreadsheet program",),
        ),
        files={"a.xlsx": "no workbook"},
    ),
    Mistake(
        "a sheet of a csv file",
        UNITS + 'family cpu choose one { from csv "a.csv" sheet "x" }',
        Finding("E0222", "a CSV file has no sheets", "pc.pcat:5:48", help=("leave `sheet` out",)),
        files={"a.csv": "sku\nA\n"},
    ),
    Mistake(
        "a separator in a spreadsheet",
        UNITS + 'family cpu choose one { from xlsx "a.xlsx" separator ";" }',
        Finding("E0222", "cells of a spreadsheet have no separator", "pc.pcat:5:54", help=("leave it out",)),
        files={"a.xlsx": ""},
    ),
    Mistake(
        "thousands separated in a csv",
        UNITS + 'family x choose one { from csv "y.csv" separator ";" }',
        Finding(
            "E0502",
            "`1,234.50` is no number in column `a [W]`",
            "y.csv:2:3",
            help=("write it without separators between thousands: 1234.50",),
        ),
        files={"y.csv": "sku;a [W]\nX;1,234.50\n"},
    ),
    Mistake(
        "thousands separated where commas are decimal",
        UNITS + 'family x choose one { from csv "y.csv" separator ";" decimal comma }',
        Finding(
            "E0502",
            "`1.234,50` is no number in column `a [W]`",
            "y.csv:2:3",
            help=("write it without separators between thousands: 1234,50",),
        ),
        files={"y.csv": "sku;a [W]\nX;1.234,50\n"},
    ),
    Mistake(
        "a percentage",
        UNITS + 'family x choose one { from csv "y.csv" separator ";" attribute a : number }',
        Finding(
            "E0502",
            "`30 %` is no number in column `a`",
            "y.csv:2:3",
            help=("write the number that is meant: 30 % is 0.3, or 30 in a column of percents",),
        ),
        files={"y.csv": "sku;a\nX;30 %\n"},
    ),
    Mistake(
        "a number among numbers with the other decimal mark",
        UNITS + 'family x choose one { from csv "y.csv" separator ";" }',
        Finding(
            "W0521",
            "`a` is text because of `2,5`",
            "y.csv:3:3",
            help=(
                "it is written with a comma; "
                "say `decimal comma` for the file only if all its numbers have one",
            ),
        ),
        files={"y.csv": "sku;a\nX;1\nY;2,5\n"},
    ),
    Mistake(
        "a decimal point in a rule table of commas",
        UNITS
        + 'option o : number 0..3 step 0.5\ntable t allow { from csv "y.csv" separator ";" decimal comma }',
        Finding(
            "E0502",
            "`1.5` has a decimal point in column `o`",
            "y.csv:3:1",
            help=("the file says `decimal comma`: write a comma",),
        ),
        files={"y.csv": "o\n0,5\n1.5\n"},
    ),
    Mistake(
        "a bad cell of a rule table in a csv",
        UNITS + 'option o : whole 0..3\noption p : yesno\ntable t allow { from csv "y.csv" }',
        Finding("E0502", "`maybe` is neither `yes` nor `no` in column `p`", "y.csv:3:3"),
        files={"y.csv": "o,p\n1,yes\n2,maybe\n"},
    ),
    Mistake(
        "a file without a header",
        "unit W\n",
        Finding(
            "E0206",
            "`pc.pcat` has no header, so it is no catalog",
            "pc.pcat:1:1",
            help=('begin the file with `catalog NAME "Title" version "1" currency EUR`',),
        ),
    ),
    Mistake(
        "an unknown time zone",
        'catalog pc timezone "Europe/Berlim"\n',
        Finding(
            "E0206",
            "unknown time zone `Europe/Berlim`",
            "pc.pcat:1:21",
            help=("did you mean `Europe/Berlin`?",),
        ),
    ),
    Mistake(
        "two currencies",
        UNITS + 'import "a.pcat"',
        Finding(
            "E0403",
            "this file counts in USD, another one of the catalog in EUR",
            "a.pcat:1:20",
            help=("the other currency is named at pc.pcat:1:21",),
        ),
        files={"a.pcat": "catalog a currency USD"},
    ),
    Mistake(
        "a slot and an option of one name",
        PC + "option cpu : yesno",
        Finding(
            "E0302",
            "`cpu` is already the name of a slot",
            "pc.pcat:20:8",
            help=("it was declared at pc.pcat:5:8; choose another name for one of them",),
        ),
    ),
    Mistake(
        "a calc named like a slot",
        PC + "calc cpu = 1",
        Finding(
            "E0302",
            "`cpu` is already the name of a slot",
            "pc.pcat:20:6",
            help=("it was declared at pc.pcat:5:8; choose another name for one of them",),
        ),
    ),
    Mistake(
        "two rules of one id",
        PC + ('rule a: require cpu = "C1"\nrule a: require cpu = "C1"'),
        Finding(
            "E0302",
            "`a` is already the id of a rule, table or resource",
            "pc.pcat:21:6",
            help=("it was declared at pc.pcat:20:6; choose another id for one of them",),
        ),
    ),
    Mistake(
        "a table with the id of a rule",
        PC + ('rule a: require cpu = "C1"\ntable a forbid {\n| cpu |\n|-----|\n| C1 |\n}'),
        Finding(
            "E0302",
            "`a` is already the id of a rule, table or resource",
            "pc.pcat:21:7",
            help=("it was declared at pc.pcat:20:6; choose another id for one of them",),
        ),
    ),
    Mistake(
        "a family declared twice",
        PC + ("family cpu {\n| sku |\n|-----|\n| X |\n}"),
        Finding(
            "E0302",
            "family `cpu` is declared twice",
            "pc.pcat:20:8",
            help=("the other declaration is at pc.pcat:5:8",),
        ),
    ),
    Mistake(
        "a value named like a slot",
        PC + "option kind : one of { cpu, other_one }",
        Finding(
            "E0302",
            "`cpu` is a value of `kind` and also the name of a slot",
            "pc.pcat:5:8",
            help=("a bare word must mean one thing: rename it here or at pc.pcat:20:8",),
        ),
    ),
    Mistake(
        "a column value named like an option",
        PC + ("family x choose one { attribute a : one of { wish, b }\n| sku | a |\n|-|-|\n| X | b |\n}"),
        Finding(
            "E0302",
            "`wish` is a value of `x.a` and also the name of an option",
            "pc.pcat:18:8",
            help=("a bare word must mean one thing: rename it here or at pc.pcat:20:33",),
        ),
    ),
    Mistake(
        "a value in an import named like a slot there",
        UNITS + 'import "a.pcat" as n',
        Finding(
            "E0302",
            "`gold` is a value of `n.x.a` and also the name of an option",
            "a.pcat:1:8",
            help=("a bare word must mean one thing: rename it here or at a.pcat:2:33",),
        ),
        files={
            "a.pcat": "option gold : yesno\n"
            "family x choose one { attribute a : one of { gold, b }\n| sku | a |\n|-|-|\n| X | b |\n}"
        },
    ),
    Mistake(
        "a slot of an unknown family",
        PC + "slot second : cpus choose one",
        Finding("E0301", "unknown family `cpus`", "pc.pcat:20:20", help=("did you mean `cpu`?",)),
    ),
    Mistake(
        "instances of a family",
        PC + "slot second : cpu choose 0..2",
        Finding(
            "E0310",
            "say how the components of `second` are chosen",
            "pc.pcat:20:19",
            help=("`choose 0..2 identical` for one component times a quantity, `mixed` for different ones",),
        ),
    ),
    Mistake(
        "a slot that holds too much",
        PC + "slot second : cpu choose 0..1001 mixed",
        Finding("E0310", "`second` may hold 1001 units: too many", "pc.pcat:20:19"),
    ),
    Mistake(
        "a set with too few elements",
        UNITS + "option w : some 3..4 of { a, b }",
        Finding("E0310", "`w` has only 2 elements", "pc.pcat:5:12"),
    ),
    Mistake(
        "an unknown unit",
        UNITS + "option w : whole 0..3 in kw",
        Finding("E0401", "unknown unit `kw`", "pc.pcat:5:26", help=("did you mean `kW`?",)),
    ),
    Mistake(
        "an unknown unit like no other",
        UNITS + "option w : whole 0..3 in parsec",
        Finding("E0401", "unknown unit `parsec`", "pc.pcat:5:26", help=("declare it: `unit parsec`",)),
    ),
    Mistake(
        "a unit declared differently",
        UNITS + "unit kW = 100 W",
        Finding(
            "E0401",
            "unit `kW` is declared twice, differently",
            "pc.pcat:5:6",
            help=("the other declaration is at pc.pcat:3:6",),
        ),
    ),
    Mistake(
        "a multiple of an unknown unit",
        UNITS + "unit MW = 1000 KW",
        Finding("E0401", "unknown unit `KW`", "pc.pcat:5:16", help=("did you mean `kW`?",)),
    ),
    Mistake(
        "watts plus money",
        PC + "calc a = cpu.tdp + 3 EUR",
        Finding("E0402", "cannot add W and EUR", "pc.pcat:20:10"),
    ),
    Mistake(
        "watts minus money",
        PC + "calc a = cpu.tdp - 3 EUR",
        Finding("E0402", "cannot subtract W and EUR", "pc.pcat:20:10"),
    ),
    Mistake(
        "watts against money",
        PC + "rule a: require cpu.tdp < 3 EUR",
        Finding("E0402", "cannot compare W with EUR", "pc.pcat:20:17"),
    ),
    Mistake(
        "watts against a plain number",
        PC + "rule a: require cpu.tdp < 3",
        Finding(
            "E0402",
            "cannot compare W with no unit",
            "pc.pcat:20:17",
            help=("write the unit behind the number",),
        ),
    ),
    Mistake(
        "a calc declared in another unit",
        PC + "calc a in EUR = cpu.tdp",
        Finding("E0402", "`a` is declared in EUR, but its value is in W", "pc.pcat:20:1"),
    ),
    Mistake(
        "a calc of words declared in a unit",
        PC + "calc a in EUR = cpu.tdp > 3 W",
        Finding("E0402", "`a` is declared in EUR, but its value is no number", "pc.pcat:20:1"),
    ),
    Mistake(
        "a resource of two units",
        PC + "resource r { supply 5 W demand 3 EUR }",
        Finding("E0402", "resource `r` counts in W, this is in EUR", "pc.pcat:20:32"),
    ),
    Mistake(
        "a resource in another unit",
        PC + "resource r in EUR { supply 5 W demand 3 W }",
        Finding("E0402", "resource `r` counts in EUR, this is in W", "pc.pcat:20:28"),
    ),
    Mistake(
        "a table column in another unit",
        PC + ("table t forbid {\n| cpu.tdp [EUR] |\n|-|\n| 5 |\n}"),
        Finding("E0402", "`cpu.tdp` is in W, not in EUR", "pc.pcat:21:3"),
    ),
    Mistake(
        "money without a currency",
        "catalog pc\nfamily x choose one { attribute p : money\n| sku | p |\n|-|-|\n| X | 1 |\n}",
        Finding("E0403", "the catalog names no currency", "pc.pcat:2:37"),
    ),
    Mistake(
        "a bundle price in watts",
        PC + 'bundle b { choose cpu = "C1" price 5 W }',
        Finding("E0403", "the price of a bundle is in EUR", "pc.pcat:20:36"),
    ),
    Mistake(
        "bundles price without a currency",
        "catalog pc\ncalc a = bundles.price",
        Finding("E0403", "`bundles.price` needs a currency, and the catalog names none", "pc.pcat:2:10"),
    ),
    Mistake(
        "a number as condition",
        PC + "rule a: require cpu.tdp",
        Finding(
            "E0304",
            "a condition is needed here, not a number in W",
            "pc.pcat:20:17",
            help=("compare it with something: `… = …`",),
        ),
    ),
    Mistake(
        "a condition as number",
        PC + "calc a = 1 + (cpu.tdp > 3 W)",
        Finding("E0304", "a number is needed here, not yes or no", "pc.pcat:20:15"),
    ),
    Mistake(
        "words against numbers",
        PC + "rule a: require cpu.socket = 3",
        Finding("E0304", "cannot compare a text with a plain number", "pc.pcat:20:17"),
    ),
    Mistake(
        "an order of words",
        PC + 'rule a: require cpu.socket < "x"',
        Finding("E0304", "`<` compares numbers, dates and `ordered of` values, not a text", "pc.pcat:20:17"),
    ),
    Mistake(
        "an order of two orders",
        PC
        + (
            "family a choose one { attribute t : ordered of { lo, hi }\n"
            "| sku | t |\n"
            "|-|-|\n"
            "| A | lo |\n"
            "}\n"
            "family b choose one { attribute t : ordered of { hi, top }\n"
            "| sku | t |\n"
            "|-|-|\n"
            "| B | hi |\n"
            "}\n"
            "rule r: require a.t < b.t"
        ),
        Finding(
            "E0304",
            "`<` compares numbers, dates and `ordered of` values, not one of { lo, hi }",
            "pc.pcat:30:17",
        ),
    ),
    Mistake(
        "sets compared",
        PC + "rule a: require wish = wish",
        Finding(
            "E0304", "`=` does not compare sets", "pc.pcat:20:17", help=("write `… in …` for an element",)
        ),
    ),
    Mistake(
        "a set among values",
        PC + "rule a: require wish in { 1, 2 }",
        Finding("E0304", "cannot compare a set with a plain number", "pc.pcat:20:27"),
        Finding("E0304", "cannot compare a set with a plain number", "pc.pcat:20:30"),
    ),
    Mistake(
        "an element of no set",
        PC + "rule a: require quiet in cpu.socket",
        Finding(
            "E0304",
            "`cpu.socket` is no set",
            "pc.pcat:20:26",
            help=("list values between braces: `in { a, b }`",),
        ),
    ),
    Mistake(
        "a number in a set",
        PC + "rule a: require 3 in wish",
        Finding("E0303", "`3` is not one of quiet, fast", "pc.pcat:20:17"),
    ),
    Mistake(
        "an unknown element",
        PC + "rule a: require quite in wish",
        Finding(
            "E0303", "`quite` is not one of quiet, fast", "pc.pcat:20:17", help=("did you mean `quiet`?",)
        ),
    ),
    Mistake(
        "an option that is absent",
        PC + "rule a: require usage is absent",
        Finding(
            "E0304",
            "`usage` is no slot, so it is neither chosen nor absent",
            "pc.pcat:20:17",
            help=("an option always has a value: compare it with one",),
        ),
    ),
    Mistake(
        "an attribute that is chosen",
        PC + "rule a: require cpu.tdp is chosen",
        Finding(
            "E0304",
            "`cpu.tdp` is no slot, so it is neither chosen nor absent",
            "pc.pcat:20:17",
            help=("ask it of the slot",),
        ),
    ),
    Mistake(
        "a slot that does not exist",
        PC + "rule a: require gpu is chosen",
        Finding(
            "E0301", "`gpu` is neither a slot nor an option", "pc.pcat:20:17", help=("did you mean `cpu`?",)
        ),
    ),
    Mistake(
        "an unknown component",
        PC + 'rule a: require cpu = "C3"',
        Finding("E0303", "unknown component `C3` in family `cpu`", "pc.pcat:20:23"),
    ),
    Mistake(
        "an unknown component as word",
        PC + "rule a: require cpu = C3",
        Finding("E0303", "unknown component `C3` in family `cpu`", "pc.pcat:20:23"),
    ),
    Mistake(
        "an unknown value of an option",
        PC + "rule a: require usage = offce",
        Finding(
            "E0303", "`offce` is not one of office, games", "pc.pcat:20:25", help=("did you mean `office`?",)
        ),
    ),
    Mistake(
        "an unknown value of a column",
        PC + "rule a: require cpu.socket = AM4",
        Finding(
            "E0303",
            "`AM4` is no value of `socket`",
            "pc.pcat:20:30",
            label="it has: AM5, LGA",
            help=("did you mean `AM5`?",),
        ),
    ),
    Mistake(
        "none in a rule",
        PC + "rule a: require cpu.socket = nothing",
        Finding(
            "E0301",
            "`nothing` is no value",
            "pc.pcat:20:30",
            help=("to ask whether nothing is chosen, write `… is absent`",),
        ),
    ),
    Mistake(
        "an unknown name",
        PC + "rule a: require cpuu.tdp > 3 W",
        Finding("E0301", "`cpuu` does not exist", "pc.pcat:20:17", help=("did you mean `cpu`?",)),
    ),
    Mistake(
        "an unknown column",
        PC + "rule a: require cpu.tdpp > 3 W",
        Finding(
            "E0301",
            "`cpu.tdpp` does not exist",
            "pc.pcat:20:17",
            label="`cpu` has: sku, socket, tdp",
            help=("did you mean `cpu.tdp`?",),
        ),
    ),
    Mistake(
        "a longer path than there is",
        PC + "rule a: require cpu.tdp.max > 3 W",
        Finding("E0301", "`cpu.tdp.max` does not exist", "pc.pcat:20:17"),
    ),
    Mistake(
        "quantity of one component",
        PC + "rule a: require cpu.quantity > 3",
        Finding(
            "E0301",
            "`cpu.quantity` does not exist",
            "pc.pcat:20:17",
            label="`cpu` has: sku, socket, tdp",
            help=("`cpu` holds no identical components; `count(cpu)` counts units",),
        ),
    ),
    Mistake(
        "a field of a calc",
        PC + ("calc k = 1\nrule a: require k.x > 3"),
        Finding("E0301", "`k` is a calc and has no `x`", "pc.pcat:21:19"),
    ),
    Mistake(
        "a field of an option",
        PC + "rule a: require usage.x = 3",
        Finding("E0301", "`usage` is an option and has no `x`", "pc.pcat:20:23"),
    ),
    Mistake(
        "a field a resource has not",
        PC + ("resource r { supply 5 W demand 3 W }\nrule a: require r.lef > 3 W"),
        Finding(
            "E0301",
            "`r.lef` is no value of the resource `r`",
            "pc.pcat:21:17",
            label="`r` has: supply, demand, needed, left",
            help=("did you mean `left`?",),
        ),
    ),
    Mistake(
        "a mixed slot as one component",
        PC + "rule a: require drive.bus = SATA",
        Finding(
            "E0305",
            "`drive.bus` can occur several times",
            "pc.pcat:20:17",
            help=(
                "write a rule with `for each drive`, or an aggregate: "
                "`sum(drive.bus)`, `count(drive where …)`",
            ),
        ),
    ),
    Mistake(
        "columns that share no value",
        PC
        + (
            "family x choose one {\n"
            "| sku | socket |\n"
            "|-|-|\n"
            "| X | AM4 |\n"
            "}\n"
            "rule a: require cpu.socket = x.socket"
        ),
        Finding(
            "E0306",
            "`cpu.socket` and `x.socket` share no value",
            "pc.pcat:25:17",
            help=("one side has AM5, LGA; the other AM4",),
        ),
    ),
    Mistake(
        "an element compared with its set",
        PC + ("option extras : some 0..2 of { lamp, rack }\ncalc a = if extras = lamp then 1 else 0"),
        Finding(
            "E0304",
            "`lamp` is an element of a set, and the other side is the whole set",
            "pc.pcat:21:22",
            help=("write `lamp in extras`",),
        ),
    ),
    Mistake(
        "calcs computed from each other",
        PC + ("calc a = b + 1\ncalc b = a"),
        Finding("E0308", "these values are computed from each other: a -> b -> a", "pc.pcat:20:6"),
    ),
    Mistake(
        "a resource computed from itself",
        PC + "resource r { supply r.left demand 3 }",
        Finding("E0308", "these values are computed from each other: r -> r", "pc.pcat:20:10"),
    ),
    Mistake(
        "a name bound twice",
        PC + 'rule a: for each drive as x for each cpu as x require x.sku != "C1"',
        Finding("E0302", "`x` is bound twice", "pc.pcat:20:45", help=("use `as`",)),
    ),
    Mistake(
        "a loop over an option",
        PC + 'rule a: for each usage require cpu = "C1"',
        Finding("E0301", "`usage` is no slot", "pc.pcat:20:18"),
    ),
    Mistake(
        "an aggregate over two slots",
        PC + ("slot second : cpu choose one\ncalc a = sum(cpu.tdp + second.tdp)"),
        Finding(
            "E0305",
            "an aggregate runs over one slot, this names cpu, second",
            "pc.pcat:21:10",
            help=("write one aggregate for each and join them",),
        ),
    ),
    Mistake(
        "an aggregate over nothing known",
        PC + "calc a = sum(prise)",
        Finding(
            "E0301",
            "no slot and no column is called `prise`",
            "pc.pcat:20:14",
            help=("did you mean `drive`?",),
        ),
    ),
    Mistake(
        "an aggregate of no column",
        PC + "calc a = sum(3)",
        Finding("E0301", "an aggregate needs a slot or a column", "pc.pcat:20:10"),
    ),
    Mistake(
        "an aggregate over one of several",
        PC + "rule a: for each drive as d require sum(d.size) > 1",
        Finding(
            "E0304",
            "`d` is a single one here: `sum` has nothing to run over",
            "pc.pcat:20:41",
            help=("write what stands after `for each` instead of `d`: that is all of them",),
        ),
    ),
    Mistake(
        "a sum of components",
        PC + "calc a = sum(drive)",
        Finding(
            "E0304", "`sum` needs a column of `drive`", "pc.pcat:20:10", help=("write `sum(drive.size)`",)
        ),
    ),
    Mistake(
        "a sum of words",
        PC + "calc a = sum(drive.bus)",
        Finding("E0304", "`sum` needs a number, not a text", "pc.pcat:20:10"),
    ),
    Mistake(
        "any of numbers",
        PC + "rule a: require any(drive.size)",
        Finding("E0304", "`any` needs a condition, not a plain number", "pc.pcat:20:17"),
    ),
    Mistake(
        "a column of two units in one sum",
        PC + ("family x choose one {\n| sku | tdp [g] |\n|-|-|\n| X | 4 |\n}\ncalc a = sum(tdp)"),
        Finding(
            "E0402", "`tdp` is a number in W in one family and a number in g in another", "pc.pcat:25:14"
        ),
    ),
    Mistake(
        "a column of two types in one aggregate",
        PC + ("family x choose one {\n| sku | tdp |\n|-|-|\n| X | yes |\n}\ncalc a = distinct(tdp)"),
        Finding("E0304", "`tdp` is a number in W in one family and yes or no in another", "pc.pcat:25:19"),
    ),
    Mistake(
        "an unknown path in a message",
        PC + 'rule a: require cpu = "C1" because "{cpuu.name}"',
        Finding("E0301", "`cpuu` does not exist", "pc.pcat:20:38", help=("did you mean `cpu`?",)),
    ),
    Mistake(
        "an endless range",
        UNITS + "option w : whole 0..1000000",
        Finding(
            "E0310",
            "the range has more than 100,000 values",
            "pc.pcat:5:12",
            help=("use larger steps or a larger unit",),
        ),
    ),
    Mistake(
        "a family without components",
        UNITS + "family x choose one { }",
        Finding(
            "E0507",
            "family `x` has no components",
            "pc.pcat:5:8",
            help=("add a table with a column `sku`, or `component` statements",),
        ),
    ),
    Mistake(
        "an attribute declared twice",
        UNITS
        + ("family x choose one { attribute a : text attribute a : text\n| sku | a |\n|-|-|\n| X | b |\n}"),
        Finding("E0302", "attribute `a` is declared twice", "pc.pcat:5:52"),
    ),
    Mistake(
        "a column named quantity",
        UNITS + ("family x choose one {\n| sku | quantity |\n|-|-|\n| X | 1 |\n}"),
        Finding("E0302", "`quantity` cannot be a column: it already means something", "pc.pcat:6:9"),
    ),
    Mistake(
        "a heading with a dot",
        UNITS + ("family x choose one {\n| sku | a.b |\n|-|-|\n| X | 1 |\n}"),
        Finding("E0507", "`a.b` cannot name a column", "pc.pcat:6:9"),
    ),
    Mistake(
        "a table without skus",
        UNITS + ("family x choose one {\n| sk | a |\n|-|-|\n| X | 1 |\n}"),
        Finding("E0507", "the table has no column `sku`", "pc.pcat:6:1", help=("did you mean `sk`?",)),
    ),
    Mistake(
        "two tables in different units",
        UNITS
        + (
            "family x choose one {\n"
            "| sku | a [W] |\n"
            "|-|-|\n"
            "| X | 1 |\n"
            "\n"
            'component "Z" { a = 1 W }\n'
            "| sku | a [g] |\n"
            "|-|-|\n"
            "| Y | 1 |\n"
            "}"
        ),
        Finding("E0402", "`a` is in W elsewhere, here in g", "pc.pcat:11:9"),
    ),
    Mistake(
        "a component without sku",
        UNITS + ("family x choose one {\n| sku | a |\n|-|-|\n| | 1 |\n| Y | 1 |\n}"),
        Finding("E0504", "a component has no SKU", "pc.pcat:8:3"),
    ),
    Mistake(
        "a sku twice in a family",
        UNITS + ("family x choose one {\n| sku |\n|-|\n| X |\n| X |\n}"),
        Finding(
            "E0503",
            "SKU `X` stands twice in family `x`",
            "pc.pcat:9:3",
            help=("the other one is at pc.pcat:8:3",),
        ),
    ),
    Mistake(
        "a column declared and headed differently",
        UNITS + ("family x choose one { attribute a : number in g\n| sku | a [W] |\n|-|-|\n| X | 1 |\n}"),
        Finding("E0402", "`a` is declared in g, headed [W]", "pc.pcat:5:33"),
    ),
    Mistake(
        "a component that ends before it begins",
        UNITS
        + (
            "family x choose one {\n"
            "| sku | valid_from | valid_until |\n"
            "|-|-|-|\n"
            "| X | 2026-02-01 | 2026-01-01 |\n"
            "}"
        ),
        Finding("E0507", "`X` ends before it begins", "pc.pcat:8:3"),
    ),
    Mistake(
        "a blank cell",
        UNITS + ("family x choose one {\n| sku | a |\n|-|-|\n| X | 1 |\n| Y | |\n}"),
        Finding(
            "E0504",
            "`Y` has no `a`",
            "pc.pcat:9:7",
            help=("write a value, or declare `attribute a : … optional`",),
        ),
    ),
    Mistake(
        "a field left out",
        UNITS + 'family x choose one { component "X" { a = 1 } component "Y" { b = 1, a = 2 } }',
        Finding(
            "E0504",
            "`X` has no `b`",
            "pc.pcat:5:33",
            help=("write a value, or declare `attribute b : … optional`",),
        ),
    ),
    Mistake(
        "a cell that is no number",
        UNITS + ("family x choose one {\n| sku | a [W] |\n|-|-|\n| X | ten |\n}"),
        Finding("E0502", "`ten` is no number in column `a`", "pc.pcat:8:7"),
    ),
    Mistake(
        "a cell that repeats the unit",
        UNITS + ("family x choose one {\n| sku | a [W] |\n|-|-|\n| X | 10 W |\n}"),
        Finding(
            "E0502",
            "`10 W` is no number in column `a`",
            "pc.pcat:8:7",
            help=("the heading already says [W]: write the number alone",),
        ),
    ),
    Mistake(
        "a cell with a comma",
        UNITS + ("family x choose one {\n| sku | a [W] |\n|-|-|\n| X | 1,5 |\n}"),
        Finding(
            "E0502",
            "`1,5` is no number in column `a`",
            "pc.pcat:8:7",
            help=(
                "it is written with a comma; "
                "say `decimal comma` for the file only if all its numbers have one",
            ),
        ),
    ),
    Mistake(
        "a cell that is neither yes nor no",
        UNITS + ("family x choose one { attribute a : yesno\n| sku | a |\n|-|-|\n| X | ja |\n}"),
        Finding("E0502", "`ja` is neither `yes` nor `no` in column `a`", "pc.pcat:8:7"),
    ),
    Mistake(
        "a cell that is no date",
        UNITS + ("family x choose one { attribute a : date\n| sku | a |\n|-|-|\n| X | 1.2.2026 |\n}"),
        Finding(
            "E0502", "`1.2.2026` is no date in column `a`", "pc.pcat:8:7", help=("write it as in 2026-11-22",)
        ),
    ),
    Mistake(
        "a cell that is none of the listed",
        UNITS
        + (
            "family x choose one { attribute a : one of { gold, silver }\n| sku | a |\n|-|-|\n| X | glod |\n}"
        ),
        Finding(
            "E0502",
            "`glod` is not one of gold, silver in column `a`",
            "pc.pcat:8:7",
            help=("did you mean `gold`?",),
        ),
    ),
    Mistake(
        "an element that is none of the listed",
        UNITS
        + (
            "family x choose one { attribute a : set of { gold, silver }\n"
            "| sku | a |\n"
            "|-|-|\n"
            "| X | gold, glod |\n"
            "}"
        ),
        Finding(
            "E0502",
            "`glod` is not one of gold, silver in column `a`",
            "pc.pcat:8:7",
            help=("did you mean `gold`?",),
        ),
    ),
    Mistake(
        "a field in another unit",
        UNITS + 'family x choose one { attribute a : number in g component "X" { a = 3 W } }',
        Finding("E0402", "`a` is in g", "pc.pcat:5:69"),
    ),
    Mistake(
        "a set for a number",
        UNITS + 'family x choose one { attribute a : number component "X" { a = { 3 } } }',
        Finding("E0304", "`a` is no set", "pc.pcat:5:64"),
    ),
    Mistake(
        "a field that is none of the listed",
        UNITS + 'family x choose one { attribute a : one of { gold, silver } component "X" { a = glod } }',
        Finding(
            "E0502",
            "`glod` is not one of gold, silver, for `a`",
            "pc.pcat:5:81",
            help=("did you mean `gold`?",),
        ),
    ),
    Mistake(
        "one sku with two facts",
        UNITS
        + (
            "family x choose one {\n"
            "| sku | a |\n"
            "|-|-|\n"
            "| X | 1 |\n"
            "}\n"
            "family y choose one {\n"
            "| sku | a |\n"
            "|-|-|\n"
            "| X | 2 |\n"
            "}"
        ),
        Finding(
            "E0507",
            "`X` is in `x` and `y` with different `a`",
            "pc.pcat:13:3",
            help=("one SKU is one stocked thing: give the two the same values or different SKUs",),
        ),
    ),
    Mistake(
        "a csv that is not there",
        UNITS + 'family x choose one { from csv "y.csv" }',
        Finding("E0201", "`y.csv` does not exist", "pc.pcat:5:32", help=("hand it over in `files`",)),
    ),
    Mistake(
        "a csv outside",
        UNITS + 'family x choose one { from csv "../y.csv" }',
        Finding(
            "E0203",
            "`../y.csv` leaves the catalog's folder",
            "pc.pcat:5:32",
            help=("put the file into the catalog's folder or below it",),
        ),
    ),
    Mistake(
        "a csv that is not utf8",
        UNITS + 'family x choose one { from csv "y.csv" }',
        Finding(
            "E0204",
            "`y.csv` is not UTF-8: byte 0xe4 on line 2",
            "pc.pcat:5:32",
            help=("save the file as UTF-8",),
        ),
        files={"y.csv": b"sku,a\nX,\xe4\n"},
    ),
    Mistake(
        "an empty csv",
        UNITS + 'family x choose one { from csv "y.csv" }',
        Finding("E0505", "`y.csv` is empty", "y.csv:1:1", help=("its first line names the columns",)),
        files={"y.csv": ""},
    ),
    Mistake(
        "a csv with a lost quote",
        UNITS + 'family x choose one { from csv "y.csv" }',
        Finding("E0505", "not readable as CSV: unexpected end of data", "y.csv:2:1"),
        files={"y.csv": 'sku,a\nX,"b\n'},
    ),
    Mistake(
        "a csv with two columns of one name",
        UNITS + 'family x choose one { from csv "y.csv" }',
        Finding("E0505", "two columns are called `a`", "y.csv:1:1"),
        files={"y.csv": "sku,a,a\nX,1,2\n"},
    ),
    Mistake(
        "a csv without the column",
        UNITS + 'family x choose one { from csv "y.csv" columns "No" as sku, "Prise" as price }',
        Finding(
            "E0505",
            "`y.csv` has no column `Prise`",
            "pc.pcat:5:61",
            label="it has: No, Price",
            help=("did you mean `Price`?",),
        ),
        files={"y.csv": "No,Price\nX,1\n"},
    ),
    Mistake(
        "a csv row with too few cells",
        UNITS + 'family x choose one { from csv "y.csv" }',
        Finding(
            "E0501",
            "the row has 2 cells, the heading 3",
            "y.csv:3:1",
            help=("put text that contains the separator into double quotes",),
        ),
        files={"y.csv": "sku,a,b\nX,1,2\nY,1\n"},
    ),
    Mistake(
        "a bad cell in a csv",
        UNITS + 'family x choose one { from csv "y.csv" columns "No" as sku, "Watts" as a [W] }',
        Finding("E0502", "`two` is no number in column `Watts`", "y.csv:3:3"),
        files={"y.csv": "No,Watts\nX,1\nY,two\n"},
    ),
    Mistake(
        "a decimal point where commas were announced",
        UNITS + 'family x choose one { from csv "y.csv" separator ";" decimal comma\n'
        'columns "No" as sku, "Watts" as a [W] }',
        Finding(
            "E0502",
            "`1.5` is no number in column `Watts`",
            "y.csv:2:3",
            help=(
                "it is written with a point; "
                "say `decimal comma` for the file only if all its numbers have one",
            ),
        ),
        files={"y.csv": "No;Watts\nX;1.5\n"},
    ),
    Mistake(
        "a strange separator",
        UNITS + 'family x choose one { from csv "y.csv" separator "\\"" }',
        Finding("E0505", '`"` cannot separate cells', "pc.pcat:5:50", help=("use one character",)),
        files={"y.csv": "sku\nX\n"},
    ),
    Mistake(
        "a table without rows",
        PC + ("table t forbid {\n| cpu |\n|-|\n}"),
        Finding("E0506", "table `t` has no rows", "pc.pcat:20:7"),
    ),
    Mistake(
        "a table column with a type",
        PC + ("table t forbid {\n| cpu.tdp : number |\n|-|\n| 5 |\n}"),
        Finding("E0506", "a column of a rule table takes its type from its path", "pc.pcat:21:3"),
    ),
    Mistake(
        "a table column of a set",
        PC + ("table t forbid {\n| wish |\n|-|\n| quiet |\n}"),
        Finding(
            "E0506",
            "`wish` is a set, which no cell can match",
            "pc.pcat:21:3",
            help=("write a rule with `in` instead",),
        ),
    ),
    Mistake(
        "a table about a mixed slot",
        PC + ("table t forbid {\n| drive |\n|-|\n| D1 |\n}"),
        Finding(
            "E0305",
            "`drive` can occur several times",
            "pc.pcat:21:3",
            help=(
                "write a rule with `for each drive`, or an aggregate: `sum(drive)`, `count(drive where …)`",
            ),
        ),
    ),
    Mistake(
        "a cell with an unknown component",
        PC + ("table t forbid {\n| cpu |\n|-|\n| C3 |\n}"),
        Finding("E0502", "unknown component `C3` in column `cpu`", "pc.pcat:23:3"),
    ),
    Mistake(
        "a pattern that matches nothing",
        PC + ("table t forbid {\n| cpu |\n|-|\n| X* |\n}"),
        Finding("E0502", "nothing matches `X*` in column `cpu`", "pc.pcat:23:3"),
    ),
    Mistake(
        "a cell of the wrong type",
        PC + ("table t forbid {\n| cpu.tdp |\n|-|\n| many |\n}"),
        Finding("E0502", "`many` is no number in column `cpu.tdp`", "pc.pcat:23:3"),
    ),
    Mistake(
        "a cell in the wrong unit",
        PC + ("table t forbid {\n| cpu.tdp |\n|-|\n| 5 g |\n}"),
        Finding("E0502", "`5 g` is not in W in column `cpu.tdp`", "pc.pcat:23:3"),
    ),
    Mistake(
        "a range of words",
        PC + ("table t forbid {\n| cpu.socket |\n|-|\n| AM5..LGA |\n}"),
        Finding("E0502", "`AM5` has no order, so it bounds nothing in column `cpu.socket`", "pc.pcat:23:3"),
    ),
    Mistake(
        "a cell unequal",
        PC + ("table t forbid {\n| cpu |\n|-|\n| != C1 |\n}"),
        Finding("E0502", "`!=` is written `not` in column `cpu`", "pc.pcat:23:3", help=("write `not C1`",)),
    ),
    Mistake(
        "a cell with an unknown value",
        PC + ("table t forbid {\n| usage |\n|-|\n| offce |\n}"),
        Finding(
            "E0502",
            "`offce` is not one of office, games in column `usage`",
            "pc.pcat:23:3",
            help=("did you mean `office`?",),
        ),
    ),
    Mistake(
        "a default of nothing known",
        PC + 'default gpu = "X"',
        Finding(
            "E0301", "`gpu` is neither a slot nor an option", "pc.pcat:20:9", help=("did you mean `cpu`?",)
        ),
    ),
    Mistake(
        "a default of an attribute",
        PC + "default cpu.tdp = 5",
        Finding("E0304", "`cpu.tdp` cannot be chosen, only `cpu` can", "pc.pcat:20:9"),
    ),
    Mistake(
        "a default with an unknown component",
        PC + 'default cpu = "C3"',
        Finding("E0303", "unknown component `C3` in family `cpu`", "pc.pcat:20:15"),
    ),
    Mistake(
        "a default that leaves a mandatory slot empty",
        PC + "default cpu = none",
        Finding("E0304", "`cpu` cannot be left empty", "pc.pcat:20:15"),
    ),
    Mistake(
        "a default with too many units",
        PC + 'default drive = 3 x "D1"',
        Finding("E0304", "`drive` takes at most 2, not 3", "pc.pcat:20:17"),
    ),
    Mistake(
        "a default of two kinds for one place",
        PC + 'default cpu = ["C1", "C2"]',
        Finding("E0304", "`cpu` takes one kind of component, not 2", "pc.pcat:20:15"),
    ),
    Mistake(
        "a default component as a word",
        PC + "default cpu = C1",
        Finding("E0304", "`C1` is no component", "pc.pcat:20:15", help=('a SKU is written as text: `"C1"`',)),
    ),
    Mistake(
        "a default number for a slot",
        PC + "default cpu = 3",
        Finding(
            "E0304",
            "`cpu` is filled with components",
            "pc.pcat:20:15",
            help=('write `"SKU"` or `2 x "SKU"`',),
        ),
    ),
    Mistake(
        "a default out of range",
        PC + "default budget = 200 EUR",
        Finding("E0304", "`budget` goes from 0 EUR to 100 EUR, not 200 EUR", "pc.pcat:20:18"),
    ),
    Mistake(
        "a default off the steps",
        PC + "default budget = 2.5 EUR",
        Finding("E0304", "`budget` goes in steps of 1 EUR from 0 EUR, not to 2.5 EUR", "pc.pcat:20:18"),
    ),
    Mistake(
        "a default in the wrong unit",
        PC + "default budget = 2 W",
        Finding("E0402", "`budget` is in EUR, not in W", "pc.pcat:20:18"),
    ),
    Mistake(
        "a default in an unknown unit",
        PC + "default budget = 2 USD",
        Finding("E0401", "unknown unit `USD`", "pc.pcat:20:18"),
    ),
    Mistake(
        "a default value an option has not",
        PC + "default usage = offce",
        Finding("E0303", "`usage` has no value `offce`", "pc.pcat:20:17", help=("did you mean `office`?",)),
    ),
    Mistake(
        "a default set with too many",
        PC + ("default wish = [quiet, fast, quiet]\noption w : some 1..1 of { a, b }\ndefault w = [a, b]"),
        Finding("E0304", "`w` takes 1 to 1 elements, not 2", "pc.pcat:22:13"),
    ),
    Mistake(
        "a default set with an unknown element",
        PC + "default wish = [quite]",
        Finding("E0303", "`wish` has no element `quite`", "pc.pcat:20:16", help=("did you mean `quiet`?",)),
    ),
    Mistake(
        "a default that includes",
        PC + 'default drive includes "D1"',
        Finding(
            "E0304",
            "a default says exactly what `drive` takes, not what it includes",
            "pc.pcat:20:9",
            help=("write `=`",),
        ),
    ),
    Mistake(
        "a default that includes in a slot of one",
        PC + 'default cpu includes "C1"',
        Finding("E0304", "`cpu` holds no list, so it cannot include something: write `=`", "pc.pcat:20:22"),
    ),
    Mistake(
        "a default date for an option",
        PC + "default usage = 2026-01-01",
        Finding("E0304", "`usage` is one of { office, games }", "pc.pcat:20:17"),
    ),
    Mistake(
        "a bundle declared twice",
        PC + ('bundle b { choose cpu = "C1" }\nbundle b { choose cpu = "C1" }'),
        Finding("E0302", "bundle `b` is declared twice", "pc.pcat:21:8"),
    ),
    Mistake(
        "a scenario with an unknown bundle",
        PC
        + (
            'bundle gamer { choose cpu = "C1" }\n'
            'scenario "s" { given bundle gamr choose nothing expect valid }'
        ),
        Finding("E0301", "unknown bundle `gamr`", "pc.pcat:21:29", help=("did you mean `gamer`?",)),
    ),
    Mistake(
        "a scenario with an unknown component",
        PC + 'scenario "s" { given stock "C11" = 3 choose nothing expect valid }',
        Finding("E0303", "unknown component `C11`", "pc.pcat:20:28", help=("did you mean `C1`?",)),
    ),
    Mistake(
        "a scenario with an unknown rule",
        PC + ('rule fits: require cpu = "C1"\nscenario "s" { choose nothing expect invalid because fit }'),
        Finding(
            "E0301",
            "no rule, table or resource is called `fit`",
            "pc.pcat:21:54",
            help=("did you mean `fits`?",),
        ),
    ),
    Mistake(
        "a preference that is no condition",
        PC + "prefer p : cpu.tdp",
        Finding(
            "E0304",
            "a condition is needed here, not a number in W",
            "pc.pcat:20:12",
            help=("compare it with something: `… = …`",),
        ),
    ),
    Mistake(
        "an objective that is no number",
        PC + "minimise cpu.socket",
        Finding("E0304", "a number is needed here, not a text", "pc.pcat:20:10"),
    ),
    Mistake(
        "csv columns nothing uses",
        UNITS + 'family x choose one { from csv "y.csv" columns "No" as sku }',
        Finding(
            "W0602",
            "columns of `y.csv` that nothing uses: Watts, Price",
            "pc.pcat:5:23",
            help=("say `ignore others` if that is on purpose",),
        ),
        files={"y.csv": "No,Watts,Price\nX,1,2\n"},
    ),
    Mistake(
        "a bundle that chooses a place twice",
        PC + 'bundle b { choose cpu = "C1", product.cpu = "C2" }',
        Finding("E0112", "the choice of `cpu` stands twice", "pc.pcat:20:31"),
    ),
    Mistake(
        "a price of a bundle that nothing adds",
        PC + 'bundle b { choose cpu = "C1" price -5 EUR }',
        Finding(
            "W0630",
            "the price of bundle `b` changes nothing: no calc adds `bundles.price`",
            "pc.pcat:20:1",
            help=("add it: `calc price = sum(price) + bundles.price`",),
        ),
    ),
    Mistake(
        "a price of a bundle in hundredths of hundredths",
        PC + 'calc p = bundles.price\nbundle b { choose cpu = "C1" price -0.005 EUR }',
        Finding("E0403", "the price of a bundle is in whole hundredths of EUR", "pc.pcat:21:36"),
    ),
    Mistake(
        "a preference declared twice",
        PC + 'prefer p : cpu = "C1"\nprefer p : cpu = "C2"',
        Finding("E0302", "preference `p` is declared twice", "pc.pcat:21:8"),
    ),
    Mistake(
        "a strict table without absent",
        PC + ("slot second : cpu choose optional\ntable t allow {\n| second |\n|-|\n| C1 |\n}"),
        Finding(
            "W0702",
            "table `t` has no row for an absent `second`, so it forces one",
            "pc.pcat:21:7",
            help=("add a row with `absent` in that column, or write `allow partial`",),
        ),
    ),
)


def findings(mistake: Mistake) -> tuple[Diagnostic, ...]:
    """What the compilation tells."""
    try:
        return Configurator.from_text(mistake.text, name="pc.pcat", files=mistake.files).diagnostics
    except CatalogError as error:
        return error.diagnostics


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_a_mistake_is_told_once_with_its_place_and_a_next_step(mistake: Mistake) -> None:
    told = findings(mistake)
    errors = [finding for finding in told if finding.severity is Severity.ERROR] or list(told)

    assert mistake.findings == tuple(
        Finding(each.code, each.message, each.location, each.label, each.help) for each in errors
    )


def test_two_mistakes_are_told_in_one_run() -> None:
    mistake = Mistake("", PC + 'rule a: require cpu = "C3"\nrule b: require cpu.tdp > 3 EUR\n')

    assert [("E0303", 20), ("E0402", 21)] == [
        (finding.code, finding.span.position.line) for finding in findings(mistake) if finding.span
    ]


def test_a_family_that_cannot_be_read_brings_no_further_mistakes() -> None:
    text = UNITS + 'family x choose one { from csv "y.csv" }\nrule a: require x.size > 3 or x = "X"\n'

    assert ["E0201"] == [finding.code for finding in findings(Mistake("", text))]


def test_a_chain_of_calcs_may_be_long_but_not_endless() -> None:
    def chain(length: int) -> str:
        calcs = "\n".join(f"calc k{at} = k{at + 1} + a" for at in range(length))
        return f"catalog t\noption a : whole 0..3\n{calcs}\ncalc k{length} = a\nrule r: require k0 < 50"

    message = "this value is computed through too many others, one inside the other"

    assert Configurator.from_text(chain(50)).count({"a": 0}) is not None
    assert [("E0110", message)] == [(f.code, f.message) for f in findings(Mistake("", chain(2000)))]
