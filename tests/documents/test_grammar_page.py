"""The page of the grammar is made from the grammars, and it names all there is in them."""

import re

import pytest
from grammar_page import IGNORED, OWNERS, PAGE, TITLES, grammar_page, keyword_owners, read_grammar, words_of
from pages import DOCS

from configurator.syntax import grammar, vocabulary

TEXT = PAGE.read_text(encoding="utf-8")
LANGUAGE = (DOCS / "reference" / "language.md").read_text(encoding="utf-8")
GRAMMARS = [read_grammar(name) for name in TITLES]
KEYWORDS = keyword_owners(GRAMMARS)
HEADINGS = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)


def test_the_page_is_what_its_script_writes() -> None:
    assert grammar_page() == TEXT, "run `python tests/documents/grammar_page.py`"


@pytest.mark.parametrize("name", grammar.START_RULES)
def test_every_rule_of_a_grammar_stands_on_the_page(name: str) -> None:
    # Lark adds rules of its own for repetitions and for each use of a template.
    origins = {rule.origin.name for rule in grammar.load_parser(name).rules}
    written = {str(origin).partition("{")[0].strip("_") for origin in origins if "__" not in origin}

    assert written
    assert set() == written - set(HEADINGS)


@pytest.mark.parametrize("name", grammar.START_RULES)
def test_every_pattern_of_a_grammar_stands_on_the_page(name: str) -> None:
    loaded = {terminal.name for terminal in grammar.load_parser(name).terminals} - IGNORED
    written = {terminal: words_of(pattern) for terminal, pattern in read_grammar(name).terminals.items()}
    patterns = re.findall(r"^([A-Z]+) += /", TEXT, re.MULTILINE)

    assert loaded == written.keys() - IGNORED
    assert set() == {terminal for terminal in loaded if not written[terminal]} - set(patterns)
    assert [] == [word for words in written.values() for word in words if f'"{word}"' not in TEXT]


def test_no_two_headings_can_be_taken_for_each_other() -> None:
    assert len(set(HEADINGS)) == len(HEADINGS)


def test_every_word_belongs_to_something() -> None:
    assert [] == [word for word, owners in KEYWORDS.items() if not owners]
    assert set(OWNERS) == {owner for owners in KEYWORDS.values() for owner in owners}


def test_the_words_are_those_that_messages_know() -> None:
    terminals = grammar.load_parser("pcat").terminals
    known = {word for terminal in terminals for word in vocabulary.words_of(terminal.name)} - {
        "blank",
        "comment",
    }

    assert known == set(KEYWORDS) - {"×"}


@pytest.mark.parametrize("word", KEYWORDS)
def test_every_word_occurs_in_the_reference(word: str) -> None:
    # In examples or between backticks: a word of prose explains nothing.
    code = " ".join(re.findall(r"^```.*?^```|`[^`\n]+`", LANGUAGE, re.MULTILINE | re.DOTALL))

    assert re.search(rf"(?<!\w){word}(?!\w)", code)
