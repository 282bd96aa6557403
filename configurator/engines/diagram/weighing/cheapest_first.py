"""The solutions of a diagram by total, lazily: A* with exact rests (Hart, Nilsson, Raphael 1968).

What the rest of a path adds at least is known for every node, so no step is in vain: a prefix is
continued along its best rest, and on the way each node leaves its second best choice behind for
later. A solution costs as many steps as there are layers, and classes are written out member by member
only as far as totals ask for it.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from attrs import define, field, frozen

from configurator.engines.diagram.weighing.path_sums import WeighedPaths

Member = tuple[int, ...]
Members = tuple[Member, ...]


@frozen
class Choice:
    """A way on from a node.

    Attributes:
        rest: the least total of the rest of a path that begins with it.
        weight: what the member itself adds.
        target: the node it leads to.
    """

    rest: int
    weight: int
    target: int
    member: Member


@define
class MemberStream:
    """The members of a class by weight, written out as far as asked for."""

    source: Iterator[tuple[int, Member]]
    known: list[tuple[int, Member]] = field(factory=list)

    def at(self, place: int) -> tuple[int, Member] | None:
        """The member of that place; `None` beyond the last."""
        while len(self.known) <= place:
            following = next(self.source, None)
            if following is None:
                return None
            self.known.append(following)
        return self.known[place]


@define
class Choices:
    """The ways on from a node by rest, equal ones by label and place, written out as far as asked for.

    Attributes:
        waiting: the next choice of each arc as (rest, arc, place of the member).
    """

    targets: list[tuple[int, int]]
    streams: list[MemberStream]
    waiting: list[tuple[int, int, int]]
    known: list[Choice] = field(factory=list)

    def at(self, place: int) -> Choice | None:
        """The choice of that place; `None` beyond the last."""
        while len(self.known) <= place:
            if not self.waiting:
                return None
            self._write_out()
        return self.known[place]

    def _write_out(self) -> None:
        rest, arc, place = heappop(self.waiting)
        target, below = self.targets[arc]
        stream = self.streams[arc]
        found = stream.at(place)
        assert found is not None
        self.known.append(Choice(rest, found[0], target, found[1]))
        if following := stream.at(place + 1):
            heappush(self.waiting, (following[0] + below, arc, place + 1))


@define
class Continuation:
    """A choice left behind: how a path began that takes it.

    Attributes:
        total: the least total of such paths.
        place: of the choice among those of its node.
        spent: what the members before it add.
    """

    total: int
    node: int
    place: int
    spent: int
    members: Members


@define
class _Search:
    """What was written out so far of the members of classes and the ways on from nodes."""

    paths: WeighedPaths
    streams: dict[tuple[int, int], MemberStream] = field(factory=dict)
    choices: dict[tuple[int, int], Choices] = field(factory=dict)

    def choices_at(self, at: int, node: int) -> Choices:
        """The ways on from a node of a layer."""
        known = self.choices.get((at, node))
        if known is None:
            known = self.choices[at, node] = self._ways_on(at, node)
        return known

    def _ways_on(self, at: int, node: int) -> Choices:
        layer, magnitude = self.paths.layers[at], self.paths.path_sum.magnitude
        arcs = slice(int(layer.start[node]), int(layer.start[node + 1]))
        targets = layer.target[arcs]
        below = self.paths.down[at + 1][targets]
        columns = (layer.label[arcs], targets, below, self.paths.added[at][arcs] + below)
        real = [
            arc for arc in zip(*(column.tolist() for column in columns), strict=True) if arc[3] <= magnitude
        ]
        return Choices(
            [(target, rest_below) for _, target, rest_below, _ in real],
            [self._stream(at, label) for label, _, _, _ in real],
            sorted((rest, arc, 0) for arc, (_, _, _, rest) in enumerate(real)),  # a sorted list is a heap
        )

    def _stream(self, at: int, label: int) -> MemberStream:
        known = self.streams.get((at, label))
        if known is None:
            members = self.paths.decisions[at].members_by_weight(label)
            known = self.streams[at, label] = MemberStream(members)
        return known


def paths_by_total(paths: WeighedPaths) -> Iterator[tuple[int, Members]]:
    """Yield each path written out in members once, by total; members in the order of the layers.

    Equal totals come in an order that depends on the diagram. Memory grows with what was yielded.
    """
    if paths.least is None:
        return
    search = _Search(paths)
    queue: list[tuple[int, int, Continuation]] = []
    begun = 0
    found: Continuation | None = Continuation(paths.least, 0, 0, 0, ())
    while found is not None:
        paths.limits.check()
        node, place, spent, members = found.node, found.place, found.spent, found.members
        for at in range(len(members), len(paths.layers)):
            ways = search.choices_at(at, node)
            choice, left = ways.at(place), ways.at(place + 1)
            assert choice is not None
            if left is not None:
                begun += 1
                behind = Continuation(spent + left.rest, node, place + 1, spent, members)
                heappush(queue, (behind.total, begun, behind))
            node, place, spent, members = choice.target, 0, spent + choice.weight, (*members, choice.member)
        yield spent, members
        found = heappop(queue)[2] if queue else None
