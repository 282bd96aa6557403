"""Many processes that want the last unit at the same moment: round after round exactly one gets it.

Three kinds of round in turn. One item, of which one is left. A pair of items, one left of each, wanted by all
in shuffled order. Three items, one left of each, of which everybody wants some two: any two pairs share one,
so again one process can be served and no more.
"""

import os
import select
import signal
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from attrs import define, frozen

from configurator.availability.demand import Demand
from configurator.availability.opening import open_stock
from configurator.availability.reservations import ReservationRequest, Reserved
from storms.crews import forked
from storms.dice import dice
from storms.tally import Budget, Tally

_ANSWER: Final = struct.Struct("=Id")
"""1 for granted, seconds of the call; a pipe takes so few bytes in one piece."""
_PATIENCE: Final = 120.0
_ROUNDS_PER_CREW: Final = 200
"""A new crew now and then, so that a budget and an interrupt are heeded and figures kept."""


def storm(
    tally: Tally, budget: Budget, url: str, folder: Path, *, seed: int, rounds: int, workers: int
) -> None:
    """Play so many rounds in all, or until the time is over; audit after each crew.

    Args:
        tally: gets the figures.
        budget: when to stop.
        url: an empty stock.
        folder: where processes can tell what they died of.
        seed: of the order in which items are asked for.
        rounds: in all runs of the tally together.
        workers: processes, each with a store of its own that stays open.
    """
    played = 0
    while tally.counts["rounds"] < rounds and not budget.over:
        number = min(_ROUNDS_PER_CREW, rounds - tally.counts["rounds"])
        names = range(played, played + number)
        with open_stock(url, timeout=_PATIENCE) as store:
            store.import_counts({sku: 1 for name in names for sku in items(name)})
        crew = Crew.started(folder, url, seed, workers, names)
        try:
            for name in names:
                if not budget.over:
                    tally.violations += _played(tally, crew, name)
        finally:
            crew.end()
        played += number
        with open_stock(url, timeout=_PATIENCE) as store:
            tally.violations += [f"audit: {problem}" for problem in store.audit()]
        tally.save()


def items(name: int) -> tuple[str, ...]:
    """The items of a round, of each of which one is there."""
    return tuple(f"ITEM-{name}-{letter}" for letter in "ABC"[: name % 3 + 1])


def _wanted(name: int, random: Random) -> Mapping[str, int]:
    chosen = list(items(name))
    random.shuffle(chosen)
    return dict.fromkeys(chosen[:2], 1)


def _played(tally: Tally, crew: "Crew", name: int) -> list[str]:
    began = time.monotonic()
    answers = crew.play(name)
    tally.counts["rounds"] += 1
    tally.counts["calls"] += len(answers)
    tally.counts["milliseconds of all rounds"] += int(1000 * (time.monotonic() - began))
    for _, seconds in answers:
        tally.time(seconds)
    winners = sum(won for won, _ in answers)
    tally.counts["rounds with exactly one winner"] += winners == 1
    found = [] if winners == 1 else [f"round {name} had {winners} winners"]
    if len(answers) < len(crew.pids):
        found.append(
            f"round {name}: {len(crew.pids) - len(answers)} processes gave no answer{crew.trouble()}"
        )
    return found


@define
class Crew:
    """Processes that wait for a round, ask once, answer, and wait again.

    The gate is a pipe on which all of them wait: as many bytes as processes open it for one each. Two gates
    take turns, so nobody goes through twice, and the next opens when all have answered.
    """

    folder: Path
    pids: tuple[int, ...]
    gates: tuple[int, int]
    answers: int

    @classmethod
    def started(cls, folder: Path, url: str, seed: int, workers: int, names: range) -> "Crew":
        """Fork them; each opens the stock and then plays these rounds, one after the other."""
        gates = (os.pipe(), os.pipe())
        answers = os.pipe()
        worker = Worker(url, names, (gates[0][0], gates[1][0]), answers[1])
        pids = tuple(
            forked(partial(worker.work, f"{seed}-{names.start}-{number}"), folder / f"errors-{number}")
            for number in range(workers)
        )
        for inner in (gates[0][0], gates[1][0], answers[1]):
            os.close(inner)
        return cls(folder, pids, (gates[0][1], gates[1][1]), answers[0])

    def play(self, name: int) -> list[tuple[int, float]]:
        """Open the gate to a round; (1 for the winner, seconds of the call) of everybody who answered."""
        os.write(self.gates[name % 2], bytes(len(self.pids)))
        found: list[tuple[int, float]] = []
        while len(found) < len(self.pids):
            if not select.select([self.answers], [], [], _PATIENCE)[0]:
                return found
            piece = os.read(self.answers, _ANSWER.size * (len(self.pids) - len(found)))
            if not piece:
                return found
            found += _ANSWER.iter_unpack(piece)
        return found

    def end(self) -> None:
        """Let all go."""
        for descriptor in (*self.gates, self.answers):
            os.close(descriptor)
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def trouble(self) -> str:
        """What some of them died of, as the end of a sentence."""
        told = {path.read_text(encoding="utf-8").strip() for path in self.folder.glob("errors-*")}
        return "".join(f"; {text.rpartition(chr(10))[2]}" for text in sorted(told)[:3])


@frozen
class Worker:
    """What a process of the crew does."""

    url: str
    names: range
    gates: tuple[int, int]
    answers: int

    def work(self, name: str) -> None:
        """Play all rounds."""
        random = dice(name)
        with open_stock(self.url, timeout=_PATIENCE) as store:
            for number in self.names:
                request = ReservationRequest(f"{number}-{name}", Demand.of(_wanted(number, random)))
                os.read(self.gates[number % 2], 1)
                began = time.monotonic()
                outcome = store.reserve(request)
                seconds = time.monotonic() - began
                os.write(self.answers, _ANSWER.pack(isinstance(outcome, Reserved), seconds))
