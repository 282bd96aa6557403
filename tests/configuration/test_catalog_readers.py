"""Catalogs whose files come from a reader of one's own."""

import pickle
from datetime import date

import pytest
from attrs import frozen

from configurator.catalog.loading import ReadProblem
from configurator.configurator import Configurator
from configurator.errors import CatalogError

ROWS = {
    "cup.pcat": 'catalog cup "Cup" version "1"\nimport "colours.pcat"\n',
    "colours.pcat": "option colour : one of { white, blue }\n",
}


@frozen
class RowReader:
    """Reads files from rows of a table."""

    name: str

    def read(self, path: str) -> bytes | ReadProblem:
        found = ROWS.get(path)
        return ReadProblem(f"there is no row `{path}`") if found is None else found.encode()

    def shown(self, path: str) -> str:
        return f"{self.name}/{path}"


def test_a_catalog_is_loaded_with_all_it_imports() -> None:
    cup = Configurator.from_reader("cup.pcat", RowReader("shop"))

    assert [{"colour": "white"}, {"colour": "blue"}] == [dict(found) for found in cup.configurations()]


def test_what_the_reader_has_not_is_told_in_its_words() -> None:
    with pytest.raises(CatalogError, match=r"there is no row `mug.pcat`"):
        Configurator.from_reader("mug.pcat", RowReader("shop"))


def test_pickling_asks_the_reader_again() -> None:
    cup = Configurator.from_reader("cup.pcat", RowReader("shop"), engine="sat")
    again = pickle.loads(pickle.dumps(cup))  # noqa: S301 - our own bytes

    assert cup.digest == again.digest
    assert "sat" == again.product(date(2026, 6, 15)).engine.name
