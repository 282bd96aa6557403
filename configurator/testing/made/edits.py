"""What an author may change in a catalog: edits of its text, found in its syntax tree.

Every function gives the edits of one kind that a text allows, in the order of the text. An edit is made so
that the catalog still loads: what is removed is named nowhere else, what is added has a new name. Where
the tree cannot tell (another kind of slot, another value of a key), who applies it looks whether it loads.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import count, pairwise
from typing import Any, Literal, get_args

from attrs import field, fields, frozen, has

from configurator.source import Span
from configurator.syntax.expressions import Name, NumberLiteral, TextLiteral
from configurator.syntax.nodes import (
    AssemblyDeclaration,
    BundleDeclaration,
    CalcDeclaration,
    Cardinality,
    CatalogFile,
    ComponentDeclaration,
    DefaultDeclaration,
    FamilyDeclaration,
    ObjectiveDeclaration,
    OptionDeclaration,
    PreferDeclaration,
    ResourceDeclaration,
    RuleDeclaration,
    SlotDeclaration,
    Statement,
    TableBlock,
    TableDeclaration,
)

EditKind = Literal[
    "component added",
    "component removed",
    "component moved",
    "component renamed",
    "value changed",
    "price changed",
    "bound shifted",
    "rule added",
    "rule dropped",
    "rule moved",
    "severity changed",
    "row dropped",
    "place added",
    "place removed",
    "place renamed",
    "cardinality changed",
    "option sort changed",
    "period set",
    "wish dropped",
]
"""What may be done to a catalog."""
EDIT_KINDS: tuple[EditKind, ...] = get_args(EditKind)
"""All of them, in the order in which they are explained."""

_TOKEN = re.compile(r"\w+(?:-\w+)*")
_NUMBER = re.compile(r"(-?)(\d+)((?:\.\d+)?)")
_PERIODS = (
    "effective from 2026-06-15",
    "effective until 2026-06-15",
    "effective from 2027-01-01 until 2027-12-31",
)
_CARDINALITIES = ("one", "optional", "1..2 identical", "0..2 identical", "0..2 mixed", "1..2 mixed")
_INSTANCES = ("one", "optional", "0..2", "1..2")
_SORTS = (
    "yesno",
    "one of { plain, fancy }",
    "some 0..2 of { plain, fancy }",
    "whole 0..3",
    "number 0..1 step 0.5",
)


@frozen
class Edit:
    """One change of the text.

    Attributes:
        kind: which of `EDIT_KINDS`.
        words: what is changed, for people.
        make: gives the new texts of the files that change, by path.
    """

    kind: EditKind
    words: str
    make: Callable[[], Mapping[str, str]] = field(repr=False)


@frozen(slots=False)
class CatalogTexts:
    """The files of a catalog that may be edited.

    Attributes:
        files: what is written in the language, by path, the catalog's own file first; parsed.
        others: files of tables beside them, by path.
        currency: the unit of money; empty where there is none.
    """

    files: Mapping[str, CatalogFile]
    others: Mapping[str, str]
    currency: str

    @cached_property
    def everything(self) -> str:
        """All texts."""
        return "\n".join([*(file.source.text for file in self.files.values()), *self.others.values()])

    def named(self, name: str) -> int:
        """How often a word stands somewhere."""
        if _TOKEN.fullmatch(name):
            return self.tokens[name]
        return len(_word(name).findall(self.everything))

    @cached_property
    def tokens(self) -> Counter[str]:
        """How often each word stands somewhere."""
        return Counter(_TOKEN.findall(self.everything))

    def fresh(self, name: str) -> str:
        """A name that stands nowhere yet."""
        return next(f"{name}{at}" for at in count() if not self.named(f"{name}{at}"))

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """All statements with their file, those inside assemblies too."""
        for path, file in self.files.items():
            yield from ((path, one) for statement in file.statements for one in _with_inner(statement))

    def outermost(self) -> Iterator[tuple[str, Statement]]:
        """The statements that stand in no assembly, with their file."""
        for path, file in self.files.items():
            yield from ((path, statement) for statement in file.statements)

    def edit(self, kind: EditKind, words: str, path: str, *changes: tuple[int, int, str]) -> Edit:
        """Stretches of a file put otherwise."""

        def make() -> Mapping[str, str]:
            text = self.files[path].source.text
            for start, end, new in sorted(changes, reverse=True):
                text = f"{text[:start]}{new}{text[end:]}"
            return {path: text}

        return Edit(kind, words, make)

    def appended(self, kind: EditKind, words: str, *lines: str) -> Edit:
        """Statements at the end of the catalog's own file."""
        path, file = next(iter(self.files.items()))
        added = "".join(f"\n\n{line}" for line in lines)
        return Edit(kind, words, lambda: {path: f"{file.source.text.rstrip()}{added}\n"})

    def renamed(self, kind: EditKind, old: str, new: str) -> Edit:
        """A word put otherwise wherever it stands."""

        def make() -> Mapping[str, str]:
            texts = {path: file.source.text for path, file in self.files.items()} | dict(self.others)
            changed = {
                path: _word(old, "(?![.](?:csv|xlsx|pcat))").sub(new, text) for path, text in texts.items()
            }
            return {path: text for path, text in changed.items() if text != texts[path]}

        return Edit(kind, f"`{old}` is called `{new}`", make)


