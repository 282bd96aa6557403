"""What several scenarios cover together; parts of it that were found apart are put together in any order."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

from attrs import frozen

from configurator.authoring.coverage.elements import CoverageElement
from configurator.authoring.coverage.scenario import ScenarioCoverage

Coverage = Literal["decided", "undecided", "missing"]


@frozen(order=True)
class CoveringScenario:
    """A scenario in which something decides.

    Attributes:
        location: where it stands, `file:line:column`.
        title: its title.
    """

    location: str
    title: str


@frozen
class ElementCoverage:
    """An element, and where it decides.

    Attributes:
        scenarios: those in which it decides, as far as they were looked at; by location.
        reasons: why it may decide in more of them, each once, in order; what a limit stopped.
    """

    element: CoverageElement
    scenarios: tuple[CoveringScenario, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def state(self) -> Coverage:
        """`undecided` where it decides in none that is known, and in some that is not known."""
        return "decided" if self.scenarios else "undecided" if self.reasons else "missing"


@frozen
class RuleCoverage:
    """What scenarios cover. True where nothing is missing or undecided.

    Attributes:
        elements: every element of the catalog, in the order declared.
        long_tables: ids of tables whose rows are too many to be looked at one by one.
    """

    elements: tuple[ElementCoverage, ...]
    long_tables: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return len(self.decided) == len(self.elements)

    @property
    def decided(self) -> tuple[CoverageElement, ...]:
        """The elements that decide in some scenario."""
        return self._of("decided")

    @property
    def missing(self) -> tuple[CoverageElement, ...]:
        """The elements that decide in none."""
        return self._of("missing")

    @property
    def undecided(self) -> tuple[CoverageElement, ...]:
        """The elements of which that was not found out."""
        return self._of("undecided")

    def _of(self, state: Coverage) -> tuple[CoverageElement, ...]:
        return tuple(each.element for each in self.elements if each.state == state)

    @property
    def share(self) -> Fraction:
        """How many of all elements are decided, from 0 to 1; 1 where there are none."""
        return Fraction(len(self.decided), len(self.elements)) if self.elements else Fraction(1)

    def merged(self, other: "RuleCoverage") -> "RuleCoverage":
        """What the scenarios of both cover.

        Raises:
            ValueError: they are not about the same elements.
        """
        if [each.element for each in self.elements] != [each.element for each in other.elements]:
            raise ValueError("these are about different elements: of two catalogs, or of two states of one")
        pairs = zip(self.elements, other.elements, strict=True)
        return RuleCoverage(
            tuple(
                ElementCoverage(
                    one.element,
                    tuple(sorted({*one.scenarios, *more.scenarios})),
                    tuple(sorted({*one.reasons, *more.reasons})),
                )
                for one, more in pairs
            ),
            self.long_tables,
        )


def covered_by(
    elements: Iterable[CoverageElement], found: Iterable[ScenarioCoverage], long_tables: Iterable[str] = ()
) -> RuleCoverage:
    """What scenarios cover, put together."""
    scenarios: dict[str, set[CoveringScenario]] = {}
    reasons: dict[str, set[str]] = {}
    for each in found:
        for name in each.decided:
            scenarios.setdefault(name, set()).add(CoveringScenario(each.location, each.title))
        for name in each.undecided:
            reasons.setdefault(name, set()).add(each.reason)
    return RuleCoverage(
        tuple(
            ElementCoverage(
                element,
                tuple(sorted(scenarios.get(element.id, ()))),
                tuple(sorted(reasons.get(element.id, ()))),
            )
            for element in elements
        ),
        tuple(long_tables),
    )


def combined_coverage(
    elements: Iterable[CoverageElement], decided: Mapping[str, Iterable[str]]
) -> RuleCoverage:
    """What scenarios cover, from plain data: for each scenario the ids of what decides in it.

    Args:
        elements: of the catalog.
        decided: by scenario; as people know it, mostly `file:line`. Ids that no element has are passed over.
    """
    return covered_by(
        elements, (ScenarioCoverage("", scenario, frozenset(ids)) for scenario, ids in decided.items())
    )
