"""What cannot hold together: rules, rows, choices, dates.

First everything that the choices break by themselves, restriction by restriction, each
with its own message. Only where nothing is broken by itself, and yet nothing can be
completed, a conflict is searched: a set of restrictions and choices, made smaller until
no member can be left out (deletion; restrictions are tried first, so that what remains
to be blamed is as much as possible the customer's own choice).
"""

from attrs import field, frozen

from configurator.catalog.choices import PlaceChoice, SlotChoice
from configurator.catalog.evaluation import Chosen, Units
from configurator.catalog.expressions import Aggregate, AttributeOf, Expression, children
from configurator.catalog.judgement import Violation, blank_terms, places_read, violations
from configurator.catalog.messages import places_told, tell
from configurator.catalog.rules import Resource, Restriction, Rule, VariantTable
from configurator.catalog.structure import Slot
from configurator.catalog.values import Value, format_value
from configurator.csp.constraints import Constraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.engine import NO_LIMITS, Engine, Infeasible, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.lowering.choices import LoweredChoices, NotInForce, lower_choices, place_of
from configurator.lowering.layout import SlotLayout
from configurator.lowering.origins import RestrictionOrigin
from configurator.lowering.product import LoweredProduct


@frozen
class RowReference:
    """A row of a table, numbered from 1."""

    table: str
    row: int


@frozen
class Conflict:
    """Things that cannot hold together.

    Attributes:
        rules: ids of rules, tables and resources, in the order declared.
        rows: rows of forbidding tables that refuse the combination.
        choices: paths of the customer's choices that take part, in catalog order.
        stock: stock facts that take part; empty where only rules were asked.
        message: the sentence for the customer.
        locations: where the rules stand, `file:line:column`, in the order of `rules`.
        not_in_force: SKUs that cannot be chosen on the day.
        minimal: whether it is proved that no member can be left out; a restriction
            that is broken by itself counts as proved.
    """

    rules: tuple[str, ...]
    rows: tuple[RowReference, ...]
    choices: tuple[str, ...]
    stock: tuple[str, ...]
    message: str
    locations: tuple[str, ...]
    not_in_force: tuple[str, ...] = ()
    minimal: bool = True


@frozen(eq=False)
class Case:
    """What a conflict is looked for in: a product and the choices brought before it."""

    lowered: LoweredProduct
    choices: LoweredChoices
    engine: Engine = field(repr=False)

    def decided_places(self) -> Chosen:
        """What the choices fix. Places that are open are empty."""
        layouts = self.lowered.layout.of
        decided = {}
        for key, layout in layouts.items():
            values = [self.choices.assumptions.get(variable, frozenset()) for variable in layout.variables]
            if all(len(found) == 1 for found in values):
                decided[key] = dict(zip(layout.variables, (next(iter(v)) for v in values), strict=True))
        assignment = [0] * len(self.lowered.layout.variables)
        for fixed in decided.values():
            for variable, value in fixed.items():
                assignment[variable] = value
        lifted = self.lowered.lift(tuple(assignment)) if _has_values(self.lowered) else Chosen({}, {})
        units: dict[str, Units] = {key: lifted.units[key] for key in decided if key in lifted.units}
        options: dict[str, Value] = {key: lifted.options[key] for key in decided if key in lifted.options}
        return Chosen(units, options)

    def constraints_of(self, restriction: Restriction) -> tuple[Constraint, ...]:
        """What a restriction was lowered to."""
        return tuple(c for c in self.lowered.problem.constraints if restriction_of(c) is restriction)


def _has_values(lowered: LoweredProduct) -> bool:
    return all(variable.size for variable in lowered.layout.variables)


def restriction_of(constraint: Constraint) -> Restriction | None:
    """The restriction a constraint comes from; `None` for what makes a slot a slot."""
    origin = constraint.origin
    return origin.restriction if isinstance(origin, RestrictionOrigin) else None


# ---------------------------------------------------------------- broken by themselves


