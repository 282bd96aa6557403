"""The language page is true: its examples compile, its scenarios pass, no word of the language is missing."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from grammar_page import keywords_of, read_grammar
from pages import Block

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")

from language_examples import CONTEXTS, HEADER, PAGE, around, catalog_text, examples, files_beside

from configurator import Configurator, Incomplete, Invalid
from configurator.authoring.scenarios.outcomes import ScenarioReport
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile, Span
from configurator.syntax import grammar
from configurator.syntax.cells import parse_cell
from configurator.syntax.formatting.formatter import Formatted, format_text
from configurator.syntax.nodes import Cell
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import BLOCK_WORDS, OPERATOR_WORDS, TOP_LEVEL_WORDS

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = examples()
OF_SCENARIOS = tuple(block for block in EXAMPLES if block.text.startswith("scenarios for"))
CATALOGS = tuple(block for block in EXAMPLES if block not in OF_SCENARIOS)


def place(block: Block) -> str:
    return block.place


def failures(report: ScenarioReport) -> list[str]:
    return [
        f"{outcome.title}: expected {each.expected}, got {each.got}"
        for outcome in report
        for each in outcome.expectations
        if each.state != "passed"
    ]


@pytest.mark.parametrize("block", CATALOGS, ids=place)
def test_an_example_compiles_and_its_scenarios_pass(block: Block) -> None:
    catalog = Configurator.from_text(catalog_text(block), name=PAGE.name, files=files_beside(block))

    # On this day everything that an example puts in force is in force.
    assert not isinstance(catalog.validate({}, as_of=date(2027, 1, 15)), Invalid)
    assert [] == failures(catalog.test())


@pytest.mark.parametrize("block", OF_SCENARIOS, ids=place)
def test_a_file_of_scenarios_passes(block: Block, tmp_path: Path) -> None:
    for name, content in files_beside(block).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (tmp_path / "pc.pcat").write_text(around(block), encoding="utf-8")
    (tmp_path / "scenarios.pcat").write_text(block.text, encoding="utf-8")
    catalog = Configurator.load(tmp_path / "pc.pcat")

    report = catalog.test(catalog.read_scenarios(tmp_path / "scenarios.pcat"))

    assert 1 == report.number("passed")
    assert [] == failures(report)


@pytest.mark.parametrize("block", EXAMPLES, ids=place)
def test_an_example_is_in_the_one_form(block: Block) -> None:
    formatted = format_text(block.text, block.place)

    assert isinstance(formatted, Formatted), formatted
    assert formatted.text == block.text


def first_column(heading: str) -> list[str]:
    """What stands between backticks in the first column of the table with these headings."""
    rows = TEXT.partition(f"{heading}\n|---|---|\n")[2].partition("\n\n")[0]
    return [code for row in rows.splitlines() for code in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


@pytest.mark.parametrize("choice", first_column("| Written | Chooses |"))
def test_a_form_of_choices_is_understood(choice: str) -> None:
    text = f'{HEADER}import "choices.pcat"\nscenario "it" {{\n  choose {choice}\n  expect valid\n}}\n'

    report = Configurator.from_text(text, files=files_beside()).test()

    assert [] == failures(report)
    assert 1 == report.number("passed")


@pytest.mark.parametrize("pattern", first_column("| Cell | Matches |"))
def test_a_form_of_cells_is_understood(pattern: str) -> None:
    source = SourceFile("cell.pcat", pattern)

    read = parse_cell(Cell(pattern, Span(source, 0, len(pattern))))

    assert not isinstance(read, Diagnostic)


@pytest.mark.parametrize("words", re.findall(r"`(\{\"ba[^`]*\})`", TEXT))
def test_choices_of_instances_can_be_given_as_json(words: str) -> None:
    (city_bike,) = (block for block in EXAMPLES if block.text.startswith("catalog city_bike"))

    verdict = Configurator.from_text(city_bike.text).validate(json.loads(words))

    assert isinstance(verdict, Incomplete)


def test_every_context_is_used() -> None:
    written = {path.stem for path in CONTEXTS.glob("*.pcat")} - {"choices"}
    imported = {
        name
        for path in CONTEXTS.glob("*.pcat")
        for name in re.findall(r'^import "(\w+)\.pcat"', path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert set() == written - imported - {block.mark("with") for block in EXAMPLES}


# ---------------------------------------------------------------- completeness


@pytest.mark.parametrize("word", sorted(TOP_LEVEL_WORDS | BLOCK_WORDS))
def test_every_statement_has_an_example(word: str) -> None:
    assert any(re.search(rf"(?m)^\s*{word}\b", block.text) for block in EXAMPLES)


def used_words() -> set[tuple[str, str]]:
    """Every word that an example uses as a word of the language, with its terminal."""
    parser = grammar.load_parser("pcat", whole=True)
    trees = [parser.parse(block.text, start="file") for block in EXAMPLES]
    tokens = {(token.type, " ".join(token.split())) for tree in trees for token in tree.scan_values(bool)}
    return {(word, terminal) for terminal, word in tokens}


def test_every_word_of_the_grammar_is_used_in_an_example() -> None:
    words = set(keywords_of(read_grammar("pcat")))
    other_spelling = {("×", "_TIMES")}

    assert words
    assert set() == words - used_words() - other_spelling


def test_reserved_words_are_listed() -> None:
    listed = re.search(r"would read otherwise: `([a-z ]+)`", TEXT)

    assert listed is not None
    assert set(listed[1].split()) == OPERATOR_WORDS


def test_the_message_shown_is_the_message_given() -> None:
    shown = re.search(r"^```text\n(error\[E0102\].*?)\n```$", TEXT, re.MULTILINE | re.DOTALL)
    result = parse_catalog(SourceFile("pc.pcat", "family cpu chose one {\n}"))

    assert shown is not None
    assert shown[1] == render_text(result.diagnostics)
