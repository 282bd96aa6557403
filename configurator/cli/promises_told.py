"""Promise dates, costs and proposals in words."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from configurator.acceptance.costs import OrderCost
from configurator.acceptance.nearest import Proposal
from configurator.acceptance.promising import LinePromise, ToProcure
from configurator.availability.answers.promise import PromisedComponent, PromiseSource, SourceKind
from configurator.cli.stock_told import table_lines
from configurator.cli.terminal import GAP
from configurator.cli.wording import DOUBTFUL, FAINT, STRONG
from configurator.configuration.pricing import Amount
from configurator.configuration.telling import delta_in_words, value_in_words
from configurator.engines.engine import Unknown
from configurator.explanation.conflict import Conflict
from configurator.explanation.evidence import StockEvidence

NEVER = "never"


def line_promise_lines(line: LinePromise) -> tuple[str, ...]:
    """A table of the components of a line: when each of them can be there, and where it comes from."""
    rows = [
        (
            each.sku,
            each.day.isoformat() if each.day else NEVER,
            ", ".join(map(source_in_words, each.sources)) or _at_most(each),
            f"{each.quantity:,}",
        )
        for each in line.components
    ]
    return table_lines(("component", "there", "from", "units"), rows, left=3) if rows else ()


def _at_most(each: PromisedComponent) -> str:
    return f"no more than {each.most:,}" if each.known else "unknown to stock"


def source_in_words(source: PromiseSource) -> str:
    """`2 in stock`, `1 at berlin`, `3 with PO-7`, `4 bought`."""
    match source.kind:
        case SourceKind.STOCK:
            place = "in stock" if source.location in {None, "default"} else f"at {source.location}"
            return f"{source.quantity:,} {place}"
        case SourceKind.SUPPLY:
            return f"{source.quantity:,} with {source.supply}"
        case _:
            return f"{source.quantity:,} {source.kind.value}"


def procurement_lines(found: Iterable[ToProcure]) -> tuple[Text, ...]:
    """What has to be bought or made, one line each."""
    verbs = {"bought": "buy", "made": "make"}
    return tuple(
        Text.assemble(
            GAP,
            (verbs.get(each.policy.value, "procure"), DOUBTFUL),
            f" {each.quantity:,} {each.sku}: order by {each.order_by}, needed on {each.due}",
        )
        for each in found
    )


def money_lines(price: Amount | None, cost: OrderCost | None, *, gaps: bool = False) -> tuple[str, ...]:
    """`price 99.00 EUR, cost 80.00 EUR (components 45.00 EUR, assembly 35.00 EUR)`; nothing without both.

    Args:
        price: what the customer pays.
        cost: what it costs the maker.
        gaps: whether to tell also that a cost is not known, and of which components.
    """
    told = [f"price {price.text}"] if price else []
    # Who keeps no costs is not reminded of that at every order; `promise` tells what is missing.
    if cost is not None and (cost.amount is not None or gaps):
        told.append(_cost(cost))
    return (f"{GAP}{', '.join(told)}",) if told else ()


def _cost(cost: OrderCost) -> str:
    if cost.amount is None:
        return f"cost not known: nobody has said it of {', '.join(cost.unknown)}"
    parts = [f"components {cost.components.text}"] if cost.components else []
    parts += [f"assembly {cost.assembly.text}"] if cost.assembly else []
    return f"cost {cost.amount.text}" + (f" ({', '.join(parts)})" if len(parts) > 1 else "")


# ---------------------------------------------------------------- proposals


def proposal_lines(proposals: Sequence[Proposal]) -> tuple[Text, ...]:
    """Each proposal by its number: when it can be there, what it changes and comes to, and why."""
    width = max((len(change.place) for each in proposals for change in each.changes), default=0)
    told = [
        [f"{change.place:<{width}} = {value_in_words(change.after)}" for change in each.changes]
        or ["as it was chosen"]
        for each in proposals
    ]
    widest = max((len(change) for changes in told for change in changes), default=0)
    money = [delta_in_words(each.delta) for each in proposals]
    longest = max(map(len, money), default=0)
    lines: list[Text] = []
    for number, (each, changes, delta) in enumerate(zip(proposals, told, money, strict=True), start=1):
        head = Text.assemble(GAP, (f"{number}", STRONG), GAP, each.day.isoformat(), GAP, changes[0])
        if delta:
            head.append(f"{'':<{widest - len(changes[0])}}{GAP}{delta:>{longest}}")
        indent = " " * (2 * len(GAP) + len(f"{number}") + len("2026-12-04") + len(GAP))
        lines += [head, *(Text(indent + change) for change in changes[1:])]
        lines += [Text(f"{indent}{why}", FAINT) for why in _because(each)]
    return tuple(lines)


def _causes(conflict: Conflict) -> tuple[str, ...]:
    """What stock says against a choice; without that the whole conflict."""
    facts = tuple(each.text for each in conflict.evidence if isinstance(each, StockEvidence))
    return facts or (conflict.message,)


def _because(proposal: Proposal) -> tuple[str, ...]:
    reasons = [
        reason for each in proposal.reasons if not isinstance(each, Unknown) for reason in _causes(each)
    ]
    told = [f"because {reason}" for reason in dict.fromkeys(reasons)]
    return (*told, *((f"waits: {proposal.waits}",) if proposal.waits else ()))
