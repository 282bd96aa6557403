"""The innermost loops of least costs under several sums: rows by capacity, parts of paths, pairs of them.

They stand here as plain loops, so that they can be tested, and run compiled: by Python alone they are a
hundred times slower than the way that does without them (see `near_best`).

*Steps* go from layer to layer in one direction, sorted by layer and the node they lead to; nodes, values and
classes are numbered through all layers. A *row* tells something of a node for every capacity of every sum,
and rows of one layer have one *shape*: for each sum the lowest and the highest capacity told, and where its
cells begin. Below the lowest there is no way; above the highest it is as with the highest. Cells are found by
numbers without a sign: as none of these counts from behind, the processor looks at several cells at once.
"""

import numpy as np
from numpy.typing import NDArray

from configurator.engines.diagram.whole import Flags

Words = NDArray[np.int64]

NO_WAY = 1 << 44
"""Stands for the relaxed cost where there is no way, whatever path is added to it or taken off."""
NEVER = -NO_WAY


def least_rows(
    steps: Words,
    steps_begin: Words,
    nodes_begin: Words,
    shapes: Words,
    rows: Words,
    weights: Words,
    takes: Words,
    cells: Words,
) -> None:
    """For each node and capacity the least relaxed cost of a way there.

    Args:
        steps: the nodes they leave; the nodes they lead to; the values they take.
        steps_begin: for each layer the first of its steps, and how many there are.
        nodes_begin: for each layer its first node; and the last layer's end.
        shapes: of each layer's rows; and of the end's.
        rows: for each node where its row begins; and how many cells there are.
        weights: for each sum, for each value its relaxed cost but for this sum.
        takes: for each sum, for each value how much it takes.
        cells: those of the first row 0; the others are the answer.
    """
    for layer in range(len(steps_begin) - 1):
        shape, new = shapes[layer], shapes[layer + 1]
        filled = nodes_begin[layer + 1]
        for step in range(steps_begin[layer], steps_begin[layer + 1]):
            end, value = steps[1, step], steps[2, step]
            origin = steps[0, step]
            if end == filled:
                cells[rows[end] : rows[end + 1]] = NO_WAY
                filled += 1
            for of in range(len(takes)):
                weight = weights[of, value]
                low, high = shape[0, of] + takes[of, value], shape[1, of] + takes[of, value]
                first, last = max(low, new[0, of]), min(high, new[1, of])
                if first <= last:
                    here = np.uint64(rows[origin] + shape[2, of] + first - low)
                    there = np.uint64(rows[end] + new[2, of] + first - new[0, of])
                    for at in range(np.uint64(last + 1 - first)):
                        cells[there + at] = min(cells[there + at], cells[here + at] + weight)
                if high < new[1, of]:
                    level = cells[rows[origin] + shape[2, of] + shape[1, of] - shape[0, of]] + weight
                    more = max(high + 1, new[0, of])
                    there = np.uint64(rows[end] + new[2, of] + more - new[0, of])
                    for at in range(np.uint64(new[1, of] + 1 - more)):
                        cells[there + at] = min(cells[there + at], level)


