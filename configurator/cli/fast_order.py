"""Lists in the fast order: pages that cost the same wherever they are, and tokens that lead to the next."""

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256

from attrs import frozen

from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.inquiry import Inquiry
from configurator.cli.words import Wanted
from configurator.configuration.columns import FastPage
from configurator.configuration.model import Configuration
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import SearchLimitError
from configurator.lowering.intervals import interval_in_force

BLOCK = 10_000
"""Configurations fetched at a time."""

_TOKEN = re.compile(r"diagram-([0-9a-f]{16})-(\d{1,60})", re.ASCII)


@frozen
class FastListing:
    """A list in the fast order.

    Attributes:
        found: the configurations from `offset` on, lazily; a limit that ends the search raises.
        offset: the number of the first, from 0.
        size: how many there are in all.
        order: which catalog, choices and order a token belongs to.
    """

    found: Iterator[Configuration]
    offset: int
    size: int
    order: str

    def token(self, told: int) -> str | None:
        """What leads to the configuration after so many; `None` where there is none."""
        after = self.offset + told
        return f"diagram-{self.order}-{after}" if after < self.size else None


def fast_listing(
    inquiry: Inquiry,
    asked: Configurator,
    wanted: Wanted,
    *,
    only: bool,
    offset: int,
    token: str | None,
) -> FastListing | Unknown:
    """Configurations in the fast order, from a number or from where a token leads.

    Raises:
        CommandError: the token is none, or one of another catalog, of other choices or of another order.
    """
    expected, start = (None, offset) if token is None else read_token(token)
    page = _pages(inquiry, asked, wanted, only=only)
    # Asked at once: whether there is a fast order at all decides what is answered.
    first = page(start, 0)
    if isinstance(first, Unknown):
        return first
    order = order_of(asked, inquiry, wanted, first.order, only=only)
    if expected not in {None, order}:
        raise CommandError(
            "the page token belongs to another catalog, other choices or another order",
            ExitCode.USAGE,
            "ask again from the beginning with `--order fast`",
        )
    return FastListing(_all_from(page, start, first.size), start, first.size, order)


def read_token(token: str) -> tuple[str, int]:
    """The order that a token belongs to, and the number it leads to.

    Raises:
        CommandError: it is no token.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise CommandError(
            f"`{token}` is no page token", ExitCode.USAGE, "copy it from the summary or `next` of a page"
        )
    return match[1], int(match[2])


def order_of(asked: Configurator, inquiry: Inquiry, wanted: Wanted, diagram: str, *, only: bool) -> str:
    """A short text for all that a place in the list depends on."""
    in_force = interval_in_force(asked.catalog, inquiry.day)
    meant = (diagram, asked.digest, list(map(str, in_force)), wanted.choices, only, wanted.bundles)
    return sha256(json.dumps(meant, sort_keys=True, default=str).encode()).hexdigest()[:16]


Pages = Callable[[int, int], FastPage | Unknown]


def _pages(inquiry: Inquiry, asked: Configurator, wanted: Wanted, *, only: bool) -> Pages:
    """Pages under the one time limit of the command."""

    def page(offset: int, length: int) -> FastPage | Unknown:
        seconds = inquiry.settings.seconds
        left = None if seconds is None else max(0.0, seconds - inquiry.elapsed)
        found = asked.fast_page(
            offset,
            length,
            wanted.choices,
            as_of=inquiry.day,
            seconds=left,
            only=only,
            bundles=wanted.bundles,
        )
        if isinstance(found, Unknown) and seconds is not None and inquiry.elapsed >= seconds:
            return Unknown(f"the time limit of {seconds:g} s was reached")
        return found

    return page


def _all_from(page: Pages, offset: int, size: int) -> Iterator[Configuration]:
    for begin in range(offset, size, BLOCK):
        found = page(begin, BLOCK)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        yield from found.columns
