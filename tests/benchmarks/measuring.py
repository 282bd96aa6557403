"""The measured side: runs in a worker, times the answers and puts them into a form that can be compared."""

import gc
import hashlib
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from bench_worker import Aside
from instance_problems import Instance, Rows, named_instance
from peers.peer import Question, Session


@frozen
class Listing:
    """A list of configurations, for comparison.

    Attributes:
        rows: how many there are.
        distinct: how many different ones.
        valid: how many obey the rules.
        digest: of the rows in ascending order, when the list is complete.
    """

    rows: int
    distinct: int
    valid: int
    digest: str | None = None


@frozen
class Timing:
    """One answer and the seconds of the processor it took."""

    seconds: float
    answer: Hashable


_SESSIONS: dict[tuple[type[Session], str], Session] = {}


def measure(
    peer: type[Session],
    instance_name: str,
    question: Question,
    inputs: Sequence[Any],
    *,
    cold: bool,
    warm_up: Sequence[Any],
    enough: float,
) -> Iterator[Timing | Aside]:
    """Yield a timing for each input in order.

    Args:
        peer: who is asked.
        instance_name: about what.
        question: which question.
        inputs: what the method is given; rows as the file that holds them.
        cold: prepare anew for each input, within the time.
        warm_up: inputs that are asked before, untimed.
        enough: seconds after which, with three timings or more, no further input is asked.
    """
    instance = named_instance(instance_name)
    session = None if cold or question is Question.PREPARE else _session(peer, instance)
    for each in warm_up:
        timed(peer, instance, session, question, _given(each))
    # Else all that is there would be searched for garbage before each input, which empties the caches.
    gc.freeze()
    begun = time.perf_counter()
    for number, each in enumerate(inputs):
        if number >= 3 and time.perf_counter() - begun > enough:
            return
        given = _given(each)
        asked, raw, seconds = timed(peer, instance, session, question, given)
        yield Aside()
        yield Timing(seconds, comparable(asked, question, given, raw))


def timed(
    peer: type[Session], instance: Instance, session: Session | None, question: Question, given: Any
) -> tuple[Session, Any, float]:
    """Who was asked, the answer, the seconds; without a session the peer prepares one within the time.

    Seconds of the processor: others at work on the machine would stretch long answers more than short ones.
    """
    # As `timeit` does: those who make many objects would pay for them at random.
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        asked = peer(instance) if session is None else session
        raw = None if question is Question.PREPARE else getattr(asked, question.value)(given)
        seconds = time.process_time() - begun
    finally:
        gc.enable()
    return asked, raw, seconds


def comparable(session: Session, question: Question, given: Any, raw: Any) -> Hashable:
    """An answer in a form that is equal for all who are right."""
    match question:
        case Question.LIST:
            return _listing(session.instance, session.rows_of(raw), complete=given is None)
        case Question.DICTS:
            rows = _rows_of_dicts(session.instance, raw)
            return _listing(session.instance, rows, complete=given is None)
        case Question.PAGE:
            return _listing(session.instance, session.rows_of(raw), complete=False)
        case Question.LOAD:
            count: int = raw.count({})
            return count
        case Question.SAMPLE:
            return (len(raw), int(session.instance.valid_rows(raw).sum()))
        case Question.VALIDATE:
            bits = np.packbits(np.asarray(raw, dtype=bool))
            return (int(np.count_nonzero(raw)), hashlib.sha256(bits.tobytes()).hexdigest())
        case _:
            answer: Hashable = raw
            return answer


def _session(peer: type[Session], instance: Instance) -> Session:
    """The session, kept for the questions to come about the same instance."""
    key = (peer, instance.name)
    if key not in _SESSIONS:
        _SESSIONS.clear()
        _SESSIONS[key] = peer(instance)
    return _SESSIONS[key]


def _given(each: Any) -> Any:
    """An input; rows come as a file."""
    return np.load(each) if isinstance(each, Path) else each


def _listing(instance: Instance, rows: Rows, *, complete: bool) -> Listing:
    if instance.problem.combinations < 1 << 62:
        # One number for each row: a hundred times faster than comparing rows.
        sizes = [variable.size for variable in instance.problem.variables]
        different = np.unique(np.ravel_multi_index(tuple(rows.T), sizes))
    else:
        different = np.unique(rows, axis=0)
    digest = hashlib.sha256(different.tobytes()).hexdigest() if complete else None
    return Listing(len(rows), len(different), int(instance.valid_rows(rows).sum()), digest)


def _rows_of_dicts(instance: Instance, dicts: Sequence[Mapping[Any, int]]) -> Rows:
    """Rows from dictionaries that are keyed by number or by name."""
    names = [variable.name for variable in instance.problem.variables]
    keys: Sequence[Any] = names if dicts and names[0] in dicts[0] else range(len(names))
    return np.array([[row[key] for key in keys] for row in dicts], dtype=np.int16)