def broken_by_choices(case: Case, limits: SearchLimits = NO_LIMITS) -> tuple[Conflict, ...]:
    """Every restriction that the choices alone break, in the order declared; and what is not in force.

    A restriction that a limit leaves open is left out: it is not known to be broken. Where a slot
    that must be filled has nothing in force, that alone is told: no rule is to blame.
    """
    found = [_effectivity(case, missing) for missing in case.choices.not_in_force]
    found = found or [_nothing_in_force(case, slot) for slot in _unfillable_slots(case)]
    assignment = case.choices.decided(case.lowered.layout)
    if assignment is not None:
        chosen = case.lowered.lift(assignment)
        for restriction in case.lowered.restrictions:
            for violation in violations(restriction, chosen):
                conflict = _conflict(case, restriction, violation.rows, sentence(violation))
                if conflict not in found:
                    found.append(conflict)
        return tuple(found)
    if found:
        return tuple(found)
    for restriction in case.lowered.restrictions:
        if breaks_alone(case, restriction, limits):
            found.extend(_partly_decided(case, restriction))
    return tuple(found)


def breaks_alone(case: Case, restriction: Restriction, limits: SearchLimits) -> bool:
    """Whether no way of deciding the rest keeps this one restriction."""
    constraints = case.constraints_of(restriction)
    if not constraints:
        return False
    structure = tuple(c for c in case.lowered.problem.constraints if restriction_of(c) is None)
    problem = ConstraintProblem(case.lowered.problem.variables, structure + constraints)
    return _infeasible(case, problem.extended(case.choices.constraints), case.choices, limits) is True


def _infeasible(
    case: Case, problem: ConstraintProblem, choices: LoweredChoices, limits: SearchLimits
) -> bool | None:
    """Whether the problem has no solution under the choices; `None` when a limit stopped the search."""
    try:
        answer = case.engine.prepare(problem, limits).feasibility(choices.assumptions, limits)
    except SearchLimitError:
        return None
    return None if isinstance(answer, Unknown) else isinstance(answer, Infeasible)


def _partly_decided(case: Case, restriction: Restriction) -> list[Conflict]:
    """The conflicts of one broken restriction where some places are still open."""
    decided = case.decided_places()
    still_open = {key for key in case.lowered.layout.of if key not in {**decided.units, **decided.options}}
    chosen = _filled(decided, still_open)
    if not set(places_read(restriction)) & still_open:
        found = violations(restriction, chosen)
        told = [_conflict(case, restriction, v.rows, sentence(v)) for v in found]
        return list(dict.fromkeys(told))
    bound = {binding.name for binding in getattr(restriction, "bindings", ())}
    message = restriction.message
    if message is not None and not places_told(message) & (still_open | bound):
        return [_conflict(case, restriction, (), tell(message, chosen))]
    # The author's sentence would speak of what is not decided yet.
    return [_conflict(case, restriction, (), f"{restriction.title}: nothing that is left keeps this")]


def _filled(chosen: Chosen, still_open: set[str]) -> Chosen:
    """Open places stand empty, so that expressions can be evaluated."""
    units: dict[str, Units] = {**dict.fromkeys(still_open, ()), **chosen.units}
    options: dict[str, Value] = {**dict.fromkeys(still_open), **chosen.options}
    return Chosen(units, options)


def _conflict(case: Case, restriction: Restriction, rows: tuple[int, ...], message: str) -> Conflict:
    read = set(places_read(restriction))
    return Conflict(
        rules=(restriction.key,),
        rows=tuple(RowReference(restriction.key, row) for row in rows),
        choices=tuple(place_of(choice) for choice in case.choices.choices if place_of(choice) in read),
        stock=(),
        message=message,
        locations=(restriction.span.location,),
    )


def _effectivity(case: Case, missing: NotInForce) -> Conflict:
    component = missing.component
    period = component.period.describe()
    message = f"{component.title} ({component.sku}) can be chosen {period}, not on {case.lowered.as_of}"
    return Conflict((), (), (missing.place,), (), message, (component.span.location,), (component.sku,))


def _unfillable_slots(case: Case) -> list[Slot]:
    """Slots that must be filled although no component of theirs is in force."""
    slots = [layout for layout in case.lowered.layout.of.values() if isinstance(layout, SlotLayout)]
    return [s.slot for s in slots if not s.slot.cardinality.may_be_absent and not any(s.values)]


def _nothing_in_force(case: Case, slot: Slot) -> Conflict:
    message = f"nothing can be chosen for {slot.title} on {case.lowered.as_of}"
    return Conflict((), (), (), (), message, (slot.span.location,))


# ---------------------------------------------------------------- searched


