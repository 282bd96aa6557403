"""The nearest known name for an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or `None` when none is near.

    Case is ignored first, then spelling (`difflib`, ratio 0.6 or better); ties
    go to the first in the order given. A name is never suggested for itself.
    """
    by_folded: dict[str, str] = {}
    for candidate in known:
        if candidate != name:
            by_folded.setdefault(candidate.casefold(), candidate)
    folded = name.casefold()
    if folded in by_folded:
        return by_folded[folded]
    matches = get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The help line for an unknown name: one line, or none when nothing is near."""
    match = nearest(name, known)
    return (f"did you mean `{match}`?",) if match else ()
