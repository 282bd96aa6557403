"""Laws of assemblies: what is said of instances is the same said of units of a mixed slot."""

from collections.abc import Sequence
from itertools import islice

import pytest
from assembly_twins import MATERIALS, Twins, twins
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples

from configurator import Configuration, Configurator, Count, Incomplete, Valid

ENGINES = ("exhaustive", "backtracking", "sat", "diagram")


def as_units(configuration: Configuration, found: Twins) -> tuple[str, list[str]]:
    boxes = configuration.to_dict()["box"]
    assert isinstance(boxes, list)
    return str(configuration["colour"]), sorted(found.as_units(boxes))  # type: ignore[arg-type]  # instances


def of_units(configuration: Configuration) -> tuple[str, list[str]]:
    units = configuration["box"]
    assert isinstance(units, tuple)
    return str(configuration["colour"]), sorted(
        unit.component  # type: ignore[union-attr]  # a mixed slot holds components
        for unit in units
        for _ in range(unit.quantity)  # type: ignore[union-attr]  # likewise
    )


def instances(units: Sequence[str]) -> list[dict[str, str]]:
    return [dict(zip(("size", "material"), unit.split("-"), strict=True)) for unit in units]


@examples(25)
@given(twins())
def test_instances_are_counted_and_listed_like_units_of_a_mixed_slot(found: Twins) -> None:
    twin = list(Configurator.from_text(found.with_slot).configurations())

    for engine in ENGINES:
        product = Configurator.from_text(found.with_assembly, engine=engine)
        listed = list(product.configurations())

        assert [of_units(each) for each in twin] == [as_units(each, found) for each in listed]
        counted = product.count()
        assert isinstance(counted, Count)
        assert len(twin) == counted.value


@examples(25)
@given(twins(), st.data())
def test_an_order_of_instances_is_valid_exactly_where_its_twin_is_listed(
    found: Twins, data: st.DataObject
) -> None:
    product = Configurator.from_text(found.with_assembly)
    listed = [of_units(each) for each in Configurator.from_text(found.with_slot).configurations()]
    units = data.draw(
        st.lists(st.sampled_from([f"{sku}-{m}" for sku, _ in found.sizes for m in MATERIALS]), max_size=3)
    )
    most = len(product.catalog.assembly_of["box"].instances)
    least = product.catalog.assembly_of["box"].minimum
    if not least <= len(units) <= most:
        return

    for colour in ("red", "blue"):
        verdict = product.validate({"colour": colour, "box": instances(units)})

        assert ((colour, sorted(units)) in listed) == isinstance(verdict, Valid)


@examples(25)
@given(twins(), st.data())
def test_partial_choices_about_instances_count_what_can_be_matched_with_them(
    found: Twins, data: st.DataObject
) -> None:
    product = Configurator.from_text(found.with_assembly)
    place = product.catalog.assembly_of["box"]
    size = st.sampled_from([sku for sku, _ in found.sizes])
    partial = st.fixed_dictionaries({}, optional={"size": size, "material": st.sampled_from(MATERIALS)})
    chosen = data.draw(st.lists(partial, min_size=place.minimum, max_size=place.maximum))

    def matches(boxes: list[dict[str, str]], wanted: list[dict[str, str]]) -> bool:
        if not wanted:
            return not boxes
        first, *others = wanted
        return any(
            first.items() <= box.items() and matches(boxes[:at] + boxes[at + 1 :], others)
            for at, box in enumerate(boxes)
        )

    every = [each.to_dict()["box"] for each in product.configurations()]
    expected = sum(matches(boxes, chosen) for boxes in every)  # type: ignore[arg-type]  # instances

    for engine in ENGINES:
        asked = Configurator.from_text(found.with_assembly, engine=engine)
        counted = asked.count({"box": chosen})

        assert isinstance(counted, Count)
        assert expected == counted.value
        assert expected == len(list(asked.configurations({"box": chosen})))
        verdict = asked.validate({"box": chosen})
        assert bool(expected) == isinstance(verdict, Valid | Incomplete)


def test_twins_reach_every_kind_of_rule() -> None:
    texts: list[str] = []

    @examples(60)
    @given(twins())
    def collect(found: Twins) -> None:
        texts.append(found.with_assembly)

    collect()

    for words in ("resource inner_", "for each box", "count(box where", "sum(box", "product.colour"):
        assert any(words in text for text in texts), words
    assert any(list(islice(Configurator.from_text(text).configurations(), 1)) for text in texts)


@pytest.mark.parametrize("engine", ["backtracking", "sat", "diagram"])
def test_an_assembly_may_hold_a_family_of_a_thousand_components(engine: str) -> None:
    rows = "\n".join(f"| D{at} | {at % 7} |" for at in range(1000))
    text = f"""catalog rack
    assembly drawer choose 0..3 {{
      family disk choose one {{
        | sku | size |
        |---|---|
        {rows}
      }}
      option locked : yesno
    }}
    rule small: require sum(drawer.disk.size) <= 4
    """
    # Each drawer is one of 2,000; the count of each size by itself, then multisets of three.
    ways = [2 * sum(1 for at in range(1000) if at % 7 == size) for size in range(7)]

    assert multisets(ways, most=3, budget=4) == counted_by(engine, text)


def counted_by(engine: str, text: str) -> int:
    counted = Configurator.from_text(text, engine=engine).count()
    assert isinstance(counted, Count)
    return counted.value


def multisets(ways: Sequence[int], most: int, budget: int) -> int:
    """Multisets of so many things at most, `ways[size]` of each size, that are within a budget."""
    table = {(0, 0): 1}
    for size, kinds in enumerate(ways):
        following: dict[tuple[int, int], int] = {}
        for (number, total), count in table.items():
            for more in range(most - number + 1):
                if total + more * size <= budget:
                    key = (number + more, total + more * size)
                    following[key] = following.get(key, 0) + count * choose(kinds + more - 1, more)
        table = following
    return sum(table.values())


def choose(n: int, k: int) -> int:
    result = 1
    for at in range(k):
        result = result * (n - at) // (at + 1)
    return result
