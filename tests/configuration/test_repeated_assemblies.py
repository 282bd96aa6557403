"""What is counted, listed, priced and drawn of a product with instances that are equal up to their order.

Everything is held against configurations put together by hand: multisets of shelves.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pytest

from configurator import Configuration, Configurator, Unknown
from configurator.authoring.analysis.findings import Analysis
from configurator.authoring.difference import Effect
from configurator.configuration.columns import FastPage
from configurator.configuration.model import InstanceValue
from configurator.configuration.pricing import Priced

SHELVING = """catalog shelving version "1" currency EUR

family frame "Frame" choose one {
  | sku | price [EUR] | width |
  |-----|-------------|-------|
  | F60 |          80 |    60 |
  | F90 |         110 |    90 |
}

assembly shelf "Shelf" choose 0..3 {
  family board "Board" choose one {
    | sku   | price [EUR] | load |
    |-------|-------------|------|
    | OAK   |          40 |   30 |
    | PINE  |          25 |   20 |
    | GLASS |          60 |   10 |
  }
  option lamp "Lamp" : yesno
  rule lit: board = "GLASS" requires lamp = yes
}

rule narrow:
  for each shelf
  when shelf.board.load = 20
  require frame.width = 60

calc load  = sum(shelf.board.load)
calc price = frame.price + sum(shelf.board.price)
rule heavy: require load <= 70
"""
BOARDS = {"OAK": (40, 30), "PINE": (25, 20), "GLASS": (60, 10)}
FRAMES = {"F60": 80, "F90": 110}
Shelf = tuple[str, bool]
Shelving = tuple[str, tuple[Shelf, ...]]


def every(
    boards: tuple[str, ...] = tuple(BOARDS),
    most: int = 3,
    *,
    load: int = 70,
    without: str = "",
) -> Iterator[Shelving]:
    """All valid ones, in catalog order."""
    contents = [
        (board, lamp)
        for board in boards
        for lamp in (False, True)
        if board != "GLASS" or lamp or without == "lit"
    ]
    for frame in FRAMES:
        found = []
        for amount in range(most + 1):
            for shelves in combinations_with_replacement(range(len(contents)), amount):
                held = [contents[at] for at in shelves]
                wide = frame == "F90" and any(board == "PINE" for board, _ in held)
                heavy = sum(BOARDS[board][1] for board, _ in held) > load
                if (not wide or without == "narrow") and (not heavy or without == "heavy"):
                    found.append((shelves, tuple(held)))
        yield from ((frame, held) for _, held in sorted(found))


def told(configuration: Configuration) -> Shelving:
    frame, shelves = configuration["frame"], configuration["shelf"]
    assert isinstance(shelves, tuple)
    held = [each for each in shelves if isinstance(each, InstanceValue)]
    return str(frame), tuple((str(each["board"]), bool(each["lamp"])) for each in held)


def price(shelving: Shelving) -> int:
    frame, shelves = shelving
    return FRAMES[frame] + sum(BOARDS[board][0] for board, _ in shelves)


ALL = list(every())


@pytest.fixture(scope="module")
def shelving() -> Configurator:
    return Configurator.from_text(SHELVING)


def test_the_list_holds_each_multiset_once_in_catalog_order(shelving: Configurator) -> None:
    assert ALL == [told(each) for each in shelving.configurations()]


@pytest.mark.parametrize("engine", ["diagram", "sat", "backtracking", "exhaustive"])
def test_every_engine_counts_them(engine: str) -> None:
    found = Configurator.from_text(SHELVING, engine=engine).count()

    assert not isinstance(found, Unknown)
    assert len(ALL) == found.value


def test_without_rules_there_are_as_many_combinations_as_multisets(shelving: Configurator) -> None:
    found = shelving.count({"shelf": [{"board": "OAK"}, {}]})
    shelves = list(combinations_with_replacement(range(6), 2))

    assert not isinstance(found, Unknown)
    assert 2 * sum(1 for pair in shelves if min(pair) < 2) == found.combinations


def test_choices_about_instances_are_meant_up_to_order(shelving: Configurator) -> None:
    chosen = {"shelf": [{"board": "GLASS"}, {"lamp": False}]}
    expected = [
        (frame, held)
        for frame, held in ALL
        if len(held) == 2 and any(b == "GLASS" for b, _ in held) and any(not lamp for _, lamp in held)
    ]

    assert expected == [told(each) for each in shelving.configurations(chosen)]
    found = shelving.count(chosen)
    assert not isinstance(found, Unknown)
    assert len(expected) == found.value


def test_the_fast_order_has_each_once_and_ranks_it(shelving: Configurator) -> None:
    page = shelving.fast_page(0, 1_000)

    assert isinstance(page, FastPage)
    assert len(ALL) == page.size
    assert sorted(ALL) == sorted(told(each) for each in page.columns)
    later = shelving.fast_page(10, 5)
    assert isinstance(later, FastPage)
    assert [told(each) for each in page.columns][10:15] == [told(each) for each in later.columns]


def test_samples_are_drawn_from_each_alike(shelving: Configurator) -> None:
    drawn = shelving.sample(100 * len(ALL), seed=3)

    assert not isinstance(drawn, Unknown)
    amounts = [sum(1 for each in drawn if told(each) == shelves) for shelves in ALL[:5]]
    assert all(50 < amount < 150 for amount in amounts)


def test_columns_with_instances_out_of_order_are_invalid(shelving: Configurator) -> None:
    page = shelving.fast_page(0, 1_000)
    assert isinstance(page, FastPage)
    values = page.columns.values
    (group,) = shelving.product().lowered.symmetries
    first, _, third = map(list, group.blocks)
    turned = values.copy()
    turned[third], turned[first] = values[first], values[third]

    valid = shelving.validate_columns(values)
    assert isinstance(valid, np.ndarray)
    assert valid.all()
    still = shelving.validate_columns(turned)
    assert isinstance(still, np.ndarray)
    assert (turned == values).all(axis=0).tolist() == still.tolist()


def test_the_cheapest_come_by_price_and_in_catalog_order(shelving: Configurator) -> None:
    found = shelving.cheapest(limit=12)

    assert isinstance(found, tuple)
    assert sorted(ALL, key=price)[:12] == [told(each.configuration) for each in found]


def test_of_equally_cheap_ones_the_first_in_catalog_order_is_the_cheapest() -> None:
    text = SHELVING.replace("|          40 |", "|           0 |")
    found = Configurator.from_text(text).cheapest({"frame": "F90", "shelf[3].board": "OAK"})
    assert isinstance(found, tuple)
    (best,) = found

    assert isinstance(best, Priced)
    assert ("F90", (("OAK", False),)) == told(best.configuration)


def test_configurations_within_a_budget_are_counted_up_to_order(shelving: Configurator) -> None:
    budgets = (79, 80, 150, 175, 1_000)
    found = shelving.count_within(budgets)

    assert tuple(sum(price(each) <= budget for each in ALL) for budget in budgets) == found


def test_price_ranges_are_those_of_the_list(shelving: Configurator) -> None:
    found = shelving.price_ranges()

    assert not isinstance(found, Unknown)
    frames = {
        value: (each.least.number, each.most.number if each.most else None) for value, each in found["frame"]
    }
    assert {
        frame: (
            min(price(each) for each in ALL if each[0] == frame),
            max(price(each) for each in ALL if each[0] == frame),
        )
        for frame in FRAMES
    } == frames


def test_a_compiled_file_serves_counts_as_well(shelving: Configurator, tmp_path: Path) -> None:
    file = shelving.save_compiled(tmp_path)
    again = Configurator.from_text(SHELVING)
    again.load_compiled(file)

    found = again.count()
    assert not isinstance(found, Unknown)
    assert len(ALL) == found.value
    assert ALL == [told(each) for each in again.configurations()]


def test_inspection_tells_what_counts(shelving: Configurator) -> None:
    notes = shelving.compile().notes

    assert any(
        note.startswith("in counts and lists each instance of an assembly is one decision") for note in notes
    )


def test_an_analysis_counts_up_to_order(shelving: Configurator) -> None:
    found = shelving.analyze()

    assert isinstance(found, Analysis)
    assert len(ALL) == found.configurations
    alone = {weight.rule.removeprefix("shelf."): weight.alone for weight in found.weights}
    assert {rule: len(list(every(without=rule))) - len(ALL) for rule in ("lit", "narrow", "heavy")} == alone
    shares = {
        share.component: share.configurations
        for family in found.families
        if family.slot != "frame"
        for share in family.components
    }
    assert {
        board: sum(1 for _, held in ALL if any(b == board for b, _ in held)) for board in BOARDS
    } == shares


# ---------------------------------------------------------------- versions


def effect(old: str, new: str) -> Effect:
    found = Configurator.from_text(old).difference(Configurator.from_text(new)).effect
    assert isinstance(found, Effect)
    return found


def test_more_instances_are_gained_and_none_is_lost() -> None:
    found = effect(SHELVING, SHELVING.replace("choose 0..3", "choose 0..4"))
    more = list(every(most=4))

    assert "generalisation" == found.kind
    assert (len(ALL), len(more), len(more) - len(ALL), 0) == (found.old, found.new, found.gained, found.lost)
    assert all(len(told(each.configuration)[1]) == 4 for each in found.gained_examples)


def test_fewer_instances_are_lost() -> None:
    found = effect(SHELVING, SHELVING.replace("choose 0..3", "choose 0..1"))

    assert "specialisation" == found.kind
    assert (len(list(every(most=1))), 0) == (found.kept, found.gained)


def test_what_is_kept_is_counted_up_to_order() -> None:
    new = SHELVING.replace("load <= 70", "load <= 60").replace("| OAK   |", "| BEECH |")
    found = effect(SHELVING, new)
    kept = list(every(("PINE", "GLASS"), load=60))

    assert "both" == found.kind
    assert (len(ALL), len(kept), len(ALL) - len(kept)) == (found.old, found.kept, found.lost)


def test_a_new_assembly_counts_as_absent_before() -> None:
    start, end = SHELVING.index("assembly"), SHELVING.index("rule narrow")
    before = SHELVING[:start] + "calc price = frame.price\n"
    found = effect(before, SHELVING[:end] + "calc price = frame.price\n")

    assert ("generalisation", 2, 2) == (found.kind, found.old, found.kept)
    assert Fraction(found.gained or 0) == len(list(every(load=1_000, without="narrow"))) - 2


def test_another_order_of_components_changes_nothing() -> None:
    oak = "    | OAK   |          40 |   30 |\n"
    glass = "    | GLASS |          60 |   10 |\n"
    new = SHELVING.replace(oak, "").replace(glass, glass + oak)
    found = effect(SHELVING, new)

    assert ("refactoring", len(ALL)) == (found.kind, found.kept)
