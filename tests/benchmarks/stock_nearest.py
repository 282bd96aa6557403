"""How long it takes to tell what can be built nearest to a wish, beside trying everything.

    python tests/benchmarks/stock_nearest.py [--questions 40] [--short 0.1]

Asked is the whole list with its proof, and the reason for each change beside: first for every day on which
more can be built the fewest changes and the nearest price, then also what changes one more and is nearer in
price. The wishes are valid configurations of the shipped PC
and of 12 families of 20 components with 300 rules; of the components a share is short, most of them with a
supply on some day of the next two months. Trying everything means: for each such day all values of all sets
of one place, of two, ..., held against each rule, until something can be built. That may be given up; where
it comes to an end, the list of the fewest changes must be equal. Seconds are the processor's: a busy machine
does not count.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from itertools import product as every
from pathlib import Path

from attrs import frozen

from configurator.acceptance.nearest import Nearest
from configurator.acceptance.seen_stock import seen_by, workshop_of
from configurator.availability.balances import StockBalance
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Supply
from configurator.configuration.model import Configuration
from configurator.configuration.price_deltas import Price, price_of
from configurator.configuration.product import PreparedProduct
from configurator.configurator import Configurator
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import Feasible, Unknown
from configurator.engines.sat import SatEngine
from configurator.lowering.layout import SlotLayout

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PC = Path(__file__).resolve().parents[2] / "catalogs" / "desktop_pc"
FAMILIES, SIZE, RULES = 12, 20, 300
LONGEST = 20.0
"""Seconds after which one question is given up."""
PATIENCE = 10.0
"""The same where everything is tried."""


def generated(families: int = FAMILIES, size: int = SIZE, rules: int = RULES, seed: int = 1) -> str:
    """A catalog of families with rules about pairs of components."""
    draw = random.Random(seed)  # noqa: S311 - the same catalog every time
    lines = ["catalog made currency EUR"]
    for family in range(families):
        lines += [f"family f{family} choose one {{", "  | sku | price [EUR] |", "  |---|---|"]
        lines += [f"  | F{family}-{n} | {draw.randrange(1_000, 30_000) / 100:.2f} |" for n in range(size)]
        lines.append("}")
    for number in range(rules):
        one, other = draw.sample(range(families), 2)
        told = f'rule r{number}: f{one} = "F{one}-{draw.randrange(size)}"'
        if number % 2:
            names = ", ".join(f'"F{other}-{n}"' for n in sorted(draw.sample(range(size), size // 2)))
            lines.append(f"{told} requires f{other} in {{ {names} }}")
        else:
            lines.append(f'{told} excludes f{other} = "F{other}-{draw.randrange(size)}"')
    return "\n".join([*lines, 'calc price "Price" in EUR = sum(price)'])


def wishes(product: PreparedProduct, number: int, draw: random.Random) -> Iterator[Assignment]:
    """Yield valid configurations that begin with a few values at random."""
    search = SatEngine().prepare(product.lowered.problem)
    variables = product.lowered.layout.variables
    found = 0
    while found < number:
        few = draw.sample(range(len(variables)), min(4, len(variables)))
        chosen = {variable: frozenset({draw.randrange(variables[variable].size)}) for variable in few}
        answer = search.feasibility(chosen)
        if isinstance(answer, Feasible):
            found += 1
            yield answer.witness


def stock(product: PreparedProduct, short: float, draw: random.Random) -> StockSnapshot:
    """Enough of most components, nothing of the others, which mostly come later."""
    families = product.catalog.families.values()
    skus = sorted({each.sku for family in families for each in family.components if each.stocked})
    balances, supplies = [], []
    for sku in skus:
        gone = draw.random() < short
        balances.append(StockBalance(sku, 0 if gone else 9))
        if gone and draw.random() < 0.7:
            day = NOON.date() + timedelta(days=draw.randrange(1, 60))
            supplies.append(Supply(f"P-{sku}", sku, day, 9))
    return StockSnapshot(tuple(balances), tuple(supplies), at=NOON)


@frozen
class Tried:
    """The nearest of a day: how many changes, and how far the price goes away as a total."""

    day: date
    changes: int
    away: int


def tried(product: PreparedProduct, wish: Assignment, seen: StockSnapshot) -> list[Tried] | None:
    """The whole list by trying, later days first; `None` where that takes too long."""
    begun = time.process_time()
    coming = [(supply.sku, supply.due) for supply in seen.supplies]
    coming += [
        (master.sku, NOON.date() + timedelta(days=master.replenished_in))
        for master in seen_by(product, seen, NOON.date()).snapshot.masters
        if master.replenished_in is not None
    ]
    days = sorted({NOON.date(), *(day for _, day in coming)})
    found: list[Tried] = []
    workshop = workshop_of(product.catalog)
    for day in days:
        come = {sku for sku, since in coming if since <= day}
        missing = frozenset(each.sku for each in seen.balances if not each.on_hand) - come
        nearest = tried_on(product, wish, missing, begun)
        if nearest is None:
            return None
        if nearest and (not found or nearest < (found[-1].changes, found[-1].away)):
            ready = workshop.calendar.after(day, workshop.days)
            # Goods that come on a day off are as good as goods that come on the working day after it.
            found = [each for each in found if each.day != ready]
            found.append(Tried(ready, *nearest))
    return found[::-1]


def tried_on(
    product: PreparedProduct, wish: Assignment, missing: frozenset[str], begun: float
) -> tuple[int, int] | tuple[()] | None:
    """The nearest of a day by trying; empty where nothing can be built, `None` where it takes too long."""
    weights = {term.variable: term.weights for term in price(product).objective.terms}
    fits = [
        [
            value
            for value in range(variable.size)
            if not isinstance(layout, SlotLayout)
            or not missing.intersection(component.sku for component, _ in layout.values[value])
        ]
        for layout, variable in zip(product.lowered.layout.at, product.lowered.layout.variables, strict=True)
    ]
    layouts = tuple(product.lowered.layout.of.values())
    for number in range(len(layouts) + 1):
        best: int | None = None
        for places in combinations(layouts, number):
            open_now = tuple(variable for layout in places for variable in layout.variables)
            if any(value not in fits[at] for at, value in enumerate(wish) if at not in open_now):
                continue
            for values in every(*(fits[variable] for variable in open_now)):
                if time.process_time() - begun > PATIENCE:
                    return None
                changed = dict(enumerate(wish)) | dict(zip(open_now, values, strict=True))
                away = abs(
                    sum(weights[v][changed[v]] - weights[v][wish[v]] for v in open_now if v in weights)
                )
                if (best is None or away < best) and all(
                    holds(each, tuple(changed.values())) for each in product.lowered.problem.constraints
                ):
                    best = away
        if best is not None:
            return number, best
    return ()


def price(product: PreparedProduct) -> Price:
    """The product's price."""
    found = price_of(product)
    assert isinstance(found, Price)
    return found


