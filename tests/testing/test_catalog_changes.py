"""Two versions of a catalog: both load, every kind of edit is reached, and the words say what was done."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import Phase, find, given, seed, settings
from hypothesis import strategies as st

from configurator import Configurator
from configurator.catalog.compilation import CompileResult, compile_catalog
from configurator.errors import StrategyError
from configurator.source import SourceFile
from configurator.syntax.parser import ParseResult, parse_catalog
from configurator.testing import CatalogChange, CatalogSample, catalog_changes, catalogs
from configurator.testing.made import changes
from configurator.testing.made.edits import EDIT_KINDS, SURE, EditKind

MUG = CatalogSample(
    """\
catalog mug currency EUR

unit mm

family body choose one {
  | sku    | height [mm] | price [EUR] |
  |--------|-------------|-------------|
  | MUG-W  |          95 |        4.50 |
  | MUG-XL |         120 |        6.20 |
}

option print : one of { plain, logo }

option gift : yesno

rule no-large-logo:
  when body.height > 100 mm
  require print = plain

table heights forbid {
  | body.height [mm] |
  | 40               |
  | 200              |
}

prefer small: body.height < 100 mm

default body = "MUG-W"
"""
)
"""A catalog in which every kind of edit is possible."""
TRIED = settings(max_examples=10, derandomize=True, deadline=None)
SIMPLEST = settings(
    max_examples=100,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(change=catalog_changes())
def test_both_versions_load_and_something_was_changed(change: CatalogChange) -> None:
    old, new = change.configurators

    assert old.catalog.places
    assert new.catalog.places
    assert change.old != change.new
    assert 1 <= len(change.edits) == len(change.kinds) <= 3


def test_every_kind_of_edit_is_reached() -> None:
    found: Counter[EditKind] = Counter()

    @settings(max_examples=40, database=None, deadline=None, phases=[Phase.generate])
    @given(change=catalog_changes(MUG))
    def collect(change: CatalogChange) -> None:
        found.update(change.kinds)

    for number in range(8):
        seed(number)(collect)()

    assert set(EDIT_KINDS) == set(found)


@pytest.mark.parametrize("kind", EDIT_KINDS)
def test_a_kind_that_is_wanted_is_what_is_done(kind: EditKind) -> None:
    @TRIED
    @given(change=catalog_changes(MUG, kinds=[kind], max_edits=1))
    def check(change: CatalogChange) -> None:
        assert (kind,) == change.kinds
        assert change.old is MUG

    check()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("component added", "`new0`, a copy of `MUG-W`, is in `body`"),
        ("component removed", "`MUG-XL` is no longer in `body`"),
        ("component moved", "`MUG-XL` comes before `MUG-W`"),
        ("component renamed", "`MUG-W` is called `other0`"),
        ("value changed", "`height` of `MUG-W` is 96, not 95"),
        ("price changed", "`price` of `MUG-W` is 5.50, not 4.50"),
        ("bound shifted", "a number in `no-large-logo` is 101, not 100"),
        ("rule added", "rule `added-0` forbids `MUG-W`"),
        ("rule dropped", "`no-large-logo` is gone"),
        ("rule moved", "`no-large-logo` stands at the end"),
        ("severity changed", "`no-large-logo` warns"),
        ("row dropped", "`heights` has no row 1 any more"),
        ("place added", "`extra0` is there"),
        ("place removed", "`gift` is gone"),
        ("place renamed", "`body` is called `renamed0`"),
        ("cardinality changed", "`body` says `choose optional`"),
        ("option sort changed", "`print` is `one of { plain, fancy }`"),
        ("period set", "`no-large-logo` is effective from 2026-06-15"),
        ("wish dropped", "the wish `small` is gone"),
    ],
)
def test_the_words_say_what_was_done(kind: EditKind, expected: str) -> None:
    simplest = find(catalog_changes(MUG, kinds=[kind]), lambda _: True, settings=SIMPLEST)

    assert (expected,) == simplest.edits


def test_a_component_that_is_added_stands_behind_the_one_it_is_like() -> None:
    change = find(catalog_changes(MUG, kinds=["component added"]), lambda _: True, settings=SIMPLEST)

    assert ["MUG-W", "new0", "MUG-XL"] == [
        component.sku for component in change.configurators[1].catalog.families["body"].components
    ]


def test_a_place_that_is_renamed_is_renamed_wherever_it_is_named() -> None:
    change = find(catalog_changes(MUG, kinds=["place renamed"]), lambda _: True, settings=SIMPLEST)

    assert isinstance(change.new, CatalogSample)
    assert MUG.text.replace("body", "renamed0") == change.new.text


def test_a_change_shrinks_to_one_edit() -> None:
    def adds_a_rule(change: CatalogChange) -> bool:
        return "rule added" in change.kinds

    assert ("rule added",) == find(
        catalog_changes(MUG), adds_a_rule, settings=settings(SIMPLEST, max_examples=3_000)
    ).kinds


@TRIED
@given(data=st.data())
def test_a_catalog_that_was_loaded_is_changed_as_one_that_was_drawn(data: st.DataObject) -> None:
    asked = Configurator.from_text(MUG.text)
    change = data.draw(catalog_changes(asked))

    assert change.old is asked
    assert isinstance(change.new, Configurator)
    assert asked.digest != change.new.digest or change.kinds[0] in {"rule moved", "component moved"}


@settings(max_examples=3, derandomize=True, deadline=None)
@given(change=catalog_changes(Configurator.load("package:bicycle")))
def test_shipped_catalogs_with_imports_and_csv_files_can_be_changed(change: CatalogChange) -> None:
    assert "bicycle" == change.configurators[1].catalog.name


@pytest.mark.parametrize("kind", sorted(SURE))
@settings(max_examples=25, derandomize=True, deadline=None)
@given(data=st.data())
def test_edits_that_are_not_tried_load_nevertheless(kind: EditKind, data: st.DataObject) -> None:
    change = data.draw(catalog_changes(data.draw(catalogs()), kinds=[kind], max_edits=2))

    assert change.configurators[1].catalog.places


@pytest.mark.parametrize("name", ["bicycle", "coffee_machine", "desktop_pc", "kitchen", "lift"])
def test_edits_of_shipped_catalogs_that_are_not_tried_load_nevertheless(name: str) -> None:
    @settings(max_examples=6, derandomize=True, deadline=None)
    @given(change=catalog_changes(Configurator.load(f"package:{name}"), kinds=SURE))
    def check(change: CatalogChange) -> None:
        assert name == change.configurators[1].catalog.name

    check()


def test_a_draw_reads_the_files_that_change_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()

    def counted(source: SourceFile) -> ParseResult:
        read[source.name] += 1
        return parse_catalog(source)

    monkeypatch.setattr(changes, "parse_catalog", counted)
    text = 'catalog made\nimport "parts.pcat"\noption gift : yesno\n'
    parts = "family body choose one {\n  | sku | size |\n  |---|---|\n  | B1 | 1 |\n  | B2 | 2 |\n}\n"
    strategy = catalog_changes(
        Configurator.from_text(text, files={"parts.pcat": parts}), kinds=["place added"]
    )

    @TRIED
    @given(change=strategy)
    def check(change: CatalogChange) -> None:
        assert {"place added"} == set(change.kinds)

    check()

    assert 1 == read["parts.pcat"] < read["catalog.pcat"]


def test_a_version_of_a_catalog_that_was_loaded_is_loaded_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[str] = []

    def counted(entry: str, *given: Any, **more: Any) -> CompileResult:
        loaded.append(entry)
        return compile_catalog(entry, *given, **more)

    monkeypatch.setattr(changes, "compile_catalog", counted)
    strategy = catalog_changes(Configurator.from_text(MUG.text), kinds=["price changed"])
    change = find(strategy, lambda _: True, settings=SIMPLEST)

    assert not loaded
    assert change.new is change.configurators[1]
    assert ["catalog.pcat"] == loaded


@settings(max_examples=20, derandomize=True, deadline=None)
@given(data=st.data())
def test_where_a_kind_is_not_possible_a_place_is_added(data: st.DataObject) -> None:
    catalog = data.draw(catalogs(constructs=[]))

    assert ("place added",) == data.draw(catalog_changes(catalog, kinds=["rule dropped"], max_edits=1)).kinds


@pytest.mark.parametrize(
    ("kinds", "most", "message"),
    [(["wheels turned"], 3, "unknown kind of edit `wheels turned`"), (None, 0, "at least one edit")],
)
def test_what_cannot_be_done_is_refused(kinds: list[EditKind] | None, most: int, message: str) -> None:
    with pytest.raises(StrategyError, match=message):
        catalog_changes(MUG, kinds=kinds, max_edits=most)
