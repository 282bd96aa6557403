"""A short run of every storm, each as its own command, so that a crash of it is none of the tests'."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from postgres import ServerError, programs

from storms.disk_record import missing

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="storms fork, kill and read /proc as on Linux"
)


def blow(*arguments: str) -> dict[str, int]:
    """The figures of a storm in which nothing was violated."""
    command = [sys.executable, "-m", "tests.storms", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return {
        what.strip(): int(number.replace(",", ""))
        for what, number in re.findall(r"^  (\S.*?)  +([\d,]+)$", done.stdout, re.MULTILINE)
    }


def need_postgres() -> None:
    try:
        programs()
    except ServerError as error:
        pytest.skip(str(error))


def test_the_last_unit_goes_to_one_of_many_processes() -> None:
    figures = blow("last-unit", "--rounds", "6", "--workers", "24")

    assert (6, 144) == (figures["rounds with exactly one winner"], figures["calls"])


def test_the_last_unit_goes_to_one_of_many_processes_in_postgres() -> None:
    need_postgres()
    figures = blow("last-unit", "--store", "postgres", "--rounds", "6", "--workers", "12")

    assert (6, 0) == (figures["rounds with exactly one winner"], figures["deadlocks"])


def test_nothing_answered_is_lost_when_writers_are_killed() -> None:
    figures = blow("kill-sqlite", "--kills", "40")

    assert 40 <= figures["kills"]
    assert figures["answers to reserve"]


def test_nothing_answered_is_lost_when_postgres_crashes() -> None:
    need_postgres()
    figures = blow("kill-postgres", "--cycles", "3", "--without-control")

    assert figures["answers to reserve"]


@pytest.mark.skipif(bool(missing()), reason=missing() or "recorded")
def test_nothing_answered_is_lost_when_the_power_fails_and_the_harness_would_see_it() -> None:
    figures = blow("power-loss", "--cuts", "40", "--steps", "20")

    assert 40 == figures["cuts"]
    assert figures["control cuts that lost, synchronous=NORMAL"]
    assert figures["control cuts that lost, a disk that lies"]


def test_two_callers_in_any_order_of_steps_come_out_as_one_after_the_other() -> None:
    figures = blow("interleavings", "--only", "the last unit")

    assert 2 * 70 == figures["orders of steps"]


def test_two_callers_of_postgres_in_any_order_of_steps_come_out_as_one_after_the_other() -> None:
    need_postgres()
    figures = blow("interleavings", "--store", "postgres", "--only", "a transfer and an order")

    assert 20 == figures["orders of steps"]


def test_seeded_mistakes_are_noticed() -> None:
    figures = blow("mutants", "--only", "float quantity", "no aggregation")

    assert 2 == figures["mistakes"]