def _word(name: str, behind: str = "") -> re.Pattern[str]:
    """A name as a whole word, not as a part of an id with hyphens; `behind` says what may follow it."""
    return re.compile(rf"(?<!\w)(?<!\w-){re.escape(name)}(?!\w|-\w){behind}")


def _with_inner(statement: Statement) -> Iterator[Statement]:
    yield statement
    if isinstance(statement, AssemblyDeclaration):
        for inner in statement.items:
            yield from _with_inner(inner)


def _whole_lines(span: Span) -> tuple[int, int]:
    """A stretch, with the rest of its lines where nothing else stands on them."""
    text = span.file.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    before, after = text[start : span.start].strip(), text[span.end : end].strip()
    return (start, end) if not before and (not after or after.startswith("#")) else (span.start, span.end)


# ---------------------------------------------------------------- components


@frozen
class _Written:
    """A component where it is written: a row of a table or a statement."""

    path: str
    family: str
    sku: str
    name: Span
    span: Span
    alone: bool


def _components(texts: CatalogTexts) -> Iterator[_Written]:
    """Components written in the language; those in files of tables stay as they are."""
    for path, statement in texts.statements():
        if not isinstance(statement, FamilyDeclaration):
            continue
        found: list[tuple[str, Span, Span]] = []
        for item in statement.items:
            if isinstance(item, ComponentDeclaration):
                found.append((item.sku.value, item.sku.span, item.span))
            elif isinstance(item, TableBlock):
                at = _column(item, "sku")
                found += [
                    (r.cells[at].text, r.cells[at].span, r.span) for r in item.rows if at < len(r.cells)
                ]
        for sku, name, span in found:
            yield _Written(path, statement.name.text, sku.strip('"'), name, span, len(found) == 1)


def _column(block: TableBlock, name: str) -> int:
    names = [heading.path.names[-1].text for heading in block.headings]
    return names.index(name) if name in names else len(names)


def components_added(texts: CatalogTexts) -> Iterator[Edit]:
    """A copy of a component with a new SKU, behind it."""
    for one in _components(texts):
        new, text = texts.fresh("new"), one.span.text
        at = one.name.start - one.span.start
        copy = text[:at] + one.name.text.replace(one.sku, new) + text[at + len(one.name.text) :]
        words = f"`{new}`, a copy of `{one.sku}`, is in `{one.family}`"
        yield texts.edit("component added", words, one.path, (one.span.end, one.span.end, f"\n  {copy}"))


def components_removed(texts: CatalogTexts) -> Iterator[Edit]:
    """One component less, where nothing names it."""
    for one in _components(texts):
        if not one.alone and texts.named(one.sku) == 1:
            words = f"`{one.sku}` is no longer in `{one.family}`"
            yield texts.edit("component removed", words, one.path, (*_whole_lines(one.span), ""))


def components_moved(texts: CatalogTexts) -> Iterator[Edit]:
    """Two neighbours in the other order."""
    for first, second in pairwise(_components(texts)):
        if first.path == second.path and first.family == second.family:
            words = f"`{second.sku}` comes before `{first.sku}`"
            changes = [
                (first.span.start, first.span.end, second.span.text),
                (second.span.start, second.span.end, first.span.text),
            ]
            yield texts.edit("component moved", words, first.path, *changes)


def components_renamed(texts: CatalogTexts) -> Iterator[Edit]:
    """Another SKU, wherever it is named."""
    for one in _components(texts):
        yield texts.renamed("component renamed", one.sku, texts.fresh("other"))


# ---------------------------------------------------------------- numbers


def prices_changed(texts: CatalogTexts) -> Iterator[Edit]:
    """Another amount of money of a component."""
    return _values(texts, "price changed")


