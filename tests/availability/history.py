"""What many processes were told by one stock, judged afterwards: is there an order in which it was right?

Each process logs when it called, when it was answered, and what. The stock numbers what it did, so the order
is given, and checking it takes one pass: no call may come before another one that was over when it began, and
the plain store in memory, told the same in that order, has to say the same, call by call, and end in the same
state.
"""

import multiprocessing
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Final

from attrs import evolve, frozen

from configurator.availability.changes import StockChange
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.ledger import EventKind, StockEvent
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.opening import open_stock
from configurator.availability.reservations import Refused, Reservation, ReservationRequest, Reserved
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import StockError

SKUS: Final = ("A", "B", "C", "D")
PLACES: Final = ("default", "default", "hall-2")
SHARED_KEYS: Final = 40
"""So many keys are used by all processes: who comes second is told what the first one was."""

_STEPS: Final = {
    "confirm": EventKind.CONFIRMED,
    "release": EventKind.RELEASED,
    "consume": EventKind.CONSUMED,
}
_PROCESSES: Final = multiprocessing.get_context("spawn")


@frozen
class Call:
    """One call of one process.

    Attributes:
        began: nanoseconds on a clock that all processes share.
        ended: when the answer had come.
        answer: what was returned, or the error as (name of its class, text).
    """

    process: str
    began: int
    ended: int
    name: str
    args: tuple[object, ...]
    options: tuple[tuple[str, object], ...]
    answer: object


@frozen
class Verdict:
    """What a check found.

    Attributes:
        problems: a sentence for each; empty when the history is one that a single caller could have had.
        judged: how many calls were judged.
        raised: how many calls were answered by an error and changed nothing.
    """

    problems: tuple[str, ...]
    judged: int
    raised: int


class Logger:
    """A caller that keeps a record of what it asked and was told."""

    def __init__(self, store: StockStore, process: str) -> None:
        self.calls: list[Call] = []
        self._store = store
        self._process = process

    def call(self, name: str, *args: object, **options: object) -> object:
        began = time.monotonic_ns()
        answer = _answer(self._store, name, args, options)
        ended = time.monotonic_ns()
        told = tuple(options.items())
        self.calls.append(Call(self._process, began, ended, name, args, told, answer))
        return answer


def recorded(url: str, *, processes: int, calls: int, seed: int = 1) -> tuple[Call, ...]:
    """Let so many processes make so many calls each on a stock that is empty before; what they logged."""
    with open_stock(url, actor="first") as store:
        first = Logger(store, "first")
        first.call("import_counts", dict.fromkeys(SKUS, 40))
        first.call("receive", "A", 20, location="hall-2")
    start = _PROCESSES.Barrier(processes)
    pipes = [_PROCESSES.Pipe(duplex=False) for _ in range(processes)]
    crew = [
        _PROCESSES.Process(target=work, args=(url, f"P{number}", calls, seed, start, pipe[1]))
        for number, pipe in enumerate(pipes)
    ]
    for member in crew:
        member.start()
    logs = [pipe[0].recv() for pipe in pipes]
    for member in crew:
        member.join()
    return (*first.calls, *(call for log in logs for call in log))


def work(url: str, process: str, calls: int, seed: int, start: Barrier, log: Connection) -> None:
    """Make random calls, and send what was logged."""
    random = Random(f"{seed} {process}")  # noqa: S311 - a test's dice
    with open_stock(url, actor=process, timeout=60) as store:
        logger = Logger(store, process)
        start.wait(60)
        own: list[Reservation] = []
        for number in range(calls):
            _call(logger, random, f"{process}-{number}", own)
    log.send(logger.calls)
    log.close()


def _call(logger: Logger, random: Random, name: str, own: list[Reservation]) -> None:
    """One call of some kind; `own` are reservations that this process alone goes on with."""
    sku, place = random.choice(SKUS), random.choice(PLACES)
    match random.choices(range(8), (45, 4, 22, 8, 8, 4, 2, 7))[0]:
        case 0:
            ttl = random.choice([None, None, timedelta(milliseconds=40), timedelta(minutes=5)])
            outcome = logger.call("reserve", ReservationRequest(name, _demand(random), ttl))
            if isinstance(outcome, Reserved):
                own.append(outcome.reservation)
        case 1:
            shared = random.randrange(SHARED_KEYS)
            demand = _demand(Random(shared))  # noqa: S311 - likewise
            logger.call("reserve", ReservationRequest(f"shared {shared}", demand, key=f"shared {shared}"))
        case 2 if own:
            reservation = random.choice(own[-8:])
            logger.call(random.choice(("confirm", "consume", "consume", "release")), reservation.id)
        case 3:
            logger.call("receive", sku, random.randint(1, 6), location=place, key=name)
        case 4:
            change = random.choice((-3, -2, -1, 1, 2, 6))
            logger.call("adjust", sku, change, reason="counted", location="default", break_promises=True)
        case 5:
            goal = "default" if place == "hall-2" else "hall-2"
            logger.call("transfer", sku, random.randint(1, 3), source=place, target=goal, key=name)
        case 6:
            logger.call("set_floor", sku, random.randint(0, 2))
        case _:
            due = _today() + timedelta(days=random.randint(1, 4))
            logger.call("add_supply", Supply(name, sku, due, random.randint(1, 5), place))
            if random.random() < 0.5:
                logger.call("change_supply", name, due=due + timedelta(days=1), break_promises=True)


