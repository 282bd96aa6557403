"""What the writers of a crash storm do, and what must be there after the crash.

A writer tells its journal what it is about to do, does it, and tells the journal the answer once it has it:
whatever was answered must survive, and what was only begun must be there as a whole or not at all. The one
who checks builds `Expected` from the journals and then sends again what was never answered, with the same
keys, as a caller would. From then on every counter is known exactly.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias

from attrs import define, field

from configurator.availability.demand import Demand, DemandLine
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationRequest,
    Reserved,
    ReservedLine,
    reservation_id,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import (
    OutOfStockError,
    PromiseBreakError,
    ReservationStateError,
    StockRequestError,
)

Step: TypeAlias = dict[str, Any]
"""A call as JSON: `do`, the operation, and its arguments."""
Answer: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, str]
"""An item at a location."""

SKUS: Final = tuple(f"PART-{number}" for number in range(8))
ANNEX: Final = "annex"
LATER: Final = timedelta(days=30)
_NO_WAY: Final = (OutOfStockError, PromiseBreakError, ReservationStateError, StockRequestError)
_ON_A_RESERVATION: Final = frozenset({"confirm", "consume", "release", "cancel", "extend"})
_HOLD: Final = timedelta(hours=6)


def first_steps() -> Iterator[Step]:
    """What fills an empty stock. Several writers may do it at once, and by its keys it happens once."""
    for sku in SKUS:
        yield {"do": "receive", "key": f"first-{sku}", "sku": sku, "quantity": 300, "location": "default"}
    yield {"do": "receive", "key": "first-annex", "sku": SKUS[0], "quantity": 50, "location": ANNEX}
    for sku in SKUS[:4]:
        yield {"do": "expect", "supply": f"PO-{sku}", "sku": sku, "quantity": 10**6}


@define
class Writer:
    """Somebody who goes on writing, with names of his own.

    Attributes:
        name: in all his keys and orders; no other writer ever has it.
        live: his reservations that can still change, by id.
    """

    name: str
    random: Random
    live: dict[str, str] = field(factory=dict)
    number: int = 0

    def steps(self, *, fill: bool) -> Iterator[Step]:
        """What to do, without end; tell each answer by `heard` before asking for the next.

        Args:
            fill: whether to begin with what fills an empty stock.
        """
        if fill:
            yield from first_steps()
        while True:
            self.number += 1
            yield self._next()

    def heard(self, answer: Answer) -> None:
        """Remember what a reservation has become."""
        if "id" in answer:
            if answer["state"] in {"HELD", "ALLOCATED"}:
                self.live[answer["id"]] = answer["state"]
            else:
                self.live.pop(answer["id"], None)

    def _next(self) -> Step:
        chance = self.random.random()
        if not self.live or (chance < 0.45 and len(self.live) < 40):
            return self._reserve()
        if chance < 0.6:
            return self._fact()
        id_ = self.random.choice(sorted(self.live))
        if self.live[id_] == "HELD":
            return {
                "do": self.random.choice(("confirm", "confirm", "confirm", "release", "extend")),
                "id": id_,
            }
        if self.random.random() < 0.7:
            whole = self.random.random() < 0.5
            return {"do": "consume", "id": id_, "parts": None if whole else {self.random.choice(SKUS): 1}}
        return {"do": self.random.choice(("release", "cancel")), "id": id_}

    def _reserve(self) -> Step:
        lines: list[list[object]] = [
            [sku, self.random.randint(1, 3), None, None]
            for sku in self.random.sample(SKUS, self.random.randint(1, 6))
        ]
        if self.random.random() < 0.25:
            later = datetime.now(UTC).date() + LATER
            lines.append([self.random.choice(SKUS[:4]), 2, None, later.isoformat()])
        key = f"{self.name}-{self.number}"
        return {"do": "reserve", "key": key, "lines": lines, "held": self.random.random() < 0.6}

    def _fact(self) -> Step:
        key, sku = f"{self.name}-{self.number}", self.random.choice(SKUS)
        kind = self.random.choice(("receive", "receive", "adjust", "transfer", "expected"))
        if kind == "adjust":
            change = self.random.choice((-1, 1, 2))
            return {"do": "adjust", "key": key, "sku": sku, "change": change, "location": "default"}
        if kind == "transfer":
            places = self.random.sample(("default", ANNEX), 2)
            return {"do": "transfer", "key": key, "sku": SKUS[0], "quantity": 1, "places": places}
        step = {"do": "receive", "key": key, "sku": sku, "quantity": self.random.randint(1, 8)}
        if kind == "expected" and sku in SKUS[:4]:
            step["supply"] = f"PO-{sku}"
        return {**step, "location": "default"}


def perform(store: StockStore, step: Step) -> Answer:
    """Do a step and give its answer as JSON; a refusal by rule is an answer, a broken store raises."""
    try:
        return _performed(store, step)
    except _NO_WAY as error:
        return {"error": type(error).__name__}


def _performed(store: StockStore, step: Step) -> Answer:
    match step["do"]:
        case "reserve":
            outcome = store.reserve(_request(step))
            match outcome:
                case Reserved():
                    return seen(outcome.reservation)
                case Refused():
                    return {"refused": [short.component for short in outcome.shortages]}
        case "confirm":
            return seen(store.confirm(step["id"]))
        case "release":
            return seen(store.release(step["id"]))
        case "cancel":
            return seen(store.cancel(step["id"]))
        case "extend":
            return seen(store.extend(step["id"], 2 * _HOLD))
        case "consume":
            return seen(store.consume(step["id"], step["parts"]))
        case "receive":
            store.receive(
                step["sku"],
                step["quantity"],
                location=step["location"],
                supply=step.get("supply"),
                key=step["key"],
            )
        case "adjust":
            store.adjust(step["sku"], step["change"], reason="counted again", key=step["key"])
        case "transfer":
            source, target = step["places"]
            store.transfer(step["sku"], step["quantity"], source=source, target=target, key=step["key"])
        case "expect":
            store.add_supply(Supply(step["supply"], step["sku"], date(2099, 1, 1), step["quantity"]))
    return {"booked": step["do"]}


def _request(step: Step) -> ReservationRequest:
    demand = Demand(
        tuple(
            DemandLine(sku, quantity, location, None if needed is None else date.fromisoformat(needed))
            for sku, quantity, location, needed in step["lines"]
        )
    )
    return ReservationRequest(step["key"], demand, _HOLD if step["held"] else None, step["key"])


def seen(reservation: Reservation) -> Answer:
    """A reservation as JSON."""
    return {
        "id": reservation.id,
        "state": reservation.state.value,
        "lines": [_row(line) for line in reservation.lines],
    }


def _row(line: ReservedLine) -> list[object]:
    needed = None if line.needed is None else line.needed.isoformat()
    return [line.sku, line.location, needed, line.quantity, line.consumed]


@define
class Journal:
    """Where a writer says what it is about to do and what it was told; each line is one write."""

    descriptor: int

    def begun(self, step: Step) -> None:
        """Before the call."""
        os.write(self.descriptor, json.dumps(step).encode() + b"\n")

    def answered(self, answer: Answer) -> None:
        """After it has returned."""
        os.write(self.descriptor, json.dumps(answer).encode() + b"\n")


def write_without_end(
    store: StockStore, writer: Writer, journal: Journal, *, fill: bool = True, steps: int | None = None
) -> None:
    """Do one step after the other, so many or until the process is killed or the store breaks."""
    for number, step in enumerate(writer.steps(fill=fill)):
        if number == steps:
            return
        journal.begun(step)
        answer = perform(store, step)
        journal.answered(answer)
        writer.heard(answer)


@define
class Expected:
    """What the journals of all writers on one database say must be in it.

    Attributes:
        views: every reservation that was answered, by id, as it was last answered.
        refused: requests that were answered with a refusal.
        booked: what facts that were answered did to on-hand, each counted once by its key.
        open: steps that were begun and never answered.
        acknowledged: how many answers there were, by operation; refusals by rule on their own.
    """

    views: dict[str, Answer] = field(factory=dict)
    refused: list[Step] = field(factory=list)
    booked: dict[str, Mapping[Place, int]] = field(factory=dict)
    open: list[Step] = field(factory=list)
    acknowledged: Counter[str] = field(factory=Counter)

    def read(self, journal: str) -> None:
        """Take in a journal, or a further piece of one that begins with a step."""
        lines = journal.split("\n")
        # A line that the crash cut short was never told to anybody; the step before it stays open.
        whole = [json.loads(line) for line in lines[:-1]]
        for step, answer in zip(whole[::2], whole[1::2], strict=False):
            self._heard(step, answer)
        if len(whole) % 2:
            self.open.append(whole[-1])

    def _heard(self, step: Step, answer: Answer) -> None:
        self.acknowledged["refusals by rule" if "error" in answer else f"answers to {step['do']}"] += 1
        if "id" in answer:
            self.views[answer["id"]] = answer
        elif "refused" in answer:
            self.refused.append(step)
        elif "booked" in answer:
            self.booked[step.get("key", "")] = on_hand_of(step)

    def settle(self, store: StockStore) -> list[str]:
        """Compare what was answered, send again what was not, compare all counters; what is wrong.

        Afterwards nothing is open.
        """
        found = self._compare_reservations(store)
        if found:
            return found
        counted = Counter(self.acknowledged)
        for step in self.open:
            if step["do"] in _ON_A_RESERVATION:
                self.views[step["id"]] = seen(store.reservation(step["id"]))
            else:
                self._heard(step, perform(store, step))
        self.acknowledged = counted
        self.open.clear()
        return self._compare_refusals(store) + self._compare_counters(store)

    def _compare_reservations(self, store: StockStore) -> list[str]:
        found = []
        there = {reservation.id: seen(reservation) for reservation in store.reservations()}
        begun = {
            step.get("id") or reservation_id(step["key"]): step for step in self.open if _about_one(step)
        }
        for id_, view in self.views.items():
            if id_ not in there:
                found.append(f"lost: `{id_}` was answered {view['state']} and is not there")
            elif there[id_] != view and not (id_ in begun and follows(view, begun[id_], there[id_])):
                found.append(f"changed: `{id_}` was answered {view} and is {there[id_]}")
        for id_, view in there.items():
            if id_ not in self.views:
                step = begun.get(id_)
                if step is None:
                    found.append(f"invented: nobody asked for `{id_}`")
                elif wanted_by(step) != taken_by(view):
                    found.append(f"partial: `{id_}` has {view['lines']} of {step['lines']}")
        return found

    def _compare_refusals(self, store: StockStore) -> list[str]:
        # A refusal was an answer: who asks again with the same key must hear it again.
        found = []
        for step in self.refused[-3:]:
            again = store.reserve(_request(step))
            if not isinstance(again, Refused) or not again.replayed:
                found.append(f"forgotten: the refusal of `{step['key']}`")
        return found

    def _compare_counters(self, store: StockStore) -> list[str]:
        on_hand: Counter[Place] = Counter()
        for moved in self.booked.values():
            on_hand.update(moved)
        held: Counter[Place] = Counter()
        allocated: Counter[Place] = Counter()
        planned: Counter[Place] = Counter()
        for view in self.views.values():
            for sku, location, needed, quantity, consumed in view["lines"]:
                on_hand[sku, location] -= consumed
                if view["state"] in {"HELD", "ALLOCATED"}:
                    which = planned if needed else held if view["state"] == "HELD" else allocated
                    which[sku, location] += quantity - consumed
        found = []
        for balance in store.balances():
            place = (balance.sku, balance.location)
            due = (on_hand[place], held[place], allocated[place], planned[place])
            actual = (balance.on_hand, balance.held, balance.allocated, balance.planned)
            if due != actual:
                found.append(f"counters: {place} should be {due} and are {actual}")
        return found


def _about_one(step: Step) -> bool:
    return step["do"] == "reserve" or step["do"] in _ON_A_RESERVATION


def on_hand_of(step: Step) -> Mapping[Place, int]:
    """What a fact does to on-hand."""
    match step["do"]:
        case "receive":
            return {(step["sku"], step["location"]): step["quantity"]}
        case "adjust":
            return {(step["sku"], step["location"]): step["change"]}
        case "transfer":
            (source, target), quantity = step["places"], step["quantity"]
            return {(step["sku"], source): -quantity, (step["sku"], target): quantity}
    return {}


def wanted_by(step: Step) -> Counter[tuple[str, str | None]]:
    """How many of each item for each day a request asks for."""
    wanted: Counter[tuple[str, str | None]] = Counter()
    for sku, quantity, _, needed in step["lines"]:
        wanted[sku, needed] += quantity
    return wanted


def taken_by(view: Answer) -> Counter[tuple[str, str | None]]:
    """How many of each item for each day a reservation has."""
    taken: Counter[tuple[str, str | None]] = Counter()
    for sku, _, needed, quantity, _ in view["lines"]:
        taken[sku, needed] += quantity
    return taken


def follows(before: Answer, step: Step, after: Answer) -> bool:
    """Whether a step that was never answered may have led from one view of a reservation to another."""
    consumed = {id_: _consumed(view) for id_, view in (("before", before), ("after", after))}
    if taken_by(before) != taken_by(after):
        return False
    if step["do"] == "consume" and step["parts"] is not None:
        more = consumed["before"] + Counter(step["parts"])
        return more == consumed["after"] and after["state"] in {"ALLOCATED", "CONSUMED"}
    expected = {"confirm": "ALLOCATED", "consume": "CONSUMED", "extend": "HELD"}.get(step["do"], "RELEASED")
    whole = step["do"] == "consume"
    return after["state"] == expected and (whole or consumed["before"] == consumed["after"])


def _consumed(view: Answer) -> Counter[str]:
    consumed: Counter[str] = Counter()
    for sku, _, _, _, gone in view["lines"]:
        consumed[sku] += gone
    return +consumed


def read_journals(texts: Iterable[str]) -> Expected:
    """What some whole journals say together."""
    expected = Expected()
    for text in texts:
        expected.read(text)
    return expected
