"""A catalog while it is being compiled: what the stages have found so far, and every finding."""

from collections.abc import Sequence

from attrs import Factory, define

from configurator.catalog.expressions import Calc
from configurator.catalog.loading import CatalogReader, LoadedModules
from configurator.catalog.model import Bundle, Objective, Preference, Scenario
from configurator.catalog.rules import Default, Resource, Restriction
from configurator.catalog.structure import ComponentFamily, Place
from configurator.catalog.values import Unit
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import Span


@define(eq=False)
class Draft:
    """The one mutable thing of the compilation; no stage keeps anything elsewhere.

    Attributes:
        names: what each key stands for, and where it was declared: the namespace shared by slots,
            options, calcs and resources.
        ids: where each rule, table and resource id was declared.
        unreadable: whether the components of some family could not be read at all.
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
    names: dict[str, tuple[str, Span]] = Factory(dict)
    ids: dict[str, Span] = Factory(dict)
    calcs: dict[str, Calc] = Factory(dict)
    resources: dict[str, Resource] = Factory(dict)
    restrictions: list[Restriction] = Factory(list)
    defaults: list[Default] = Factory(list)
    preferences: list[Preference] = Factory(list)
    objectives: list[Objective] = Factory(list)
    bundles: list[Bundle] = Factory(list)
    scenarios: list[Scenario] = Factory(list)
    unreadable: bool = False
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
        self.names[key] = (kind, span)
        return True

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
