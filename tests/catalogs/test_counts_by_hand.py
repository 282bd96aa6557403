"""The catalogs of other trades against loops over all combinations, which know nothing of the language."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement, product

import pytest

from configurator import Configurator, Count


def counted(name: str) -> int:
    found = Configurator.load(f"package:{name}").count()
    assert isinstance(found, Count)
    return found.value


# ---------------------------------------------------------------- kitchen

BODIES = {"B30": 30, "B45": 45, "B60": 60, "B90": 90}
FRONTS = {"classic": 2, "modern": 1}


def cabinets() -> Iterator[tuple[str, int, bool]]:
    """Each cabinet that can be built, apart from its front: carcass, width, whether it holds the sink."""
    for (name, width), inside in product(BODIES.items(), ("shelves", "drawers", "sink")):
        if inside == "drawers" and name == "B30":
            continue
        if inside == "sink" and name not in {"B60", "B90"}:
            continue
        yield name, width, inside == "sink"


def kitchens() -> int:
    total = 0
    for style, fronts in FRONTS.items():
        every = [cabinet for cabinet in cabinets() for _ in range(fronts)]
        rows: Counter[tuple[int, bool]] = Counter()
        for number in (2, 3, 4):
            for row in combinations_with_replacement(every, number):
                sinks = [name for name, _, sink in row if sink]
                if len(sinks) == 1:
                    rows[sum(width for _, width, _ in row), sinks[0] == "B90"] += 1
        handles = 3 if style == "modern" else 2
        for hob, oven, washer, wall, longest, phases in product(
            ((30, 35), (60, 72)),
            ((0, 0), (60, 29), (60, 34)),
            ((0, 0), (45, 19), (60, 21)),
            (240, 300, 360),
            (420, 300, 360),
            (74, 110),
        ):
            if hob[1] + oven[1] + washer[1] > phases:
                continue
            for (width, large_sink), ways in rows.items():
                needed = width + hob[0] + oven[0] + washer[0]
                if needed <= wall and needed <= longest and (large_sink or washer[0] != 60):
                    total += ways * handles
    return total


def test_the_kitchen_has_as_many_configurations_as_loops_find() -> None:
    assert kitchens() == counted("kitchen")


# ---------------------------------------------------------------- lift

CARS = ((450, 1000, 1250, 600), (630, 1100, 1400, 720), (1000, 1100, 2100, 950), (1600, 1400, 2400, 1350))
DRIVES = ((2000, 12, False, True), (3000, 18, False, True), (2200, 40, True, False), (3400, 40, True, False),
          (2200, 60, False, False))  # fmt: skip
DOORS = (800, 900, 1100, 1300)


def second_entrances(width: int, depth: int) -> int:
    """None, or a side and a door that fits into it."""
    opposite = sum(door <= width for door in DOORS)
    left = sum(door <= min(depth, 900) for door in DOORS)
    return 1 + opposite + left


def lifts() -> int:
    total = 0
    buffers = [carries * number for carries in (1000, 2500) for number in (1, 2, 3, 4)]
    extras = 1 + 3 + 3  # none, one or two of three
    for building, storeys, room in product(("homes", "offices", "hospital"), range(2, 9), (True, False)):
        for (load, width, depth, weight), (lifts_up, highest, above, oil), door in product(
            CARS, DRIVES, DOORS
        ):
            moved = load + weight
            if lifts_up < moved or highest < (storeys - 1) * 3 or (above and not room) or door > width:
                continue
            if building == "hospital" and (depth < 2400 or door < 1300 or oil):
                continue
            if building != "hospital" and storeys >= 4 and (load < 630 or door < 900):
                continue
            enough = sum(5 * carried >= 6 * moved for carried in buffers)
            total += extras * enough * second_entrances(width, depth)
    return total


def test_the_lift_has_as_many_configurations_as_loops_find() -> None:
    assert lifts() == counted("lift")


# ---------------------------------------------------------------- coffee machine

DRINKS = ("espresso", "cappuccino", "chocolate", "tea")


def coffee_machines() -> int:
    total = 0
    grinders = [
        row for number in range(3) for row in combinations_with_replacement(((600, 300), (1000, 400)), number)
    ]
    milks = (None, (False, 50), (True, 200))
    fridges = (None, (4, 80), (9, 110))
    for inside in product((True, False), repeat=4):
        drinks = {drink for drink, there in zip(DRINKS, inside, strict=True) if there}
        if not drinks:
            continue
        coffee = bool(drinks & {"espresso", "cappuccino"})
        for cups, (boiler, most), row, milk, fridge in product(
            (50, 100, 150, 200), ((1400, 100), (2200, 200), (3000, 300)), grinders, milks, fridges
        ):
            if coffee != bool(row) or most < cups or (cups >= 200 and row and sum(h for h, _ in row) < 1200):
                continue
            if "cappuccino" in drinks and milk is None:
                continue
            fresh = milk is not None and milk[0]
            if fresh != (fridge is not None):
                continue
            if fridge is not None and "cappuccino" in drinks and 100 * fridge[0] < 3 * cups:
                continue
            draw = boiler + sum(d for _, d in row) + (milk[1] if milk else 0) + (fridge[1] if fridge else 0)
            sockets = sum(draw <= gives for gives in (3300, 5000))
            # Tanks and the main; no, coins or cards. A bar has the main and no payment. Canisters follow.
            total += sockets * (3 * 3 + 1)
    return total


def test_the_coffee_machine_has_as_many_configurations_as_loops_find() -> None:
    assert coffee_machines() == counted("coffee_machine")


@pytest.mark.parametrize(
    ("name", "most"), [("kitchen", 400_000), ("lift", 400_000), ("coffee_machine", 100_000)]
)
def test_these_catalogs_are_small_enough_for_loops(name: str, most: int) -> None:
    assert counted(name) <= most
