"""What is true of the PCs from 58,000 components, found without the library: joins and sums over attributes.

Nothing here reads the catalog or knows how it is solved. The rows of the files are put into classes by the
attributes that some rule looks at, and the rules are stated once more, as yes-or-no matrices between classes.
Two ways of computing follow.

`count`, `cheapest` and `cheapest_with` eliminate one family after the other, which works alike for numbers of
PCs (add, multiply) and for prices (minimum, add). Numbers are Python's, of any size.

`count_within` counts under a budget. Instead of a number it keeps how many ways there are for each amount
of cents: a polynomial. Families are multiplied in as what they are, few prices each (a shifted addition per
price); only where two dense polynomials meet, they are transformed modulo several primes (a number-theoretic
transform, in whole numbers throughout) and put together by the Chinese remainder theorem.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import count as count_from
from itertools import product
from math import comb, isqrt, prod
from operator import add, itemgetter, mul
from time import perf_counter
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from pc_parts import (
    BOARDS_IN_CASES,
    BOXED,
    FAST_MEMORY,
    FAST_PIXELS,
    FAST_RATE,
    GENERATIONS,
    HOT,
    HOT_RADIATOR,
    RESERVE,
    ROOM_IN_CASES,
    SOCKETS,
    SPARE_PERCENT,
    SUPPLIES_IN_CASES,
    Components,
    Row,
    cleaned,
)

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]
Class = tuple[Any, ...]
"""What the rules see of a component, in the order of `class_of`."""
Prices = Mapping[int, int]
"""By cents, how many components cost so much."""

OPTIONAL = frozenset({"gpu", "cooler", "os", "monitor", "keyboard", "mouse"})
ABSENT: Class = ()
"""The class of nothing chosen, in an optional family."""
MOST_DRIVES = 4
"""How many drives a mixed slot takes."""


def cents(price: str) -> int:
    """A price as it stands in the files."""
    whole, _, rest = price.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def class_of(family: str, row: Row) -> Class:
    """The attributes of a component that some rule looks at, as far as it looks at them."""
    match family:
        case "cpu":
            return (row["architecture"], int(row["tdp"]), row["igpu"] == "yes")
        case "board":
            numbers = (int(row["slots"]), int(row["max_memory"]), int(row["m2_slots"]))
            return (row["socket"], row["form"], row["marked"], row["wireless"] == "yes", *numbers)
        case "memory":
            return (row["generation"], int(row["modules"]), int(row["capacity"]))
        case "gpu":
            room = min((room for room in ROOMS if room >= int(row["length"])), default=ENDLESS)
            return (int(row["draw"]), room, int(row["memory"].partition(".")[0]) >= FAST_MEMORY)
        case "chassis":
            return (row["type"], min(int(row["bays"]), MOST_DRIVES))
        case "psu":
            return (row["type"], int(row["wattage"]))
        case "cooler":
            return (int(row["radiator"]),)
        case "drive":
            return (row["bus"], row["bay"] == "yes")
        case "os":
            return (int(row["max_memory"]),)
        case "monitor":
            return (int(row["pixels"]) >= FAST_PIXELS and int(row["rate"]) >= FAST_RATE,)
        case _:
            return (row["link"] == "bluetooth",)


ENDLESS = 1_000_000
ROOMS = sorted({ENDLESS if card is None else card for card, _ in ROOM_IN_CASES.values()})
"""The longest cards that cases take, in mm: nothing else of a card's length matters."""

# ---------------------------------------------------------------- the rules between two classes


def takes_memory(board: Class, memory: Class) -> bool:
    """Generation, modules and size of memory fit a mainboard."""
    socket, _, marked, _, slots, most, _ = board
    generation, modules, capacity = memory
    fitting = (
        socket in sockets and mark in {None, marked, *_all_but(marked)} and generation in generations
        for sockets, mark, generations in GENERATIONS
    )
    return modules <= slots and capacity <= most and any(fitting)


def _all_but(marked: str) -> set[str]:
    """How a table says that anything may be marked but another generation than this."""
    return {f"not DDR{number}" for number in range(1, 9)} - {f"not {marked}"}


def plugs_in(cpu: Class, socket: str) -> bool:
    """A processor comes for a socket."""
    return socket in SOCKETS.get(cpu[0], ())


