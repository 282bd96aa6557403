"""Recording: choices and what is the case of them as a scenario that passes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import frozen

from configurator.acceptance.orders import OrderLine, read_order
from configurator.acceptance.stock_facts import StockTerms
from configurator.authoring.recording import scenario_text
from configurator.authoring.scenarios.asked import AskedScenario
from configurator.authoring.scenarios.expecting import what_is_so
from configurator.authoring.scenarios.running import run_scenario
from configurator.catalog.choices import PlaceChoice, SlotChoice, place_of
from configurator.catalog.expressions import Calc
from configurator.catalog.model import Bundle, Catalog, Scenario
from configurator.catalog.structure import ProductOption, Slot
from configurator.catalog.values import format_value
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.model import ComponentQuantity, PlaceValue
from configurator.configuration.nested_choices import chosen_value
from configurator.configuration.product import PreparedProduct
from configurator.configuration.saved import SavedConfiguration
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import SearchLimits
from configurator.errors import ChoiceError, SearchLimitError
from configurator.source import SourceFile, Span
from configurator.syntax.nodes import CatalogFile, ScenarioDeclaration
from configurator.syntax.parser import parse_catalog

ReadScenario = Callable[[str], Scenario]
"""Reads the text of one scenario for the catalog."""

_NOT_IN_TITLES = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_NOWHERE = Span(SourceFile("", ""), 0, 0)


@frozen(eq=False)
class Case:
    """What is to be recorded.

    Attributes:
        calcs: whose values are expected where everything is decided.
        terms: what there is of components; `None` asks nothing about stock.
    """

    title: str
    choices: Choices
    bundles: tuple[Bundle, ...]
    calcs: tuple[Calc, ...] = ()
    terms: StockTerms | None = None
    tags: tuple[str, ...] = ()


def record(case: Case, product: PreparedProduct, read: ReadScenario, limits: SearchLimits) -> str:
    """The text of a scenario that expects what is the case, and passes.

    Args:
        case: what is recorded.
        product: of the catalog on the day, without bundles.
        read: reads the text for the catalog.
        limits: of finding out and of trying.

    Raises:
        ChoiceError: no scenario can say what was chosen.
        SearchLimitError: a limit keeps it from being known.
        ValueError: a tag is no name.
    """
    catalog, day = product.catalog, product.lowered.as_of
    keys = tuple(bundle.key for bundle in case.bundles)
    scenario = Scenario(
        title=case.title,
        tags=case.tags,
        todo=False,
        day=day,
        stock=(),
        bundles=keys,
        choices=case.choices,
        expectations=(),
        title_span=_NOWHERE,
        span=_NOWHERE,
    )
    asked = AskedScenario.of(scenario, product, limits)
    flat = {place_of(choice): choice for choice in case.choices}
    for found in what_is_so(asked, case.terms, case.calcs):
        text = scenario_text(
            catalog,
            case.title,
            flat,
            found.expectations,
            day=day,
            bundles=keys,
            stock=found.stock,
            tags=case.tags,
        )
        outcome = run_scenario(read(text), day, lambda _: product, limits)
        if outcome.state == "passed":
            return text
        limits.check()
    raise SearchLimitError("what was found out could not be found again")


# ---------------------------------------------------------------- what is given


def recorded_lines(catalog: Catalog, order: object) -> tuple[str | None, tuple[OrderLine, ...]]:
    """The id and the lines of an order, of choices, or of a saved configuration.

    Raises:
        OrderError: it is none of them.
    """
    if isinstance(order, SavedConfiguration):
        order = order.to_dict()
    if isinstance(order, Mapping) and "choices" not in catalog.place_of:
        choices = order.get("choices")
        if isinstance(choices, Mapping):
            order = {"lines": [{"configuration": dict(choices), "bundles": order.get("bundles")}]}
    read = read_order(order)
    return read.id, read.lines


def calcs_named(catalog: Catalog, names: Sequence[str] | None) -> tuple[Calc, ...]:
    """Calcs by name; `price`, where there is one, when nobody says.

    Raises:
        ChoiceError: there is no such calc.
        TypeError: the names are one text instead of several.
    """
    if names is None:
        return (catalog.calcs["price"],) if "price" in catalog.calcs else ()
    if isinstance(names, str):
        raise TypeError(f"calcs are a list, such as `['price']`, not `{names!r}`")
    unknown = [name for name in names if name not in catalog.calcs]
    if unknown:
        raise ChoiceError(
            [f"there is no calc `{name}`" for name in unknown], did_you_mean(unknown[0], catalog.calcs)
        )
    return tuple(catalog.calcs[name] for name in dict.fromkeys(names))


def tags_named(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as the language reads them, each once.

    Raises:
        TypeError: they are one text instead of several.
        ValueError: one of them is no tag of the language.
    """
    if isinstance(tags, str):
        raise TypeError(f"tags are a list, such as `['smoke']`, not `{tags!r}`")
    for tag in tags:
        if not isinstance(tag, str) or not _is_tag(tag):
            told = " ".join(str(tag).split())
            raise ValueError(f"`{told}` is no tag: {A_TAG}")
    return tuple(dict.fromkeys(tags))