def seconds(since: float) -> float:
    """The processor's seconds since then."""
    return time.process_time() - since


def measure(name: str, asked: Configurator, questions: int, short: float) -> None:
    """Ask, say times, and compare with trying."""
    product, draw = asked.product(), random.Random(7)  # noqa: S311 - the same questions every time
    ours: list[float] = []
    wider: list[float] = []
    beside: list[tuple[float, float]] = []
    given_up = proposals = fewest_only = 0
    for assignment in wishes(product, questions, draw):
        wish, seen = product.configuration(assignment), stock(product, short, draw)
        begun = time.process_time()
        more = asked.nearest(dict(wish), seen, seconds=LONGEST)
        wider.append(seconds(begun))
        begun = time.process_time()
        answer = asked.nearest(dict(wish), seen, seconds=LONGEST, more_changes=0)
        ours.append(seconds(begun))
        fewest_only += isinstance(more, Nearest) and not more.more_changes
        if isinstance(answer, Unknown):
            given_up += 1
            continue
        proposals += len(answer.proposals) if isinstance(answer, Nearest) else 0
        begun = time.process_time()
        naive = tried(product, assignment, seen)
        if naive is not None:
            beside.append((seconds(begun), ours[-1]))
            agree(product, wish, answer, naive)
    say(f"{name}: {len(ours)} questions, {proposals} proposals, {given_up} given up after {LONGEST:g} s")
    say(f"  the fewest changes: {spread(ours)}")
    say(f"  one more change, too: {spread(wider)}; too long for {fewest_only} of them")
    naive_all, told_all = sum(took for took, _ in beside), sum(took for _, took in beside)
    say(f"  trying everything came to an end within {PATIENCE:g} s for {len(beside)} of them, all equal:")
    say(f"  {naive_all:.2f} s beside {told_all:.2f} s; the others take longer than {PATIENCE:g} s each")


def spread(took: Sequence[float]) -> str:
    """How long it mostly took."""
    ordered = sorted(took)
    middle, late = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return f"p50 {middle * 1e3:.0f} ms, p95 {late * 1e3:.0f} ms, longest {ordered[-1] * 1e3:.0f} ms"


def agree(product: PreparedProduct, wish: Configuration, answer: object, naive: Sequence[Tried]) -> None:
    """Stop where trying found another list."""
    proposals = answer.proposals if isinstance(answer, Nearest) else ()
    told = [
        (each.day, each.weight, 0 if each.delta is None else abs(each.delta.number)) for each in proposals
    ]
    found = [(each.day, each.changes, price(product).difference(each.away).number) for each in naive]
    if told != found:
        sys.exit(f"of {dict(wish)} was told {told}, and by trying {found}")


def say(line: str) -> None:
    """Print a line now."""
    print(line, flush=True)  # noqa: T201 - a command


def main(arguments: Sequence[str]) -> int:
    """Measure both catalogs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--short", type=float, default=0.1)
    parser.add_argument("--families", type=int, default=FAMILIES)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--rules", type=int, default=RULES)
    given = parser.parse_args(arguments)
    text = generated(given.families, given.size, given.rules)
    made = Configurator.from_text(text, clock=lambda: NOON)
    measure(
        f"{given.families} families of {given.size}, {given.rules} rules", made, given.questions, given.short
    )
    measure("desktop PC", Configurator.load(PC, clock=lambda: NOON), given.questions, given.short)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
