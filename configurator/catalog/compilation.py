"""From files to a catalog: the stages by name, in order, with the reason for the order."""

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from attrs import field, frozen

from configurator.catalog.declarations import declare_families, declare_places
from configurator.catalog.digest import catalog_digest
from configurator.catalog.draft import Draft, with_article
from configurator.catalog.loading import CatalogReader, Parse, load_modules
from configurator.catalog.model import Catalog
from configurator.catalog.named_values import NamedValues
from configurator.catalog.replenishment import check_replenishment
from configurator.catalog.restrictions import resolve_restrictions
from configurator.catalog.scenarios import resolve_scenarios
from configurator.catalog.shadowing import tell_hidden_names
from configurator.catalog.structure import ProductOption
from configurator.catalog.units import declare_units
from configurator.catalog.values import EnumerationType, SetType
from configurator.catalog.wishes import check_wishes
from configurator.diagnostics.diagnostic import Diagnostic, has_errors, in_order
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import SourceFile, Span
from configurator.syntax.collection import uncollected
from configurator.syntax.expressions import TextLiteral
from configurator.syntax.nodes import CatalogHeader
from configurator.syntax.parser import parse_catalog

LANGUAGE = 1
"""The version of the catalog language that is read here."""
DEFAULT_TIMEZONE = "UTC"
"""Where days are counted when the header does not say."""


@frozen
class CompileResult:
    """A catalog, if nothing keeps it from loading, and every finding in order of place."""

    catalog: Catalog | None = field(repr=False)
    diagnostics: tuple[Diagnostic, ...]


@frozen
class Stage:
    """One step of the compilation: it reads and extends the draft."""

    name: str
    run: Callable[[Draft], None]


def check_value_names(draft: Draft) -> None:
    """No value of an option or declared column may be called like a slot, option, calc or resource."""
    for place in draft.places.values():
        if isinstance(place, ProductOption) and isinstance(place.type, EnumerationType | SetType):
            for value in place.type.values or ():
                _clash(draft, place.key, place.key, value, place.span)
    for family in draft.families.values():
        for attribute in family.attributes.values():
            if isinstance(attribute.type, EnumerationType | SetType):
                owner = f"{family.key}.{attribute.name}"
                for value in attribute.type.values or ():
                    _clash(draft, family.key, owner, value, attribute.span)


def _clash(draft: Draft, declaration: str, owner: str, value: str, declared: Span) -> None:
    """Report a value called like something in its file or in the catalog itself."""
    namespace = declaration.rpartition(".")[0]
    known = draft.names.get(value) or draft.names.get(f"{namespace}.{value}")
    if known is None:
        return
    kind, place = known
    draft.error(
        "E0302",
        f"`{value}` is a value of `{owner}` and also the name of {with_article(kind)}",
        place,
        help=(f"a bare word must mean one thing: rename it here or at {declared.location}",),
    )


def _resolve(draft: Draft) -> None:
    if draft.unreadable:
        # Every rule about columns and components that are missing would be a mistake of its own.
        return
    values = NamedValues(draft)
    check_value_names(draft)
    tell_hidden_names(draft)
    try:
        values.check_all()
        resolve_restrictions(draft, values)
        check_wishes(draft, values)
        resolve_scenarios(draft, values)
    except RecursionError:
        # Each expression is shallow enough by itself; a chain of calcs is as deep as all of them together.
        draft.error(
            "E0110",
            "this value is computed through too many others, one inside the other",
            values.outermost,
            help=("compute it in fewer steps",),
        )


def check_header(draft: Draft) -> None:
    """The language version must be one we know, the time zone one that exists."""
    for module in draft.loaded.modules:
        header = module.file.header
        if not isinstance(header, CatalogHeader):
            continue
        if header.language not in {None, LANGUAGE}:
            draft.error(
                "E0206",
                f"the catalog is in version {header.language} of the language; this library reads {LANGUAGE}",
                header.span,
                help=("use a newer library",),
            )
        if header.timezone is not None and not _is_timezone(header.timezone.value):
            name = header.timezone.value
            help_lines = did_you_mean(name, available_timezones()) or ("such as `Europe/Berlin`",)
            draft.error("E0206", f"unknown time zone `{name}`", header.timezone.span, help=help_lines)
        elif header.timezone is not None:
            _check_days(draft, header.timezone)


