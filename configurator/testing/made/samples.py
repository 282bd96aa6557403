"""Catalogs with their source text, as a Hypothesis strategy."""

import re
from collections.abc import Collection, Mapping
from functools import cached_property
from types import MappingProxyType

from attrs import field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from hypothesis.vendor.pretty import RepresentationPrinter

from configurator.configurator import Configurator
from configurator.errors import StrategyError
from configurator.testing.made.catalogs import Statement, plain_names, with_names
from configurator.testing.made.dice import Dice
from configurator.testing.made.scenarios import declare_scenarios
from configurator.testing.made.whole import CONSTRUCTS, Bounds, Construct, WholeMaker
from configurator.testing.made.wishes import declare_wishes


@frozen(slots=False, repr=False)
class CatalogSample:
    """A catalog with its source text.

    Two samples with the same text and files are equal. The `repr` can be pasted into a test.

    Attributes:
        text: of the catalog's own file, `catalog.pcat`.
        files: what it imports or reads beside itself, by path; and a file of scenarios for it, if it has one.
    """

    text: str
    files: Mapping[str, str] = field(default=MappingProxyType({}), hash=False)

    @cached_property
    def configurator(self) -> Configurator:
        """The catalog, ready to be asked. It is loaded when first needed, in some milliseconds."""
        return Configurator.from_text(self.text, files=self.files)

    def __repr__(self) -> str:
        files = "".join(f"    {path!r}: {_quoted(text)},\n" for path, text in self.files.items())
        told = f", files={{\n{files}}}" if files else ""
        return f"CatalogSample({_quoted(self.text)}{told})"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What a failing test shows: the source as it stands, line by line."""
        assert not cycle
        printer.text(repr(self))


def _quoted(text: str) -> str:
    """A text of several lines as Python reads it."""
    plain = text.endswith("\n") and all(char == "\n" or char.isprintable() for char in text)
    if not plain or '"""' in text:
        return repr(text)
    escaped = text.replace("\\", "\\\\")
    return f'"""\\\n{escaped}"""'


def catalogs(
    *,
    max_families: int = 3,
    max_components: int = 4,
    max_options: int = 2,
    max_rules: int = 4,
    max_combinations: int = 5_000,
    constructs: Collection[Construct] | None = None,
    valid: bool = True,
) -> st.SearchStrategy[CatalogSample]:
    """Catalogs that load without an error, with every construct of the language.

    A catalog is drawn in some milliseconds, and nothing is drawn in vain: every name, type and unit is right
    by construction. It shrinks towards one family of one component, without titles, rules and files.

    Args:
        max_families: of the product, those inside assemblies and modules not counted.
        max_components: of each family.
        max_options: of the product, likewise.
        max_rules: rules and tables of the product, likewise.
        max_combinations: of what places can hold, rules left aside, on any day; so a test may try them all.
            Where even one family has more components, it is as many as those.
        constructs: what may be used beside families written as tables; everything when left out.
        valid: whether at least one configuration is sure to be valid on every day. Every scenario that is not
            marked `todo` is then met, on every day. Without it rules say anything, and all scenarios are
            `todo`.

    Raises:
        StrategyError: a bound is below what a catalog needs, or a construct is unknown.
    """
    used = frozenset(CONSTRUCTS if constructs is None else constructs)
    if unknown := sorted(used.difference(CONSTRUCTS)):
        raise StrategyError(f"unknown construct `{unknown[0]}`", (f"there are {', '.join(CONSTRUCTS)}",))
    if min(max_families, max_components, max_combinations) < 1:
        raise StrategyError("a catalog has at least one family, one component and one combination")
    if min(max_options, max_rules) < 0:
        raise StrategyError("there are no fewer than 0 options and 0 rules")
    return _catalogs(
        Bounds(max_families, max_components, max_options, max_rules, max_combinations, valid, used)
    )


@st.composite
def _catalogs(draw: DrawFn, bounds: Bounds) -> CatalogSample:
    maker = WholeMaker(Dice(draw), bounds)
    maker.declare_all()
    return _CatalogWriter(maker).sample()


class _CatalogWriter:
    """Puts statements together to files."""

    def __init__(self, maker: WholeMaker) -> None:
        self.maker = maker
        self.dice = maker.dice

    def sample(self) -> CatalogSample:
        """The catalog."""
        maker = self.maker
        bundles = declare_wishes(maker)
        scenarios = declare_scenarios(maker, bundles) if maker.may("scenarios") else []
        files = {path: text for one in maker.statements for path, text in one.files.items()}
        statements = list(maker.statements)
        if len(statements) > 1 and maker.may("imports", 12):
            first = self.dice.number(0, len(statements) - 1)
            last = self.dice.number(first + 1, len(statements))
            files["part.pcat"] = self.joined(statements[first:last])
            statements[first:last] = [Statement('import "part.pcat"')]
        if scenarios and self.dice.chance(20):
            files["scenarios.pcat"] = self.joined([Statement('scenarios for "catalog.pcat"'), *scenarios])
            scenarios = []
        body = self.joined([*statements, *scenarios])
        everything = body + "".join(files.values())
        text = f"{self.head(everything)}\n\n{body}"
        named = {path: with_names(content, plain_names) for path, content in sorted(files.items())}
        return CatalogSample(with_names(text, plain_names), named)

    def joined(self, statements: list[Statement]) -> str:
        """Statements with an empty line between them."""
        return "\n\n".join(self.commented(one.text) for one in statements) + "\n"

    def commented(self, text: str) -> str:
        """A statement, now and then with a comment above it and one behind its last line."""
        if not self.maker.may("comments", 6):
            return text
        lines = text.split("\n")
        return "\n".join(
            [
                f"# {'what follows' if self.dice.chance(50) else ''}".rstrip(),
                *lines[:-1],
                f"{lines[-1]}  # end",
            ]
        )

    def head(self, text: str) -> str:
        """The header and the units that are needed."""
        fields = ['version "1"'] if self.maker.may("header", 40) else []
        fields += ["currency EUR"] if re.search(r"\bEUR\b|\bmoney\b", text) else []
        if self.maker.may("header", 25):
            fields += self.dice.several(
                ('timezone "Europe/Berlin"', "tested on 2026-06-15", "language 1"), 1, 3
            )
        lines = [" ".join([f"catalog made{self.maker.title('Made up')}", *fields])]
        masses = re.search(r"\bk?g\b", text)
        lines += ["unit g", "unit kg = 1000 g"] if masses else []
        return "\n".join(lines)
