"""The passes over a diagram as plain loops, compiled by numba where that pays: `pcat-configurator[fast]`.

Numpy touches every layer with several calls and every link several times; a compiled loop goes over all
layers in one call. Answers are the same. This is the only door to numba, and it opens late: importing it
and compiling the loops a process uses costs one to two seconds, which thousands of questions have to earn.
So every pass that could have been quicker is noted down, and numba is loaded when what would have been
saved so far is what loading costs. A process that asks little never pays; one that asks much pays
at most twice what it would have, had it known. The environment variable `CONFIGURATOR_FAST`, read once, says
otherwise: `0` is never, `1` is at the first pass, for servers that warm up before they open.

Compiled code is kept between processes only where `NUMBA_CACHE_DIR` names a folder for it: a library that
answers questions writes no files of its own accord.

The loops work on *flat* arrays: nodes, links, arcs and classes are numbered through all layers.
"""

import os
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from configurator.engines.diagram.whole import Flags

Numbers = NDArray[np.uint32]
"""Numbers of nodes, links, arcs, classes: without a sign, which each use as an index would look at."""
Words = NDArray[np.int64]

L = TypeVar("L")
"""Some loops."""

MOST = 1 << 32
"""So many arcs cannot be numbered in `Numbers`."""

PASS_SAVES, STEP_SAVES = 10_000, 6
"""Nanoseconds that compiled loops save on one pass, and on each link or arc, very nearly: valid domains of a
PC of 12 layers and 3,785 links took 120 µs without and 70 µs with them, of a machine of 24 layers and
14,113 links 360 µs and 160 µs."""
LOADING_COSTS = 1_200_000_000
"""Nanoseconds: 0.2 s to import numba, 0.8 s to compile what valid domains need, 0.1 s for each loop more."""


# ---------------------------------------------------------------- the loops


def rise(
    nodes_begin: Words,
    links_begin: Words,
    source: Numbers,
    target: Numbers,
    of_link: Numbers,
    label: Numbers,
    touched: Words,
    opened: Flags,
    leading: Flags,
    alive: Flags,
) -> None:
    """Which links and nodes lead to the end: from the last layer touched upwards.

    Args:
        nodes_begin: for each layer the number of its first node, and the number of the end.
        links_begin: for each layer the number of its first link, and the number of links.
        source: for each link the node it leaves.
        target: for each link the node it leads to.
        of_link: for each link the place of its first class in `label`, and how many there are.
        label: the classes of links.
        touched: the layers with classes that are not open, ascending; one at least.
        opened: for each class whether it may be taken.
        leading: for each link set: the answer.
        alive: for each node set: the answer.
    """
    ahead = len(touched) - 1
    # No step depends on a flag, nor on how many links a node has: wrong guesses would cost twice the time.
    for layer in range(touched[ahead], -1, -1):
        alive[nodes_begin[layer] : nodes_begin[layer + 1]] = False
        if ahead >= 0 and touched[ahead] == layer:
            ahead -= 1
            for link in range(links_begin[layer], links_begin[layer + 1]):
                leads = False
                for place in range(of_link[link], of_link[link + 1]):
                    leads |= opened[label[place]]
                leads &= alive[target[link]]
                leading[link] = leads
                alive[source[link]] |= leads
        else:
            for link in range(links_begin[layer], links_begin[layer + 1]):
                leads = alive[target[link]]
                leading[link] = leads
                alive[source[link]] |= leads
        if ahead < 0 and alive[nodes_begin[layer] : nodes_begin[layer + 1]].all():
            return


def descend(
    nodes_begin: Words,
    links_begin: Words,
    source: Numbers,
    target: Numbers,
    touched: Words,
    leading: Flags,
    reached: Flags,
) -> None:
    """Of the links and nodes that lead to the end those that are reached: from the first layer touched down.

    Args:
        nodes_begin: for each layer the number of its first node, and the number of the end.
        links_begin: for each layer the number of its first link, and the number of links.
        source: for each link the node it leaves.
        target: for each link the node it leads to.
        touched: the layers with classes that are not open, ascending; one at least.
        leading: for each link whether it leads to the end; what is not reached is cleared.
        reached: for each node likewise; the end counts as a node.
    """
    for layer in range(touched[0], len(nodes_begin) - 1):
        below = nodes_begin[layer + 1]
        after = nodes_begin[layer + 2] if layer + 2 < len(nodes_begin) else below + 1
        reached[below:after] = False
        for link in range(links_begin[layer], links_begin[layer + 1]):
            through = leading[link] & reached[source[link]]
            leading[link] = through
            reached[target[link]] |= through
        if layer >= touched[-1] and reached[below:after].all():
            return


def classes_on(links: NDArray[np.intp], of_class: NDArray[np.intp], through: Flags, found: Flags) -> None:
    """For each class whether it is on a link that solutions pass.

    Args:
        links: those of each class, class after class.
        of_class: for each class the place of its first link in `links`.
        through: for each link whether a solution passes.
        found: for each class cleared: the answer.
    """
    for number in range(len(of_class)):
        end = of_class[number + 1] if number + 1 < len(of_class) else len(links)
        for place in range(of_class[number], end):
            if through[links[place]]:
                found[number] = True
                break