def values_changed(texts: CatalogTexts) -> Iterator[Edit]:
    """Another number of a component."""
    return _values(texts, "value changed")


def _values(texts: CatalogTexts, kind: EditKind) -> Iterator[Edit]:
    wanted = kind == "price changed"
    for path, statement in texts.statements():
        if not isinstance(statement, FamilyDeclaration):
            continue
        for item in statement.items:
            if isinstance(item, TableBlock):
                sku = _column(item, "sku")
                for at, heading in enumerate(item.headings):
                    if (heading.unit is not None and heading.unit.text == texts.currency) is not wanted:
                        continue
                    for row in item.rows:
                        if at != sku and at < len(row.cells) and _NUMBER.fullmatch(row.cells[at].text):
                            words = f"`{heading.path.names[-1].text}` of `{row.cells[sku].text}`"
                            yield from _shifted(texts, kind, words, path, row.cells[at].span)
            elif isinstance(item, ComponentDeclaration):
                for one in item.fields:
                    number = one.value
                    if isinstance(number, NumberLiteral):
                        unit = number.unit.text if number.unit else ""
                        if (unit == texts.currency and bool(unit)) is wanted:
                            words = f"`{one.name.text}` of `{item.sku.value}`"
                            yield from _shifted(texts, kind, words, path, number.span)


def _shifted(texts: CatalogTexts, kind: EditKind, what: str, path: str, span: Span) -> Iterator[Edit]:
    """The number at the head of a stretch, one more and one less."""
    match = _NUMBER.match(span.text)
    if match is None:
        return
    digits = int(match[2])
    for new in (digits + 1, digits - 1):
        if new >= 0:
            shown = f"{match[1]}{new}{match[3]}"
            yield texts.edit(
                kind,
                f"{what} is {shown}, not {match[0]}",
                path,
                (span.start, span.start + match.end(), shown),
            )


def bounds_shifted(texts: CatalogTexts) -> Iterator[Edit]:
    """Another number in a rule, a resource, a calc or a cell of a rule table."""
    for path, statement in texts.statements():
        match statement:
            case RuleDeclaration() | ResourceDeclaration() | CalcDeclaration():
                what = f"a number in `{_name(statement)}`"
                for number in _numbers(statement):
                    yield from _shifted(texts, "bound shifted", what, path, number.span)
            case TableDeclaration(content=TableBlock(rows=rows)):
                what = f"a number in `{statement.id.text}`"
                for cell in (cell for row in rows for cell in row.cells if _NUMBER.fullmatch(cell.text)):
                    yield from _shifted(texts, "bound shifted", what, path, cell.span)
            case _:
                pass


def _numbers(node: Any) -> Iterator[NumberLiteral]:
    """All numbers in a branch of the tree, in the order of the text."""
    if isinstance(node, NumberLiteral):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _numbers(item)
    elif has(type(node)) and not isinstance(node, Span | Name | TextLiteral):
        for attribute in fields(type(node)):
            if attribute.name != "span":
                yield from _numbers(getattr(node, attribute.name))


# ---------------------------------------------------------------- rules


_Restriction = RuleDeclaration | TableDeclaration | ResourceDeclaration


def _name(statement: _Restriction | CalcDeclaration) -> str:
    return statement.name.text if isinstance(statement, CalcDeclaration) else statement.id.text


def rules_added(texts: CatalogTexts) -> Iterator[Edit]:
    """A rule that forbids one component of a slot."""
    for path, statement in texts.outermost():
        if isinstance(statement, FamilyDeclaration) and path == next(iter(texts.files)):
            cardinality = statement.cardinality
            if cardinality is None or cardinality.kind == "mixed":
                continue
            for one in _components(texts):
                if one.family == statement.name.text and one.path == path:
                    name = texts.fresh("added-")
                    words = f"rule `{name}` forbids `{one.sku}`"
                    yield texts.appended(
                        "rule added", words, f'rule {name}: forbid {one.family} = "{one.sku}"'
                    )


def rules_dropped(texts: CatalogTexts) -> Iterator[Edit]:
    """A rule, table or resource less, where nothing names it."""
    for path, statement in texts.statements():
        if isinstance(statement, _Restriction) and _unnamed(texts, statement):
            words = f"`{_name(statement)}` is gone"
            yield texts.edit("rule dropped", words, path, (*_whole_lines(statement.span), ""))


