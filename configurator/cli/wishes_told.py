"""What became of a catalog's wishes in a completion, as lines for people."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from configurator.cli.terminal import GAP
from configurator.cli.wording import DOUBTFUL, FAINT, GOOD
from configurator.configuration.completion import WishOutcome
from configurator.engines.engine import Unknown
from configurator.explanation.conflict import Conflict
from configurator.explanation.telling import PERHAPS_FEWER


def wish_lines(wishes: Sequence[WishOutcome]) -> Iterator[Text]:
    """Yield what objectives reached, which preferences are kept, and which wishes are not, with the reason.

    A default that is kept stands beside its place already; what says nothing here is left out.
    """
    reached = set[tuple[str, str]]()
    for wish in wishes:
        match wish:
            case WishOutcome(kind="minimise" | "maximise", state="kept") if (wish.kind, wish.text) in reached:
                # The call asked for it before the catalog does.
                pass
            case WishOutcome(kind="minimise" | "maximise", state="kept"):
                reached.add((wish.kind, wish.text))
                yield Text.assemble((f"{wish.kind} {wish.text}", GOOD), f": {wish.reached}")
            case WishOutcome(kind="prefer", state="kept"):
                yield Text.assemble(("wish kept", GOOD), f": {wish.name}{_message(wish)}")
            case WishOutcome(state="not kept"):
                yield from _not_kept(wish)
            case _:
                pass


def _not_kept(wish: WishOutcome) -> Iterator[Text]:
    place = (wish.location.rpartition(":")[0], FAINT)
    if wish.kind == "default":
        yield Text.assemble(("default not kept", DOUBTFUL), f": {wish.text}", GAP, place)
    else:
        yield Text.assemble(("wish not kept", DOUBTFUL), f": {wish.name}{_message(wish)}", GAP, place)
    reason = wish_reason(wish.why)
    if reason:
        yield Text(f"{GAP}{reason}")


def _message(wish: WishOutcome) -> str:
    return f" ({wish.message.rstrip('.')})" if wish.message else ""


def wish_reason(why: Conflict | Unknown | None) -> str:
    """What stands against a wish, in one line; empty where nobody asked."""
    match why:
        case None:
            return ""
        case Unknown(reason=reason):
            return f"why is not known: {reason}"
        case Conflict(message=message, minimal=minimal):
            return message if minimal else message + PERHAPS_FEWER