def is_cooled(cpu: Class, cooler: Class) -> bool:
    """A warm processor has a cooler, a hot one a radiator that is large enough."""
    if cooler == ABSENT:
        return bool(cpu[1] <= BOXED)
    return bool(cpu[1] < HOT or cooler[0] >= HOT_RADIATOR)


def has_picture(cpu: Class, gpu: Class) -> bool:
    """Something drives the screen."""
    return bool(cpu[2] or gpu != ABSENT)


def shows(gpu: Class, monitor: Class) -> bool:
    """A fast screen has a card with enough memory."""
    return bool(monitor == ABSENT or not monitor[0] or (gpu != ABSENT and gpu[2]))


def holds_card(case: str, gpu: Class) -> bool:
    """A card is no longer than the case has room."""
    room = ROOM_IN_CASES[case][0]
    return bool(gpu == ABSENT or room is None or gpu[1] <= room)


def holds_cooler(case: str, cooler: Class) -> bool:
    """A radiator is no longer than the case has room."""
    room = ROOM_IN_CASES[case][1]
    return bool(cooler == ABSENT or room is None or cooler[0] <= room)


def uses_memory(system: Class, memory: Class) -> bool:
    """An operating system can use the memory."""
    return bool(system == ABSENT or memory[2] <= system[0])


def hears(wireless: bool, device: Class) -> bool:
    """A device without cable or receiver of its own has a wireless mainboard."""
    return bool(device == ABSENT or not device[0] or wireless)


def takes_drive(slots: int, bays: int, drive: Class) -> bool:
    """A single drive has a plug and a place."""
    return bool(drive[0] != "other" and (drive[0] != "M.2" or slots >= 1) and (not drive[1] or bays >= 1))


def watts_needed(cpu: Class, gpu: Class) -> int:
    """A hundred times the watts that a supply must give."""
    draw = 0 if gpu == ABSENT else gpu[0]
    return int((100 + SPARE_PERCENT) * (cpu[1] + draw + RESERVE))


def fits(pc: Mapping[str, Row | None]) -> bool:
    """Whether a PC with a single drive is valid: every rule read off the rows of its components."""
    of = {family: ABSENT if row is None else class_of(family, row) for family, row in pc.items()}
    cpu, board, gpu, (case, bays) = of["cpu"], of["board"], of["gpu"], of["chassis"]
    kind, wattage = of["psu"]
    return (
        plugs_in(cpu, board[0])
        and takes_memory(board, of["memory"])
        and board[1] in BOARDS_IN_CASES[case]
        and kind in SUPPLIES_IN_CASES[case]
        and 100 * wattage >= watts_needed(cpu, gpu)
        and is_cooled(cpu, of["cooler"])
        and has_picture(cpu, gpu)
        and shows(gpu, of["monitor"])
        and holds_card(case, gpu)
        and holds_cooler(case, of["cooler"])
        and uses_memory(of["os"], of["memory"])
        and hears(board[3], of["keyboard"])
        and hears(board[3], of["mouse"])
        and takes_drive(board[6], bays, of["drive"])
    )


# ---------------------------------------------------------------- two kinds of sums


@frozen(eq=False)
class Sums:
    """How what is known of the parts is put together.

    Attributes:
        zero: of something impossible.
        one: of nothing chosen.
        either: this or that.
        along: the same along an axis of an array.
        both: this together with that.
        of: what is known of components with these prices.
    """

    dtype: type
    zero: int
    one: int
    either: Callable[[int, int], int]
    along: Callable[..., Array]
    both: Callable[[Any, Any], Any]
    of: Callable[[Prices], int]

    def where(self, possible: Array, values: Array, axis: int) -> Array:
        """All values that are possible."""
        return self.along(np.where(possible, values, self.zero), axis=axis)


NUMBERS = Sums(object, 0, 1, add, np.add.reduce, mul, lambda prices: sum(prices.values()))
"""How many there are."""
NEVER = 2**40
LOWEST = Sums(np.int64, NEVER, 0, min, np.minimum.reduce, add, min)
"""What the cheapest costs, in cents; `NEVER` or more where there is none."""

# ---------------------------------------------------------------- elimination

Boards = Mapping[tuple[str, str, int], int]
"""What is known of mainboards with what depends on them alone, by socket, form and M.2 slots."""
Cases = Mapping[tuple[str, int], int]
"""What is known of cases with drives, by type of case and M.2 slots."""
BOARD_SIDE = frozenset({"board", "memory", "os", "keyboard", "mouse"})
CASE_SIDE = frozenset({"chassis", "drive"})


