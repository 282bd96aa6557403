"""Formatting loses nothing, changes nothing that counts, and has nothing left to do the second time."""

import re
from collections.abc import Mapping
from functools import cache
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from written_texts import all_rules, any_statement, respaced, rules_of, spaced, statement, written_texts

from configurator.catalog.compilation import compile_catalog
from configurator.catalog_files import text_reader
from configurator.source import SourceFile
from configurator.syntax.formatting.formatter import Formatted, Unformattable, format_text
from configurator.syntax.formatting.widths import width_of
from configurator.syntax.parser import parse_catalog
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs

PIECES = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*") | (?P<comment>\#[^\n]*) | (?P<row>\|[^\n]*) | (?P<sign>\S) | \s+""",
    re.VERBOSE,
)
BAR = re.compile(r"(?<!\\)\|")


def formatted(text: str) -> str:
    answer = format_text(text)
    assert isinstance(answer, Formatted)
    return answer.text


def without_blanks(text: str) -> list[str]:
    """All that is written in a text but blanks: signs one by one, texts, comments, cells."""
    found: list[str] = []
    for piece in PIECES.finditer(text):
        if piece.lastgroup == "row":
            cells = [cell.strip() for cell in BAR.split(piece[0])]
            if all(re.fullmatch(":?-+:?", cell) for cell in cells[1:-1]):
                cells = [re.sub("-+", "-", cell) for cell in cells]
            found += cells
        elif piece.lastgroup:
            found.append(piece[0].rstrip())
    return found


def digest_of(text: str, files: Mapping[str, str]) -> str:
    catalog = compile_catalog("made.pcat", text_reader({"made.pcat": text, **files})).catalog
    assert catalog is not None
    return catalog.digest


@examples(80)
@given(text=written_texts())
def test_nothing_but_blanks_is_changed(text: str) -> None:
    assert without_blanks(text) == without_blanks(formatted(text))


@examples(80)
@given(text=written_texts())
def test_what_is_read_is_the_same(text: str) -> None:
    before = parse_catalog(SourceFile("t", text)).file

    assert before == parse_catalog(SourceFile("t", formatted(text))).file


@examples(80)
@given(text=written_texts())
def test_a_formatted_text_is_in_form(text: str) -> None:
    once = formatted(text)

    assert Formatted(once, changed=False) == format_text(once)


@examples(60)
@given(text=written_texts())
def test_no_line_ends_in_blanks_and_no_two_empty_lines_follow_each_other(text: str) -> None:
    lines = formatted(text).split("\n")

    assert [line.rstrip() for line in lines] == lines
    assert lines.pop() == ""
    assert all(line or after for line, after in zip(["", *lines], [*lines, ""], strict=True) if lines)


@examples(60)
@given(text=written_texts())
def test_bars_of_a_table_stand_below_each_other(text: str) -> None:
    for table in re.findall(r"(?:^ *\|.*\n)+", formatted(text), re.MULTILINE):
        rows = [[width_of(part) for part in BAR.split(line)[:-1]] for line in table.splitlines()]

        assert all(
            row == before or len(row) != len(before) for row, before in pairs_in_one_table(rows, table)
        )


def pairs_in_one_table(rows: list[list[int]], table: str) -> list[tuple[list[int], list[int]]]:
    """Neighbouring rows, but for the one before a heading: a line of dashes tells that there is one above."""
    lines = table.splitlines()
    dashed = [re.fullmatch(r" *\|(:?-+:?\|)+ *(#.*)?", line) is not None for line in lines] + [False]
    return [(rows[at], rows[at - 1]) for at in range(1, len(rows)) if not dashed[at + 1]]


@examples(40)
@given(data=st.data(), catalog=made_catalogs(largest=60))
def test_the_digest_stays_the_same(data: st.DataObject, catalog: MadeCatalog) -> None:
    files = catalog.files()
    text = data.draw(respaced(catalog.text()))
    parts = {
        path: data.draw(respaced(part)) if path.endswith(".pcat") else part for path, part in files.items()
    }
    neat = {path: formatted(part) if path.endswith(".pcat") else part for path, part in parts.items()}

    assert digest_of(catalog.text(), files) == digest_of(text, parts)
    assert digest_of(text, parts) == digest_of(formatted(text), neat)


@examples(40)
@given(data=st.data(), catalog=made_catalogs(largest=60))
def test_however_the_words_are_spaced_the_form_is_stable(data: st.DataObject, catalog: MadeCatalog) -> None:
    text = data.draw(respaced(catalog.text()))
    once = formatted(text)

    assert without_blanks(text) == without_blanks(once)
    assert once == formatted(once)


@examples(80)
@given(text=written_texts(most=3), seed=st.integers(0, 2**32 - 1))
def test_a_text_with_mistakes_is_refused_with_all_of_them(text: str, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - a made-up mistake, not a secret
    start = dice.randint(0, len(text))
    broken = (
        text[:start] + dice.choice(("", "}", "=", "§", "|", '"', "rule")) + text[start + dice.randint(0, 9) :]
    )
    answer = format_text(broken, "broken.pcat")
    read = parse_catalog(SourceFile("broken.pcat", broken))

    if read.file is None:
        assert Unformattable(read.diagnostics) == answer
    else:
        assert isinstance(answer, Formatted)


@cache
def sample() -> tuple[str, ...]:
    """Statements of all kinds, the same in every run."""
    headers = [statement(kind, seed) for kind in ("catalog_header", "scenarios_header") for seed in range(30)]
    return tuple(spaced(words, None, calm=True) for words in [*headers, *map(any_statement, range(400))])


def test_every_construct_of_the_grammar_is_written() -> None:
    used = {rule for text in sample() for rule in rules_of(text)}

    assert frozenset() == all_rules() - used


def test_nearly_every_derivation_gives_a_statement() -> None:
    assert sum(not text for text in sample()) < len(sample()) / 20
