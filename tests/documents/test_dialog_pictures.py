"""The pictures of the dialog show what the dialog shows now, and lead nowhere."""

import re

import pytest
from dialog_picture import PICTURES, Picture, draw, load, texts

from configurator import Configurator


@pytest.fixture(scope="module")
def desktop_pc() -> Configurator:
    return load()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file)
def test_a_picture_of_the_dialog_is_up_to_date(picture: Picture, desktop_pc: Configurator) -> None:
    kept = picture.path.read_text(encoding="utf-8")

    # Colours and letters may differ between versions of textual; `dialog_picture.py` draws them anew.
    assert texts(draw(picture, desktop_pc)) == texts(kept)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file)
def test_a_picture_of_the_dialog_leads_nowhere(picture: Picture) -> None:
    kept = picture.path.read_text(encoding="utf-8")

    assert ["http://www.w3.org/2000/svg"] == re.findall(r"\w+://[^\"') ]*", kept)
    assert "<script" not in kept