def find_conflict(case: Case, limits: SearchLimits = NO_LIMITS) -> Conflict:
    """A conflict of choices that are known to have no completion.

    Where the limits end the search, what is left is still a conflict, but marked as not proved minimal.
    """
    restrictions = list(case.lowered.restrictions)
    choices = list(case.choices.choices)
    minimal = True
    for restriction in tuple(restrictions):
        rest = [r for r in restrictions if r is not restriction]
        answer = still_infeasible(case, rest, choices, limits)
        minimal = minimal and answer is not None
        if answer:
            restrictions = rest
    for choice in tuple(choices):
        fewer = [c for c in choices if c is not choice]
        answer = still_infeasible(case, restrictions, fewer, limits)
        minimal = minimal and answer is not None
        if answer:
            choices = fewer
    return Conflict(
        rules=tuple(r.key for r in restrictions),
        rows=(),
        choices=tuple(place_of(choice) for choice in choices),
        stock=(),
        message=_together(case, restrictions, choices),
        locations=tuple(r.span.location for r in restrictions),
        minimal=minimal,
    )


def still_infeasible(
    case: Case, restrictions: list[Restriction], choices: list[PlaceChoice], limits: SearchLimits
) -> bool | None:
    """Whether these restrictions and choices alone leave nothing; `None` when a limit stopped the search."""
    kept = {id(restriction) for restriction in restrictions}
    constraints = tuple(
        c
        for c in case.lowered.problem.constraints
        if restriction_of(c) is None or id(restriction_of(c)) in kept
    )
    lowered = lower_choices(case.lowered, tuple(choices))
    problem = ConstraintProblem(case.lowered.problem.variables, constraints + lowered.constraints)
    return _infeasible(case, problem, lowered, limits)


def _together(case: Case, restrictions: list[Restriction], choices: list[PlaceChoice]) -> str:
    rules = ", ".join(f"`{r.key}`" for r in restrictions)
    if not restrictions:
        # Left without any rule, only what a slot can hold at all is to blame.
        return (
            f"{' and '.join(describe_choice(c) for c in choices) or 'the catalog'} leaves nothing to choose"
        )
    if not choices:
        return f"the catalog has no valid configuration on {case.lowered.as_of}: {rules} cannot hold together"
    told = " and ".join(describe_choice(choice) for choice in choices)
    return f"{told} cannot be completed: together with {rules} nothing is left"


def describe_choice(choice: PlaceChoice) -> str:
    """A choice as the language writes it: `memory = 2 x RAM-D5-16`."""
    if isinstance(choice, SlotChoice):
        units = [sku if quantity is None else f"{quantity} x {sku}" for sku, quantity in choice.units]
        word = "includes" if choice.at_least else "="
        return f"{choice.slot} {word} {', '.join(units) or 'none'}"
    return f"{choice.option} {'includes' if choice.at_least else '='} {format_value(choice.value)}"


# ---------------------------------------------------------------- sentences


def sentence(violation: Violation) -> str:
    """What to tell the customer: the author's message, else what is known."""
    restriction = violation.restriction
    if isinstance(restriction, Resource):
        unknown = _not_known(restriction, violation.chosen)
        if unknown:
            return unknown
    if restriction.message is not None:
        return tell(restriction.message, violation.chosen)
    kind = {Rule: "rule", VariantTable: "table", Resource: "resource"}[type(restriction)]
    if restriction.title != restriction.key:
        return f"{restriction.title} ({kind} {restriction.key})"
    return f"{kind} {restriction.key} is broken"


def _not_known(resource: Resource, chosen: Chosen) -> str:
    """`not known: X has no draw`, for every chosen component whose value a resource misses."""
    told: dict[str, None] = {}
    for expression in blank_terms(resource, chosen):
        for place, attribute in _attributes(expression, {}):
            for component, _ in chosen.units.get(place, ()):
                if attribute not in component.values:
                    told.setdefault(f"{component.title} has no {attribute}")
    return f"not known: {', '.join(told)}" if told else ""


def _attributes(expression: Expression, ranges: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """The slots and attributes an expression reads, aggregates included."""
    found: list[tuple[str, str]] = []
    if isinstance(expression, AttributeOf):
        found += [(slot, expression.attribute) for slot in ranges.get(expression.place, (expression.place,))]
    if isinstance(expression, Aggregate):
        ranges = {**ranges, expression.bound: expression.slots}
    for child in children(expression):
        found += _attributes(child, ranges)
    return found
