"""How long questions under stock take, beside the same without stock.

    python tests/benchmarks/under_stock.py [package:desktop_pc M5 …] [--rounds N]

A made-up stock, always the same, in which about a third of the components is short. Asked are the first count
(by the rules it compiles, under stock it cuts what was compiled), the count and all options after one choice,
the cheapest configuration, and from when on each value of each place can be had. Counts under stock are held
against those with each fact as a constraint of its own. Times are processor seconds, medians of all rounds.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from attrs import frozen
from instance_catalogs import catalog_text
from instance_problems import instances_present, named_instance

from configurator.availability.balances import StockBalance
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Supply
from configurator.configuration.domains import ValueOffers
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

DAY = date(2026, 11, 23)
COUNTS = (0, 0, 1, 2, 3, 50, 50, 50)
DAYS = 28


@frozen
class Figure:
    """One question with and without stock."""

    name: str
    rules: float
    stock: float

    @property
    def told(self) -> str:
        """A line for people."""
        ratio = f"{self.stock / self.rules:.2f}" if self.rules else "-"
        rules, stock = (f"{seconds * 1e3:>9.2f} ms" for seconds in (self.rules, self.stock))
        return f"  {self.name:<34} {rules}  under stock {stock}  ratio {ratio}"


def made_stock(asked: Configurator) -> StockSnapshot:
    """Counts of every stocked component, some of them none, and receipts of half of these."""
    dice = random.Random(1)  # noqa: S311 - nothing is kept secret
    every = asked.catalog.families.values()
    skus = sorted({component.sku for family in every for component in family.components if component.stocked})
    counts = {sku: dice.choice(COUNTS) for sku in skus}
    expected = [sku for sku in skus if dice.random() < 0.5]
    return StockSnapshot(
        tuple(StockBalance(sku, count) for sku, count in counts.items()),
        tuple(Supply(f"PO-{sku}", sku, DAY + timedelta(days=dice.randint(1, DAYS)), 10) for sku in expected),
        at=datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC),
    )


def took(ask: Callable[[], object]) -> float:
    """Processor seconds."""
    began = time.process_time()
    ask()
    return time.process_time() - began


def median(rounds: int, ask: Callable[[], object]) -> float:
    """The median of several rounds."""
    return statistics.median(took(ask) for _ in range(rounds))


def figures(load: Callable[[], Configurator], rounds: int) -> Iterator[Figure]:
    """The figures of one catalog."""
    first: list[tuple[float, float]] = []
    for _ in range(max(1, rounds // 3)):
        asked = load()
        asked.product(DAY).lowered.problem  # noqa: B018 - turning rules into constraints is no matter of stock
        stock = made_stock(asked)
        compiled = took(lambda asked=asked: asked.count(as_of=DAY))  # type: ignore[misc]  # bound at once
        cut = took(lambda asked=asked, stock=stock: asked.under(stock).count(as_of=DAY))  # type: ignore[misc]  # likewise
        first.append((compiled, cut))
    yield Figure("first count", *(statistics.median(column) for column in zip(*first, strict=True)))
    under = asked.under(stock)
    check_count(asked, under)
    place, value = first_choice(under)
    choices = {place: value}
    for name, ask in (
        ("count after a choice", lambda of: of.count(choices, as_of=DAY)),
        ("all options after a choice", lambda of: dict(of.options(choices, as_of=DAY).or_raise().of)),
        ("cheapest", lambda of: of.cheapest(as_of=DAY)),
    ):
        each = [median(rounds, lambda of=of, ask=ask: ask(of)) for of in (asked, under)]  # type: ignore[misc]  # likewise
        yield Figure(name, each[0], each[1])
    options = median(rounds, lambda: dict(asked.options(choices, as_of=DAY).or_raise().of))
    yield Figure(
        "the same, from when on each", options, took(lambda: every_availability(asked, stock, choices))
    )


def every_availability(asked: Configurator, stock: StockSnapshot, choices: dict[str, object]) -> list[str]:
    """From when on each value of each place can be had."""
    of = asked.options(choices, stock=stock, as_of=DAY).or_raise().of
    offers = [place.offers for place in of.values() if isinstance(place, ValueOffers)]
    return [str(each.availability) for found in offers for each in found]


def first_choice(under: Configurator) -> tuple[str, object]:
    """A place with several values that can be had, and the last of them."""
    for key, offers in under.options(as_of=DAY).or_raise().of.items():
        if isinstance(offers, ValueOffers) and len(offers.offers) > 1:
            return key, offers.offers[-1].value
    raise LookupError("nothing is left to choose")


def check_count(asked: Configurator, under: Configurator) -> None:
    """The count under stock is that with each fact as a constraint of its own."""
    facts = under.product(DAY).facts.each
    apart = (
        asked.product(DAY).prepared.extended(tuple(c for fact in facts for c in fact.constraints)).count({})
    )
    counted = under.count(as_of=DAY)
    if isinstance(apart, Unknown) or isinstance(counted, Unknown):
        return
    assert apart == counted.value, (apart, counted.value)


def main(arguments: Sequence[str]) -> None:
    """Tell the figures of each catalog."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", default=["package:desktop_pc", *(("M5",) if instances_present() else ())]
    )
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args(arguments)
    for name in given.names:
        instance = None if ":" in name or "/" in name else named_instance(name)
        text = None if instance is None else catalog_text(instance)

        def load(name: str = name, text: str | None = text) -> Configurator:
            return Configurator.load(name) if text is None else Configurator.from_text(text)

        short = load()
        under = short.under(made_stock(short)).product(DAY)
        sys.stdout.write(
            f"{name}: {len(under.facts.each)} components short, {len(under.facts.constraints)} constraints\n"
        )
        for figure in figures(load, given.rounds):
            sys.stdout.write(figure.told + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
