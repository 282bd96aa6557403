"""A catalog in the making: the outermost of the builders, and what it makes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from attrs import define, field

from configurator.availability.clock import system_clock
from configurator.building.calls import OneOrMore, because_line, building, several, titled
from configurator.building.fragments import (
    check_message,
    choice,
    expectation,
    expression,
    told,
)
from configurator.building.parts import AssemblyBuilder, same
from configurator.building.types import effective
from configurator.building.values import (
    Choice,
    Number,
    Quantity,
    Scalar,
    ValueProblem,
    day,
    id_words,
    literal,
    name_words,
    number,
    one_line,
    path_words,
    plain,
    quoted,
    shown,
    unit_name,
)
from configurator.building.values import choice as choice_words
from configurator.configurator import Configurator
from configurator.source import SourceFile
from configurator.syntax.formatting.formatter import format_text
from configurator.syntax.nodes import (
    AssembledDeclaration,
    BundleDeclaration,
    CatalogHeader,
    DefaultDeclaration,
    Import,
    ObjectiveDeclaration,
    PreferDeclaration,
    ScenarioDeclaration,
    UnitDeclaration,
)
from configurator.syntax.parser import parse_catalog

Choices = Mapping[str, Choice] | OneOrMore
"""Choices by dotted path, or in the words of the language: `memory = 2 x "RAM-16"`."""


@define(eq=False)
class CatalogBuilder(AssemblyBuilder):
    """A catalog in the making, by a program that has the data: from a database, an ERP, a data frame.

    It takes calls for all that a catalog can say, those of `AssemblyBuilder` and its own; their order is that
    of the catalog. What comes out is the catalog that its text would make. It can be asked for its text, or
    built, at any time, and go on after that.

    Attributes:
        name: of the catalog.
        title: for people.
        version: of what it says.
        currency: of its prices, which is then a unit.
        timezone: where its days are counted, such as `Europe/Berlin`; UTC by default.
        tested_on: the day on which scenarios are run that name none.
    """

    name: str
    title: str | None = None
    version: str | None = field(default=None, kw_only=True)
    currency: str | None = field(default=None, kw_only=True)
    timezone: str | None = field(default=None, kw_only=True)
    tested_on: date | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        self._header()

    @staticmethod
    def literal(value: Scalar) -> str:
        r"""A value as an expression has it, to be put into one: `"AM5"`, `9.50 EUR`, `yes`, `2026-11-22`.

        Every sign of a text is kept: `literal('3" pipe')` is `"3\" pipe"`.

        Raises:
            CatalogBuildError: the language has no words for it.
        """
        with building("literal"):
            return literal(value)

    # ------------------------------------------------------------ statements of a file

    def import_file(self, path: str, alias: str | None = None) -> None:
        """Add an import: `import_file("lib/services.pcat", "services")`.

        Raises:
            CatalogBuildError: no such import can be.
        """
        with self._adding(f"import {shown(path)}"):
            self._add(f"import {quoted(path)}{'' if alias is None else f' as {name_words(alias)}'}", Import)

    def unit(self, name: str, factor: Number | None = None, base: str | None = None) -> None:
        """Add a unit: `unit("W")` opens a dimension, `unit("kW", 1000, "W")` is a multiple.

        Raises:
            CatalogBuildError: no such unit can be.
        """
        with self._adding(f"unit {shown(name)}"):
            if (factor is None) != (base is None):
                raise ValueProblem("a multiple needs both a number and a unit")
            of_base = "" if factor is None or base is None else f" = {number(factor)} {unit_name(base)}"
            self._add(f"unit {unit_name(name)}{of_base}", UnitDeclaration)

    def default(self, choose: Choices, *, when: str | None = None) -> None:
        """Add a default: `default({"memory": {"component": "RAM-16", "quantity": 2}})`.

        Args:
            choose: one choice.
            when: only where this is true.

        Raises:
            CatalogBuildError: no such default can be.
        """
        with self._adding(f"default {shown(choose)}"):
            written = _choices(choose)
            if len(written) != 1:
                raise ValueProblem(f"these are {len(written)} choices", "a default is one choice")
            guard = None if when is None else expression(when)
            words = f"default {written[0]}" + ("" if guard is None else f" when {guard.words}")
            node = self._add(words, DefaultDeclaration)
            same(node.guard, None if guard is None else guard.says)

    def prefer(
        self,
        id: str,  # noqa: A002 - the language's own word
        condition: str,
        *,
        weight: Number | None = None,
        because: str | None = None,
    ) -> None:
        """Add a wish: `prefer("quiet", "psu.rating in { gold, platinum }", weight=2)`.

        Raises:
            CatalogBuildError: no such wish can be.
        """
        with self._adding(f"prefer {shown(id)}"):
            read = expression(condition)
            words = f"prefer {id_words(id)}: {read.words}{_weight(weight)}{because_line(because)}"
            node = self._add(words, PreferDeclaration)
            check_message(node.message)
            same(node.expression, read.says)

    def minimise(self, amount: str, *, weight: Number | None = None) -> None:
        """Add a wish for as little as can be: `minimise("price")`.

        Raises:
            CatalogBuildError: no such wish can be.
        """
        self._objective("minimise", amount, weight)

    def maximise(self, amount: str, *, weight: Number | None = None) -> None:
        """Add a wish for as much as can be: `maximise("ram_total")`.

        Raises:
            CatalogBuildError: no such wish can be.
        """
        self._objective("maximise", amount, weight)

    def bundle(
        self,
        name: str,
        title: str | None = None,
        *,
        choose: Choices,
        price: Number | Quantity | None = None,
        about: str | None = None,
        effective_from: date | None = None,
        effective_until: date | None = None,
    ) -> None:
        """Add an offer: choices under one name, with what they cost more or less together.

        Args:
            name: of the bundle.
            title: for people.
            choose: what it chooses.
            price: what it adds to `bundles.price`, below zero for a reduction; in the catalog's currency.
            about: a sentence about it.
            effective_from: the first day on which it may be applied.
            effective_until: the last one.

        Raises:
            CatalogBuildError: no such bundle can be.
        """
        with self._adding(f"bundle {shown(name)}"):
            head = f"bundle {name_words(name)}{titled(title)}{effective(effective_from, effective_until)} {{"
            lines = [f"choose {words}" for words in [", ".join(_choices(choose))] if words]
            lines += [] if price is None else [f"price {self._money(price)}"]
            lines += [] if about is None else [f"about {quoted(about)}"]
            self._add("\n".join([head, *lines, "}"]), BundleDeclaration)

    def assembled_in(
        self,
        days: int,
        *,
        cost: Number | Quantity | None = None,
        workdays: OneOrMore = (),
        closed: Iterable[date | tuple[date, date]] = (),
    ) -> None:
        """Say how the product is made of its components: `assembled_in(2, workdays="monday to friday")`.

        Args:
            days: how many working days it takes.
            cost: what it costs the maker, in the catalog's currency.
            workdays: weekdays on which work is done, or ranges of them; none for every day.
            closed: days on which none is done all the same, or the first and the last of several.

        Raises:
            CatalogBuildError: no such assembly can be.
        """
        with self._adding(f"assembled in {shown(days)} days"):
            words = f"assembled in {number(days)} days"
            words += "" if cost is None else f" for {self._money(cost)}"
            opening = ", ".join(one_line(each) for each in several(workdays))
            closing = ", ".join(_closed(each) for each in closed)
            words += f" open {opening}" if opening else ""
            words += f" closed {closing}" if closing else ""
            self._add(words, AssembledDeclaration)

    def scenario(
        self,
        title: str,
        *,
        choose: Choices = (),
        only: bool = False,
        expect: OneOrMore = (),
        on: date | None = None,
        stock: Mapping[str, int] = MappingProxyType({}),
        bundles: Sequence[str] = (),
        tags: Sequence[str] = (),
        todo: bool = False,
    ) -> None:
        """Add a test of the catalog: `scenario("works", choose={"cpu": "CPU-1"}, expect="valid")`.

        Args:
            title: says what should be so.
            choose: a part of a configuration; nothing leaves all open.
            only: the choices are the whole configuration.
            expect: one expectation or several, in the words of the language.
            on: the day on which it is run.
            stock: how much there is, by SKU; there is plenty of everything else.
            bundles: those that are applied.
            tags: to run it by.
            todo: whether it is only a reminder.

        Raises:
            CatalogBuildError: no such scenario can be.
        """
        with self._adding(f"scenario {shown(title)}"):
            head = f"{'todo ' if todo else ''}scenario {quoted(title)}"
            head += f" tags {', '.join(id_words(tag) for tag in several(tags))} {{" if tags else " {"
            lines = [] if on is None else [f"given date {day(on)}"]
            lines += [f"given stock {quoted(sku)} = {number(count)}" for sku, count in stock.items()]
            lines += [f"given bundle {path_words(bundle)}" for bundle in several(bundles)]
            words = ", ".join(_choices(choose))
            lines.append(f"choose {'only ' if only else ''}{words}" if words else "choose nothing")
            read = [expectation(each) for each in several(expect)]
            lines += [f"expect {each.words}" for each in read]
            node = self._add("\n".join([head, *lines, "}"]), ScenarioDeclaration)
            same(node.expectations, tuple(each.says for each in read))

    # ------------------------------------------------------------ what comes out

    def text(self) -> str:
        """The catalog as text, in the one form that `configurator fmt` gives every catalog.

        Raises:
            CatalogError: together the calls make no catalog that can be read.
        """
        return format_text(f"{self._header()}\n\n{self._inside()}\n").or_raise().text

    def build(
        self,
        *,
        name: str = "catalog.pcat",
        files: Mapping[str, str | bytes] = MappingProxyType({}),
        engine: str | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> Configurator:
        """The catalog, ready to be asked: the same as of its text, digest included.

        Args:
            name: what to call it in diagnostics, which point into its text.
            files: what it imports or reads, by path.
            engine: as in `Configurator.load`.
            clock: likewise.

        Raises:
            CatalogError: names that are declared nowhere, types that do not fit, and whatever else is only
                seen in the whole; `.diagnostics` tells all of it.
        """
        return Configurator.from_text(self.text(), name=name, files=files, engine=engine, clock=clock)

    # ------------------------------------------------------------ pieces

    def _header(self) -> str:
        with building(f"catalog {shown(self.name)}"):
            words = [f"catalog {name_words(self.name)}{titled(self.title)}"]
            words += [] if self.version is None else [f"version {quoted(self.version)}"]
            words += [] if self.currency is None else [f"currency {unit_name(self.currency)}"]
            words += [] if self.timezone is None else [f"timezone {quoted(self.timezone)}"]
            words += [] if self.tested_on is None else [f"tested on {day(self.tested_on)}"]
            text = " ".join(words)
            result = parse_catalog(SourceFile("catalog", text))
            if result.file is None:
                raise told(result.diagnostics)
            assert isinstance(result.file.header, CatalogHeader)
        return text

    def _objective(
        self, direction: Literal["minimise", "maximise"], amount: str, weight: Number | None
    ) -> None:
        with self._adding(f"{direction} {shown(amount)}"):
            read = expression(amount)
            node = self._add(f"{direction} {read.words}{_weight(weight)}", ObjectiveDeclaration)
            same(node.expression, read.says)

    def _money(self, price: Number | Quantity) -> str:
        if isinstance(plain(price), tuple):
            return literal(price)
        if self.currency is None:
            raise ValueProblem("a price is in a currency, and the catalog has none", "name its `currency`")
        return f"{number(price)} {unit_name(self.currency)}"


def _choices(given: Choices) -> list[str]:
    """Choices in the words of the language."""
    if isinstance(given, Mapping):
        return [choice(choice_words(path, value)).words for path, value in given.items()]
    return [choice(each).words for each in several(given)]


def _closed(days: date | tuple[date, date]) -> str:
    """A day or a stretch of them."""
    if isinstance(days, tuple):
        first, last = days
        return f"{day(first)} to {day(last)}"
    return day(days)


def _weight(weight: Number | None) -> str:
    return "" if weight is None else f" weight {number(weight)}"
