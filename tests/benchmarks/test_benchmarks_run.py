"""The benchmark programme itself, on the smallest instance: answers agree and the table is complete.

No time is asserted here or anywhere.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmark_plan import PLAN, QUICK, TimesFaster
from instance_problems import ABSENT, instances_present

RUN = Path(__file__).with_name("run.py")

pytestmark = pytest.mark.skipif(not instances_present(), reason=ABSENT)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("benchmarks")
    figures, page = folder / "figures.json", folder / "page.md"
    command = [
        sys.executable,
        str(RUN),
        "--quick",
        "--cap",
        "60",
        "--json",
        str(figures),
        "--markdown",
        str(page),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {**json.loads(figures.read_text("utf-8")), "text": done.stdout, "page": page.read_text("utf-8")}


def test_all_who_answer_agree(run: dict[str, Any]) -> None:
    assert [] == [result["measurement"]["name"] for result in run["results"] if result["disagreement"]]


def test_everybody_who_is_there_answers(run: dict[str, Any]) -> None:
    silent = [
        (result["measurement"]["name"], cell["peer"], cell["stopped"])
        for result in run["results"]
        for cell in result["cells"]
        if cell["stopped"] is not None and cell["stopped"] != "absent"
    ]

    assert [] == silent


def test_the_table_holds_every_measurement(run: dict[str, Any]) -> None:
    names = [measurement.name for measurement in QUICK]

    assert names == [result["measurement"]["name"] for result in run["results"]]
    assert names == [name for name in names if name in run["text"] and name in run["page"]]


def test_a_step_of_a_dialogue_is_measured_and_all_who_answer_agree() -> None:
    command = [sys.executable, str(RUN.with_name("session.py"))]
    command += ["S", "--states", "2", "--deltas", "1", "--peers"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "step: choice, offers of all places" in done.stdout


def test_every_peer_a_goal_names_is_asked() -> None:
    unasked = [
        (measurement.name, goal.peer)
        for measurement in PLAN
        for goal in measurement.goals
        if isinstance(goal, TimesFaster) and goal.peer not in measurement.peers
    ]

    assert [] == unasked


def test_everybody_who_explains_gives_a_minimal_conflict() -> None:
    command = [sys.executable, str(RUN.with_name("conflicts.py")), "--instances", "S", "--number", "3"]

    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "| S | configurator |" in done.stdout