def _check_days(draft: Draft, written: TextLiteral) -> None:
    """A day is one thing in a catalog: an imported one must not count its days elsewhere."""
    assert draft.loaded.entry is not None
    header = draft.loaded.entry.file.header
    own = header.timezone.value if isinstance(header, CatalogHeader) and header.timezone else DEFAULT_TIMEZONE
    if written.value != own:
        draft.error(
            "E0206",
            f"this file counts its days in {written.value}, the catalog in {own}",
            written.span,
            help=("name one time zone in the head of both",),
        )


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


STAGES: tuple[Stage, ...] = (
    Stage("header", check_header),
    # Columns and literals are in units, so units come first, of all files: they are global.
    Stage("units", declare_units),
    # Slots are filled from families.
    Stage("families", declare_families),
    Stage("places", declare_places),
    # What components cost and how long they take is in units and in the currency.
    Stage("replenishment", check_replenishment),
    # Expressions may name any slot, option or calc, wherever it is declared: after all of them.
    Stage("rules", _resolve),
)


def compile_catalog(
    entry: str,
    reader: CatalogReader,
    scenarios: Iterable[SourceFile] = (),
    parse: Parse = parse_catalog,
) -> CompileResult:
    """Compile the catalog whose header is in `entry`, a path within the reader's tree.

    All stages run as far as they can, so that one run tells every mistake; only a file that
    cannot be parsed or read ends it early, because what it would declare is missing.

    Args:
        entry: the path of the catalog's file.
        reader: gives the files.
        scenarios: files of scenarios for it: the catalog has what stands in them after its own, and the
            digest that it has without them.
        parse: as in `load_modules`.
    """
    with uncollected():
        return _compile(entry, reader, scenarios, parse)


def _compile(
    entry: str, reader: CatalogReader, scenarios: Iterable[SourceFile], parse: Parse
) -> CompileResult:
    loaded = load_modules(entry, reader, scenarios, parse)
    draft = Draft(loaded, reader)
    draft.diagnostics.extend(loaded.diagnostics)
    if not has_errors(loaded.diagnostics):
        for stage in STAGES:
            stage.run(draft)
    diagnostics = in_order(dict.fromkeys(draft.diagnostics))
    if has_errors(diagnostics):
        return CompileResult(None, diagnostics)
    check_nothing_dropped(draft)
    return CompileResult(_catalog(draft), diagnostics)


def check_nothing_dropped(draft: Draft) -> None:
    """Every rule, table and resource is in the catalog: one that is missing unreported is our own mistake."""
    kept = {restriction.key for restriction in draft.restrictions}
    lost = [key for key in draft.ids if key not in kept]
    if lost:
        raise AssertionError(f"dropped without a word: {', '.join(lost)}")


def _catalog(draft: Draft) -> Catalog:
    assert draft.loaded.entry is not None
    header = draft.loaded.entry.file.header
    assert isinstance(header, CatalogHeader)
    return Catalog(
        name=header.name.text,
        title=header.title.value if header.title else header.name.text,
        version=header.version.value if header.version else "",
        currency=draft.currency,
        timezone=header.timezone.value if header.timezone else DEFAULT_TIMEZONE,
        tested_on=header.tested_on,
        units=draft.units,
        families=draft.families,
        places=tuple(draft.places.values()),
        calcs=draft.calcs,
        restrictions=tuple(draft.restrictions),
        defaults=tuple(draft.defaults),
        wishes=tuple(draft.wishes),
        bundles=tuple(draft.bundles),
        scenarios=tuple(draft.scenarios),
        digest=catalog_digest(draft.loaded, draft.content),
        final_assembly=draft.final_assembly,
        assemblies=tuple(place for key, place in draft.assembly_places.items() if not key.startswith("@")),
    )