@frozen(eq=False)
class Parts:
    """The components that may be chosen from, in classes.

    Attributes:
        of: by family and class the prices.
        tables: the rules between the classes of two families.
        mixed: whether up to four drives are chosen instead of one.
        alone: a family with the one class of it that counts, at no price; `None` where all do.
    """

    of: Mapping[str, Mapping[Class, Prices]] = field(repr=False)
    tables: Mapping[str, Array] = field(repr=False)
    mixed: bool = False
    alone: tuple[str, Class] | None = None

    @classmethod
    def among(
        cls, components: Components, *, mixed: bool = False, chosen: Mapping[str, str | None] | None = None
    ) -> "Parts":
        """The classes of these components; of a family that is chosen the one with the SKU, or nothing."""
        choices = chosen or {}
        of: dict[str, dict[Class, Counter[int]]] = {}
        for family, rows in components.items():
            classes: dict[Class, Counter[int]] = {}
            if family in OPTIONAL and choices.get(family) is None:
                classes[ABSENT] = Counter({0: 1})
            for row in rows:
                if family not in choices or choices[family] == row["sku"]:
                    classes.setdefault(class_of(family, row), Counter())[cents(row["price"])] += 1
            of[family] = classes
        return cls(of, _tables(of), mixed)

    def weights(self, sums: Sums, family: str) -> Array:
        """What is known of each class of a family by itself."""
        classes = self.of[family]
        if self.alone is not None and self.alone[0] == family:
            found = [sums.one if name == self.alone[1] else sums.zero for name in classes]
        else:
            found = [sums.of(prices) for prices in classes.values()]
        return np.array(found, dtype=sums.dtype)

    # ------------------------------------------------------------ the three sides of a PC

    def boards(self, sums: Sums) -> Boards:
        """Mainboards with memory, operating system, keyboard and mouse."""
        systems = sums.where(self.tables["system"], self.weights(sums, "os")[None, :], 1)
        memory = sums.both(self.weights(sums, "memory"), systems)
        fitting = sums.where(self.tables["memory"], memory[None, :], 1)
        devices = {wireless: self._devices(sums, wireless=wireless) for wireless in (False, True)}
        found: dict[tuple[str, str, int], int] = {}
        for board, weight, rest in zip(self.of["board"], self.weights(sums, "board"), fitting, strict=True):
            key = (board[0], board[1], board[6])
            whole = sums.both(sums.both(int(weight), int(rest)), devices[board[3]])
            found[key] = sums.either(found.get(key, sums.zero), whole)
        return found

    def _devices(self, sums: Sums, *, wireless: bool) -> int:
        keyboards, mice = (
            sums.where(
                np.array([hears(wireless, found) for found in self.of[family]]),
                self.weights(sums, family),
                0,
            )
            for family in ("keyboard", "mouse")
        )
        return int(sums.both(keyboards, mice))

    def processors(self, sums: Sums) -> Array:
        """By type of case and socket: processors with cooler, card, screen and supply."""
        screens = sums.where(self.tables["shows"], self.weights(sums, "monitor")[None, :], 1)
        cards = sums.both(self.weights(sums, "gpu"), screens)
        coolers, supplies = self.weights(sums, "cooler"), self.weights(sums, "psu")
        found = []
        for case in range(len(ROOM_IN_CASES)):
            fitting = sums.where(self.tables["supply"][case], supplies[None, :], 1)[self.tables["level"]]
            possible = self.tables["picture"] & self.tables["card"][case][None, :]
            drawing = sums.where(possible, sums.both(cards[None, :], fitting), 1)
            holding = self.tables["cooled"] & self.tables["cooler"][case][None, :]
            cooled = sums.where(holding, coolers[None, :], 1)
            whole = sums.both(self.weights(sums, "cpu"), sums.both(drawing, cooled))
            found.append(sums.where(self.tables["plugs"], whole[None, :], 1))
        return np.array(found, dtype=sums.dtype)

    def cases(self, sums: Sums) -> Cases:
        """Cases with drives."""
        found = dict.fromkeys(product(ROOM_IN_CASES, range(MOST_DRIVES)), sums.zero)
        weights = self.weights(sums, "chassis")
        for ((case, bays), weight), slots in product(
            zip(self.of["chassis"], weights, strict=True), range(MOST_DRIVES)
        ):
            whole = sums.both(int(weight), self.drives(sums, slots, bays))
            found[case, slots] = sums.either(found[case, slots], whole)
        return found

    def drives(self, sums: Sums, slots: int, bays: int) -> int:
        """The drives that go into so many M.2 slots and bays."""
        if self.mixed and sums is NUMBERS:
            return self._drive_multisets(slots, bays)
        alone = self.alone is not None and self.alone[0] == "drive"
        if self.mixed and not alone:
            return sums.one  # no drive is cheaper than any
        found = sums.zero
        for drive, weight in zip(self.of["drive"], self.weights(sums, "drive"), strict=True):
            if takes_drive(slots, bays, drive):
                found = sums.either(found, int(weight))
        return found

    def _drive_multisets(self, slots: int, bays: int) -> int:
        """How many multisets of up to four drives there are: in M.2 slots, in bays, and elsewhere."""
        kinds = {"slot": 0, "bay": 0, "elsewhere": 0}
        for (plug, bay), prices in self.of["drive"].items():
            if plug != "other":
                assert not (bay and plug == "M.2")
                kinds["bay" if bay else "slot" if plug == "M.2" else "elsewhere"] += sum(prices.values())
        return sum(
            prod(multisets(number, size) for number, size in zip(kinds.values(), sizes, strict=True))
            for sizes in product(range(MOST_DRIVES + 1), repeat=3)
            if sizes[0] <= slots and sizes[1] <= bays and sum(sizes) <= MOST_DRIVES
        )

    # ------------------------------------------------------------ all together

    def joined(self, sums: Sums, boards: Boards, processors: Array, cases: Cases) -> int:
        """All PCs from their three sides."""
        sockets = tuple(dict.fromkeys(board[0] for board in self.of["board"]))
        found = sums.zero
        for number, case in enumerate(ROOM_IN_CASES):
            for (socket, form, slots), board in boards.items():
                if form in BOARDS_IN_CASES[case]:
                    side = sums.both(int(processors[number, sockets.index(socket)]), cases[case, slots])
                    found = sums.either(found, sums.both(board, side))
        return found

    def total(self, sums: Sums) -> int:
        """All PCs."""
        return self.joined(sums, self.boards(sums), self.processors(sums), self.cases(sums))