def least_down(
    nodes: int, start: Numbers, label: Numbers, target: Numbers, added: Words, least: Words
) -> None:
    """For each node the least that the rest of a path adds.

    Args:
        nodes: how many nodes are asked about: the first ones.
        start: for each node the number of its first arc, and the number of arcs.
        label: for each arc its class.
        target: for each arc the node it leads to.
        added: for each class what it adds.
        least: for each node further down known: for the others the answer.
    """
    for back in range(nodes):
        node = nodes - 1 - back
        first = start[node]
        best = added[label[first]] + least[target[first]]
        for arc in range(first + 1, start[node + 1]):
            total = added[label[arc]] + least[target[arc]]
            best = min(best, total)
        least[node] = best


def least_up(first: int, start: Numbers, label: Numbers, target: Numbers, added: Words, least: Words) -> None:
    """For each node the least that a way to it adds.

    Args:
        first: the node from which on ways are gone further.
        start: for each node the number of its first arc, and the number of arcs.
        label: for each arc its class.
        target: for each arc the node it leads to.
        added: for each class what it adds.
        least: known for the nodes of the layer that begins with `first`; further down "no way", then the
            answer.
    """
    for node in range(first, len(start) - 1):
        here = least[node]
        for arc in range(start[node], start[node + 1]):
            to = target[arc]
            least[to] = min(least[to], here + added[label[arc]])


def least_around(
    start: Numbers, label: Numbers, target: Numbers, up: Words, down: Words, least: Words
) -> None:
    """For each class the least that the other layers of a path with it add.

    Args:
        start: for each node the number of its first arc, and the number of arcs.
        label: for each arc its class.
        target: for each arc the node it leads to.
        up: for each node the least that a way to it adds.
        down: for each node the least that a way on adds.
        least: "no way" for each class, then the answer.
    """
    for node in range(len(start) - 1):
        here = up[node]
        for arc in range(start[node], start[node + 1]):
            of = label[arc]
            least[of] = min(least[of], here + down[target[arc]])


def arcs_at(start: Words, before: Words, nodes: Words, places: Words, arcs: Words) -> None:
    """For each pair of node and place the last arc of the node that does not begin behind the place.

    Args:
        start: for each node the number of its first arc, and the number of arcs.
        before: for each arc where it begins, ascending.
        nodes: the nodes.
        places: none before the first arc of its node.
        arcs: room for the answers.
    """
    for number in range(len(nodes)):
        low, high = start[nodes[number]], start[nodes[number] + 1]
        while high - low > 1:
            middle = (low + high) // 2
            if before[middle] <= places[number]:
                low = middle
            else:
                high = middle
        arcs[number] = low


# ---------------------------------------------------------------- compiled


@frozen(eq=False)
class Loops:
    """The loops of this module, compiled each at its first call, or as they stand."""

    rise: Callable[..., None] = rise
    descend: Callable[..., None] = descend
    classes_on: Callable[..., None] = classes_on
    least_down: Callable[..., None] = least_down
    least_up: Callable[..., None] = least_up
    least_around: Callable[..., None] = least_around
    arcs_at: Callable[..., None] = arcs_at


def numba_loops() -> Loops | None:
    """The loops for numba to compile; `None` where it is not installed. Imports it."""
    found = compiled_loops(rise, descend, classes_on, least_down, least_up, least_around, arcs_at)
    return None if found is None else Loops(*found)


def compiled_loops(*loops: Callable[..., Any]) -> tuple[Callable[..., Any], ...] | None:
    """Loops for numba to compile, each at its first call; `None` where it is not installed. Imports it."""
    try:
        import numba  # noqa: PLC0415 - see the module's text
    except ImportError:
        return None

    keep = bool(getattr(numba.config, "CACHE_DIR", ""))
    return tuple(numba.njit(nogil=True, cache=keep)(loop) for loop in loops)


class Switch(Generic[L]):
    """Says when loops are to be used: state of the process, since what is compiled is compiled for all of it.

    Attributes:
        setting: what the environment says.
    """

    def __init__(self, setting: str, load: Callable[[], L | None], costs: int = LOADING_COSTS) -> None:
        self.setting = setting
        self._load = load
        self._lock = Lock()
        self._left = {"0": None, "1": 0}.get(setting, costs)
        self._loops: L | None = None

    def loops(self, steps: int) -> L | None:
        """The loops, if they are there by now.

        Args:
            steps: how many links or arcs are to be gone over: what would be saved is noted down.
        """
        if self._loops is not None:
            return self._loops if steps < MOST else None
        if self._left is None:
            return None
        self._left -= PASS_SAVES + STEP_SAVES * steps  # two threads at once may lose one: it is an estimate
        return None if self._left > 0 else self._loaded()

    def _loaded(self) -> L | None:
        with self._lock:
            if self._loops is None and self._left is not None:
                self._loops = self._load()
                self._left = None
        return self._loops


SETTING = os.environ.get("CONFIGURATOR_FAST", "")
"""What the environment says, read once."""
SWITCH = Switch(SETTING, numba_loops)
"""The one that all passes ask."""


def quick_loops(steps: int) -> Loops | None:
    """The loops, if they are to be used on so many links or arcs; see `Switch`."""
    return SWITCH.loops(steps)
