"""A product as parts, one for each element, that a scenario's question is asked of with and without them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from attrs import define, evolve, field, frozen

from configurator.authoring.coverage.elements import MOST_ROWS, range_id, row_id
from configurator.authoring.scenarios.asked import AskedScenario
from configurator.catalog.evaluation import Chosen, evaluate
from configurator.catalog.judgement import bindings_of, row_matches, violations
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Restriction, VariantTable
from configurator.csp.constraints import ClauseConstraint, Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.switched import Clash, Part, Possible, SwitchedProblem
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import choice_part, restriction_of
from configurator.lowering.product import LoweredProduct, decides, lower_restriction


@frozen(eq=False)
class Without:
    """What is left of a product without an element.

    Attributes:
        id: of the element.
        of: the restriction that is left out or whose row is; `None` where it is neither.
        row: the number of that row; `None` for all of it.
        off: the parts that are gone.
        instead: what takes their place: the table without one of its rows, or what would be in force without
            its range; `None` for nothing.
        narrower: whether less is valid without it, or at least may be; where neither, it is only told.
        wider: whether more is valid without it, or at least may be.
    """

    id: str
    of: Restriction | None
    row: int | None
    off: frozenset[int]
    instead: Restriction | None = None
    narrower: bool = False
    wider: bool = True

    @property
    def row_alone(self) -> VariantTable | None:
        """A table that forbids what the row matches; `None` where the row matches by what others say."""
        table = self.of
        if self.row is None or not isinstance(table, VariantTable) or has_other(table):
            return None
        rows = tuple(row for row in table.rows if row.number == self.row)
        return evolve(table, kind="forbid", rows=rows)


@frozen(eq=False)
class ElementParts:
    """A product's rules as parts that are switched on and off: what is refused row by row, row by row.

    Attributes:
        problem: its parts are those of rules, tables, resources, and of each row that forbids.
        without: by id what is left without each element that has a say on this day.
        allowing: the tables that allow and whose rows are looked at.
        names: by part the id of its rule, table or resource.
    """

    problem: SwitchedProblem = field(repr=False)
    without: Mapping[str, Without] = field(repr=False)
    allowing: tuple[VariantTable, ...] = field(repr=False)
    names: Mapping[int, str] = field(repr=False)

    @property
    def every(self) -> range:
        """The numbers of all parts."""
        return range(len(self.problem.parts))


def element_parts(lowered: LoweredProduct, limits: SearchLimits = NO_LIMITS) -> ElementParts:
    """A product's elements as switched parts; made once for each product, and anew when it is worn.

    Raises:
        SearchLimitError: the time is up.
    """
    known = lowered.known.get("parts of elements")
    if not isinstance(known, ElementParts) or known.problem.worn:
        known = _element_parts(lowered, limits)
        lowered.known["parts of elements"] = known
    return known


def _element_parts(lowered: LoweredProduct, limits: SearchLimits) -> ElementParts:
    fixed: list[Constraint] = []
    said: dict[int, list[Constraint]] = {id(each): [] for each in lowered.restrictions}
    for constraint in lowered.problem.constraints:
        restriction = restriction_of(constraint)
        (fixed if restriction is None else said[id(restriction)]).append(constraint)
    parts: list[Part] = []
    without: dict[str, Without] = {}
    for restriction in lowered.restrictions:
        first = len(parts)
        if isinstance(restriction, VariantTable) and is_row_by_row(restriction):
            parts += (
                tuple(lower_restriction(evolve(restriction, rows=(row,)), lowered.layout))
                for row in restriction.rows
            )
        else:
            parts.append(tuple(said[id(restriction)]))
        off = frozenset(range(first, len(parts)))
        without[restriction.key] = Without(restriction.key, restriction, None, off)
        without.update((each.id, each) for each in _without_rows(restriction, off))
    without.update(
        (each.key, Without(each.key, each, None, frozenset(), wider=False))
        for each in lowered.catalog.restrictions
        if not decides(each) and each.period.holds(lowered.as_of)
    )
    without.update(
        (name, Without(name, None, None, frozenset(), each, narrower=decides(each), wider=False))
        for each in lowered.catalog.restrictions
        if not each.period.holds(lowered.as_of)
        for name in [range_id(each.key)]
    )
    structure = ConstraintProblem(lowered.problem.variables, tuple(fixed))
    allowing = tuple(
        each
        for each in lowered.restrictions
        if isinstance(each, VariantTable) and each.kind != "forbid" and len(each.rows) <= MOST_ROWS
    )
    names = {part: each.of.key for each in without.values() if each.of for part in each.off}
    return ElementParts(SwitchedProblem.of(structure, parts, limits), without, allowing, names)


def is_row_by_row(table: VariantTable) -> bool:
    """Whether a table is no more than its rows one by one: each refuses the same whatever the others say."""
    return table.kind == "forbid" and 0 < len(table.rows) <= MOST_ROWS and not has_other(table)


def has_other(table: VariantTable) -> bool:
    """Whether some cell matches by what the other rows list."""
    return any(test.kind == "other" for row in table.rows for test in row.tests)


def _without_rows(restriction: Restriction, off: frozenset[int]) -> Iterator[Without]:
    if not isinstance(restriction, VariantTable) or len(restriction.rows) > MOST_ROWS:
        return
    if is_row_by_row(restriction):
        for row, part in zip(restriction.rows, sorted(off), strict=True):
            yield Without(row_id(restriction, row.number), restriction, row.number, frozenset({part}))
        return
    others = has_other(restriction)
    alone = keys_alone(restriction) if restriction.kind == "allow partial" else frozenset()
    for row in restriction.rows:
        yield Without(
            row_id(restriction, row.number),
            restriction,
            row.number,
            off,
            without_row(restriction, row.number),
            narrower=restriction.kind != "forbid" or others,
            wider=others or restriction.kind == "forbid" or row.number in alone,
        )


def keys_alone(table: VariantTable) -> frozenset[int]:
    """The rows without which some key may not be mentioned any more."""
    tests = [row.tests[0] for row in table.rows]
    if sum(test.kind == "any" for test in tests) > 1:
        return frozenset()
    listed = Counter(value for test in tests if not test.negated for value in test.values)
    return frozenset(
        row.number
        for row, test in zip(table.rows, tests, strict=True)
        if test.kind != "values"
        or test.intervals
        or test.negated
        or test.absent
        or any(listed[value] == 1 for value in test.values)
    )


def key_alone(row: VariantTable) -> VariantTable:
    """A table of one row, cut down to its first column."""
    (only,) = row.rows
    return evolve(row, columns=row.columns[:1], rows=(evolve(only, tests=only.tests[:1]),))


def without_element(catalog: Catalog, without: Without) -> Catalog:
    """The catalog without a restriction, or one of its rows; the same where it is none of them."""
    if without.of is None:
        return catalog
    left: tuple[Restriction, ...] = ()
    if without.row is not None:
        assert isinstance(without.of, VariantTable)
        left = (without_row(without.of, without.row),)
    every = ((each,) if each is not without.of else left for each in catalog.restrictions)
    return evolve(catalog, restrictions=tuple(chain.from_iterable(every)))


def without_row(table: VariantTable, number: int) -> VariantTable:
    """The table without the row of that number; the others keep theirs."""
    return evolve(table, rows=tuple(row for row in table.rows if row.number != number))


def rows_needed(table: VariantTable, chosen: Chosen) -> Iterator[str]:
    """The ids of the rows without which a table that allows would refuse a configuration that it keeps."""
    found: set[int] = set()
    for inside in bindings_of(table, chosen):
        worths = tuple(evaluate(column.expression, inside) for column in table.columns)
        matching = [row.number for row in table.rows if row_matches(table, row, worths)]
        # Where two match, the other one still does; `other` only matches more where a row is gone.
        if len(matching) == 1:
            found.update(matching)
    for number in sorted(found):
        if violations(without_row(table, number), chosen):
            yield row_id(table, number)


@define(eq=False)
class Switched:
    """A scenario's choices before a product in parts; what is asked of it may add parts.

    Attributes:
        parts: those of the product.
        problem: the product's parts, then the choices, then whatever was added.
        choices: the numbers of the choices, and of bundles that are not in force.
        limits: of every question; where they end one, the question raises `SearchLimitError`.
        names: what some of the parts that were added are called.
    """

    parts: ElementParts
    lowered: LoweredProduct
    problem: SwitchedProblem = field(repr=False)
    choices: tuple[int, ...]
    limits: SearchLimits
    names: dict[int, str] = field(factory=dict, init=False, repr=False)
    _instead: dict[str, int] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, asked: AskedScenario) -> "Switched":
        """A scenario's choices, and those of its bundles.

        Raises:
            SearchLimitError: the time is up.
        """
        parts = element_parts(asked.lowered, asked.limits)
        chosen = asked.question.choices
        own: list[Part] = [(ClauseConstraint((), bundle),) for bundle in chosen.expired]
        own += [choice_part(asked.lowered, choice) for choice in chosen.choices]
        first = len(parts.problem.parts)
        numbers = tuple(range(first, first + len(own)))
        problem = parts.problem.extended(own, asked.limits) if own else parts.problem
        return cls(parts, asked.lowered, problem, numbers, asked.limits)

    @property
    def every(self) -> frozenset[int]:
        """All parts of the product, and all choices."""
        return frozenset((*self.parts.every, *self.choices))

    def add(self, parts: Iterable[Part]) -> tuple[int, ...]:
        """Add parts; their numbers."""
        added = tuple(parts)
        first = len(self.problem.parts)
        if added:
            self.problem = self.problem.extended(added, self.limits)
        return tuple(range(first, first + len(added)))

    def possible(self, on: Iterable[int]) -> Possible | Clash:
        """Whether parts can hold together.

        Raises:
            SearchLimitError: a limit stopped it.
        """
        answer = self.problem.solve(on, self.limits)
        if isinstance(answer, Unknown):
            raise SearchLimitError(answer.reason)
        return answer

    def instead(self, without: Without) -> tuple[int, ...]:
        """The part that takes the place of what is gone; none where nothing does."""
        if without.instead is None:
            return ()
        if without.id not in self._instead:
            constraints = tuple(lower_restriction(without.instead, self.lowered.layout))
            (self._instead[without.id],) = self.add([constraints])
            self.names[self._instead[without.id]] = without.instead.key
        return (self._instead[without.id],)

    def name_of(self, part: int) -> str:
        """What a part is called in expectations: the id of its rule, table or resource; empty for others."""
        return self.parts.names.get(part) or self.names.get(part, "")

    def left(self, on: frozenset[int], without: Without) -> frozenset[int]:
        """Some parts without an element."""
        return (on - without.off) | frozenset(self.instead(without))
