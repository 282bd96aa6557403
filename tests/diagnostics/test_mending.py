"""Safe replacements go in, unsafe and meeting ones do not."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.diagnostics.mending import as_was_written, mend
from configurator.source import SourceFile, Span

TEXT = "0123456789"
FILE = SourceFile("a.pcat", TEXT)


def finding(*changes: tuple[int, int, str], safe: bool = True) -> Diagnostic:
    replacements = tuple(Replacement(Span(FILE, start, end), text, safe) for start, end, text in changes)
    return Diagnostic("E0103", Severity.ERROR, "wrong", None, replacements=replacements)


def test_replacements_go_in_by_place() -> None:
    mended = mend(TEXT, [finding((8, 9, "")), finding((0, 2, "ab")), finding((5, 5, "-"))])

    assert ("ab234-5679", 3) == (mended.text, len(mended.applied))


def test_a_finding_is_mended_whole_or_not_at_all() -> None:
    both = finding((2, 3, "("), (7, 8, ")"))

    assert "01(3456)89" == mend(TEXT, [both]).text
    assert "01(3456)89" == mend(TEXT, [both, finding((5, 6, "x"))]).text


def test_unsafe_ones_stay_out() -> None:
    assert (TEXT, ()) == (
        mend(TEXT, [finding((0, 1, "x"), safe=False)]).text,
        mend(TEXT, [finding((0, 1, "x"), safe=False)]).applied,
    )


@given(
    changes=st.lists(
        st.tuples(st.integers(0, 10), st.integers(0, 10), st.text("xyz", max_size=2)).map(
            lambda each: (min(each[:2]), max(each[:2]), each[2])
        ),
        max_size=5,
    )
)
def test_what_is_applied_accounts_for_the_whole_change(changes: list[tuple[int, int, str]]) -> None:
    mended = mend(TEXT, [finding(change) for change in changes])
    applied = [each.replacements[0] for each in mended.applied]

    removed = sum(each.span.end - each.span.start for each in applied)
    assert len(mended.text) == len(TEXT) - removed + sum(len(each.text) for each in applied)
    assert bool(applied) == bool(changes)
    assert all(one.span.end <= other.span.start for one, other in pairwise(applied))


def test_line_ends_are_those_of_the_original() -> None:
    assert "a\r\nb\r\n" == as_was_written("a\nb\n", "x\r\ny\r\n")
    assert "a\nb\n" == as_was_written("a\nb\n", "x\ny\n")
    assert "a\nb\n" == as_was_written("a\nb\n", "x\r\ny\n")
    assert "a" == as_was_written("a", "x")