def _unnamed(texts: CatalogTexts, statement: _Restriction) -> bool:
    """Whether nothing outside of it names a rule, table or resource."""
    return texts.named(statement.id.text) == len(_word(statement.id.text).findall(statement.span.text))


def rules_moved(texts: CatalogTexts) -> Iterator[Edit]:
    """A rule, table or resource at the end of its file."""
    for path, statement in texts.outermost():
        if isinstance(statement, _Restriction) and statement is not texts.files[path].statements[-1]:
            text = statement.span.file.text
            words = f"`{_name(statement)}` stands at the end"
            changes = [
                (*_whole_lines(statement.span), ""),
                (len(text), len(text), f"\n{statement.span.text}\n"),
            ]
            yield texts.edit("rule moved", words, path, *changes)


def severities_changed(texts: CatalogTexts) -> Iterator[Edit]:
    """A rule that only warns from now on, or that forbids."""
    for path, statement in texts.statements():
        if isinstance(statement, RuleDeclaration):
            start = (statement.title or statement.id).span.end
            match = re.compile(r"\s*(warn|hint)(?!\w)").match(statement.span.file.text, start)
            end, new = (match.end(), "") if match else (start, " warn")
            words = f"`{statement.id.text}` {'forbids' if match else 'warns'}"
            yield texts.edit("severity changed", words, path, (start, end, new))


def rows_dropped(texts: CatalogTexts) -> Iterator[Edit]:
    """A row of a rule table less."""
    for path, statement in texts.statements():
        match statement:
            case TableDeclaration(content=TableBlock(rows=rows)) if len(rows) > 1:
                for at, row in enumerate(rows):
                    words = f"`{statement.id.text}` has no row {at + 1} any more"
                    yield texts.edit("row dropped", words, path, (*_whole_lines(row.span), ""))
            case _:
                pass


# ---------------------------------------------------------------- places


def places_added(texts: CatalogTexts) -> Iterator[Edit]:
    """An option, or a slot that may be empty."""
    name = texts.fresh("extra")
    words = f"`{name}` is there"
    yield texts.appended("place added", words, f"option {name} : yesno")
    rule = texts.fresh("added-")
    yield texts.appended(
        "place added",
        f"{words}, and rule `{rule}` about it",
        f"option {name} : whole 0..2",
        f"rule {rule}: forbid {name} = 1",
    )
    sku, table = texts.fresh("part"), "  | sku | size |\n  |-----|------|\n"
    yield texts.appended(
        "place added", words, f"family {name} choose optional {{\n{table}  | {sku} | 1 |\n}}"
    )


def _places(
    texts: CatalogTexts,
) -> Iterator[tuple[str, FamilyDeclaration | SlotDeclaration | OptionDeclaration]]:
    for path, statement in texts.statements():
        if isinstance(statement, SlotDeclaration | OptionDeclaration) or (
            isinstance(statement, FamilyDeclaration) and statement.cardinality is not None
        ):
            yield path, statement


def places_removed(texts: CatalogTexts) -> Iterator[Edit]:
    """A place less, where nothing names it or what is in it."""
    if sum(1 for _ in _places(texts)) < 2:
        return
    for path, statement in _places(texts):
        skus = [one.sku for one in _components(texts) if one.family == statement.name.text]
        if texts.named(statement.name.text) == 1 and all(texts.named(sku) == 1 for sku in skus):
            words = f"`{statement.name.text}` is gone"
            yield texts.edit("place removed", words, path, (*_whole_lines(statement.span), ""))


def places_renamed(texts: CatalogTexts) -> Iterator[Edit]:
    """Another name of a place, wherever it stands."""
    for _, statement in _places(texts):
        yield texts.renamed("place renamed", statement.name.text, texts.fresh("renamed"))


def cardinalities_changed(texts: CatalogTexts) -> Iterator[Edit]:
    """Another number of components in a slot, or of instances of an assembly."""
    for path, statement in texts.statements():
        match statement:
            case (
                FamilyDeclaration(cardinality=Cardinality() as cardinality)
                | SlotDeclaration(cardinality=cardinality)
                | AssemblyDeclaration(cardinality=Cardinality() as cardinality)
            ):
                name, span = statement.name.text, cardinality.span
                inner = isinstance(statement, AssemblyDeclaration) or cardinality.kind == "instances"
                for other in _INSTANCES if inner else _CARDINALITIES:
                    if span.text != f"choose {other}":
                        words = f"`{name}` says `choose {other}`"
                        yield texts.edit(
                            "cardinality changed", words, path, (span.start, span.end, f"choose {other}")
                        )
            case _:
                pass


