"""The laws of what mutants are called: it depends on a catalog's words, not on what is between them."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from written_texts import respaced

from configurator.authoring.mutation.mutation import mutants_of
from configurator.configurator import Configurator
from configurator.source import SourceFile
from configurator.syntax.formatting.formatter import Formatted, content_of, format_text
from configurator.syntax.formatting.whole_text import read_whole
from configurator.syntax.parser import parse_catalog
from configurator.testing import CatalogSample, catalogs

DAY = date(2026, 11, 22)
NO_FILES: Mapping[str, str] = MappingProxyType({})

_KEPT = re.compile(r'("(?:[^"\\\n]|\\.)*"|#[^\n]*|^\s*\|[^\n]*)', re.MULTILINE)
_AROUND_SIGNS = re.compile(r"[ \t]*(<=|>=|!=|[<>=+*/(){}\[\],:-])[ \t]*")
_BEFORE_UNITS = re.compile(r"(?<=\d)[ \t]+(?=[^\W\d])")


def written(text: str, files: Mapping[str, str] = NO_FILES) -> list[tuple[str, str, str]]:
    """The ids of all mutants, and what they change to what, but for rules as wholes."""
    asked = Configurator.from_text(text, files=files)
    return [
        (each.id, *(("", "") if each.operator == "drop" else (each.before, each.after)))
        for each in mutants_of(asked.catalog, DAY)
    ]


def squeezed(text: str) -> str:
    """A text without blanks around signs; as it was where that says something else."""
    pieces = _KEPT.split(text)
    pieces[::2] = [_BEFORE_UNITS.sub("", _AROUND_SIGNS.sub(r"\1", piece)) for piece in pieces[::2]]
    found = "".join(pieces)
    if parse_catalog(SourceFile("squeezed", found)).file is None:
        return text
    return found if content_of(read_whole(found)) == content_of(read_whole(text)) else text


def formatted(text: str) -> str:
    """A text in its one form."""
    found = format_text(text)
    assert isinstance(found, Formatted)
    return found.text


@examples(25)
@given(sample=catalogs(max_families=3, max_components=3), data=st.data())
def test_mutants_are_called_alike_in_every_layout(sample: CatalogSample, data: st.DataObject) -> None:
    known = written(sample.text, sample.files)

    assert known == written(formatted(sample.text), sample.files)
    assert known == written(squeezed(sample.text), sample.files)
    assert known == written(data.draw(respaced(sample.text)), sample.files)


CONDITIONS = (
    'cpu = "C1"',
    'cpu in { "C1", "C2" }',
    "n not in { 1, 2 }",
    "n between 1 and 3",
    "gift",
    "gift = yes",
)
NUMBERS = """catalog numbers
unit W
option n : whole 0..3
option m : whole 0..3
option gift : yesno
family cpu choose one {
  | sku | draw [W] |
  |-----|----------|
  | C1  |       65 |
  | C2  |      105 |
}
"""


@st.composite
def conditions(draw: st.DrawFn) -> str:
    compared = st.builds(
        "{} {} {}".format,
        st.sampled_from(["n", "m", "(n + m)", "n - m", "2 * n"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
        st.sampled_from(["n", "m", "3", "(m + 1)", "2", "-1"]),
    )
    one = compared | st.sampled_from(CONDITIONS) | st.just("cpu.draw <= 100 W")
    parts = draw(st.lists(one, min_size=1, max_size=3))
    told = draw(st.sampled_from([" and ", " or "])).join(parts)
    return f"({told})" if draw(st.booleans()) else told


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """What stands before the clauses of a rule, and its clauses."""
    head = draw(st.just("rule r:") | st.builds("rule r: when {}".format, conditions()))
    clause = st.builds("{} {}".format, st.sampled_from(["require", "forbid"]), conditions())
    return head, tuple(draw(st.lists(clause, min_size=1, max_size=3)))


def text_of(head: str, clauses: tuple[str, ...]) -> str:
    return f"{NUMBERS}{head}\n  " + "\n  ".join(clauses) + "\n"


@examples(40)
@given(rule=rules(), data=st.data())
def test_conditions_are_written_alike_in_every_layout(
    rule: tuple[str, tuple[str, ...]], data: st.DataObject
) -> None:
    text = text_of(*rule)
    known = written(text)

    assert known == written(formatted(text))
    assert known == written(squeezed(text))
    assert known == written(data.draw(respaced(text)))


@examples(40)
@given(rule=rules())
def test_ids_mean_the_same_when_clauses_change_places(rule: tuple[str, tuple[str, ...]]) -> None:
    head, clauses = rule
    forwards = {each: change for each, *change in written(text_of(head, clauses))}
    backwards = {each: change for each, *change in written(text_of(head, clauses[::-1]))}

    both = forwards.keys() & backwards.keys()
    assert [forwards[each] for each in both] == [backwards[each] for each in both]
