"""Three versions of a table brought together: as it was exported, as the sheet has it, as it is now.

Rows are told apart by their SKU, rows of rule tables by all that they say; the order of the rows is that of
the catalog, and a new row stands after the row that stands before it in the sheet.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

from attrs import field, frozen

Row = tuple[str, ...]

MOST_COMPARISONS = 250_000
"""Changed rows of a rule table are compared with each other as long as that takes so many comparisons."""


@frozen
class MergedRow:
    """A row of the table that comes out.

    Attributes:
        now: the row of the present table that it was, from 0; `None` for a new one.
        given: the row of the sheet that it comes from, from 0; `None` for one that the sheet does not know.
    """

    now: int | None
    given: int | None
    cells: Row


@frozen
class Conflict:
    """A row that the sheet and the catalog have both changed, each in its way.

    Attributes:
        given: the row of the sheet, from 0; `None` where the sheet has removed it.
        column: from 0; `None` for the row as a whole.
        base: what it was when the table was exported.
        mine: what the sheet says.
        theirs: what the catalog says now.
    """

    given: int | None
    column: int | None
    base: str | None
    mine: str | None
    theirs: str | None


@frozen
class Merge:
    """What comes out.

    Attributes:
        rows: the whole table.
        conflicts: where both changed the same; then the catalog's version stands in `rows`.
        removed: rows of the present table that are left out.
        reordered: whether the sheet has rows in another order, which is not taken over.
        stale: whether the table is not as it was when it was exported.
    """

    rows: tuple[MergedRow, ...] = field(repr=False)
    conflicts: tuple[Conflict, ...]
    removed: tuple[int, ...]
    reordered: bool
    stale: bool


@frozen(eq=False)
class Version:
    """One version of a table.

    Attributes:
        normal: the rows in a form that is the same where they say the same.
    """

    rows: Sequence[Row]
    normal: Sequence[Row]


def matched_rows(old: Sequence[Row], new: Sequence[Row], key: int | None) -> list[int | None]:
    """For each new row the old one that it was, each at most once; rows in normal form.

    With a key: rows of the same key, and where a key was changed and nothing else. Without: equal rows, then
    rows that share at least half of their cells, the most alike first.
    """
    waiting: dict[Row | str, deque[int]] = defaultdict(deque)
    for at, row in enumerate(old):
        waiting[row if key is None else row[key]].append(at)
    found: list[int | None] = []
    for row in new:
        known = waiting.get(row if key is None else row[key])
        found.append(known.popleft() if known else None)
    left = sorted(at for known in waiting.values() for at in known)
    fresh = [at for at, was in enumerate(found) if was is None]
    if key is not None:
        _match_renamed(old, new, key, left, fresh, found)
    elif len(left) * len(fresh) <= MOST_COMPARISONS:
        _match_alike(old, new, left, fresh, found)
    return found


def _match_renamed(
    old: Sequence[Row],
    new: Sequence[Row],
    key: int,
    left: list[int],
    fresh: list[int],
    found: list[int | None],
) -> None:
    waiting: dict[Row, deque[int]] = defaultdict(deque)
    for at in left:
        waiting[old[at][:key] + old[at][key + 1 :]].append(at)
    for at in fresh:
        rest = new[at][:key] + new[at][key + 1 :]
        known = waiting.get(rest)
        # A row of blanks is like any other row of blanks.
        if known and any(rest):
            found[at] = known.popleft()


def _match_alike(
    old: Sequence[Row], new: Sequence[Row], left: list[int], fresh: list[int], found: list[int | None]
) -> None:
    pairs = []
    for was in left:
        for at in fresh:
            shared = sum(a == b for a, b in zip(old[was], new[at], strict=True))
            if 2 * shared >= len(old[was]):
                pairs.append((-shared, abs(was - at), was, at))
    taken: set[int] = set()
    for _, _, was, at in sorted(pairs):
        if was not in taken and found[at] is None:
            found[at] = was
            taken.add(was)


def merge_tables(base: Version, given: Version, now: Version, key: int | None) -> Merge:
    """The present table with everything that was changed in the sheet since it was exported."""
    was = matched_rows(base.normal, given.normal, key)
    came = matched_rows(base.normal, now.normal, key)
    present = {origin: at for at, origin in enumerate(came) if origin is not None}
    stale = list(base.normal) != list(now.normal)
    kept = [origin for origin in was if origin is not None]
    merger = _Merger(base, given, now, present)
    for at, origin in enumerate(was):
        if origin is not None:
            merger.change(at, origin)
    merger.remove(set(range(len(base.rows))) - set(kept))
    merger.add(was, key)
    return Merge(
        tuple(merger.result()),
        tuple(merger.conflicts),
        tuple(sorted(merger.dropped)),
        kept != sorted(kept),
        stale,
    )


class _Merger:
    def __init__(self, base: Version, given: Version, now: Version, present: dict[int, int]) -> None:
        self.base, self.given, self.now = base, given, now
        self.present = present
        self.cells: dict[int, Row] = {}
        self.origin: dict[int, int] = {}
        self.dropped: set[int] = set()
        self.added: dict[int, list[MergedRow]] = defaultdict(list)
        self.conflicts: list[Conflict] = []

    def change(self, at: int, origin: int) -> None:
        """A row that both know."""
        base, given = self.base.normal[origin], self.given.normal[at]
        here = self.present.get(origin)
        if here is None:
            if base != given:
                text = _told(self.given.rows[at])
                self.conflicts.append(Conflict(at, None, _told(self.base.rows[origin]), text, None))
            return
        now = self.now.normal[here]
        cells = list(self.now.rows[here])
        for column, (before, mine, theirs) in enumerate(zip(base, given, now, strict=True)):
            if mine in {before, theirs}:
                continue
            if theirs == before:
                cells[column] = self.given.rows[at][column]
            else:
                texts = (
                    v.rows[n][column] for v, n in ((self.base, origin), (self.given, at), (self.now, here))
                )
                self.conflicts.append(Conflict(at, column, *texts))
        self.cells[here] = tuple(cells)
        self.origin[here] = at

    def remove(self, origins: set[int]) -> None:
        """Rows that the sheet has no more."""
        for origin in sorted(origins):
            here = self.present.get(origin)
            if here is None:
                continue
            if self.now.normal[here] == self.base.normal[origin]:
                self.dropped.add(here)
            else:
                before, theirs = self.base.rows[origin], self.now.rows[here]
                self.conflicts.append(Conflict(None, None, _told(before), None, _told(theirs)))

    def add(self, was: Sequence[int | None], key: int | None) -> None:
        """Rows that only the sheet has."""
        known = {} if key is None else {row[key]: at for at, row in enumerate(self.now.normal)}
        taken = {self.base.normal[origin][key] for origin in self.present} if key is not None else set()
        fresh: dict[Row, deque[int]] = defaultdict(deque)
        for here in sorted(set(range(len(self.now.rows))) - set(self.present.values())):
            fresh[self.now.normal[here]].append(here)
        anchor = -1
        for at, origin in enumerate(was):
            if origin is not None:
                anchor = self.present.get(origin, anchor)
                continue
            row = self.given.normal[at]
            if key is None and fresh.get(row):
                # The catalog has got the same row since.
                self.origin.setdefault(fresh[row].popleft(), at)
                continue
            same = known.get(row[key]) if key is not None else None
            if key is not None and same is not None and row[key] not in taken:
                # The catalog has got the same component since.
                self.origin.setdefault(same, at)
                if self.now.normal[same] != row:
                    theirs = _told(self.now.rows[same])
                    self.conflicts.append(Conflict(at, None, None, _told(self.given.rows[at]), theirs))
                continue
            self.added[anchor].append(MergedRow(None, at, self.given.rows[at]))

    def result(self) -> list[MergedRow]:
        rows = list(self.added[-1])
        for here, cells in enumerate(self.now.rows):
            if here not in self.dropped:
                rows.append(MergedRow(here, self.origin.get(here), self.cells.get(here, cells)))
            rows += self.added[here]
        return rows


def _told(row: Row) -> str:
    return " | ".join(row)
