"""Random catalogs with every construct: they load, reach the whole grammar, and shrink to short ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from random import Random
from textwrap import dedent

import pytest
from hypothesis import Phase, find, given, seed, settings
from hypothesis import strategies as st

from configurator import Configurator
from configurator.diagnostics.diagnostic import has_errors
from configurator.errors import StrategyError
from configurator.source import SourceFile
from configurator.syntax.grammar import load_parser
from configurator.syntax.parser import parse_catalog
from configurator.testing import CatalogSample, catalogs
from configurator.testing.made.whole import CONSTRUCTS

NUMBER, RUNS = 750, 15
Use = tuple[str, str]
"""A rule of a grammar (by its alias if it has one), and something that may stand in it."""
WORKBOOKS = {("source", "XLSX"), ("sheet", "_SHEET"), ("sheet", "TEXT")}
"""Not reached: a workbook is no text, and reading one needs the extra `excel`."""
WITHOUT_RULES = [each for each in CONSTRUCTS if each not in {"rules", "tables", "resources"}]
SMALLEST = settings(
    database=None, deadline=None, phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False
)


@cache
def sample() -> tuple[CatalogSample, ...]:
    """Many catalogs, the same in every run. One run alone would vary what it has found again and again."""
    found: list[CatalogSample] = []

    @settings(max_examples=NUMBER // RUNS, database=None, deadline=None, phases=[Phase.generate])
    @given(catalog=catalogs())
    def collect(catalog: CatalogSample) -> None:
        found.append(catalog)

    for number in range(RUNS):
        seed(number)(collect)()
    return tuple(found)


@contextmanager
def uses_of_the_grammars(every: set[Use], found: set[Use]) -> Iterator[None]:
    """Gather what may stand in the rules of both grammars, and what did while the body ran."""
    parsers = [load_parser("pcat"), load_parser("cell")]
    kept = [dict(parser._callbacks) for parser in parsers]
    for parser in parsers:
        for rule, build in list(parser._callbacks.items()):
            # The third item of a list stands in a rule that Lark made up.
            uses = {
                (str(rule.alias or rule.origin.name), symbol.name)
                for symbol in rule.expansion
                if not symbol.name.startswith("__")
            }
            every |= uses

            def watched(
                *children: object, uses: set[Use] = uses, build: Callable[..., object] = build
            ) -> object:
                found.update(uses)
                return build(*children)

            parser._callbacks[rule] = watched
    try:
        yield
    finally:
        for parser, callbacks in zip(parsers, kept, strict=True):
            parser._callbacks.update(callbacks)


# ---------------------------------------------------------------- what they reach


def test_samples_use_everything_that_the_grammars_allow() -> None:
    every, found = set[Use](), set[Use]()

    with uses_of_the_grammars(every, found):
        for catalog in sample():
            Configurator.from_text(catalog.text, files=catalog.files)
            if "scenarios.pcat" in catalog.files:
                parse_catalog(SourceFile("scenarios.pcat", catalog.files["scenarios.pcat"]))

    assert WORKBOOKS == every - found


def test_samples_load_without_errors_and_have_places() -> None:
    assert not any(has_errors(catalog.configurator.diagnostics) for catalog in sample())
    assert all(catalog.configurator.catalog.places for catalog in sample())


@settings(max_examples=60, derandomize=True, deadline=None)
@given(catalog=catalogs())
def test_something_is_valid_and_every_scenario_is_met(catalog: CatalogSample) -> None:
    asked = catalog.configurator
    states = {outcome.state for outcome in asked.test().outcomes}

    assert next(iter(asked.configurations(limit=1)), None) is not None
    assert states <= {"passed", "skipped"}


@settings(max_examples=30, derandomize=True, deadline=None)
@given(catalog=catalogs(max_combinations=300, constructs=WITHOUT_RULES))
def test_no_more_combinations_than_asked_for(catalog: CatalogSample) -> None:
    assert 1 <= sum(1 for _ in catalog.configurator.configurations()) <= 300


@settings(max_examples=30, derandomize=True, deadline=None)
@given(catalog=catalogs(max_families=2, max_components=3, max_options=1, constructs=["options"]))
def test_no_more_families_components_and_options_than_asked_for(catalog: CatalogSample) -> None:
    found = catalog.configurator.catalog

    assert 1 <= len(found.families) <= 2
    assert all(1 <= len(family.components) <= 3 for family in found.families.values())
    assert catalog.text.count("\noption ") <= 1


@settings(max_examples=40, derandomize=True, deadline=None)
@given(catalog=catalogs(constructs=()))
def test_without_constructs_there_are_families_written_as_tables(catalog: CatalogSample) -> None:
    starts = {line.split()[0] for line in catalog.text.splitlines() if line[:1].isalpha()}

    assert starts <= {"catalog", "unit", "family", "slot"}
    assert {} == catalog.files


@pytest.mark.parametrize("construct", ["assemblies", "csv", "imports", "scenarios", "bundles", "resources"])
@settings(max_examples=30, derandomize=True, deadline=None)
@given(data=st.data())
def test_a_construct_that_is_left_out_does_not_appear(construct: str, data: st.DataObject) -> None:
    words = {"assemblies": "assembly ", "csv": "from csv", "imports": "import ", "bundles": "bundle "}
    catalog = data.draw(catalogs(constructs=[each for each in CONSTRUCTS if each != construct]))
    word = words.get(construct, f"{construct.rstrip('s')} ")

    assert not any(line.strip().startswith(word) for line in catalog.text.splitlines())


# ---------------------------------------------------------------- how they are drawn


@pytest.mark.parametrize(
    "wanted",
    [
        catalogs(),
        catalogs(valid=False),
        catalogs(max_families=1, max_components=1, max_options=0, max_rules=0),
        catalogs(max_families=6, max_components=12, max_options=4, max_rules=12, max_combinations=10**9),
        catalogs(max_combinations=1),
    ],
    ids=["plain", "anything", "tiny", "large", "one combination"],
)
def test_health_checks_have_nothing_to_say(wanted: st.SearchStrategy[CatalogSample]) -> None:
    @settings(max_examples=60, database=None, phases=[Phase.generate])
    @given(catalog=wanted)
    def draw(catalog: CatalogSample) -> None:
        drawn.append(catalog)

    drawn: list[CatalogSample] = []
    draw()

    assert drawn


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (lambda _: True, ""),
        (
            lambda sample: "\nrule " in sample.text,
            """
            rule rule-0:
              require s0.size = s0.size
            """,
        ),
        (
            lambda sample: "\noption " in sample.text,
            """
            option o0 : one of { alpha, beta }
            """,
        ),
    ],
    ids=["anything", "a rule", "an option"],
)
def test_samples_shrink_to_the_shortest_catalog(
    wanted: Callable[[CatalogSample], object], expected: str
) -> None:
    assert smallest(expected) == shortest(catalogs(max_families=2), wanted)


def test_without_a_promise_the_shortest_catalog_with_nothing_valid_has_one_rule() -> None:
    found = shortest(
        catalogs(valid=False, max_families=1, constructs=["rules"]),
        lambda sample: next(iter(sample.configurator.configurations(limit=1)), None) is None,
    )

    assert found.text.startswith(f"{smallest('').text}\nrule rule-0:\n  ")
    assert len(smallest("").text.splitlines()) + 3 == len(found.text.splitlines())


def shortest(
    strategy: st.SearchStrategy[CatalogSample], wanted: Callable[[CatalogSample], object]
) -> CatalogSample:
    """What a failing test about a catalog ends with."""
    dice = Random(0)  # noqa: S311 - the same in every run
    return find(strategy, lambda sample: bool(wanted(sample)), settings=SMALLEST, random=dice)


def smallest(more: str) -> CatalogSample:
    """The smallest catalog, with something behind it."""
    family = """\
    catalog made

    family s0 choose one {
      | sku | size |
      |---|---|
      | k00 | 1 |
    }
    """
    return CatalogSample(dedent(family) + dedent(more))


# ---------------------------------------------------------------- what a sample is


def test_the_repr_of_a_sample_can_be_pasted() -> None:
    assert all(catalog == eval(repr(catalog)) for catalog in sample())  # noqa: S307 - what is tested


def test_the_repr_of_a_sample_shows_its_source() -> None:
    expected = '''CatalogSample("""\\
catalog a

import "b.pcat"
""", files={
    'b.pcat': """\\
family s choose one { | sku | size |
| x \\\\| y | 1 | }
""",
})'''
    files = {"b.pcat": "family s choose one { | sku | size |\n| x \\| y | 1 | }\n"}

    assert expected == repr(CatalogSample('catalog a\n\nimport "b.pcat"\n', files=files))


def test_a_sample_is_loaded_once() -> None:
    catalog = sample()[0]

    assert catalog.configurator is catalog.configurator


def test_samples_that_say_the_same_are_equal() -> None:
    first, second = (CatalogSample("catalog a\n", {"b": "c"}) for _ in range(2))

    assert first == second
    assert hash(first) == hash(second)


def test_an_unknown_construct_is_refused() -> None:
    with pytest.raises(StrategyError, match="unknown construct `wheels`"):
        catalogs(constructs=["wheels"])  # type: ignore[list-item]  # on purpose


def test_a_catalog_needs_a_family() -> None:
    with pytest.raises(StrategyError, match="at least one family"):
        catalogs(max_families=0)