def _tables(of: Mapping[str, Mapping[Class, Prices]]) -> dict[str, Array]:
    def table(rule: Callable[[Any, Any], bool], rows: Iterable[Any], columns: Iterable[Any]) -> Array:
        listed = tuple(columns)
        return np.array([[rule(row, column) for column in listed] for row in rows], dtype=bool)

    cards, cpus, supplies = of["gpu"], of["cpu"], of["psu"]
    needed = np.array([[watts_needed(cpu, card) for card in cards] for cpu in cpus])
    levels, level = np.unique(needed, return_inverse=True)
    enough = levels[:, None] <= np.array([100 * wattage for _, wattage in supplies])[None, :]
    fitting = table(lambda case, psu: psu[0] in SUPPLIES_IN_CASES[case], ROOM_IN_CASES, supplies)
    sockets = dict.fromkeys(board[0] for board in of["board"])
    return {
        "plugs": table(lambda socket, cpu: plugs_in(cpu, socket), sockets, cpus),
        "level": level.reshape(needed.shape),
        "memory": table(takes_memory, of["board"], of["memory"]),
        "system": table(lambda memory, system: uses_memory(system, memory), of["memory"], of["os"]),
        "shows": table(shows, cards, of["monitor"]),
        "picture": table(has_picture, cpus, cards),
        "card": table(holds_card, ROOM_IN_CASES, cards),
        "cooled": table(is_cooled, cpus, of["cooler"]),
        "cooler": table(holds_cooler, ROOM_IN_CASES, of["cooler"]),
        "supply": enough[None, :, :] & fitting[:, None, :],
    }


def multisets(kinds: int, size: int) -> int:
    """How many multisets of a size there are."""
    return comb(kinds + size - 1, size) if kinds else int(not size)


# ---------------------------------------------------------------- answers


def count(parts: Parts) -> int:
    """How many valid PCs there are, at any price."""
    return parts.total(NUMBERS)


def cheapest(parts: Parts) -> int | None:
    """What the cheapest valid PC costs, in cents."""
    found = parts.total(LOWEST)
    return found if found < NEVER else None


