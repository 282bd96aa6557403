"""Results as a table for a terminal, and as JSON."""

import os
import platform
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import asdict
from benchmark_plan import TimesFaster
from peer_registry import find_peers, versions_of
from side_by_side import Cell, Result, Verdict, ratio, stopped_after


def surroundings() -> str:
    """Machine and versions, in one line."""
    versions = dict.fromkeys(
        told for session in find_peers().present.values() for told in versions_of(session).split(", ") if told
    )
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores{load}"
    return f"{machine}; {', '.join(versions)}"


def absences() -> list[str]:
    """Who is not there."""
    return [f"absent: {module} ({reason})" for module, reason in sorted(find_peers().absent.items())]


def as_text(result: Result) -> str:
    """One measurement, several lines."""
    lines = [f"{result.measurement.name}  [{result.disagreement or result.confirmed}]"]
    for cell in result.cells:
        name, time, runs, times, goal = _columns(result, cell)
        lines.append(f"  {name:<24}{time:>24}{runs:>6}{times:>12}   {goal}".rstrip())
    return "\n".join(lines)


def as_plain(results: Sequence[Result]) -> dict[str, Any]:
    """Everything but the answers themselves, as JSON has it."""
    return {
        "surroundings": surroundings(),
        "absent": dict(find_peers().absent),
        "results": [_plain(result) for result in results],
    }


def _summary(results: Iterable[Result]) -> list[str]:
    """The goals that were missed or could not be measured, and wrong answers."""
    results = list(results)
    lines = []
    for result in results:
        if result.disagreement:
            lines.append(f"- **{result.measurement.name}: {result.disagreement}**")
        lines += [
            f"- {result.measurement.name}: {verdict.told} {_outcome(result, verdict)}"
            for verdict in result.verdicts
            if not verdict.reached
        ]
    verdicts = [verdict for result in results for verdict in result.verdicts]
    reached = sum(verdict.reached is True for verdict in verdicts)
    return [f"{reached} of {len(verdicts)} goals reached.", "", *lines]


def summary(results: Sequence[Result]) -> str:
    """The end of the report."""
    return "\n".join([*_summary(results), *absences()])


def _plain(result: Result) -> dict[str, Any]:
    return {
        "measurement": asdict(
            result.measurement, value_serializer=lambda _, __, value: getattr(value, "name", value)
        ),
        "question": result.measurement.question.value,
        "subject": result.subject,
        "disagreement": result.disagreement,
        "confirmed": result.confirmed,
        "goals": [
            {"goal": verdict.told, "reached": verdict.reached, "outcome": _outcome(result, verdict)}
            for verdict in result.verdicts
        ],
        "cells": [
            {
                "peer": cell.peer,
                "median_seconds": cell.median,
                "seconds": cell.seconds,
                "stopped": cell.stopped,
                "megabytes": cell.megabytes,
                "told": told,
                "times": times,
            }
            for cell in result.cells
            for _, told, _, times, _ in (_columns(result, cell),)
        ],
    }


def _columns(result: Result, cell: Cell) -> tuple[str, str, str, str, str]:
    """Name, time, runs, ratio, goals."""
    own = next((each for each in result.cells if each.peer == result.subject), None)
    times = ratio(own, cell)
    least = "> " if cell.median is None else ""
    goals = [verdict for verdict in result.verdicts if _concerns(verdict, cell, own)]
    return (
        cell.peer,
        _time(cell),
        str(len(cell.seconds)) if cell.seconds else "",
        "" if times is None else f"{least}{times:,.3g}x" if times < 10 else f"{least}{times:,.0f}x",
        "; ".join(f"{verdict.told}: {_outcome(result, verdict)}" for verdict in goals),
    )


def _concerns(verdict: Verdict, cell: Cell, own: Cell | None) -> bool:
    if isinstance(verdict.goal, TimesFaster):
        return verdict.goal.peer == cell.peer
    return cell is own


def _outcome(result: Result, verdict: Verdict) -> str:
    if verdict.reached is None:
        return "not measured"
    if verdict.reached:
        return "reached"
    if isinstance(verdict.goal, TimesFaster):
        cells = {cell.peer: cell for cell in result.cells}
        times = ratio(cells.get(result.subject), cells[verdict.goal.peer])
        assert times is not None
        return f"missed, {times:,.3g}x"
    return "missed"


def _time(cell: Cell) -> str:
    median = cell.median
    if median is None:
        # Cut, as a message of a library may be long.
        return (cell.stopped or "")[:60]
    cut = "" if stopped_after(cell) is None else " (stopped)"
    held = "" if cell.megabytes is None else f", {cell.megabytes:.0f} MB"
    return f"{median * 1e3:,.3g} ms{held}{cut}" if median < 0.1 else f"{median * 1e3:,.0f} ms{held}{cut}"
