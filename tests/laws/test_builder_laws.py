"""What a program builds is what a text says: rebuilt catalogs, values as given, nothing smuggled in."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from assembly_twins import twins
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from rebuilt_catalogs import rebuilt
from wished_catalogs import bundled_catalogs, wished_catalogs
from written_texts import written_texts

from configurator import CatalogBuilder, CatalogBuildError, Configurator, format_text
from configurator.catalog_files import is_headed
from configurator.source import SourceFile
from configurator.syntax.nodes import CatalogHeader
from configurator.syntax.parser import parse_catalog
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(
    file
    for folder in ("catalogs", "tests/catalogs")
    for file in (ROOT / folder).rglob("*.pcat")
    if is_headed(file)
)

# ---------------------------------------------------------------- the same catalog as text


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_catalog_can_be_built_by_calls(file: Path) -> None:
    written = parse_catalog(SourceFile("catalog.pcat", file.read_text(encoding="utf-8"))).file
    assert written is not None

    text = rebuilt(written).text()
    again = parse_catalog(SourceFile("catalog.pcat", text)).file

    assert again is not None
    assert (written.header, written.statements) == (again.header, again.statements)


def text_and_files(catalog: MadeCatalog) -> tuple[str, dict[str, str]]:
    return catalog.text(), catalog.files()


MADE: st.SearchStrategy[tuple[str, dict[str, str]]] = st.one_of(
    made_catalogs().map(text_and_files),
    wished_catalogs(made_catalogs()).map(lambda made: text_and_files(made.catalog)),
    bundled_catalogs(made_catalogs()).map(lambda made: text_and_files(made.catalog)),
    twins().map(lambda made: (made.with_assembly, {})),
)


@examples(60)
@given(made=MADE)
def test_a_catalog_built_by_calls_has_the_digest_of_its_text(made: tuple[str, dict[str, str]]) -> None:
    text, files = made
    written = parse_catalog(SourceFile("catalog.pcat", text)).file
    assert written is not None

    built = rebuilt(written).build(files=files)

    assert Configurator.from_text(text, files=files).digest == built.digest


@examples(60)
@given(text=written_texts())
def test_whatever_the_grammar_takes_can_be_built_by_calls(text: str) -> None:
    written = parse_catalog(SourceFile("catalog.pcat", text)).file
    assert written is not None
    if not isinstance(written.header, CatalogHeader):
        return

    try:
        made = rebuilt(written).text()
    except CatalogBuildError:
        # Tables of the grammar have cells of any form: numbers in columns of texts, SKUs that stand twice.
        return
    again = parse_catalog(SourceFile("catalog.pcat", made)).file

    assert again is not None
    assert len(written.statements) == len(again.statements)
    assert format_text(made).or_raise().text == made


# ---------------------------------------------------------------- the values that were given

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(
    lambda text: text.splitlines() == [text]
)
SPECIAL = st.sampled_from(
    [
        " a",
        "a ",
        '"',
        '"a"',
        "\\",
        "\\|",
        "a|b",
        "|",
        "#",
        "-",
        "---",
        "yes",
        "5",
        "2026-01-01",
        "a, b",
        "any",
        "*",
    ]
)
WORDS = TEXTS | SPECIAL
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.decimals(-(10**6), 10**6, places=3),
    st.integers(-999, 999).map(lambda number: Fraction(number, 8)),
)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
ELEMENTS = st.frozensets(WORDS, max_size=3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "word": WORDS,
    "number": NUMBERS,
    "day": DAYS,
    "flag": st.booleans(),
    "elements": ELEMENTS,
}


@st.composite
def component_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of a table, with a SKU each."""
    skus = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    columns = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True))
    return [{"sku": sku, **{name: draw(VALUES[name]) for name in columns}} for sku in skus]


def values_of(built: Configurator, family: str) -> list[dict[str, Any]]:
    components = built.catalog.families[family].components
    return [{"sku": each.sku, **each.values} for each in components]


@examples(150)
@given(rows=component_rows(), title=TEXTS)
def test_components_have_the_values_that_were_given(rows: list[dict[str, Any]], title: str) -> None:
    made = CatalogBuilder("made", title, version=title)
    family = made.family("thing", title, choose="one")
    family.components(rows)

    built = made.build()

    assert rows == values_of(built, "thing")
    assert (title, title, title) == (
        built.catalog.title,
        built.catalog.version,
        built.catalog.families["thing"].title,
    )
    assert len(rows) == built.count().or_raise().value


@examples(60)
@given(row=component_rows().map(lambda rows: rows[0]))
def test_a_component_written_out_has_the_values_that_were_given(row: dict[str, Any]) -> None:
    made = CatalogBuilder("made")
    values = dict(row)
    made.family("thing", choose="one").component(values.pop("sku"), **values)

    assert [row] == values_of(made.build(), "thing")


@examples(60)
@given(
    values=st.lists(WORDS, min_size=2, max_size=4, unique=True),
    skus=st.lists(WORDS, min_size=2, max_size=4, unique=True),
)
def test_choices_and_cells_mean_the_values_that_were_given(values: list[str], skus: list[str]) -> None:
    made = CatalogBuilder("made")
    made.option("colour", "one of", values=values)
    made.family("thing", choose="one").components([{"sku": sku} for sku in skus])
    made.table("only", ["colour", "thing"], [[values[1], skus[1]], [[values[0]], skus]])
    made.default({"colour": values[1]})
    made.default({"thing": skus[1]})

    completed = made.build().complete().or_raise().configuration

    assert {"colour": values[1], "thing": skus[1]} == completed.to_dict()


# ---------------------------------------------------------------- nothing smuggled in

SMUGGLED = st.one_of(
    TEXTS,
    st.lists(
        st.sampled_from(
            [
                *("a", "b", "=", "yes", "1", "{", "}", "(", ")", "#", ",", "-", '"', '"x"', "| a |", "\n"),
                *("require", "when", "because", "requires", "expect", "valid", "choose", "default", "price"),
                *("calc c = 1", "rule r:", "for each"),
            ]
        ),
        max_size=7,
    ).map(" ".join),
)


@examples(200)
@given(text=SMUGGLED)
def test_a_piece_of_the_language_stays_one_piece(text: str) -> None:
    made = CatalogBuilder("made")
    calls: list[Callable[[], None]] = [
        lambda: made.calc("c", text),
        lambda: made.rule("r", text),
        lambda: made.rule("s", "require yes = no", when=text, because=text),
        lambda: made.rule("t", "- 1 = x requires no = no", when=text),
        lambda: made.default(text),
        lambda: made.default({"a": text}, when=text),
        lambda: made.bundle("d", choose=[text], about=text),
        lambda: made.resource("e", supply=text, demand=[text, "1"]),
        lambda: made.scenario(text, choose=text, expect=text),
        lambda: made.minimise(text),
        lambda: made.unit(text),
        lambda: made.slot(text, text, choose=text),
        lambda: made.option("o", "one of", values=[text]),
    ]
    taken = 0
    for call in calls:
        try:
            call()
        except CatalogBuildError:
            continue
        taken += 1

    read = parse_catalog(SourceFile("catalog.pcat", made.text())).file

    assert read is not None
    assert taken == len(read.statements)
