"""Every example of the language reference can be read, and the reference names every statement."""

import re
from pathlib import Path

import pytest

from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import BLOCK_WORDS, OPERATOR_WORDS, TOP_LEVEL_WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```pcat\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_can_be_read(example: str) -> None:
    assert render_text(parse_catalog(SourceFile("language.md", example)).diagnostics) == ""


@pytest.mark.parametrize("word", sorted(TOP_LEVEL_WORDS | BLOCK_WORDS))
def test_every_statement_has_an_example(word: str) -> None:
    assert any(re.search(rf"(?m)^\s*{word}\b", example) for example in EXAMPLES)


def test_reserved_words_are_listed() -> None:
    listed = re.search(r"would read otherwise: `([a-z ]+)`", PAGE)

    assert listed is not None
    assert set(listed[1].split()) == OPERATOR_WORDS


def test_message_shown_is_the_message_given() -> None:
    shown = re.search(r"^```text\n(error\[E0102\].*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    result = parse_catalog(SourceFile("pc.pcat", "family cpu chose one {\n}"))

    assert shown is not None
    assert shown[1] == render_text(result.diagnostics)
