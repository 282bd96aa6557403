"""A catalog while it is being compiled: what the stages have found so far, and every finding."""

from collections.abc import Sequence

from attrs import Factory, define

from configurator.catalog.assemblies import Assembly, Home
from configurator.catalog.expressions import Calc
from configurator.catalog.loading import CatalogReader, LoadedModules
from configurator.catalog.model import Bundle, Scenario, Wish
from configurator.catalog.rules import Default, Resource, Restriction
from configurator.catalog.structure import AssemblyPlace, ComponentFamily, FinalAssembly, Place
from configurator.catalog.values import Unit
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import Span

BUILT_IN = {
    "product": "`product.x` is the `x` of the whole product, wherever it stands",
    "bundles": "`bundles.price` is what the applied bundles add up to",
}
"""Words that begin a path by themselves."""


@define(eq=False)
class Draft:
    """The one mutable thing of the compilation; no stage keeps anything elsewhere.

    Attributes:
        places: every slot and option of the product, those of assemblies for each instance.
        bound_places: those of the instances that bound names stand for.
        assemblies: what is declared inside each assembly, by its key.
        assembly_places: where instances stand, in the product and in what bound names stand for.
        homes: for the prefix of every instance, bound names among them, what it is an instance of.
        names: what each declared key stands for, and where it was declared: the namespace shared by slots,
            options, assemblies, calcs and resources.
        ids: where each rule, table and resource id was declared.
        mistaken: slots and options whose declaration was wrong and reported, so that there is no such place.
        unreadable: whether the components of some family could not be read at all.
        reads_bundles_price: whether an expression reads `bundles.price`.
        content: canonical form of what was read besides the catalog text itself, for the digest.
    """

    loaded: LoadedModules
    reader: CatalogReader
    diagnostics: list[Diagnostic] = Factory(list)
    units: dict[str, Unit] = Factory(dict)
    unit_spans: dict[str, Span] = Factory(dict)
    currency: Unit | None = None
    families: dict[str, ComponentFamily] = Factory(dict)
    places: dict[str, Place] = Factory(dict)
    bound_places: dict[str, Place] = Factory(dict)
    assemblies: dict[str, Assembly] = Factory(dict)
    assembly_places: dict[str, AssemblyPlace] = Factory(dict)
    homes: dict[str, Home] = Factory(dict)
    names: dict[str, tuple[str, Span]] = Factory(dict)
    ids: dict[str, Span] = Factory(dict)
    calcs: dict[str, Calc] = Factory(dict)
    resources: dict[str, Resource] = Factory(dict)
    restrictions: list[Restriction] = Factory(list)
    defaults: list[Default] = Factory(list)
    wishes: list[Wish] = Factory(list)
    bundles: list[Bundle] = Factory(list)
    scenarios: list[Scenario] = Factory(list)
    final_assembly: FinalAssembly | None = None
    mistaken: set[str] = Factory(set)
    unreadable: bool = False
    reads_bundles_price: bool = False
    content: list[object] = Factory(list)

    def error(
        self,
        code: str,
        message: str,
        span: Span | None,
        *,
        label: str = "",
        help: Sequence[str] = (),  # noqa: A002 - same word as in Diagnostic
    ) -> None:
        """Note a mistake that keeps the catalog from loading."""
        self.diagnostics.append(
            Diagnostic(code, Severity.ERROR, message, span, label=label, help=tuple(help))
        )

    def warning(
        self,
        code: str,
        message: str,
        span: Span | None,
        *,
        help: Sequence[str] = (),  # noqa: A002 - same word as in Diagnostic
    ) -> None:
        """Note a trap."""
        self.diagnostics.append(Diagnostic(code, Severity.WARNING, message, span, help=tuple(help)))

    def hint(
        self,
        code: str,
        message: str,
        span: Span | None,
        *,
        help: Sequence[str] = (),  # noqa: A002 - same word as in Diagnostic
    ) -> None:
        """Note a remark."""
        self.diagnostics.append(Diagnostic(code, Severity.HINT, message, span, help=tuple(help)))

    def place(self, key: str) -> Place | None:
        """The slot or option with a path, which may begin with a bound name."""
        return self.places.get(key) or self.bound_places.get(key)

    def kind(self, key: str) -> str:
        """What a path stands for, as `names` tells it; empty for nothing."""
        prefix = key.rpartition(".")[0]
        if prefix in self.assemblies and prefix not in self.homes:
            # So it is declared; but it is instances that have it, under paths of their own.
            return ""
        return self.names.get(self.declared(key), ("",))[0]

    def declared(self, key: str) -> str:
        """The path under which it was declared what an instance has under a path of its own."""
        prefix, _, name = key.rpartition(".")
        home = self.homes.get(prefix)
        return f"{home.assembly}.{name}" if home else key

    def claim(self, key: str, kind: str, span: Span) -> bool:
        """Take a name for a slot, option, calc or resource; a second claim is an error and gives `False`."""
        if key in self.names:
            other, place = self.names[key]
            self.error(
                "E0302",
                f"`{key}` is already the name of {with_article(other)}",
                span,
                help=(f"it was declared at {place.location}; choose another name for one of them",),
            )
            return False
        self.check_built_in(key, span)
        self.names[key] = (kind, span)
        return True

    def check_built_in(self, key: str, span: Span) -> None:
        """Report a name that the language itself means something by; it stays, for one report."""
        name = key.rpartition(".")[2]
        if name in BUILT_IN:
            self.error(
                "E0302",
                f"`{name}` means something already",
                span,
                help=(f"{BUILT_IN[name]}; choose another name",),
            )

    def claim_id(self, key: str, span: Span) -> bool:
        """Take an id for a rule, table or resource; a second claim is an error and gives `False`."""
        if key in self.ids:
            self.error(
                "E0302",
                f"`{key}` is already the id of a rule, table or resource",
                span,
                help=(f"it was declared at {self.ids[key].location}; choose another id for one of them",),
            )
            return False
        self.ids[key] = span
        return True


def with_article(kind: str) -> str:
    """`a slot`, `an option`."""
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
