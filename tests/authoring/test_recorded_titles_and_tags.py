"""Titles and tags that are given to `record_scenario`."""

from typing import Any

import pytest

from configurator.configurator import Configurator

LAMP = "catalog lamp\noption bright : yesno\n"


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        ({"tags": ['a { choose nothing expect valid } scenario "z"']}, ValueError, "`a { choose nothing"),
        ({"tags": ["smoke", "x, y"]}, ValueError, "`x, y` is no tag: a tag is a word of letters, digits"),
        ({"tags": ["1st"]}, ValueError, "`1st` is no tag: "),
        ({"tags": ["a\n# b"]}, ValueError, "`a # b` is no tag: "),
        ({"tags": [3]}, ValueError, "`3` is no tag: "),
        ({"tags": "smoke"}, TypeError, "tags are a list, such as `['smoke']`, not `'smoke'`"),
        ({"title": ""}, ValueError, "a scenario needs a title, and this one is empty"),
        ({"title": "two\nlines"}, ValueError, "a title is one line without control characters"),
        ({"title": 3}, TypeError, "a title is a text, not `3`"),
    ],
)
def test_what_the_language_cannot_write_is_refused(
    given: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error) as raised:
        Configurator.from_text(LAMP).record_scenario({}, **given)

    assert str(raised.value).startswith(told)


def test_tags_of_the_language_are_taken_each_once() -> None:
    found = Configurator.from_text(LAMP).record_scenario({}, tags=["größe-1", "when", "größe-1"])

    assert isinstance(found, str)
    assert found.startswith('scenario "nothing chosen" tags größe-1, when {')
