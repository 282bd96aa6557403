"""Diagnostics as text and as JSON."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.diagnostics.rendering import WIDEST_LINE, render_text, to_json
from configurator.source import SourceFile, Span


def finding(text: str, marked: str, *, label: str = "", help_lines: tuple[str, ...] = ()) -> Diagnostic:
    """An error at the first place where `marked` stands."""
    start = text.index(marked)
    span = Span(SourceFile("a.pcat", text), start, start + len(marked))
    return Diagnostic("E0301", Severity.ERROR, "`x` does not exist", span, label=label, help=help_lines)


def test_line_caret_label_and_help() -> None:
    text = "\n" * 101 + "  require gpu.length <= chassis.max_gpu_len\n"
    error = finding(
        text,
        "chassis.max_gpu_len",
        label="`chassis` has: name, max_gpu",
        help_lines=("did you mean `max_gpu`?", "or `max`?"),
    )

    assert render_text([error]) == (
        "error[E0301]: `x` does not exist\n"
        "   --> a.pcat:102:25\n"
        "    |\n"
        "102 |   require gpu.length <= chassis.max_gpu_len\n"
        "    |                         ^^^^^^^^^^^^^^^^^^^ `chassis` has: name, max_gpu\n"
        "    = help: did you mean `max_gpu`?\n"
        "    = help: or `max`?"
    )


def test_finding_without_a_place_is_one_line_and_help() -> None:
    warning = Diagnostic("W0602", Severity.WARNING, "not evaluated yet", None, help=("wait",))

    assert render_text([warning]) == "warning[W0602]: not evaluated yet\n = help: wait"


def test_findings_are_apart_by_a_blank_line() -> None:
    hint = Diagnostic("W0602", Severity.HINT, "a", None)

    assert render_text([hint, hint]) == "hint[W0602]: a\n\nhint[W0602]: a"
    assert render_text([]) == ""


def test_span_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert render_text([finding("ab\ncd", "b\nc")]).splitlines()[-1] == "  |  ^"


@pytest.mark.parametrize(("text", "line"), [("", "1 |"), ("ab", "1 | ab"), ("ab\n", "2 |")])
def test_place_at_the_end_of_a_text_has_one_caret(text: str, line: str) -> None:
    span = Span(SourceFile("a.pcat", text), len(text), len(text))
    shown = render_text([Diagnostic("E0101", Severity.ERROR, "m", span)]).splitlines()

    assert shown[3] == line
    assert shown[4].count("^") == 1


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        ("a\tbc", "bc", ["1 | a    bc", "  |      ^^"]),
        ("\t\tbc", "bc", ["1 |         bc", "  |         ^^"]),
        ("色 = bc", "bc", ["1 | 色 = bc", "  |      ^^"]),
        ("x色色", "色色", ["1 | x色色", "  |  ^^^^"]),
        ("e\u0301 bc", "bc", ["1 | e\u0301 bc", "  |   ^^"]),
        ("a\x1b[31m bc", "bc", ["1 | a\ufffd[31m bc", "  |        ^^"]),
        ("a\u202e bc", "bc", ["1 | a\ufffd bc", "  |    ^^"]),
    ],
)
def test_caret_stands_under_tabs_wide_letters_and_odd_characters(
    text: str, marked: str, expected: list[str]
) -> None:
    assert render_text([finding(text, marked)]).splitlines()[3:] == expected


@pytest.mark.parametrize("before", [0, 30, 5000, 9990])
def test_long_line_is_cut_around_the_caret(before: int) -> None:
    text = "a" * before + "XYZ" + "b" * (10_000 - before)
    line, carets = render_text([finding(text, "XYZ")]).splitlines()[3:]

    assert len(line) <= WIDEST_LINE + len("1 | ")
    start = carets.index("^")
    assert line[start : start + 3] == "XYZ"
    assert carets.count("^") == 3


def test_mark_longer_than_the_line_shown_is_cut() -> None:
    line, carets = render_text([finding("a" * 10_000, "a" * 9_000)]).splitlines()[3:]

    assert len(carets) <= len(line) <= WIDEST_LINE + len("1 | ")


def test_colours_only_when_asked() -> None:
    error = finding("ab", "b", label="label", help_lines=("help",))

    plain, coloured = render_text([error]), render_text([error], colour=True)
    assert "\x1b" not in plain
    assert plain == re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert "\x1b[1;31merror[E0301]\x1b[0m" in coloured


def test_words_of_the_user_cannot_control_the_terminal() -> None:
    error = Diagnostic("E0301", Severity.ERROR, "`\x1b[2J` does not exist", None, help=("a\nb",))

    assert render_text([error]) == "error[E0301]: `\ufffd[2J` does not exist\n = help: a b"


@given(text=st.text(max_size=60), data=st.data())
def test_any_span_of_any_text_is_shown(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(SourceFile("a.pcat", text), start, end)
    error = Diagnostic("E0101", Severity.ERROR, "m", span, label="l")
    shown = render_text([error])

    assert len(shown.split("\n")) == 5
    assert "^" in shown.split("\n")[4]
    assert to_json(error) == json.loads(json.dumps(to_json(error)))


def test_json_has_places_fixes_and_help() -> None:
    source = SourceFile("a.pcat", "x\n  require gpu.len")
    span = Span(source, 12, 19)
    error = Diagnostic(
        "E0301",
        Severity.ERROR,
        "`gpu.len` does not exist",
        span,
        label="`gpu` has: length",
        help=("did you mean `length`?",),
        replacements=(Replacement(span, "gpu.length"),),
    )

    assert to_json(error) == {
        "code": "E0301",
        "severity": "error",
        "message": "`gpu.len` does not exist",
        "file": "a.pcat",
        "range": {"start": {"line": 2, "column": 11}, "end": {"line": 2, "column": 18}},
        "labels": ["`gpu` has: length"],
        "fixes": [
            {
                "title": "did you mean `length`?",
                "edits": [{"range": "2:11-2:18", "text": "gpu.length"}],
                "safe": False,
            }
        ],
        "help": ["did you mean `length`?"],
    }


def test_json_without_a_place() -> None:
    shown = to_json(Diagnostic("E0201", Severity.ERROR, "m", None))

    assert (shown["file"], shown["range"], shown["labels"], shown["fixes"]) == (None, None, [], [])
