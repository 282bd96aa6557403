"""The grammars are free of conflicts, and the tables shipped beside them are made from them."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lark
import pytest

from configurator.source import SourceFile
from configurator.syntax import grammar
from configurator.syntax.parser import parse_catalog

CATALOGS = sorted((Path(__file__).parents[1] / "catalogs").rglob("*.pcat"))
NAMES = sorted(grammar.START_RULES)
KEYWORDS = {
    terminal.name: terminal.pattern.to_regexp()
    for terminal in grammar.load_parser("pcat").terminals
    if terminal.priority >= 3 and terminal.name != "AGGREGATE"
}


@pytest.mark.parametrize("name", NAMES)
def test_grammar_has_no_conflicts(name: str) -> None:
    parser = grammar.build_parser(name, strict=True)

    assert list(grammar.START_RULES[name]) == parser.options.start


@pytest.mark.parametrize("name", NAMES)
def test_shipped_tables_match_the_grammar(name: str) -> None:
    folder = Path(__file__).parents[2] / "grammars"

    assert grammar.make_tables(name) == (folder / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_tables_and_grammar_give_the_same_tree(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    from_grammar = _built_parser().parse(text, start="file")

    assert from_grammar == grammar.load_parser("pcat").parse(text, start="file")


_built: list[lark.Lark] = []


def _built_parser() -> lark.Lark:
    if not _built:
        _built.append(grammar.build_parser("pcat"))
    return _built[0]


@pytest.mark.parametrize(
    "change",
    [
        {"format": 0},
        {"lark": "0.0.1"},
        {"grammar": "of another text"},
    ],
    ids=["another format", "another Lark", "another grammar"],
)
def test_stale_tables_are_not_used(
    change: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _copy_grammar(tmp_path, change)
    monkeypatch.setattr(grammar, "_resource", tmp_path.joinpath)

    assert grammar._parser_from_tables("cell") is None


def test_tables_that_fit_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _copy_grammar(tmp_path, {})
    monkeypatch.setattr(grammar, "_resource", tmp_path.joinpath)

    assert grammar._parser_from_tables("cell") is not None


@pytest.mark.parametrize("content", [None, "", "[1, 2]", "no json"])
def test_missing_or_broken_tables_are_not_used(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _copy_grammar(tmp_path, {})
    tables = tmp_path / "cell.json"
    if content is None:
        tables.unlink()
    else:
        tables.write_text(content, encoding="utf-8")
    monkeypatch.setattr(grammar, "_resource", tmp_path.joinpath)
    monkeypatch.setattr(grammar, "_parsers", {})

    assert grammar.load_parser("cell").parse("a, b").data == "cell"


def _copy_grammar(folder: Path, change: dict[str, object]) -> None:
    source = Path(__file__).parents[2] / "grammars"
    (folder / "cell.lark").write_text((source / "cell.lark").read_text(encoding="utf-8"), encoding="utf-8")
    content = json.loads((source / "cell.json").read_text(encoding="utf-8"))
    (folder / "cell.json").write_text(json.dumps(content | change), encoding="utf-8")


def test_threads_share_one_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "_parsers", {})

    with ThreadPoolExecutor(8) as pool:
        parsers = list(pool.map(grammar.load_parser, ["cell"] * 32))

    assert len({id(parser) for parser in parsers}) == 1


# ---------------------------------------------------------------- words end where they end


@pytest.mark.parametrize("terminal", sorted(KEYWORDS))
def test_keyword_ends_at_a_word_boundary(terminal: str) -> None:
    pattern = re.compile(KEYWORDS[terminal])
    words = re.findall(r"[a-z]\w*", re.sub(r"\(\?[:!=]|\\\w|\[x×\]", " ", KEYWORDS[terminal])) or ["x"]
    text = "not in" if terminal == "_NOT_IN" else words[0]

    assert pattern.fullmatch(text)
    assert pattern.match(text + "a") is None
    assert pattern.match(text + "_") is None
    assert pattern.match(text + "7") is None
    assert pattern.match(text + "ä") is None


GLUED_WORDS = """
    family choose one optional mixed identical option slot assembly calc rule resource table default
    prefer minimise bundle scenario import unit catalog version currency timezone tested attribute
    component effective from until in and between is when require forbid requires excludes for each
    supply demand as of columns decimal given expect not where allow
"""
GLUE = re.compile(rf'(?m)(?<![\w"#.-])(?:{"|".join(GLUED_WORDS.split())}) (?=[^\W\d_])')


def glued() -> Iterator[tuple[str, str, str]]:
    """Each keyword once per catalog, glued to the word after it.

    Not `only`: `choose onlyboard = …` is a choice for a slot of that name.
    """
    for path in CATALOGS:
        text = path.read_text(encoding="utf-8")
        seen: set[str] = set()
        for line in re.finditer(r"(?m)^[^|#\"\n]*", text):
            for match in GLUE.finditer(text, line.start(), line.end()):
                if match[0] not in seen:
                    seen.add(match[0])
                    yield path.stem, match[0].strip(), text[: match.end() - 1] + text[match.end() :]


@pytest.mark.parametrize("text", [pytest.param(text, id=f"{name}-{word}") for name, word, text in glued()])
def test_keyword_glued_to_a_name_is_an_error(text: str) -> None:
    assert parse_catalog(SourceFile("glued.pcat", text)).file is None
