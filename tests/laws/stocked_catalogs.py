"""Random small catalogs with stock, and by trying all what stock can build."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from attrs import field, frozen
from hypothesis import assume
from hypothesis import strategies as st

from configurator import Configuration, Configurator
from configurator.availability.balances import StockBalance
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Supply

ENGINES = ("auto", "exhaustive", "backtracking", "sat", "diagram")
MOST = 400
"""The most valid configurations of a catalog: each law tries all of them."""
DRIVES = ("D1", "D2", "X")
UNSTOCKED = ("RED", "BLUE")
TODAY = date(2026, 11, 23)
LATER = tuple(TODAY + timedelta(days=days) for days in (1, 3, 3, 8, 20))


@frozen(eq=False)
class StockedCatalog:
    """A catalog with all its valid configurations, and how many of each component there are.

    Attributes:
        valid: as one engine lists them, stock left aside.
        coming: what comes on later days, by SKU.
        bought: after how many days any number of a component can be had, by SKU.
    """

    text: str = field()
    stock: Mapping[str, int]
    times: int
    valid: tuple[Configuration, ...] = field(repr=False)
    coming: tuple[tuple[str, date, int], ...] = ()
    bought: Mapping[str, int] = field(factory=dict)

    def asked(self, engine: str = "auto") -> Configurator:
        """The catalog under its stock."""
        return Configurator.from_text(self.text, engine=engine).under(self.snapshot, times=self.times)

    @property
    def snapshot(self) -> StockSnapshot:
        """The stock."""
        return StockSnapshot(
            tuple(StockBalance(sku, count) for sku, count in sorted(self.stock.items())),
            tuple(
                Supply(f"PO-{at}", sku, due, count)
                for at, (sku, due, count) in enumerate(sorted(self.coming))
            ),
            masters=tuple(ItemMaster(sku, Policy.BOUGHT, days) for sku, days in sorted(self.bought.items())),
            at=datetime.combine(TODAY, datetime.min.time(), UTC),
        )

    def free(self, sku: str, day: date = TODAY) -> int:
        """How many of a component can be had by a day."""
        if sku in self.bought and self.bought_by(sku) <= day:
            return 10**6
        came = sum(count for each, due, count in self.coming if each == sku and due <= day)
        return self.stock.get(sku, 0) + came

    def bought_by(self, sku: str) -> date:
        """The day from which on any number of what is bought can be had: tomorrow at the earliest."""
        return TODAY + timedelta(days=max(1, self.bought[sku]))

    @property
    def buildable(self) -> tuple[Configuration, ...]:
        """The valid configurations that stock can build, as often as is asked."""
        return tuple(each for each in self.valid if self.builds(each))

    def builds(self, configuration: Configuration, day: date = TODAY) -> bool:
        """Whether stock has what a configuration takes, unit by unit."""
        bill = units_of(configuration.to_dict())
        return all(
            self.times * count <= self.free(sku, day) for sku, count in bill.items() if sku not in UNSTOCKED
        )


def units_of(value: object) -> Counter[str]:
    """The units of each component that canonical choices name."""
    found: Counter[str] = Counter()
    match value:
        case {"component": str(sku), "quantity": int(quantity)}:
            found[sku] += quantity
        case Mapping():
            for each in value.values():
                found += units_of(each)
        case list():
            for each in value:
                found += units_of(each)
        case str() if value not in {"office", "game"}:
            found[value] += 1
        case _:
            pass
    return found


def family(head: str, skus: Sequence[str], sizes: Mapping[str, int]) -> str:
    """A family with its table."""
    rows = "\n".join(f"  | {sku} | {sizes[sku]} | {sizes[sku]}.50 |" for sku in skus)
    return f"family {head} {{\n  | sku | size | price [EUR] |\n  |---|---|---|\n{rows}\n}}"


RULES = (
    "require sum(size) <= {n}",
    "forbid board = X and any(drives where size = {n})",
    "require count(drives) >= 1",
    "when usage = game require memory is chosen",
    "require board.size <= {n} or usage = office",
    "forbid board = B1 and any(drives where size = 1)",
    "usage = game excludes board.size = {n}",
    "require price <= {n}.00 EUR",
)
BOX_RULES = (
    "require count(box) <= 2",
    "when usage = game require any(box where size.size >= 2)",
    "require sum(box.size.size) <= {n}",
)


@st.composite
def stocked_catalogs(draw: st.DrawFn, *, dated: bool = False) -> StockedCatalog:
    """Catalogs of some hundred configurations: a component in several families, mixed slots, quantities.

    Args:
        draw: draws.
        dated: whether something comes on later days, or is bought when it is needed.
    """
    sizes = {sku: draw(st.integers(1, 3)) for sku in ("B1", "B2", "X", "D1", "D2", "M1", "M2", *UNSTOCKED)}
    boxes = draw(st.booleans())
    low, high = draw(st.sampled_from([(0, 1), (1, 1)] if boxes else [(0, 2), (1, 2), (2, 2), (0, 1)]))
    most = draw(st.integers(1, 2))
    parts = [
        'catalog made "Made" version "1"\ncurrency EUR',
        family("board choose one", ("B1", "B2", "X"), sizes),
        family(f"drives choose {low}..{high} mixed", DRIVES[: draw(st.integers(2, 3))], sizes),
        family(f"memory choose {draw(st.integers(0, 1))}..{most} identical", ("M1", "M2"), sizes),
        "option usage : one of { office, game }",
    ]
    if not boxes and draw(st.booleans()):
        parts.append(family("colour choose one not stocked", UNSTOCKED, sizes))
    rules = list(RULES)
    if boxes:
        inner = family("size choose one", draw(st.sampled_from([("X", "M1"), ("B1", "D1"), ("X",)])), sizes)
        inner = "\n".join(f"  {line}" for line in inner.splitlines())
        instances = draw(st.sampled_from([2, 2, 2, 3]))
        padding = family("padding choose 1..2 identical not stocked", UNSTOCKED, sizes).replace("\n", "\n  ")
        body = inner + draw(st.sampled_from(["", "\n  option sealed : yesno", f"\n  {padding}"]))
        parts.append(f"assembly box choose {draw(st.integers(0, 2))}..{instances} {{\n{body}\n}}")
        rules += BOX_RULES
    for at, rule in enumerate(draw(st.lists(st.sampled_from(rules), max_size=3, unique=True))):
        parts.append(f"rule r{at}: {rule.format(n=draw(st.integers(2, 9)))}")
    parts.append("calc price in EUR = sum(price) + bundles.price")
    if draw(st.booleans()):
        parts.append(f'default memory = {most} x "M1"')
    parts.append('bundle gamer "Gamer" {\n  choose usage = game\n  price -1.00 EUR\n}')
    skus = [sku for sku in sizes if sku not in UNSTOCKED]
    plenty = draw(st.sampled_from([False, True, False, False]))
    counts = st.sampled_from([9] if plenty else [0, 1, 1, 2, 2, 3, 9])
    stock = {sku: draw(counts) for sku in skus if plenty or draw(st.integers(0, 14))}
    text = "\n".join(parts) + "\n"
    valid = tuple(Configurator.from_text(text, engine="backtracking").configurations(limit=MOST + 1))
    assume(len(valid) <= MOST)
    times = draw(st.sampled_from([1, 1, 1, 1, 2]))
    if not dated:
        return StockedCatalog(text, stock, times, valid)
    known = st.sampled_from(sorted(stock) or ["X"])
    supply = st.tuples(known, st.sampled_from(LATER), st.integers(1, 3))
    coming = tuple(draw(st.lists(supply, max_size=5))) if stock else ()
    bought = draw(st.dictionaries(st.sampled_from(skus), st.sampled_from([0, 5, 15]), max_size=1))
    return StockedCatalog(text, stock, times, valid, coming, bought)