def cheapest_with(parts: Parts, components: Components) -> dict[str, dict[str | None, int]]:
    """By family and SKU (`None` for nothing) what the cheapest valid PC with that component costs, in cents.

    A component that is in no valid PC is missing, so the SKUs are the valid domains; under a budget those
    that cost no more.
    """
    boards, processors, cases = parts.boards(LOWEST), parts.processors(LOWEST), parts.cases(LOWEST)
    rest: dict[tuple[str, Class], int] = {}
    for family, classes in parts.of.items():
        for found in classes:
            alone = evolve(parts, alone=(family, found))
            rest[family, found] = alone.joined(
                LOWEST,
                alone.boards(LOWEST) if family in BOARD_SIDE else boards,
                processors if family in BOARD_SIDE | CASE_SIDE else alone.processors(LOWEST),
                alone.cases(LOWEST) if family in CASE_SIDE else cases,
            )
    answers: dict[str, dict[str | None, int]] = {family: {} for family in parts.of}
    for family, classes in parts.of.items():
        if ABSENT in classes and rest[family, ABSENT] < NEVER:
            answers[family][None] = rest[family, ABSENT]
        for row in components[family]:
            price, found = cents(row["price"]), class_of(family, row)
            if price in classes.get(found, ()) and rest[family, found] < NEVER:
                answers[family][row["sku"]] = price + rest[family, found]
    return answers


# ---------------------------------------------------------------- counting under a budget


class Ways:
    """How many ways there are for each amount of cents, up to a budget: a polynomial, cut off.

    Attributes:
        at: by cents; whole numbers of 64 bits.
        most: no more ways than that, whatever they cost: below 2^63 nothing can overflow.
    """

    def __init__(self, size: int) -> None:
        self.at = np.zeros(size, dtype=np.int64)
        self.most = 0

    @classmethod
    def of(cls, prices: Prices, size: int) -> "Ways":
        """The ways to choose one component."""
        nothing = cls(size)
        nothing.at[0] = nothing.most = 1
        return cls(size).plus(nothing, prices)

    def plus(self, other: "Ways", prices: Prices) -> "Ways":
        """Also the other ways with one component more; changed in place."""
        self.most += other.most * sum(prices.values())
        assert self.most < 2**63
        size = len(self.at)
        for price, number in prices.items():
            if price < size:
                added = other.at[: size - price]
                self.at[price:] += added * number if number > 1 else added
        return self


UNCHANGED: Prices = {0: 1}
"""One component more that costs nothing: to add ways as they are."""

Holding = tuple[tuple[str, ...], tuple[int | None, int | None]]
"""What a case holds but mainboards: types of supply, the longest card and radiator."""
SocketKind = frozenset[str]
"""The micro-architectures that come for a socket."""
FormKind = frozenset[str]
"""The types of case that hold a form of mainboard."""
BoardWays = dict[tuple[SocketKind, FormKind, bool], Ways]
"""Mainboards with what depends on them alone: by socket, form, and whether an M.2 drive fits."""
ProcessorWays = dict[tuple[SocketKind, Holding], Ways]
"""Processors with cooler, card, screen and supply."""


def count_within(parts: Parts, budget: int) -> int:
    """How many valid PCs with one drive cost no more than the budget, in cents."""
    assert not parts.mixed
    size = budget + 1
    boards, processors = _board_ways(parts, size), _processor_ways(parts, size)
    transforms, residues = _met(boards, processors, size)
    total = 0
    for (case, slots), last in _case_ways(parts, size).items():
        if (case, slots) not in residues[0]:
            continue
        # The rest of the budget is for case and drive, or is kept.
        digits = mixed_radix([found[case, slots] for found in residues], [t.prime for t in transforms])
        within = np.cumsum(last.at)[::-1]
        for position, digit in enumerate(digits):
            total += prod(t.prime for t in transforms[:position]) * _dot(digit, within)
    return total


def _merged(classes: Mapping[Class, Prices], kept: Iterable[Class]) -> Counter[int]:
    """The prices of several classes together."""
    found: Counter[int] = Counter()
    for name in kept:
        found.update(classes[name])
    return found


def _socket_kind(socket: str) -> SocketKind:
    return frozenset(architecture for architecture, sockets in SOCKETS.items() if socket in sockets)


def _form_kind(form: str) -> FormKind:
    return frozenset(case for case, forms in BOARDS_IN_CASES.items() if form in forms)


