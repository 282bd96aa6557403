"""Runs measurements: every peer the same inputs, one after the other, and compares what they answer."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from attrs import field, frozen
from bench_worker import Aside, Outcome, Worker
from benchmark_plan import SUBJECTS, Goal, Lighter, Measurement, TimesFaster, Within
from instance_problems import Dialogue, Instance, named_instance, partial_choices, rows_to_validate
from measuring import Listing, Timing, measure
from peer_registry import find_peers
from peers.peer import Question, Session

COLD_START = Path(__file__).with_name("cold_start.py")
STATEFUL = {Question.DOMAINS, Question.CHEAPEST, Question.FEASIBLE, Question.COUNT}
"""Questions whose input is a state."""


@frozen
class Cell:
    """What one peer gave in one measurement.

    Attributes:
        seconds: for each input, as far as it came.
        answers: likewise.
        stopped: why it came no further; `None` when it was asked enough.
        megabytes: the most its process held, where that is measured.
    """

    peer: str
    seconds: tuple[float, ...] = ()
    answers: tuple[Hashable, ...] = ()
    stopped: str | None = None
    megabytes: float | None = None

    @property
    def median(self) -> float | None:
        """Seconds; `None` when it answered nothing."""
        return statistics.median(self.seconds) if self.seconds else None


@frozen
class Verdict:
    """What has become of a goal; `reached` is `None` when it could not be measured."""

    goal: Goal
    reached: bool | None
    told: str


@frozen
class Result:
    """One measurement.

    Attributes:
        cells: one for each peer that was asked, the subject first.
        disagreement: what is wrong with the answers, empty when nothing is.
        confirmed: how the answers are known to be right.
    """

    measurement: Measurement
    subject: str
    cells: tuple[Cell, ...]
    disagreement: str
    confirmed: str
    verdicts: tuple[Verdict, ...] = field(factory=tuple)


def find_subject() -> str:
    """Whose goals are looked at."""
    return next(subject for subject in SUBJECTS if subject in find_peers().present)


def run_all(
    measurements: Sequence[Measurement],
    *,
    cap: float,
    enough: float,
    progress: Callable[[str], None],
    one_worker: bool = False,
) -> Iterator[Result]:
    """Yield a result for each measurement.

    Args:
        measurements: in this order.
        cap: seconds after which a peer is stopped, for each measurement.
        enough: seconds after which a peer that has answered some inputs is asked no more.
        progress: told what is going on.
        one_worker: all peers in one process, one after the other: quick to start, not for figures.
    """
    with tempfile.TemporaryDirectory() as folder, Workers(one=one_worker) as workers:
        for measurement in measurements:
            begun = time.monotonic()
            yield run_one(measurement, workers, Path(folder), cap=cap, enough=enough)
            progress(f"{measurement.name}: {time.monotonic() - begun:.1f} s")


class Workers:
    """A worker for each peer, kept from one measurement to the next; or one for all, which starts sooner."""

    def __init__(self, *, one: bool = False) -> None:
        self._one = one
        self._workers: dict[str, Worker] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.stop()

    def of(self, peer: str) -> Worker:
        """The peer's own."""
        name = "all" if self._one else peer
        if name not in self._workers:
            self._workers[name] = Worker(find_peers().present[peer].environment)
        return self._workers[name]


def run_one(measurement: Measurement, workers: Workers, folder: Path, *, cap: float, enough: float) -> Result:
    """Ask everybody."""
    present = find_peers().present
    subject = find_subject()
    asked = [subject] if present[subject].answers(measurement.question) else []
    asked += [peer for peer in measurement.peers if peer not in asked]
    instance = named_instance(measurement.instance)
    inputs, warm_up = inputs_of(measurement, instance, folder)
    cells = []
    for peer in asked:
        if peer not in present:
            cells.append(Cell(peer, stopped="absent"))
        elif measurement.question is Question.START:
            cells.append(start_fresh(peer, instance, folder, measurement.inputs, cap))
        else:
            outcome = workers.of(peer).run(
                _measure, present[peer], measurement, inputs, warm_up, enough, seconds=cap
            )
            cells.append(_cell(peer, outcome))
    disagreement, confirmed = compare(measurement, instance, cells)
    own = next((cell for cell in cells if cell.peer == subject), None)
    verdicts = tuple(judge(goal, own, cells) for goal in measurement.goals)
    return Result(measurement, subject, tuple(cells), disagreement, confirmed, verdicts)