def needed_rows(
    steps: Words,
    steps_begin: Words,
    shapes: Words,
    rows: Words,
    weights: Words,
    takes: Words,
    goals: Words,
    least: Words,
    ahead: Words,
    alive: Flags,
    cells: Words,
) -> None:
    """For each node and capacity the most that a part from the other side may cost to be of use.

    It is of use for a value if with the value and the best rest it comes to no more than the value's goal.

    Args:
        steps: as in `least_rows`.
        steps_begin: likewise.
        shapes: likewise.
        rows: likewise.
        weights: likewise.
        takes: likewise.
        goals: for each sum, for each value.
        least: the cells of `least_rows`.
        ahead: for each sum, for each node the least relaxed cost of a part from the other side.
        alive: cleared: set for each node where a part can be of use.
        cells: the answer where a node is alive.
    """
    sums = len(takes)
    for layer in range(len(steps_begin) - 1):
        shape, new = shapes[layer], shapes[layer + 1]
        for step in range(steps_begin[layer], steps_begin[layer + 1]):
            origin, end, value = steps[0, step], steps[1, step], steps[2, step]
            # With as much of a sum as there can be: where not even that is enough, nothing is.
            passing, taking = alive[origin], True
            for of in range(sums):
                top = rows[origin] + shape[2, of] + shape[1, of] - shape[0, of]
                weight = weights[of, value] + ahead[of, end]
                passing = passing and cells[top] >= weight
                taking = taking and goals[of, value] - least[top] >= weight
            if not passing and not taking:
                continue
            if not alive[end]:
                alive[end] = True
                cells[rows[end] : rows[end + 1]] = NEVER
            for of in range(sums):
                weight = weights[of, value]
                goal = goals[of, value] - weight if taking else NEVER
                low, high = shape[0, of] + takes[of, value], shape[1, of] + takes[of, value]
                first, last = max(low, new[0, of]), min(high, new[1, of])
                if first <= last:
                    here = np.uint64(rows[origin] + shape[2, of] + first - low)
                    there = np.uint64(rows[end] + new[2, of] + first - new[0, of])
                    several = np.uint64(last + 1 - first)
                    if passing:
                        for at in range(several):
                            cells[there + at] = max(cells[there + at], cells[here + at] - weight)
                    if taking:
                        for at in range(several):
                            cells[there + at] = max(cells[there + at], goal - least[here + at])
                if high < new[1, of]:
                    top = rows[origin] + shape[2, of] + shape[1, of] - shape[0, of]
                    level = goal - least[top]
                    if passing:
                        level = max(level, cells[top] - weight)
                    more = max(high + 1, new[0, of])
                    there = np.uint64(rows[end] + new[2, of] + more - new[0, of])
                    for at in range(np.uint64(new[1, of] + 1 - more)):
                        cells[there + at] = max(cells[there + at], level)


def least_joined(
    steps: Words,
    steps_begin: Words,
    nodes_begin: Words,
    shapes: Words,
    rows: Words,
    up: Words,
    ends_begin: Words,
    ends_shapes: Words,
    ends_rows: Words,
    down: Words,
    weights: Words,
    takes: Words,
    room: Words,
    least: Words,
) -> None:
    """For each sum, for each value the least relaxed cost of a path with it that keeps the sum.

    Args:
        steps: towards the end, as in `least_rows`.
        steps_begin: likewise.
        nodes_begin: likewise.
        shapes: likewise.
        rows: likewise.
        up: the cells of `least_rows` in this direction.
        ends_begin: for each layer seen from the end its first node.
        ends_shapes: of each layer's rows in that direction.
        ends_rows: for each node in that direction where its row begins.
        down: the cells in that direction.
        weights: as in `least_rows`.
        takes: likewise.
        room: for each sum its bound.
        least: "no way" everywhere, then the answer.
    """
    layers = len(steps_begin) - 1
    for layer in range(layers):
        shape, other = shapes[layer], ends_shapes[layers - 1 - layer]
        for step in range(steps_begin[layer], steps_begin[layer + 1]):
            value = steps[2, step]
            above = rows[steps[0, step]]
            below = ends_rows[ends_begin[layers - 1 - layer] + steps[1, step] - nodes_begin[layer + 1]]
            for of in range(len(takes)):
                left = room[of] - takes[of, value]
                first = max(shape[0, of], min(shape[1, of], left - other[1, of]))
                last = min(shape[1, of], left - other[0, of])
                if first > last:
                    continue
                here = np.uint64(above + shape[2, of] + first - shape[0, of])
                there = np.uint64(below + other[2, of] + min(other[1, of], left - first) - other[0, of])
                best = up[here] + down[there]
                for at in range(np.uint64(last + 1 - first)):
                    best = min(best, up[here + at] + down[there - at])
                least[of, value] = min(least[of, value], best + weights[of, value])