def _board_ways(parts: Parts, size: int) -> BoardWays:
    with_memory: dict[tuple[bool, Class], Ways] = {}
    for wireless in (False, True):
        devices = Ways.of(UNCHANGED, size)
        for family in ("keyboard", "mouse"):
            heard = [device for device in parts.of[family] if hears(wireless, device)]
            devices = Ways(size).plus(devices, _merged(parts.of[family], heard))
        with_system: dict[frozenset[Class], Ways] = {}
        for memory, prices in parts.of["memory"].items():
            systems = frozenset(system for system in parts.of["os"] if uses_memory(system, memory))
            if systems not in with_system:
                with_system[systems] = Ways(size).plus(devices, _merged(parts.of["os"], systems))
            with_memory[wireless, memory] = Ways(size).plus(with_system[systems], prices)
    fitting: dict[tuple[bool, frozenset[Class]], Ways] = {}
    found: BoardWays = {}
    for board, prices in parts.of["board"].items():
        kind = (board[3], frozenset(memory for memory in parts.of["memory"] if takes_memory(board, memory)))
        if kind not in fitting:
            fitting[kind] = Ways(size)
            for memory in kind[1]:
                fitting[kind].plus(with_memory[board[3], memory], UNCHANGED)
        key = (_socket_kind(board[0]), _form_kind(board[1]), board[6] >= 1)
        found.setdefault(key, Ways(size)).plus(fitting[kind], prices)
    return found


def _processor_ways(parts: Parts, size: int) -> ProcessorWays:
    holding = {(SUPPLIES_IN_CASES[case], ROOM_IN_CASES[case]): case for case in ROOM_IN_CASES}
    sockets = dict.fromkeys(_socket_kind(board[0]) for board in parts.of["board"])
    found: ProcessorWays = {}
    for side, case in holding.items():
        cooled: dict[frozenset[Class], list[Class]] = {}
        for cpu in parts.of["cpu"]:
            fitting = (c for c in parts.of["cooler"] if is_cooled(cpu, c) and holds_cooler(case, c))
            cooled.setdefault(frozenset(fitting), []).append(cpu)
        for coolers, cpus in cooled.items():
            for cpu, ways in _powered(parts, case, coolers, cpus, size):
                for socket in sockets:
                    if cpu[0] in socket:
                        whole = found.setdefault((socket, side), Ways(size))
                        whole.plus(ways, parts.of["cpu"][cpu])
    return found


def _powered(
    parts: Parts, case: str, coolers: frozenset[Class], cpus: list[Class], size: int
) -> Iterator[tuple[Class, Ways]]:
    """For each processor, hottest first, the ways to add cooler, card, screen and a supply that is enough.

    The cooler a processor, the more supplies are enough, so each is added once.
    """
    screens = {}
    for fast in (False, True):
        shown = [screen for screen in parts.of["monitor"] if shows((0, 0, fast), screen)]
        ways = Ways.of(_merged(parts.of["monitor"], shown), size)
        screens[fast] = Ways(size).plus(ways, _merged(parts.of["cooler"], coolers))
    cards: dict[Class, Ways] = {}
    for card, prices in parts.of["gpu"].items():
        if holds_card(case, card):
            ways = cards.setdefault(card[:1], Ways(size))
            ways.plus(screens[card != ABSENT and card[2]], prices)
    supplies: dict[int, Counter[int]] = {}
    for (kind, wattage), prices in sorted(parts.of["psu"].items(), key=itemgetter(1)):
        if kind in SUPPLIES_IN_CASES[case]:
            supplies.setdefault(wattage, Counter()).update(prices)
    waiting = {card: sorted(supplies) for card in cards}
    with_card, without = Ways(size), Ways(size)
    for cpu in sorted(cpus, key=itemgetter(1), reverse=True):
        for card, wattages in waiting.items():
            while wattages and 100 * wattages[-1] >= watts_needed(cpu, card):
                powered = without if card == ABSENT else with_card
                powered.plus(cards[card], supplies[wattages.pop()])
        yield cpu, with_card
        if cpu[2]:
            yield cpu, without


def _case_ways(parts: Parts, size: int) -> dict[tuple[str, bool], Ways]:
    """Cases with a drive, by type and whether the mainboard has an M.2 slot."""
    found: dict[tuple[str, bool], Ways] = {}
    drives: dict[frozenset[Class], Ways] = {}
    for ((case, bays), prices), slots in product(parts.of["chassis"].items(), (False, True)):
        taken = frozenset(drive for drive in parts.of["drive"] if takes_drive(slots, bays, drive))
        if taken not in drives:
            drives[taken] = Ways.of(_merged(parts.of["drive"], taken), size)
        found.setdefault((case, slots), Ways(size)).plus(drives[taken], prices)
    return found