def inputs_of(
    measurement: Measurement, instance: Instance, folder: Path
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What is asked, and what is asked before, untimed."""
    question, number = measurement.question, measurement.inputs
    if question is Question.PREPARE or question is Question.START:
        return (None,) * number, ()
    if measurement.dialogue is not None:
        # Every state once: what an engine remembers of a state must not pay.
        states = partial_choices(instance, number, measurement.dialogue)
        return states, partial_choices(instance, 2, Dialogue.LATE)[:1]
    if question in STATEFUL:
        return ({},) * number, ()
    if question is Question.LOAD:
        return (None,) * number, (None,)
    if question is Question.PAGE:
        return ((measurement.rank, measurement.limit),) * number, ((0, measurement.limit),)
    if question is Question.VALIDATE:
        assert measurement.limit is not None
        file = folder / f"{instance.name}-{measurement.limit}.npy"
        if not file.exists():
            rows = rows_to_validate(instance, measurement.limit)
            # Families lie in one piece each, as in the lists of an engine: quicker for everybody.
            np.save(file, np.asfortranarray(rows, dtype=np.int32))
        return (file,) * number, (file,)
    return (measurement.limit,) * number, (measurement.limit,) if question is Question.SAMPLE else ()


def start_fresh(peer: str, instance: Instance, folder: Path, times: int, cap: float) -> Cell:
    """From the start of the interpreter to its end, in seconds of the processor."""
    session = find_peers().present[peer]
    file = session.store(instance, folder)
    command = [sys.executable, str(COLD_START), session.__module__, session.__name__, str(file)]
    seconds, answers, megabytes = [], [], []
    for _ in range(times):
        begun = children_seconds()
        try:
            done = subprocess.run(command, check=True, capture_output=True, timeout=cap)
        except subprocess.TimeoutExpired:
            return Cell(peer, stopped=f"stopped after {cap:g} s")
        except subprocess.CalledProcessError as error:
            return Cell(peer, stopped=error.stderr.decode().strip().splitlines()[-1])
        seconds.append(children_seconds() - begun)
        told = json.loads(done.stdout)
        answers.append(tuple(map(tuple, told["domains"])))
        megabytes.append(told["megabytes"])
    return Cell(peer, tuple(seconds), tuple(answers), megabytes=statistics.median(megabytes))


def children_seconds() -> float:
    """What processes that were waited for have taken of the processor; where that is not told, the time."""
    taken = os.times()
    return taken.children_user + taken.children_system or time.perf_counter()


def compare(measurement: Measurement, instance: Instance, cells: Sequence[Cell]) -> tuple[str, str]:
    """What is wrong with the answers, and how they are known to be right; one of the two is empty."""
    if measurement.question is Question.PREPARE:
        return "", "nothing to compare"
    for cell in cells:
        for number, answer in enumerate(cell.answers):
            if fault := _fault(measurement, instance, answer):
                return f"{cell.peer}, input {number}: {fault}", ""
    answered = [cell for cell in cells if cell.answers]
    for cell in answered[1:]:
        # Each answered a beginning of the same inputs.
        for number, (answer, other) in enumerate(zip(answered[0].answers, cell.answers, strict=False)):
            if answer != other:
                both = f"{answered[0].peer} and {cell.peer}"
                return f"{both} differ on input {number}: {answer} and {other}", ""
    if not answered:
        return "", "nobody answered"
    known = _known(measurement, instance)
    if len(answered) > 1:
        return "", f"{len(answered)} agree" + (f", {known}" if known else "")
    return "", known or "one answer, not confirmed"


def _fault(measurement: Measurement, instance: Instance, answer: Hashable) -> str:
    """What is wrong with one answer by itself."""
    known = instance.known_count
    match measurement.question, answer:
        case ((Question.COUNT | Question.LOAD), int(number)) if known and not known.agrees(number):
            return f"counted {number:,} instead of {known.number:,}"
        case (
            (Question.LIST | Question.DICTS | Question.PAGE),
            Listing(rows=rows, distinct=distinct, valid=valid),
        ):
            wanted = measurement.limit or (known.number if known else rows)
            if not wanted == rows == distinct == valid:
                return f"{rows:,} rows, {distinct:,} distinct, {valid:,} valid instead of {wanted:,}"
        case Question.SAMPLE, (int(rows), int(valid)) if not measurement.limit == rows == valid:
            return f"{rows:,} rows, {valid:,} valid instead of {measurement.limit:,}"
        case _:
            pass
    return ""


def _known(measurement: Measurement, instance: Instance) -> str:
    """What besides other peers says that an answer is right."""
    if measurement.question in {Question.COUNT, Question.LOAD} and instance.known_count:
        digits = instance.known_count.digits
        return "the known count" if digits is None else f"the known count, as far as known ({digits} digits)"
    if measurement.question in {Question.LIST, Question.DICTS, Question.PAGE, Question.SAMPLE}:
        return "every row checked by the rules"
    return ""


def judge(goal: Goal, own: Cell | None, cells: Sequence[Cell]) -> Verdict:
    """Whether the subject has reached it."""
    median = own.median if own else None
    match goal:
        case Within(milliseconds=limit):
            told = f"within {limit:,g} ms"
            return Verdict(goal, None if median is None else median * 1e3 <= limit, told)
        case Lighter(megabytes=limit):
            held = own.megabytes if own else None
            return Verdict(goal, None if held is None else held <= limit, f"within {limit:g} MB")
        case TimesFaster(peer=peer, ratio=wanted):
            told = f"{wanted:,g}x {peer}"
            other = next((cell for cell in cells if cell.peer == peer), None)
            reached = ratio(own, other)
            if reached is None:
                return Verdict(goal, None, told)
            # A peer that was stopped gives only a least ratio.
            stopped = other is not None and other.median is None
            return Verdict(goal, None if stopped and reached < wanted else reached >= wanted, told)


def ratio(own: Cell | None, other: Cell | None) -> float | None:
    """How many times longer the other takes, over the inputs that both have answered.

    Of one that was stopped without an answer, how many times longer at least.
    """
    if own is None or other is None or not own.seconds:
        return None
    if not other.seconds:
        least = stopped_after(other)
        return None if least is None else least / statistics.median(own.seconds)
    common = min(len(own.seconds), len(other.seconds))
    return statistics.median(other.seconds[:common]) / statistics.median(own.seconds[:common])


def stopped_after(cell: Cell) -> float | None:
    """The seconds after which it was stopped."""
    words = (cell.stopped or "").split()
    return float(words[2]) if words[:2] == ["stopped", "after"] else None


def _measure(
    peer: type[Session],
    measurement: Measurement,
    inputs: Sequence[Any],
    warm_up: Sequence[Any],
    enough: float,
) -> Iterator[Timing | Aside]:
    return measure(
        peer,
        measurement.instance,
        measurement.question,
        inputs,
        cold=measurement.cold,
        warm_up=warm_up,
        enough=enough,
    )


def _cell(peer: str, outcome: Outcome) -> Cell:
    timings: Sequence[Timing] = outcome.items
    return Cell(
        peer,
        tuple(timing.seconds for timing in timings),
        tuple(timing.answer for timing in timings),
        outcome.stopped,
    )