A_TAG = "a tag is a word of letters, digits, `_` and `-` that begins with a letter, such as `smoke`"


def _is_tag(tag: str) -> bool:
    """Whether the parser reads a text as a tag, and as nothing but that."""
    written = f'scenario "tagged" tags {tag} {{ choose nothing expect valid }}\n'
    match parse_catalog(SourceFile("tag", written)).file:
        case CatalogFile(statements=(ScenarioDeclaration(tags=(found,)),)):
            return found.text == tag
        case _:
            return False


def check_title(title: str | None) -> None:
    """See that the language can write a title as it is.

    Raises:
        TypeError: it is no text.
        ValueError: it is empty, or has line ends or other control characters in it.
    """
    if title is None:
        return
    if not isinstance(title, str):
        raise TypeError(f"a title is a text, not `{title!r}`")
    if not title.strip():
        raise ValueError("a scenario needs a title, and this one is empty")
    if _NOT_IN_TITLES.search(title):
        raise ValueError(f"a title is one line without control characters, not {title!r}")


def read_line(
    catalog: Catalog, line: OrderLine, bundles: Iterable[str], *, only: bool
) -> tuple[Choices, tuple[Bundle, ...]]:
    """The choices of a line and the bundles that are applied.

    Raises:
        ChoiceError: a choice or a bundle that the catalog does not have.
    """
    applied = read_bundles(catalog, tuple(dict.fromkeys((*line.bundles, *bundles))))
    return read_choices(catalog, line.configuration, only=only, bundles=applied), applied


# ---------------------------------------------------------------- titles


MOST_TOLD = 3
"""Choices that a title names."""


def title_of(catalog: Catalog, choices: Choices, bundles: Sequence[Bundle]) -> str:
    """A title from what is chosen: `cpu CPU-7600, gpu none and 4 more`."""
    told = [*(bundle.key for bundle in bundles), *(_told(catalog, choice) for choice in choices)]
    if not told:
        return "nothing chosen"
    more = len(told) - MOST_TOLD
    head = ", ".join(told[:MOST_TOLD])
    return f"{head} and {more} more" if more > 0 else head


def _told(catalog: Catalog, choice: PlaceChoice) -> str:
    place = catalog.place_of[place_of(choice)]
    assert isinstance(place, Slot | ProductOption)
    value = chosen_value(place, choice)
    if isinstance(choice, SlotChoice) and not choice.units:
        value = None
    return f"{place.key} {'with ' if choice.at_least else ''}{_words(value)}"


def _words(value: PlaceValue) -> str:
    match value:
        case None:
            return "none"
        case ComponentQuantity(component=component, quantity=quantity):
            return f"{quantity} x {component}" if quantity > 1 else component
        case tuple():
            return " and ".join(_words(each) for each in value) or "none"
        case _:
            return format_value(value)
