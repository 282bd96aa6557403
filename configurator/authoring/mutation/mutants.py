"""What a mutant is: a catalog with one small change to one of its rules, tables or resources."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, get_args

from attrs import evolve, field, frozen

from configurator.catalog.expressions import ResourceValue
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog.rewriting import Rewriting
from configurator.catalog.rules import Resource, Restriction

Operator = Literal["drop", "row", "swap", "flip", "shift"]
"""Drop a rule, table or resource; delete a row; swap allow and forbid; flip a comparison; shift a bound."""

OPERATORS: tuple[Operator, ...] = get_args(Operator)
"""In the order in which they are applied."""


@frozen(eq=False)
class Change:
    """One restriction in place of another.

    Attributes:
        number: which one, in the order declared.
        to: what stands there instead.
    """

    number: int
    to: Restriction

    def catalog(self, original: Catalog) -> Catalog:
        """The catalog with the change; what reads the values of a changed resource reads the new ones."""
        before = original.restrictions
        changed = evolve(original, restrictions=(*before[: self.number], self.to, *before[self.number + 1 :]))
        values = self._values(original)
        if values is None:
            return changed
        return evolve(
            changed,
            restrictions=values.into(changed.restrictions),
            calcs=values.into(changed.calcs),
            defaults=values.into(changed.defaults),
            wishes=values.into(changed.wishes),
        )

    def scenario(self, original: Catalog, scenario: Scenario) -> Scenario:
        """A scenario as it reads where this is changed; the very same where it reads nothing of it."""
        values = self._values(original)
        if values is None:
            return scenario
        expectations = values.into(scenario.expectations)
        if expectations is scenario.expectations:
            return scenario
        return evolve(scenario, expectations=expectations)

    def _values(self, original: Catalog) -> Rewriting | None:
        """Puts a resource's new factor into its values; `None` where they stay as they are."""
        before, after = original.restrictions[self.number], self.to
        if (
            not (isinstance(before, Resource) and isinstance(after, Resource))
            or before.factor == after.factor
        ):
            return None

        def change(node: object) -> object:
            if isinstance(node, ResourceValue) and node.resource == before.key:
                return evolve(node, factor=after.factor)
            return node

        return Rewriting(change)


@frozen
class Mutant:
    """One small change.

    Attributes:
        id: names it among all of a catalog, whatever the order and the layout of the text:
            `cooling row 2: delete`.
        operator: what kind of change it is.
        element: what is changed, by the id that rule coverage knows it by: `cooling`, `cooling row 2`.
        location: where it stands, `file:line:column`.
        before: what stands there, in the language's words.
        after: what the mutant has instead; empty for nothing.
        change: makes the mutant of the catalog.
        further: of a shift that may be too short to make a difference, the ones that go further.
    """

    id: str
    operator: Operator
    element: str
    location: str
    before: str
    after: str
    change: Change = field(eq=False, repr=False)
    further: "Further | None" = field(default=None, eq=False, repr=False)


@frozen(eq=False)
class Further:
    """The same shift going further; what a number of steps loses or gains, more steps do as well.

    Attributes:
        most: steps, beyond which nothing new can be lost or gained; 1 is the mutant itself.
        mutant: that goes so many steps.
    """

    most: int
    mutant: Callable[[int], Mutant]


@frozen(eq=False)
class Draft:
    """A mutant that has no id yet.

    Attributes:
        names: the change in short, then with more and more around it: the first that no other change of
            the element is called by is taken.
        most: of a shift that may be too short to make a difference: how many steps it may go.
        going: likewise the draft that goes so many steps.
    """

    operator: Operator
    element: str
    names: tuple[str, ...]
    location: str
    before: str
    after: str
    to: Restriction
    most: int = 1
    going: "Callable[[int], Draft] | None" = None


def named(drafts: Iterable[Draft], number: int) -> Iterator[Mutant]:
    """The mutants of one restriction with their ids, all different.

    Only what is called alike with everything around it is numbered.
    """
    found = tuple(drafts)
    longest = max((len(draft.names) for draft in found), default=0)
    alike = [Counter(_name(draft, length) for draft in found) for length in range(longest)]
    seen: Counter[str] = Counter()
    for draft in found:
        length = next((at for at, names in enumerate(alike) if names[_name(draft, at)] == 1), longest)
        name = _name(draft, length)
        seen[name] += 1
        yield _mutant(draft, number, f" ({seen[name]})" if seen[name] > 1 else "", length)


def _name(draft: Draft, length: int) -> str:
    return f"{draft.element}: {draft.names[min(length, len(draft.names) - 1)]}"


def _mutant(draft: Draft, number: int, ending: str, length: int) -> Mutant:
    going = draft.going
    further = (
        Further(draft.most, lambda steps: _mutant(going(steps), number, ending, length))
        if going is not None
        else None
    )
    return Mutant(
        _name(draft, length) + ending,
        draft.operator,
        draft.element,
        draft.location,
        draft.before,
        draft.after,
        Change(number, draft.to),
        further,
    )
