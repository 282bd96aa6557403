"""58,000 real components: what is known of them without the library, and that the library knows the same."""

import random
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from math import prod
from pathlib import Path

import numpy as np
import pytest
from attrs import frozen
from pc_parts import (
    FAMILIES,
    FOLDER,
    MISSING,
    Components,
    Row,
    catalog_text,
    cleaned,
    csv_files,
    write_catalog,
)
from pc_parts_truth import (
    KNOWN_CHEAPEST,
    KNOWN_COUNT,
    KNOWN_MIXED_COUNT,
    KNOWN_WITHIN,
    OPTIONAL,
    Parts,
    Transform,
    cents,
    cheapest,
    cheapest_with,
    count,
    count_within,
    fits,
    mixed_radix,
)

from configurator.configuration.domains import ValidDomains, ValueOffers
from configurator.configuration.enumeration import Count
from configurator.configurator import Configurator
from configurator.csp.semantics import broken
from configurator.engines.engine import Unknown
from configurator.lowering.layout import SlotLayout
from configurator.lowering.product import lower_product

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING)

DAY = date(2026, 6, 15)
SECONDS = 120
"""More than enough for every question; "unknown" is never an answer here."""
SOME_CPU = {"cpu": "CPU-00001"}


@frozen(eq=False)
class Few:
    """A few components of each family: as many as can be counted in more than one way."""

    components: Components
    parts: Parts
    mixed: Parts

    def configurator(self, *, budget: int | None = None, mixed: bool = False) -> Configurator:
        """The catalog over them, asked without compiling anything."""
        text = catalog_text(budget=budget, mixed=mixed)
        files = csv_files(self.components)
        return Configurator.from_text(text, name="pc_parts.pcat", files=files, engine="backtracking")


def few(seed: int) -> Few:
    """Some of the cheaper components, so that a budget is not far from any of them."""
    chance = random.Random(seed)  # noqa: S311 - the same choice in every run
    size = chance.choice((3, 4))
    components: dict[str, tuple[Row, ...]] = {}
    for family, rows in cleaned().rows.items():
        cheap = [row for row in rows if cents(row["price"]) < 9_000] or list(rows)
        pool = cheap[: chance.choice((20, 60))]
        components[family] = tuple(
            sorted(chance.sample(pool, min(size, len(pool))), key=lambda row: row["sku"])
        )
    return Few(components, Parts.among(components), Parts.among(components, mixed=True))


def counted(configurator: Configurator, choices: Mapping[str, str] | None = None) -> int:
    """How many configurations there are."""
    found = configurator.count(dict(choices or {}), seconds=SECONDS)
    assert isinstance(found, Count)
    return found.value


def offered(configurator: Configurator, choices: Mapping[str, str]) -> dict[str, set[str | None]]:
    """What every slot can still take."""
    found = configurator.options(dict(choices), seconds=SECONDS)
    assert isinstance(found, ValidDomains)
    domains: dict[str, set[str | None]] = {}
    for slot, offers in found.of.items():
        assert isinstance(offers, ValueOffers)
        domains[slot] = {None if offer.value is None else str(offer.value) for offer in offers.offers}
    return domains


# ---------------------------------------------------------------- the data


def test_every_row_is_a_component_and_missing_prices_are_counted() -> None:
    found = cleaned()

    assert 58_203 == sum(map(len, found.rows.values()))
    assert 13_553 == max(map(len, found.rows.values()))
    assert 44_806 == sum(found.filled.values())
    assert [family.key for family in FAMILIES] == list(found.rows)


# ---------------------------------------------------------------- the two ways of computing


def test_transforms_multiply_polynomials_exactly() -> None:
    chance = np.random.default_rng(5)
    for size in (1, 2, 7, 60):
        one, other = (chance.integers(0, 2**40, size) for _ in range(2))
        expected = [
            sum(int(one[at]) * int(other[place - at]) for at in range(place + 1)) for place in range(size)
        ]

        transforms = Transform.enough(size * 2**80, size)
        residues = [t.backward(t.residue(t.forward(one) * t.forward(other)))[:size] for t in transforms]
        digits = mixed_radix(residues, [t.prime for t in transforms])
        weights = [prod(t.prime for t in transforms[:position]) for position in range(len(digits))]
        assert expected == [
            sum(int(digit[place]) * weight for digit, weight in zip(digits, weights, strict=True))
            for place in range(size)
        ]


def test_known_figures_are_found_again() -> None:
    components = cleaned().rows

    assert KNOWN_COUNT == count(Parts.among(components))
    assert KNOWN_MIXED_COUNT == count(Parts.among(components, mixed=True))
    assert KNOWN_CHEAPEST == cheapest(Parts.among(components))
    assert KNOWN_WITHIN[16_000] == count_within(Parts.among(components), 16_000)


@pytest.mark.parametrize("seed", range(4))
def test_few_components_are_counted_as_the_library_counts_them(seed: int) -> None:
    case = few(seed)

    assert count(case.parts) == counted(case.configurator())
    assert count(case.mixed) == counted(case.configurator(mixed=True))


@pytest.mark.parametrize("seed", range(4))
def test_a_budget_leaves_as_many_as_the_library_counts(seed: int) -> None:
    case = few(seed)
    least = cheapest(case.parts)
    if least is None:
        assert 0 == count(case.parts)
        return

    assert 0 == count_within(case.parts, least - 1)
    for budget in (least, least + 5_000):
        assert count_within(case.parts, budget) == counted(case.configurator(budget=budget))


