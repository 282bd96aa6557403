"""Whatever a catalog says, it is shown in the published form."""

import json
from typing import Any

import pytest
from assembly_twins import twins
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from wished_catalogs import bundled_catalogs, wished_catalogs

from configurator import Configurator
from configurator.serialization_catalog import catalog_json, catalog_schema
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.products import DAY


def text_and_files(catalog: MadeCatalog) -> tuple[str, dict[str, str]]:
    return catalog.text(), catalog.files()


MADE: st.SearchStrategy[tuple[str, dict[str, str]]] = st.one_of(
    made_catalogs().map(text_and_files),
    wished_catalogs(made_catalogs()).map(lambda made: text_and_files(made.catalog)),
    bundled_catalogs(made_catalogs()).map(lambda made: text_and_files(made.catalog)),
    twins().map(lambda made: (made.with_assembly, {})),
)


def problems(shown: Any) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(catalog_schema())
    parts = {"$ref": "#/$defs/catalog", "$defs": schema["$defs"]}
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(parts).iter_errors(shown))
    return [] if error is None else [f"{error.json_path}: {error.message[:200]}"]


@examples(40)
@given(made=MADE)
def test_every_catalog_is_shown_as_the_schema_says(made: tuple[str, dict[str, str]]) -> None:
    text, files = made
    catalog = Configurator.from_text(text, files=files).catalog

    shown = json.loads(json.dumps(catalog_json(catalog, DAY), allow_nan=False))

    assert [] == problems(shown)
    assert len(catalog.restrictions) == len(shown["rules"])
    assert [len(family.components) for family in catalog.families.values()] == [
        len(family["components"]) for family in shown["families"]
    ]