def _demand(random: Random) -> Demand:
    return Demand(
        tuple(
            DemandLine(
                random.choice(SKUS),
                random.randint(1, 3),
                random.choice((None, None, "default", "hall-2")),
                random.choice((None, None, None, _today() + timedelta(days=random.randint(1, 5)))),
            )
            for _ in range(random.randint(1, 3))
        )
    )


def _today() -> date:
    return date.fromtimestamp(time.time())  # noqa: DTZ012 - any day near today will do


def judged(calls: Sequence[Call], store: StockStore) -> Verdict:
    """Whether the calls, in the order that the stock gave them, are what one caller could have been told."""
    events = store.events()
    numbered, raised, problems = _numbered(calls, events)
    problems += _overtaken(numbered)
    clock = _Clock(events[0].at)
    model, told = _told_again(numbered, events, clock)
    problems += told
    unsigned = tuple(evolve(event, actor="") for event in events)
    if model.events() != unsigned:
        other = next(
            (pair for pair in zip(model.events(), unsigned, strict=False) if pair[0] != pair[1]), None
        )
        problems.append(f"the events are not those of the calls one after the other: {other}")
    now = store.snapshot()
    clock.time = now.at or clock.time
    if model.snapshot() != now:
        problems.append("the counters are not those of the calls one after the other")
    # By now another hold may have ended.
    if model.reservations() != store.reservations():
        clock.time = store.snapshot().at or clock.time
        if model.reservations() != store.reservations():
            problems.append("the reservations are not those of the calls one after the other")
    problems += store.audit()
    return Verdict(tuple(problems), len(numbered), raised)


def _numbered(
    calls: Sequence[Call], events: Sequence[StockEvent]
) -> tuple[list[tuple[int, Call]], int, list[str]]:
    """Calls with the number of what they did, ascending; how many did nothing; what is wrong with any.

    A call that raised or had nothing to do has no number. A repeated answer has that of the first.
    """
    steps = {(event.kind, event.reservation, event.actor): event.seq for event in events}
    imported = {event.actor: event.seq for event in events if event.kind is EventKind.IMPORTED}
    first: dict[int, Call] = {}
    numbered, problems, raised = [], [], 0
    replays = []
    for call in calls:
        seq = 0
        match call.answer:
            case Reserved(seq=seq, replayed=False) | Refused(seq=seq, replayed=False):
                pass
            case StockChange(seq=seq, replayed=False):
                pass
            case Reserved(replayed=True) | Refused(replayed=True) | StockChange(replayed=True):
                replays.append(call)
            case Reservation(id=id_):
                # One that was there already did nothing, and the number is that of the one before.
                seq = steps.pop((_STEPS[call.name], id_, call.process), 0)
            case tuple():
                raised += 1
            case _:
                seq = imported[call.process]
        if seq:
            if seq in first:
                problems.append(f"event {seq} answered two calls: {first[seq]} and {call}")
            first[seq] = call
            numbered.append((seq, call))
    for call in replays:
        assert isinstance(call.answer, Reserved | Refused | StockChange)
        original = first.get(call.answer.seq)
        if original is None or original.began > call.ended:
            problems.append(f"what was told again had not been told before: {call}")
    actors = {event.seq: event.actor for event in events}
    problems += [
        f"event {seq} names `{actors.get(seq)}`, not who called: {call}"
        for seq, call in numbered
        if actors.get(seq) != call.process
    ]
    return sorted(numbered, key=lambda pair: pair[0]), raised, problems


def _overtaken(numbered: Sequence[tuple[int, Call]]) -> list[str]:
    """Calls that come before one that was over when they began."""
    problems = []
    earliest_end: tuple[int, int] | None = None
    for seq, call in reversed(numbered):
        if earliest_end is not None and earliest_end[0] < call.began:
            problems.append(f"event {seq} came before event {earliest_end[1]}, which was over by then")
        if earliest_end is None or call.ended < earliest_end[0]:
            earliest_end = (call.ended, seq)
    return problems


class _SweptWhenTold(MemoryStockStore):
    """Leaves expired holds alone, which count for nothing, until one of them is asked for."""

    def _sweep(self, limit: int | None, now: datetime) -> tuple[Reservation, ...]:
        return () if limit is None else super()._sweep(limit, now)


class _Clock:
    """Stands where it is put."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time


def _told_again(
    numbered: Sequence[tuple[int, Call]], events: Sequence[StockEvent], clock: _Clock
) -> tuple[MemoryStockStore, list[str]]:
    """The plain store after all calls, each at the time of its event; where it said something else.

    Expired holds are swept where the stock swept them, which may be between two calls.
    """
    problems = []
    model = _SweptWhenTold(clock)
    calls = dict(numbered)
    for event in events:
        clock.time = event.at
        # Callers of a server read its time before they wait for each other: by a little it may go back.
        model._high_water = 0
        if event.kind is EventKind.EXPIRED:
            swept = [found.id for found in model.expire(limit=1)]
            if swept != [event.reservation]:
                problems.append(f"event {event.seq} swept {event.reservation}, its turn was that of {swept}")
        if event.seq in calls:
            call = calls[event.seq]
            answer = _answer(model, call.name, call.args, dict(call.options))
            if answer != call.answer:
                problems.append(
                    f"event {event.seq}: {call.name} was told {call.answer}, one caller is told {answer}"
                )
    return model, problems


def _answer(store: StockStore, name: str, args: tuple[object, ...], options: dict[str, object]) -> object:
    answer: object
    try:
        answer = getattr(store, name)(*args, **options)
    except StockError as error:
        answer = (type(error).__name__, str(error))
    return answer
