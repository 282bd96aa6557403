"""Texts made to break a parser: they give a finding, in little time and without deep recursion."""

import pytest

from configurator.source import SourceFile
from configurator.syntax.parser import parse_catalog

MANY = 3000


@pytest.mark.parametrize(
    "text",
    [
        "calc x = " + "(" * MANY + "1" + ")" * MANY,
        "default x = " + "[" * MANY,
        "default x = " + "{ a = " * MANY,
        "calc x = " + "sum(" * MANY,
        "rule x: require " + "not " * MANY + "a",
        "calc x = " + "- " * MANY + "1",
        "calc x = " + "if a then " * MANY,
        "calc x = " + "1 + " * MANY + "1",
        "rule x: require " + "a or " * MANY + "a",
        "assembly a { " * MANY,
        "assembly a {\n" * MANY,
    ],
    ids=["brackets", "lists", "instances", "sums", "not", "minus", "if", "plus", "or", "assemblies", "lines"],
)
def test_nesting_without_end_is_told_once(text: str) -> None:
    result = parse_catalog(SourceFile("deep.pcat", text))

    assert ["E0110"] == [each.code for each in result.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        "calc x = " + "(" * 99 + "1" + ")" * 99,
        "calc x = " + "1 + " * 99 + "1",
        "default x = " + "[" * 99 + "]" * 99,
        "assembly a { " * 99 + "}" * 99,
    ],
)
def test_sensible_nesting_is_read(text: str) -> None:
    assert parse_catalog(SourceFile("deep.pcat", text)).file is not None


def test_text_beyond_the_limit_is_refused_unread() -> None:
    result = parse_catalog(SourceFile("long.pcat", "calc x = 1"), longest=9)

    assert ["E0110"] == [each.code for each in result.diagnostics]
    assert result.file is None


def test_text_of_just_the_limit_is_read() -> None:
    assert parse_catalog(SourceFile("long.pcat", "calc x = 1"), longest=10).file is not None


@pytest.mark.parametrize(
    "sign", ['"', "|", ";", "/", "}", "\0", "== ", "' ", "/*", "&& ", "a ", "9", "{", "."]
)
def test_one_sign_many_times_is_read_without_an_exception(sign: str) -> None:
    assert parse_catalog(SourceFile("signs.pcat", sign * MANY)).file is None