# ---------------------------------------------------------------- where dense polynomials meet


def _met(
    boards: BoardWays, processors: ProcessorWays, size: int
) -> "tuple[list[Transform], list[dict[tuple[str, bool], Array]]]":
    """Mainboards together with processors, by type of case and M.2 slot: their residues for enough primes."""
    bounds: Counter[tuple[str, bool]] = Counter()
    for (socket, forms, slots), board in boards.items():
        for case in forms:
            processor = processors.get((socket, _holding(case)))
            if processor is not None:
                bounds[case, slots] += int(board.at.sum()) * int(processor.at.max())
    transforms = Transform.enough(max(bounds.values(), default=0), size)
    return transforms, [_met_modulo(transform, boards, processors, size) for transform in transforms]


def _met_modulo(
    transform: "Transform", boards: BoardWays, processors: ProcessorWays, size: int
) -> dict[tuple[str, bool], Array]:
    sums: dict[tuple[str, bool], Array] = {}
    for socket in dict.fromkeys(socket for socket, _, _ in boards):
        right = {
            side: transform.forward(ways.at) for (own, side), ways in processors.items() if own == socket
        }
        for (own, forms, slots), ways in boards.items():
            if own == socket and right:
                left = transform.forward(ways.at)
                for case in forms:
                    if _holding(case) not in right:
                        continue
                    both = transform.residue(left * right[_holding(case)])
                    before = sums.get((case, slots))
                    sums[case, slots] = both if before is None else transform.residue(before + both)
    return {key: transform.backward(found)[:size] for key, found in sums.items()}


def _holding(case: str) -> Holding:
    return SUPPLIES_IN_CASES[case], ROOM_IN_CASES[case]


