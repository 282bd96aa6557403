"""Wrong answers are found out, goals are judged, and who takes too long is stopped."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench_worker import Aside, Worker
from benchmark_page import joined, put_between
from benchmark_plan import Lighter, Measurement, TimesFaster, Within, count, listing
from benchmark_report import as_text
from curves import Point
from instance_problems import ABSENT, instances_present, named_instance
from measuring import Listing
from peer_registry import find_peers
from peers.peer import Question
from side_by_side import Cell, Verdict, Workers, compare, judge, ratio, run_one

needs_instances = pytest.mark.skipif(not instances_present(), reason=ABSENT)

OWN = Cell("own", (0.001, 0.001, 0.001), (1, 2, 3))


def slow(number: int) -> Iterator[int]:
    """A task that takes its time after a few answers."""
    yield from range(number)
    time.sleep(60)


def pausing() -> Iterator[int | Aside]:
    """A task that takes its time aside."""
    yield Aside()
    time.sleep(1)
    yield 7


def failing() -> Iterator[int]:
    """A task with a mistake."""
    yield 1
    raise ValueError("no such thing")


@needs_instances
def test_a_wrong_count_is_found_out() -> None:
    cells = [Cell("own", (1.0,), (19_472,)), Cell("other", (1.0,), (19_471,))]

    assert ("other, input 0: counted 19,471 instead of 19,472", "") == compare(
        count("S", ()), named_instance("S"), cells
    )


@needs_instances
def test_two_answers_that_differ_are_found_out() -> None:
    measurement = Measurement("prices", "S", Question.CHEAPEST, ())
    cells = [Cell("own", (1.0, 1.0), (7, 8)), Cell("quick", (1.0,), (7,)), Cell("other", (1.0, 1.0), (7, 9))]

    disagreement, _ = compare(measurement, named_instance("S"), cells)

    assert "own and other differ on input 1: 8 and 9" == disagreement


@needs_instances
def test_a_list_with_a_repeated_row_is_found_out() -> None:
    cells = [Cell("own", (1.0,), (Listing(10, 9, 10),))]

    disagreement, _ = compare(listing("S", 10, ()), named_instance("S"), cells)

    assert "own, input 0: 10 rows, 9 distinct, 10 valid instead of 10" == disagreement


def test_ratios_are_over_the_inputs_that_both_have_answered() -> None:
    slower = Cell("slower", (0.004,), (1,), "stopped after 30 s")

    assert 4 == ratio(OWN, slower)


def test_of_one_without_an_answer_the_least_ratio_is_known() -> None:
    assert 30_000 == ratio(OWN, Cell("stopped", stopped="stopped after 30 s"))
    assert ratio(OWN, Cell("missing", stopped="absent")) is None


def test_goals_are_reached_missed_or_open() -> None:
    cells = [
        Cell("slow", (0.1,), (1,)),
        Cell("stopped", stopped="stopped after 1 s"),
        Cell("missing", stopped="absent"),
    ]
    heavy = Cell("own", (0.001,), (1,), megabytes=61.0)

    judged = {
        goal: judge(goal, heavy, cells).reached
        for goal in (
            TimesFaster("slow", 50),
            TimesFaster("slow", 500),
            TimesFaster("stopped", 900),
            TimesFaster("stopped", 9000),
            TimesFaster("missing", 2),
            Within(1),
            Within(0.5),
            Lighter(60),
        )
    }

    assert [True, False, True, None, None, True, False, False] == list(judged.values())


def test_a_library_that_is_not_installed_is_told_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "clingo", None)
    monkeypatch.delitem(sys.modules, "peers.answer_sets", raising=False)
    find_peers.cache_clear()
    found = find_peers()
    find_peers.cache_clear()

    assert "clingo" not in found.present
    assert "answer_sets" in found.absent


@needs_instances
def test_a_peer_that_is_not_there_leaves_an_empty_cell(tmp_path: Path) -> None:
    with Workers() as workers:
        result = run_one(count("S", ("nobody",)), workers, tmp_path, cap=60, enough=1)

    assert [("nobody", None, "absent")] == [
        (cell.peer, cell.median, cell.stopped) for cell in result.cells if cell.peer != result.subject
    ]
    assert "absent" in as_text(result)


def test_a_goal_without_a_subject_is_open() -> None:
    assert Verdict(Within(1), None, "within 1 ms") == judge(Within(1), None, [])


def test_a_worker_is_stopped_and_what_it_gave_is_kept() -> None:
    with Worker() as worker:
        stopped = worker.run(slow, 3, seconds=0.5)
        again = worker.run(failing, seconds=30)
        aside = worker.run(pausing, seconds=0.5)

    assert ((0, 1, 2), "stopped after 0.5 s") == (stopped.items, stopped.stopped)
    assert ((1,), "ValueError: no such thing") == (again.items, again.stopped)
    assert ((7,), None) == (aside.items, aside.stopped)


def test_tables_take_their_place_in_a_page_and_leave_the_rest() -> None:
    page = put_between("# Title\n<!-- a -->\nold\n<!-- end of a -->\nText\n", "a", "new")

    assert "# Title\n<!-- a -->\nnew\n<!-- end of a -->\nText\n" == page
    assert page == put_between(page, "a", "new")
    assert f"{page}\n<!-- b -->\nmore\n<!-- end of b -->\n" == put_between(page, "b", "more")


def test_later_figures_replace_earlier_ones_and_keep_the_order_of_the_plan() -> None:
    first, second, again = (
        {"measurement": {"name": name}, "figure": figure} for name, figure in (("b", 1), ("a", 2), ("b", 3))
    )

    both = joined({"results": [first, second]}, {"results": [again]}, ["a", "b"])

    assert {"results": [second, again]} == both


def test_the_same_curves_give_the_same_picture(tmp_path: Path) -> None:
    picture = pytest.importorskip("curve_picture", reason="matplotlib is not installed")
    curves = {"rules": [Point(10, {"prepare_ms": 1.0}, 3, 3), Point(20, {"prepare_ms": 2.0}, 3, 2)]}
    picture.draw(curves, tmp_path / "one.svg")
    picture.draw(curves, tmp_path / "two.svg")

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
