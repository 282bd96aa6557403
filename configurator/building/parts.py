"""An assembly or a whole catalog in the making: families, slots, options, calcs, rules, tables, resources."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Literal, TypeVar

from attrs import define, field

from configurator.building.calls import OneOrMore, because_line, building, several, titled
from configurator.building.cells import dashes, row_line, rule_cell
from configurator.building.families import FamilyBuilder
from configurator.building.fragments import check_message, clause, expression, heading, loop, read_statement
from configurator.building.sources import TableFile, source_words
from configurator.building.types import OptionKind, cardinality, effective, option_type
from configurator.building.values import (
    Number,
    Scalar,
    ValueProblem,
    id_words,
    name_words,
    number,
    path_words,
    shown,
    unit_name,
)
from configurator.errors import CatalogBuildError
from configurator.syntax.nodes import (
    AssemblyDeclaration,
    CalcDeclaration,
    FamilyDeclaration,
    OptionDeclaration,
    ResourceDeclaration,
    RuleDeclaration,
    SlotDeclaration,
    Statement,
    TableDeclaration,
)

S = TypeVar("S", bound=Statement)


@define(eq=False)
class AssemblyBuilder:
    """An assembly in the making; `assembly` gives one. A `CatalogBuilder` is the outermost.

    Each call adds a statement, in the order of the catalog. Expressions, conditions and clauses are texts in
    the words of the language; each is read when it is given, and nothing is executed. Values are Python
    values. A mistake in a call raises `CatalogBuildError` there and then; a name that is declared nowhere is
    found when the catalog is built.
    """

    _head: str = field(default="", kw_only=True)
    _call: str = field(default="", kw_only=True)
    _entries: "list[str | FamilyBuilder | AssemblyBuilder]" = field(factory=list, init=False)

    def family(
        self, name: str, title: str | None = None, *, choose: str | None = None, stocked: bool = True
    ) -> FamilyBuilder:
        """Add a family, and give what its columns and components are added to.

        Args:
            name: of the family, and of its slot.
            title: for people.
            choose: how many, as in the language: `one`, `optional`, `1..4 identical`, `0..4 mixed`; `None`
                for a family that is only there for slots.
            stocked: whether its components are lines of a bill of materials.

        Raises:
            CatalogBuildError: no such family can be.
        """
        call = self._of(f"family {shown(name)}")
        with building(call):
            kept = "" if stocked else " not stocked"
            head = f"family {name_words(name)}{titled(title)}{cardinality(choose)}{kept}"
            read_statement(f"{head} {{ }}", FamilyDeclaration)
        made = FamilyBuilder(head, call)
        self._entries.append(made)
        return made

    def slot(self, name: str, family: str, title: str | None = None, *, choose: str) -> None:
        """Add a place for components of a family, or for instances of an assembly.

        Raises:
            CatalogBuildError: no such slot can be.
        """
        with self._adding(f"slot {shown(name)}"):
            self._add(
                f"slot {name_words(name)}{titled(title)} : {path_words(family)}{cardinality(choose)}",
                SlotDeclaration,
            )

    def option(
        self,
        name: str,
        kind: OptionKind,
        title: str | None = None,
        *,
        values: Iterable[Scalar] = (),
        minimum: Number | None = None,
        maximum: Number | None = None,
        step: Number | None = None,
        unit: str | None = None,
    ) -> None:
        """Add a choice that is no component.

        Args:
            name: of the option.
            kind: its type.
            title: for people.
            values: of `one of` and `some`.
            minimum: of `whole` and `number`, and the fewest elements of `some`; inclusive.
            maximum: likewise.
            step: of `number`.
            unit: of `whole` and `number`.

        Raises:
            CatalogBuildError: no such option can be.
        """
        with self._adding(f"option {shown(name)}"):
            kind_words = option_type(kind, values, (minimum, maximum), step, unit)
            self._add(f"option {name_words(name)}{titled(title)} : {kind_words}", OptionDeclaration)

    def assembly(
        self, name: str, title: str | None = None, *, choose: str | None = None
    ) -> "AssemblyBuilder":
        """Add an assembly, and give what its parts are added to.

        Args:
            name: of the assembly.
            title: for people.
            choose: `one`, `optional`, `0..4`; `None` for an assembly that is only there for slots.

        Raises:
            CatalogBuildError: no such assembly can be.
        """
        call = self._of(f"assembly {shown(name)}")
        with building(call):
            head = f"assembly {name_words(name)}{titled(title)}{cardinality(choose)}"
            read_statement(f"{head} {{ }}", AssemblyDeclaration)
        made = AssemblyBuilder(head=head, call=call)
        self._entries.append(made)
        return made

    def calc(self, name: str, formula: str, title: str | None = None, *, unit: str | None = None) -> None:
        """Add a calculated value: `calc("price", "sum(price)", unit="EUR")`.

        Raises:
            CatalogBuildError: no such calc can be.
        """
        with self._adding(f"calc {shown(name)}"):
            read = expression(formula)
            node = self._add(
                f"calc {name_words(name)}{titled(title)}{_in(unit)} = {read.words}", CalcDeclaration
            )
            same(node.expression, read.says)

    def rule(
        self,
        id: str,  # noqa: A002 - the language's own word
        *clauses: str,
        title: str | None = None,
        for_each: OneOrMore | None = None,
        when: str | None = None,
        because: str | None = None,
        severity: Literal["error", "warn", "hint"] = "error",
        effective_from: date | None = None,
        effective_until: date | None = None,
    ) -> None:
        """Add a rule: `rule("cpu-socket", "require cpu.socket = board.socket")`.

        Args:
            id: in lower case, with hyphens.
            *clauses: `require E`, `forbid E`; the first may be `A requires B` or `A excludes B`.
            title: for people.
            for_each: `storage as drive`, or several such.
            when: only where this is true.
            because: what the customer reads; between its braces stand paths.
            severity: only an `error` forbids anything.
            effective_from: the first day on which it is in force.
            effective_until: the last one.

        Raises:
            CatalogBuildError: no such rule can be.
        """
        with self._adding(f"rule {shown(id)}"):
            if not clauses:
                raise ValueProblem("the rule demands nothing", "give a clause: `require …`, `A excludes B`")
            loops = [loop(each) for each in several(for_each)]
            guard = None if when is None else expression(when)
            read = [clause(each, first=at == 0) for at, each in enumerate(clauses)]
            period = effective(effective_from, effective_until)
            words = [f"rule {id_words(id)}{titled(title)}{_severity(severity)}{period}:"]
            words += [each.words for each in loops]
            words += [] if guard is None else [f"when {guard.words}"]
            words += [each.words for each in read]
            node = self._add("\n".join(words) + because_line(because), RuleDeclaration)
            check_message(node.message)
            same(node.loops, tuple(each.says for each in loops))
            same(node.guard, None if guard is None else guard.says)
            same(node.clauses, tuple(each.says for each in read))

    def table(
        self,
        id: str,  # noqa: A002 - the language's own word
        columns: Sequence[str] = (),
        rows: Iterable[Sequence[object]] = (),
        *,
        kind: Literal["allow", "allow partial", "forbid"] = "allow",
        file: TableFile | None = None,
        title: str | None = None,
        because: str | None = None,
        effective_from: date | None = None,
        effective_until: date | None = None,
    ) -> None:
        """Add a rule table.

        Args:
            id: in lower case, with hyphens.
            columns: what the columns read, with units: `frame`, `fork.travel [mm]`.
            rows: in the order of the columns a `Scalar`, a `Pattern`, or a list or set of them.
            kind: whether some row must match, or none may.
            file: a file that holds columns and rows, instead of them.
            title: for people.
            because: what the customer reads.
            effective_from: the first day on which it is in force.
            effective_until: the last one.

        Raises:
            CatalogBuildError: no such table can be.
        """
        call = self._of(f"table {shown(id)}")
        with building(call):
            if kind not in {"allow", "allow partial", "forbid"}:
                raise ValueProblem(
                    f"{shown(kind)} is no kind of table", "`allow`, `allow partial` or `forbid`"
                )
            head = (
                f"table {id_words(id)}{titled(title)} {kind}{effective(effective_from, effective_until)} {{"
            )
            tail = "}" + because_line(because)
            # The statement without its rows, which may be many and are written cell by cell.
            node = read_statement(f"{head}\n| a |\n| 1 |\n{tail}", TableDeclaration)
            check_message(node.message)
            if file is not None:
                if columns or rows:
                    raise ValueProblem("rows come from a file or from the call, not from both")
                inside = [source_words(file)]
                read_statement("\n".join([head, *inside, tail]), TableDeclaration)
        if file is None:
            inside = list(_table_lines(columns, rows, call))
        self._entries.append("\n".join([head, *inside, tail]))

    def resource(
        self,
        name: str,
        title: str | None = None,
        *,
        supply: OneOrMore,
        demand: OneOrMore,
        unit: str | None = None,
        spare: Number | None = None,
        because: str | None = None,
        effective_from: date | None = None,
        effective_until: date | None = None,
    ) -> None:
        """Add something that is supplied and used up.

        Args:
            name: of the resource.
            title: for people.
            supply: one amount or several, each an expression.
            demand: likewise.
            unit: in which it is told.
            spare: percent of the demand that is kept spare.
            because: what the customer reads.
            effective_from: the first day on which it is in force.
            effective_until: the last one.

        Raises:
            CatalogBuildError: no such resource can be.
        """
        with self._adding(f"resource {shown(name)}"):
            given = [expression(each) for each in several(supply)]
            taken = [expression(each) for each in several(demand)]
            period = effective(effective_from, effective_until)
            head = f"resource {name_words(name)}{titled(title)}{_in(unit)}{period} {{"
            lines = [f"supply {each.words}" for each in given] + [f"demand {each.words}" for each in taken]
            lines += [] if spare is None else [f"keep {number(spare)} % spare"]
            node = self._add("\n".join([head, *lines]) + because_line(because) + "\n}", ResourceDeclaration)
            check_message(node.message)
            same(node.supply, tuple(each.says for each in given))
            same(node.demand, tuple(each.says for each in taken))

    # ------------------------------------------------------------ what is made of it

    def _of(self, call: str) -> str:
        return f"{self._call}, {call}" if self._call else call

    @contextmanager
    def _adding(self, call: str) -> Iterator[None]:
        """Take back what a call has added when it comes to nothing."""
        before = len(self._entries)
        try:
            with building(self._of(call)):
                yield
        except CatalogBuildError:
            del self._entries[before:]
            raise

    def _add(self, words: str, kind: type[S]) -> S:
        node = read_statement(words, kind)
        self._entries.append(words)
        return node

    def _inside(self) -> str:
        """All statements, with an empty line where two neighbours are not of one kind and one line each."""
        written: list[str] = []
        before = ""
        for entry in self._entries:
            words = entry if isinstance(entry, str) else entry._words()  # noqa: SLF001 - builders of one family
            kind = "" if "\n" in words else words.split(maxsplit=1)[0]
            if written and not (kind and kind == before):
                written.append("")
            written.append(words)
            before = kind
        return "\n".join(written)

    def _words(self) -> str:
        """The statement."""
        return f"{self._head} {{\n{self._inside()}\n}}"


def _table_lines(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    call: str,
) -> Iterable[str]:
    with building(call):
        headings = [heading(each).words for each in columns]
        if isinstance(columns, str) or not headings:
            raise ValueProblem("there are no columns", 'give their headings: `["frame", "fork.travel [mm]"]`')
        yield "".join(f"| {each} " for each in headings) + "|"
        yield dashes(len(headings))
        count = 0
        for at, row in enumerate(rows, start=1):
            if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != len(headings):
                raise ValueProblem(
                    f"row {at}, {shown(row)}, has not one cell for each of {len(headings)} columns"
                )
            line = row_line(_cells(row, headings, at))
            if line is None:
                raise ValueProblem(f"row {at} is made of dashes alone")
            yield line
            count = at
        if not count:
            raise ValueProblem("there are no rows")


def _cells(row: "Sequence[object]", headings: Sequence[str], number_: int) -> Iterable[str]:
    for value, name in zip(row, headings, strict=True):
        try:
            yield rule_cell(value)
        except ValueProblem as problem:
            raise ValueProblem(f"row {number_}, column `{name}`: {problem.message}", *problem.help) from None


def _in(unit: str | None) -> str:
    return "" if unit is None else f" in {unit_name(unit)}"


def _severity(severity: str) -> str:
    if severity not in {"error", "warn", "hint"}:
        raise ValueProblem(f"{shown(severity)} is no severity", "`error`, `warn` or `hint`")
    return "" if severity == "error" else f" {severity}"


def same(read: object, given: object) -> None:
    """The whole statement says what its pieces said by themselves."""
    if read != given:
        raise ValueProblem("together these words say something else than each by itself")
