"""A made catalog and what an author may make of it: the text edited at random, kept where it still loads."""

import re
from collections.abc import Callable
from itertools import pairwise

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from hypothesis.vendor.pretty import RepresentationPrinter
from made_catalogs import MadeCatalog, made_catalogs
from made_expressions import Dice

from configurator.configurator import Configurator
from configurator.errors import CatalogError

ROW = re.compile(r'^ *(?:component "(k\d+)"|\| (k\d+) \|).*$', re.MULTILINE)
CHOOSE = re.compile(r"choose (?:one|optional|[\d.]+ (?:identical|mixed))")
CHOICES = (
    "choose one",
    "choose optional",
    "choose 1..2 identical",
    "choose 0..2 identical",
    "choose 0..2 mixed",
    "choose 1..2 mixed",
    "choose 3 mixed",
)
SORTS = ("yesno", "one of { alpha, beta }", "one of { alpha, red }", "some 0..2 of { alpha, red }")
NEW_PLACES = (
    'option extra "Extra" : yesno',
    'option extra "Extra" : some 0..1 of { alpha, beta }',
    'family extra "Extra" choose optional {\n  component "x0" "Thing" { size = 1 }\n}',
    'family extra "Extra" choose one {\n  component "x0" "Thing" { size = 1 }\n'
    '  component "x1" "Thing" { size = 2 }\n}\n\nrule extra-rule: when extra.size > 1 forbid s0 is chosen',
    'option extra "Extra" : yesno\n\nrule extra-rule: extra = yes requires s0 is chosen',
    'option extra "Extra" : one of { alpha, beta, gamma }\n\n'
    "rule extra-rule: when extra = alpha require s0 is chosen\n\n"
    "rule other-rule: when extra = beta forbid s0 is chosen",
    'option extra "Extra" : one of { alpha, beta }\noption more "More" : whole 0..3\n\n'
    "rule extra-rule: when extra = alpha require s0 is chosen\n\n"
    "rule other-rule: when extra = beta and more > 1 forbid s0 is chosen\n\n"
    "rule third-rule: when more = 1 forbid extra = beta",
)

Edit = Callable[[Dice, str], str]


@frozen(eq=False)
class Edited:
    """Two versions of a catalog."""

    old: Configurator
    new: Configurator

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        assert not cycle
        texts = []
        for version in (self.old, self.new):
            spans = [place.span for place in version.catalog.places]
            texts.append(next((span.file.text for span in spans if span.file.name != "part.pcat"), ""))
        printer.text("\n======== new\n".join(texts))


@st.composite
def edited_catalogs(draw: DrawFn) -> Edited:
    """A made catalog, and the same after some edits; now and then two that have only names in common."""
    first = draw(made_catalogs(largest=60))
    dice = Dice(draw)
    if dice.chance(15):
        second = draw(made_catalogs(largest=60))
        return Edited(loaded_text(first, first.text()), loaded_text(second, second.text()))
    text = first.text()
    old = new = loaded_text(first, text)
    for _ in range(dice.number(1, 3)):
        edited = dice.one(EDITS)(dice, text)
        try:
            new = loaded_text(first, edited)
        except CatalogError:
            continue
        text = edited
    return Edited(new, old) if dice.chance(30) else Edited(old, new)


def loaded_text(catalog: MadeCatalog, text: str) -> Configurator:
    """A catalog's text, with the files of a made catalog."""
    return Configurator.from_text(text, files=catalog.files())


# ---------------------------------------------------------------- edits


def drop_component(dice: Dice, text: str) -> str:
    """One component less."""
    rows = list(ROW.finditer(text))
    if not rows:
        return text
    row = dice.one(rows)
    return text[: row.start()] + text[row.end() + 1 :]


def copy_component(dice: Dice, text: str) -> str:
    """One component more, before or behind the one it is a copy of."""
    rows = list(ROW.finditer(text))
    if not rows:
        return text
    row = dice.one(rows)
    copy = row[0].replace(row[1] or row[2], f"n{dice.number(0, 3)}")
    at = row.start() if dice.chance(50) else row.end() + 1
    return f"{text[:at]}{copy}\n{text[at:]}"


def exchange_components(dice: Dice, text: str) -> str:
    """Two neighbouring components in the other order."""
    rows = list(ROW.finditer(text))
    pairs = [(a, b) for a, b in pairwise(rows) if a.end() + 1 == b.start()]
    if not pairs:
        return text
    first, second = dice.one(pairs)
    return f"{text[: first.start()]}{second[0]}\n{first[0]}{text[second.end() :]}"


def choose_otherwise(dice: Dice, text: str) -> str:
    """Another number of components in a slot."""
    found = list(CHOOSE.finditer(text))
    if not found:
        return text
    one = dice.one(found)
    return text[: one.start()] + dice.one(CHOICES) + text[one.end() :]


def drop_statement(dice: Dice, text: str) -> str:
    """One statement less."""
    statements = text.split("\n\n")
    if len(statements) < 4:
        return text
    del statements[dice.number(2, len(statements) - 1)]
    return "\n\n".join(statements)


def move_statement(dice: Dice, text: str) -> str:
    """A statement at the end."""
    statements = text.rstrip("\n").split("\n\n")
    if len(statements) < 4:
        return text
    statements.append(statements.pop(dice.number(2, len(statements) - 1)))
    return "\n\n".join(statements) + "\n"


def change_number(dice: Dice, text: str) -> str:
    """Another number somewhere in the text."""
    found = list(re.finditer(r"(?<=[ .=])\d(?= |$|\.)", text[text.index("unit kg") + 20 :], re.MULTILINE))
    if not found:
        return text
    one, shift = dice.one(found), text.index("unit kg") + 20
    return f"{text[: one.start() + shift]}{dice.number(0, 6)}{text[one.end() + shift :]}"


def change_sort(dice: Dice, text: str) -> str:
    """An option of another sort, or with other values."""
    found = list(re.finditer(r'(?<=" : )(yesno|(?:one|some) of [^\n]*)$', text, re.MULTILINE))
    if not found:
        return text
    one = dice.one(found)
    return text[: one.start()] + dice.one(SORTS) + text[one.end() :]


def add_place(dice: Dice, text: str) -> str:
    """A place that the other version has not."""
    return f"{text}\n{dice.one(NEW_PLACES)}\n"


def add_rule(dice: Dice, text: str) -> str:
    """A rule that may forbid something."""
    slot = dice.one(re.findall(r"^family (s\d)", text, re.MULTILINE) or ["s0"])
    return f"{text}\nrule added: forbid any({slot} in {{ {dice.one(('k00', 'k01', 'k10', 'k11'))} }})\n"


EDITS: tuple[Edit, ...] = (
    drop_component,
    copy_component,
    exchange_components,
    choose_otherwise,
    drop_statement,
    move_statement,
    change_number,
    change_sort,
    add_place,
    add_rule,
)