def grown_parts(  # noqa: PLR0915 - loops are compiled one by one, and call no other ones
    steps: Words,
    steps_begin: Words,
    nodes_begin: Words,
    shapes: Words,
    rows: Words,
    alive: Flags,
    needed: Words,
    values: Words,
    digits: Words,
    bounds: Words,
    harmless: Words,
    most: int,
    begin: Words,
    found: Words,
) -> tuple[int, int]:
    """Parts of paths that are of use, layer by layer; how many were looked at, and what was left out.

    The latter is the most by which a part that was left out, for want of room, came below what it may cost.

    Args:
        steps: as in `least_rows`.
        steps_begin: likewise.
        nodes_begin: likewise.
        shapes: of the rows that follow.
        rows: for each node where its row begins.
        alive: for each node whether a part can be of use there.
        needed: the cells: for each node and capacity the most that a part may cost.
        values: what each value costs, its relaxed cost, what it adds to the sums in a word.
        digits: for each sum its lowest bit, its highest number, its multiplier, its bound, and by how many
            bits capacities are shorter than sums.
        bounds: all bounds in a word, with the bits that stay clear; these bits alone; the scale.
        harmless: for each node sums, in a word, that a part keeps whatever follows.
        most: how many parts are kept of one layer, at most.
        begin: for each node the place of its first part, and how many there are: begins with 0, 1.
        found: the parts: cost, ascending for each node, relaxed cost, sums in a word, how far they are
            below the most, and the sums with what is kept anyway. The first part is that of no steps. There
            is room for `most` of each layer and twice as many more.
    """
    guarded, guards = bounds[0], bounds[1]
    cost, relaxed, words, margins, lifts = found[0], found[1], found[2], found[3], found[4]
    looked_at, lost, count = 0, -1, 1
    for layer in range(len(steps_begin) - 1):
        shape, layer_first = shapes[layer + 1], count
        threshold = 0
        step, last = steps_begin[layer], steps_begin[layer + 1]
        while step < last:
            end, node_first = steps[1, step], count
            row, ignored = needed[rows[end] :], harmless[end]
            while step < last and steps[1, step] == end:
                origin, value = steps[0, step], steps[2, step]
                step += 1
                if not alive[end]:
                    continue
                looked_at += begin[origin + 1] - begin[origin]
                for part in range(begin[origin], begin[origin + 1]):
                    word = words[part] + values[2, value]
                    if (guarded - word) & guards != guards:
                        continue
                    # What the rest keeps anyway counts as taken: so parts cost more, and more replace others.
                    total = relaxed[part] + values[1, value]
                    raised, lifted = total, np.int64(0)
                    for of in range(digits.shape[1]):
                        taken = (word >> digits[0, of]) & digits[1, of]
                        instead = max(taken, (ignored >> digits[0, of]) & digits[1, of])
                        lifted |= instead << digits[0, of]
                        raised += digits[2, of] * (instead - taken)
                    margin = NO_WAY
                    for of in range(digits.shape[1]):
                        taken = (lifted >> digits[0, of]) & digits[1, of]
                        left = (digits[3, of] - taken) >> digits[4, of]
                        if left < shape[0, of]:
                            margin = -1
                            break
                        cell = shape[2, of] + min(left, shape[1, of]) - shape[0, of]
                        margin = min(margin, row[cell] - raised + digits[2, of] * taken)
                        if margin < 0:
                            break
                    if margin < threshold:
                        lost = max(lost, margin)
                        continue
                    so_far = cost[part] + values[0, value]
                    place, replaced = node_first, False
                    while place < count and cost[place] <= so_far:
                        if ((lifted | guards) - lifts[place]) & guards == guards:
                            replaced = True
                            break
                        place += 1
                    if replaced:
                        continue
                    kept = place
                    for other in range(place, count):
                        if ((lifts[other] | guards) - lifted) & guards != guards:
                            if kept != other:
                                cost[kept], relaxed[kept], words[kept] = (
                                    cost[other],
                                    relaxed[other],
                                    words[other],
                                )
                                margins[kept], lifts[kept] = margins[other], lifts[other]
                            kept += 1
                    count = kept
                    if count - layer_first >= 2 * most:
                        lost = max(lost, margin)
                        continue
                    for other in range(count, place, -1):
                        before = other - 1
                        cost[other], relaxed[other], words[other] = (
                            cost[before],
                            relaxed[before],
                            words[before],
                        )
                        margins[other], lifts[other] = margins[before], lifts[before]
                    cost[place], relaxed[place], words[place] = so_far, total, word
                    margins[place], lifts[place] = margin, lifted
                    count += 1
            begin[end + 1] = count
            if count - layer_first > most and (step == last or count - layer_first > most + most // 2):
                # The least margin of which there is room for all that are no less.
                low, high = threshold - 1, NO_WAY
                while high - low > 1:
                    middle = (low + high) // 2
                    several = 0
                    for part in range(layer_first, count):
                        several += margins[part] >= middle
                    if several > most:
                        low = middle
                    else:
                        high = middle
                # Of those that are as near as the first ones left out, so many as there is room for.
                spare = most
                for part in range(layer_first, count):
                    spare -= margins[part] >= high
                threshold, part, kept = high, layer_first, layer_first
                for node in range(nodes_begin[layer + 1], end + 1):
                    while part < begin[node + 1]:
                        equal = margins[part] == low and spare > 0
                        spare -= equal
                        if margins[part] >= threshold or equal:
                            cost[kept], relaxed[kept] = cost[part], relaxed[part]
                            words[kept], margins[kept] = words[part], margins[part]
                            kept += 1
                        else:
                            lost = max(lost, margins[part])
                        part += 1
                    begin[node + 1] = kept
                count = kept
    return looked_at, lost


def joined_parts(
    arcs: Words,
    arcs_begin: Words,
    values: Words,
    asked: Words,
    asked_begin: Words,
    begin: Words,
    begun: Words,
    ends_begin: Words,
    ended: Words,
    shapes: Words,
    rows: Words,
    rest: Words,
    digits: Words,
    bounds: Words,
    credit: Words,
    least: Words,
) -> None:
    """For each value the least cost of a beginning, the value, and an end that keep the sums together.

    Args:
        arcs: the nodes they leave, seen from the root; their classes; the nodes they lead to, seen from the
            end.
        arcs_begin: for each layer the first of its arcs, and how many there are.
        values: as in `grown_parts`.
        asked: the values asked about, by class.
        asked_begin: for each class the place of its first one, and how many there are.
        begin: for each node, seen from the root, the place of its first beginning, and how many there are.
        begun: the beginnings, as in `grown_parts`.
        ends_begin: for each node, seen from the end, the place of its first end, and how many there are.
        ended: the ends likewise.
        shapes: of each layer's rows, seen from the end.
        rows: for each node, seen from the end, where its row begins.
        rest: the cells of `least_rows` from the end.
        digits: as in `grown_parts`.
        bounds: likewise.
        credit: for each sum what the other bounds take off relaxed costs.
        least: for each value the least cost known, then the answer.
    """
    guarded, guards, scale = bounds[0], bounds[1], bounds[2]
    layers = len(arcs_begin) - 1
    for layer in range(layers):
        shape = shapes[layers - 1 - layer]
        for arc in range(arcs_begin[layer], arcs_begin[layer + 1]):
            source, label, target = arcs[0, arc], arcs[1, arc], arcs[2, arc]
            first, last = ends_begin[target], ends_begin[target + 1]
            if first == last:
                continue
            row = rest[rows[target] :]
            for place in range(asked_begin[label], asked_begin[label + 1]):
                value = asked[place]
                for part in range(begin[source], begin[source + 1]):
                    so_far = begun[0, part] + values[0, value]
                    if so_far + ended[0, first] >= least[value]:
                        break
                    word = begun[2, part] + values[2, value]
                    if (guarded - word) & guards != guards:
                        continue
                    most = scale * (least[value] - 1) - begun[1, part] - values[1, value]
                    hopeless = False
                    for of in range(digits.shape[1]):
                        taken = (word >> digits[0, of]) & digits[1, of]
                        left = (digits[3, of] - taken) >> digits[4, of]
                        cell = shape[2, of] + min(left, shape[1, of]) - shape[0, of]
                        if left < shape[0, of] or row[cell] > most + credit[of] + digits[2, of] * taken:
                            hopeless = True
                            break
                    if hopeless:
                        continue
                    for other in range(first, last):
                        total = so_far + ended[0, other]
                        if total >= least[value]:
                            break
                        if (guarded - word - ended[2, other]) & guards == guards:
                            least[value] = total
                            break
