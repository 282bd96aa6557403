"""Wider repairs: more changes than the fewest, where the price stays nearer for it.

A minimal repair changes as few places as it can; to change one more may bring the price back to what it was.
For each greater weight all sets of places are looked at that could be given up, minimal or not, and of each
only what comes nearer than everything lighter did. What cannot hold together is remembered, so that most
sets are refused without a question.
"""

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from attrs import field, frozen

from configurator.catalog.choices import PlaceChoice, place_of
from configurator.configuration.given_choices import lies_at
from configurator.configuration.product import Question
from configurator.configuration.repair_parts import leaves_out, locked_places
from configurator.configuration.repair_values import NewValues, RankingKey, best_values
from configurator.configuration.repairs import Repair, Repairing
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.switched import Clash
from configurator.errors import SearchLimitError

Parts = frozenset[int]


def nearer_repairs(
    question: Question,
    best: Repair,
    more: int,
    *,
    weights: Mapping[str, int] = MappingProxyType({}),
    locked: Collection[str] = (),
    keys: tuple[RankingKey, ...] = (),
    limits: SearchLimits = NO_LIMITS,
) -> tuple[Repair, ...]:
    """What changes more than the best repair, and whose price goes away less than that of all lighter ones.

    By weight, one of each at most: the best of its weight. Nothing where the best one leaves the price as it
    is, or nothing is known of it. Cost: a question to the solver for each set of places that hits all that
    clashes, and one about prices where the set can be given up.

    Args:
        question: the choices, brought before a product.
        best: the first of their repairs.
        more: how much more to weigh at most.
        weights: as in `repairs`.
        locked: likewise.
        keys: likewise.
        limits: of the search.

    Raises:
        SearchLimitError: the time is up.
    """
    away = Fraction(0) if best.delta is None else abs(Fraction(best.delta.number))
    if not away or more < 1:
        return ()
    locked = locked_places(question.product.catalog, frozenset(locked))
    widening = _Widening(Repairing.of(question, weights, locked, keys, limits), limits)
    found: list[Repair] = []
    for weight in range(best.weight + 1, best.weight + more + 1):
        nearer = widening.best_of(weight, away)
        if nearer is None:
            continue
        found.append(widening.repairing.told(nearer, weight))
        assert nearer.delta is not None
        away = abs(Fraction(nearer.delta.number))
        if not away:
            break
    return tuple(found)


@frozen(eq=False, slots=False)
class _Widening:
    """The search for wider repairs of some choices.

    Attributes:
        clashes: parts of which one has to be given up, as far as they are known.
    """

    repairing: Repairing
    limits: SearchLimits
    clashes: list[Parts] = field(init=False, factory=list)

    @cached_property
    def _choice_of(self) -> Mapping[int, PlaceChoice]:
        switched = self.repairing.switched
        return dict(zip(switched.choices, self.repairing.choices, strict=True))

    def best_of(self, weight: int, away: Fraction) -> NewValues | None:
        """The best values of all sets of places of a weight whose price goes away by less than so much."""
        best: NewValues | None = None
        for parts in self._sets(weight):
            found = self._best_values(parts, away)
            if found is not None and (best is None or found.rank < best.rank):
                assert found.delta is not None
                best = found
        return best

    def _best_values(self, parts: Parts, away: Fraction) -> NewValues | None:
        """The best values that change all of some places, and whose price goes away by less than so much."""
        switched = self.repairing.switched.problem
        for found in best_values(self.repairing.giving_up(parts, away), self.limits):
            filled = self.repairing.filled(found)
            # What keeps one of them has less weight.
            if not any(switched.keeps(part, filled) for part in parts):
                return found
        return None

    # ------------------------------------------------------------ sets of places

    def _sets(self, weight: int) -> Iterator[Parts]:
        """Yield the sets of places of a weight that can be given up, so that the others hold together."""
        for parts in self._hitting(frozenset(), frozenset(), weight):
            self.limits.check()
            if self._is_told_elsewhere(parts) or not self.repairing.is_first(parts):
                continue
            if not any(clash.isdisjoint(parts) for clash in self.clashes) and self._can_be_given_up(parts):
                yield parts

    def _hitting(self, chosen: Parts, refused: Parts, left: int) -> Iterator[Parts]:
        """Yield sets of a weight that hit the clashes known by then, each once: more of them, or these.

        Args:
            chosen: what is in the set.
            refused: what is not.
            left: how much weight is left.
        """
        weights = self.repairing.weights
        clash = next((each for each in self.clashes if each.isdisjoint(chosen)), None)
        if clash is None and not left:
            yield chosen
            return
        for part in sorted(clash if clash is not None else weights):
            if part not in refused and part not in chosen and weights[part] <= left:
                yield from self._hitting(chosen | {part}, refused, left - weights[part])
                refused |= {part}

    def _can_be_given_up(self, parts: Parts) -> bool:
        """Whether the others can hold together; remembered what cannot."""
        switched = self.repairing.switched
        kept = [part for part in range(len(switched.members)) if part not in parts]
        found = switched.problem.solve(kept, self.limits)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        if isinstance(found, Clash):
            self.clashes.append(found.parts & self.repairing.weights.keys())
        return not isinstance(found, Clash)

    def _is_told_elsewhere(self, parts: Parts) -> bool:
        """Whether something is inside an instance that is left out anyway: giving that up is enough."""
        choices = [self._choice_of[part] for part in parts]
        gone = [place_of(each) for each in choices if leaves_out(each)]
        return any(
            lies_at(place_of(choice), key) for choice in choices for key in gone if place_of(choice) != key
        )