@frozen(eq=False)
class Transform:
    """The number-theoretic transform of polynomials modulo a prime: products become products of places.

    Cooley and Tukey's in two dimensions, the columns before the rows; places come out in an order of their
    own, which the way back undoes.

    Attributes:
        prime: below 2^31, so that products fit into 64 bits.
        length: a power of two; a product's degree must be below it.
        root: a number whose powers up to the length are all different.
    """

    prime: int
    length: int
    root: int

    @classmethod
    def enough(cls, bound: int, size: int) -> "list[Transform]":
        """For so many primes that their product is beyond the bound; for polynomials of that many terms."""
        length = 1 << (2 * size).bit_length()
        found: list[Transform] = []
        candidate = 2**31 - (2**31 - 1) % length
        while not found or prod(transform.prime for transform in found) <= bound:
            candidate -= length
            if all(candidate % divisor for divisor in range(3, isqrt(candidate) + 1, 2)):
                roots = (pow(base, candidate // length, candidate) for base in count_from(2))
                root = next(root for root in roots if pow(root, length // 2, candidate) != 1)
                found.append(cls(candidate, length, root))
        return found

    def residue(self, values: Array) -> Array:
        """The values modulo the prime. Dividing is several times faster here than `%`."""
        quotients = values // np.uint64(self.prime)
        quotients *= np.uint64(self.prime)
        return np.subtract(values, quotients, out=quotients)

    def forward(self, values: Array) -> Array:
        """The transform of whole numbers from 0."""
        rows, columns = self._shape
        padded = np.zeros(self.length, dtype=np.uint64)
        padded[: len(values)] = self.residue(values.astype(np.uint64))
        grid = padded.reshape(rows, columns)
        self._apart(grid, pow(self.root, columns, self.prime))
        grid = np.ascontiguousarray(self.residue(grid * self._twiddles(self.root)).T)
        self._apart(grid, pow(self.root, rows, self.prime))
        return grid.reshape(-1)

    def backward(self, values: Array) -> Array:
        """The residues of which this is the transform."""
        rows, columns = self._shape
        root = pow(self.root, -1, self.prime)
        grid = values.reshape(columns, rows).copy()
        self._together(grid, pow(root, rows, self.prime))
        grid = self.residue(np.ascontiguousarray(grid.T) * self._twiddles(root))
        self._together(grid, pow(root, columns, self.prime))
        return self.residue(grid.reshape(-1) * np.uint64(pow(self.length, -1, self.prime)))

    @property
    def _shape(self) -> tuple[int, int]:
        half = 1 << (self.length.bit_length() // 2)
        return half, self.length // half

    def _apart(self, grid: Array, root: int) -> None:
        """Transform the columns in place; rows come out with the bits of their numbers reversed."""
        prime, rows, width = np.uint64(self.prime), *grid.shape
        half = rows // 2
        while half:
            parts = grid.reshape(-1, 2, half, width)
            one, other = parts[:, 0], parts[:, 1]
            difference = one + prime
            difference -= other
            difference *= self._powers(root, half)[None, :, None]
            parts[:, 0] = self.residue(one + other)
            parts[:, 1] = self.residue(difference)
            root, half = root * root % self.prime, half // 2

    def _together(self, grid: Array, root: int) -> None:
        """Undo `_apart`, but for a factor: the root is the inverse one."""
        prime, rows, width = np.uint64(self.prime), *grid.shape
        half = 1
        while half < rows:
            parts = grid.reshape(-1, 2, half, width)
            powers = self._powers(pow(root, rows // (2 * half), self.prime), half)[None, :, None]
            one, other = parts[:, 0].copy(), self.residue(parts[:, 1] * powers)
            parts[:, 0] = self.residue(one + other)
            parts[:, 1] = self.residue(one + prime - other)
            half *= 2

    @cache  # noqa: B019 - a transform lives as long as the count
    def _twiddles(self, root: int) -> Array:
        """The factors between columns and rows: by row, its bits reversed, and column."""
        rows, columns = self._shape
        bits = rows.bit_length() - 1
        reversed_rows = [int(format(row, f"0{bits}b")[::-1], 2) for row in range(rows)]
        exponents = np.array(reversed_rows)[:, None] * np.arange(columns)[None, :]
        return self._powers(root, self.length)[exponents % self.length]

    @cache  # noqa: B019 - likewise
    def _powers(self, root: int, number: int) -> Array:
        """The first so many powers."""
        found = np.ones(1, dtype=np.uint64)
        while len(found) < number:
            factor = np.uint64(pow(root, len(found), self.prime))
            found = np.concatenate((found, self.residue(found * factor)))
        return found[:number]


def mixed_radix(residues: list[Array], primes: list[int]) -> list[Array]:
    """Digits of the numbers with these residues: the second counts the first prime, and so on (Garner)."""
    digits: list[Array] = []
    for residue, prime in zip(residues, primes, strict=True):
        value = residue.astype(np.int64)
        for digit, before in zip(digits, primes, strict=False):
            value = (value - digit) % prime * pow(before, -1, prime) % prime
        digits.append(value)
    return digits


def _dot(digits: Array, weights: Array) -> int:
    """The exact sum of products of numbers below 2^31 with numbers below 2^63."""
    total, shift = 0, 0
    while (rest := weights >> shift).any():
        # Below 2^31 times 2^10, added up to 2^20 times: below 2^61.
        total += int(np.sum(digits * (rest & 1023))) << shift
        shift += 10
    return total


# ---------------------------------------------------------------- figures

KNOWN_COUNT = 10_908_503_517_658_915_863_473_846_584_439_636_825_309
"""All PCs with one drive."""
KNOWN_MIXED_COUNT = 50_307_433_440_642_553_028_336_512_059_030_140_954_664_743_954_584
"""All PCs with up to four drives."""
KNOWN_CHEAPEST = 15_795
"""What the cheapest PC with one drive costs, in cents."""
KNOWN_WITHIN = {
    16_000: 300_672,
    20_000: 95_566_776_918_104,
    50_000: 303_854_015_901_372_741_519_920_206_312,
    250_000: 5_853_695_079_493_392_690_258_419_879_222_495_084_551,
}
"""By budget in cents the PCs with one drive; the last took 76 s of computing and 1 GB."""


def main() -> None:
    """Tell the figures, and how many PCs there are within each budget given, in cents."""
    components = cleaned().rows
    parts, mixed = Parts.among(components), Parts.among(components, mixed=True)
    lines = [
        f"PCs: {count(parts)}",
        f"with up to four drives: {count(mixed)}",
        f"cheapest: {cheapest(parts)}",
    ]
    for budget in map(int, sys.argv[1:]):
        start = perf_counter()
        number = count_within(parts, budget)
        lines.append(f"up to {budget} cents: {number} ({perf_counter() - start:.1f} s)")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