@pytest.mark.parametrize("seed", range(4))
def test_few_components_have_the_domains_that_the_library_offers(seed: int) -> None:
    case = few(seed)
    prices = cheapest_with(case.parts, case.components)
    if not all(prices.values()):
        assert 0 == count(case.parts)
        return
    budget = max(prices["cpu"].values())

    assert {slot: set(found) for slot, found in prices.items()} == offered(case.configurator(), {})
    assert within(prices, budget) == offered(case.configurator(budget=budget), {})


def within(prices: Mapping[str, Mapping[str | None, int]], budget: int) -> dict[str, set[str | None]]:
    """The components with which some PC is within the budget."""
    return {slot: {sku for sku, price in found.items() if price <= budget} for slot, found in prices.items()}


def test_the_seeds_are_of_both_kinds() -> None:
    assert {False, True} == {cheapest(few(seed).parts) is None for seed in range(4)}


# ---------------------------------------------------------------- all components


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.from_text(catalog_text(), name="pc_parts.pcat", files=csv_files())


def test_a_pc_is_valid_to_the_lowered_catalog_exactly_where_its_rows_fit(pc: Configurator) -> None:
    lowered = lower_product(pc.catalog, DAY)
    values = [
        {units[0][0].sku if units else None: value for value, units in enumerate(layout.values)}
        for layout in lowered.layout.of.values()
        if isinstance(layout, SlotLayout)
    ]
    chance = random.Random(7)  # noqa: S311 - the same choice in every run
    verdicts = []
    for _ in range(1_500):
        build = likely_pc(chance)
        assignment = tuple(
            of[row["sku"] if row else None] for of, row in zip(values, build.values(), strict=True)
        )
        verdicts.append(fits(build))

        assert verdicts[-1] == (not broken(lowered.problem, assignment))
    assert 100 < sum(verdicts) < 1_400


def likely_pc(chance: random.Random) -> dict[str, Row | None]:
    """Components that often fit: of the last kinds, and sometimes of any."""
    build: dict[str, Row | None] = {}
    for family, rows in cleaned().rows.items():
        popular = rows[:25] if chance.random() < 0.97 else rows
        build[family] = None if family in OPTIONAL and chance.random() < 0.4 else chance.choice(popular)
    return build


def test_all_pcs_are_counted(pc: Configurator) -> None:
    chosen = Parts.among(cleaned().rows, chosen=SOME_CPU)

    assert KNOWN_COUNT == counted(pc)
    assert count(chosen) == counted(pc, SOME_CPU)


def test_all_domains_after_a_choice_are_known(pc: Configurator) -> None:
    prices = cheapest_with(Parts.among(cleaned().rows, chosen=SOME_CPU), cleaned().rows)

    assert {slot: set(found) for slot, found in prices.items()} == offered(pc, SOME_CPU)


def test_all_domains_after_a_choice_are_known_within_a_budget() -> None:
    asked = Configurator.from_text(catalog_text(budget=250_000), name="pc_parts.pcat", files=csv_files())
    prices = cheapest_with(Parts.among(cleaned().rows, chosen=SOME_CPU), cleaned().rows)

    assert within(prices, 250_000) == offered(asked, SOME_CPU)


def test_drives_in_a_mixed_slot_are_counted_up_to_order() -> None:
    asked = Configurator.from_text(catalog_text(mixed=True), name="pc_parts.pcat", files=csv_files())

    assert count(Parts.among(cleaned().rows, mixed=True, chosen=SOME_CPU)) == counted(asked, SOME_CPU)


def test_what_each_choice_leads_to_is_the_cheapest_total_with_it(pc: Configurator) -> None:
    prices = cheapest_with(Parts.among(cleaned().rows, chosen=SOME_CPU), cleaned().rows)
    best = pc.cheapest(as_of=DAY, seconds=SECONDS)
    ranges = pc.price_ranges(SOME_CPU, as_of=DAY, seconds=SECONDS)

    assert isinstance(best, tuple)
    assert best[0].amount.number * 100 == KNOWN_CHEAPEST
    assert not isinstance(ranges, Unknown)
    least = {slot: {value: found.least.number * 100 for value, found in ranges[slot]} for slot in prices}
    assert least == prices


def test_pcs_within_a_budget_are_counted_at_every_cent(pc: Configurator) -> None:
    found = pc.count_within((100, 157, 160, 200), as_of=DAY, seconds=SECONDS)

    assert found == (0, 0, KNOWN_WITHIN[16_000], KNOWN_WITHIN[20_000])


def test_pcs_within_a_wide_budget_are_counted_within_a_gigabyte(tmp_path: Path) -> None:
    write_catalog(tmp_path, budget=250_000)
    script = """
import resource, sys
from datetime import date
from configurator import Configurator
print(Configurator.load(sys.argv[1]).count(as_of=date(2026, 6, 15), seconds=float(sys.argv[2])).value)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    arguments = [sys.executable, "-c", script, str(tmp_path), str(SECONDS)]
    run = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=2 * SECONDS)
    value, memory = map(int, run.stdout.split())

    assert KNOWN_WITHIN[250_000] == value
    kilobytes = 1 if sys.platform != "darwin" else 1024
    assert memory // kilobytes < 1_000_000


def test_everything_fits_into_a_gigabyte(tmp_path: Path) -> None:
    write_catalog(tmp_path, budget=250_000)
    script = """
import resource, sys
from datetime import date
from configurator import Configurator
asked = Configurator.load(sys.argv[1])
day = date(2026, 6, 15)
assert asked.compile(as_of=day).answered_by == "diagram"
assert asked.options({"cpu": "CPU-00001"}, as_of=day).of["memory"].offers
assert asked.cheapest(as_of=day)[0].amount.text == "157.95 USD"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )

    kilobytes = 1 if sys.platform != "darwin" else 1024
    assert int(run.stdout) // kilobytes < 1_000_000