def sorts_changed(texts: CatalogTexts) -> Iterator[Edit]:
    """Another sort of an option, or other values."""
    for path, statement in texts.statements():
        if isinstance(statement, OptionDeclaration):
            span = statement.type.span
            for other in _other_sorts(texts, statement.name.text, span.text):
                if other != span.text:
                    words = f"`{statement.name.text}` is `{other}`"
                    yield texts.edit("option sort changed", words, path, (span.start, span.end, other))


def _other_sorts(texts: CatalogTexts, name: str, sort: str) -> Iterator[str]:
    """What an option may be instead: of one that is named elsewhere, what its other places can take."""
    if texts.named(name) == 1:
        yield from _SORTS
        return
    word, _, values = sort.partition("{")
    head = sort.split(maxsplit=1)[0]
    needed = {value for value in _TOKEN.findall(values) if texts.named(value) > 1}
    # Of numbers the unit and the step would have to go on too.
    if head in {"one", "some"}:
        same = (other for other in _SORTS if other.startswith(f"{head} "))
        yield from (other for other in same if needed <= set(_TOKEN.findall(other)))
        if values.rstrip().endswith("}"):
            yield f"{word}{{{values.rstrip()[:-1].rstrip().rstrip(',')}, {texts.fresh('more')} }}"


# ---------------------------------------------------------------- periods and wishes


def periods_set(texts: CatalogTexts) -> Iterator[Edit]:
    """Other days on which something is in force."""
    for path, one in _dated(texts):
        head = one.title or (one.sku if isinstance(one, ComponentDeclaration) else _head(one))
        for period in _PERIODS:
            if one.effective is not None:
                span = one.effective.span
                change = (span.start, span.end, "" if span.text == period else period)
            else:
                at = _before(one, head.span.end)
                change = (at, at, f" {period} ")
            name = one.sku.value if isinstance(one, ComponentDeclaration) else _head(one).text
            words = f"`{name}` is {period}" if change[2] else f"`{name}` is always in force"
            yield texts.edit("period set", words, path, change)


_Dated = RuleDeclaration | TableDeclaration | ResourceDeclaration | BundleDeclaration | ComponentDeclaration


def _dated(texts: CatalogTexts) -> Iterator[tuple[str, _Dated]]:
    for path, statement in texts.statements():
        if isinstance(statement, _Restriction | BundleDeclaration):
            yield path, statement
        elif isinstance(statement, FamilyDeclaration):
            yield from ((path, item) for item in statement.items if isinstance(item, ComponentDeclaration))


def _head(one: _Restriction | BundleDeclaration) -> Name:
    return one.name if isinstance(one, BundleDeclaration) else one.id


def _before(one: _Dated, start: int) -> int:
    """Where a period is put: before the colon of a rule, else before the brace."""
    return one.span.file.text.index(":" if isinstance(one, RuleDeclaration) else "{", start)


def wishes_dropped(texts: CatalogTexts) -> Iterator[Edit]:
    """A default, a preference or an objective less."""
    for path, statement in texts.outermost():
        match statement:
            case DefaultDeclaration(choice=choice):
                words = f"the default of `{choice.path.span.text}` is gone"
            case PreferDeclaration():
                words = f"the wish `{statement.id.text}` is gone"
            case ObjectiveDeclaration():
                words = f"nothing is {statement.direction[:-1]}ed there any more"
            case _:
                continue
        yield texts.edit("wish dropped", words, path, (*_whole_lines(statement.span), ""))


SURE: frozenset[EditKind] = frozenset(
    {"price changed", "rule dropped", "rule moved", "severity changed", "wish dropped"}
)
"""Kinds of edits after which a catalog that loads still does, whatever it is."""

EDITS: Mapping[EditKind, Callable[[CatalogTexts], Iterator[Edit]]] = {
    "component added": components_added,
    "component removed": components_removed,
    "component moved": components_moved,
    "component renamed": components_renamed,
    "value changed": values_changed,
    "price changed": prices_changed,
    "bound shifted": bounds_shifted,
    "rule added": rules_added,
    "rule dropped": rules_dropped,
    "rule moved": rules_moved,
    "severity changed": severities_changed,
    "row dropped": rows_dropped,
    "place added": places_added,
    "place removed": places_removed,
    "place renamed": places_renamed,
    "cardinality changed": cardinalities_changed,
    "option sort changed": sorts_changed,
    "period set": periods_set,
    "wish dropped": wishes_dropped,
}
"""The edits of each kind that a text allows."""
