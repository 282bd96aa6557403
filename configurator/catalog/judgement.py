"""Is a full configuration right? Each restriction read literally, one by one, without any solver.

This is the definition of validity: what engines say about a lowered catalog is
judged by it, and it is what finds the rules, rows and messages to tell a customer.
"""

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from configurator.catalog.evaluation import Chosen, Worth, balance, evaluate, truth
from configurator.catalog.expressions import Expression, places_of, standing_for
from configurator.catalog.rules import (
    Binding,
    InstanceBinding,
    Resource,
    Restriction,
    Rule,
    RuleClause,
    TableRow,
    VariantTable,
)
from configurator.catalog.values import ABSENT, BLANK, Missing


@frozen(eq=False)
class Violation:
    """One restriction that a configuration breaks.

    Attributes:
        rows: of a table, the numbers of the rows at fault; empty when no row allows the combination.
        chosen: the configuration, with the names that the rule's `for each` bound.
    """

    restriction: Restriction
    rows: tuple[int, ...]
    chosen: Chosen = field(repr=False)


def violations(restriction: Restriction, chosen: Chosen) -> tuple[Violation, ...]:
    """Where a full configuration breaks a restriction: once per bound unit, else at most once."""
    every = ((_rows_at_fault(restriction, inside), inside) for inside in bindings_of(restriction, chosen))
    return tuple(Violation(restriction, rows, inside) for rows, inside in every if rows is not None)


def violations_decided(restriction: Restriction, decided: Chosen) -> tuple[Violation, ...]:
    """Where a part of a configuration breaks a restriction, whatever is still decided.

    Only of restrictions with bound names; `decided` holds what is decided and nothing else.
    """
    if not restriction.bindings:
        return ()
    found: list[Violation] = []
    for inside in bound(restriction.bindings, decided):
        try:
            if isinstance(restriction, Resource):
                # A balance ends at the first blank term; that the others are decided is to be known, too.
                blank_terms(restriction, inside)
            rows = _rows_at_fault(restriction, inside)
        except KeyError:
            # It reads something that is not decided.
            continue
        if rows is not None:
            found.append(Violation(restriction, rows, inside))
    return tuple(found)


def _rows_at_fault(restriction: Restriction, inside: Chosen) -> tuple[int, ...] | None:
    """`None` where a restriction is kept; else the rows at fault, none where it has no rows."""
    match restriction:
        case Rule(clauses=clauses):
            return () if any(breaks(clause, inside) for clause in clauses) else None
        case VariantTable():
            return broken_rows(restriction, inside)
        case Resource():
            return None if is_balanced(restriction, inside) else ()


def bindings_of(restriction: Restriction, chosen: Chosen) -> Iterator[Chosen]:
    """The configuration once for everything that bound names may stand for.

    That is every combination of units that the rule's `for each` meets, and for what is declared inside an
    assembly each of its instances.
    """
    return bound(restriction.bindings, chosen)


def bound(bindings: Sequence[Binding | InstanceBinding], chosen: Chosen) -> Iterator[Chosen]:
    """The configuration once for everything that the names of some bindings may stand for."""
    if not bindings:
        yield chosen
        return
    binding, *others = bindings
    if isinstance(binding, Binding):
        for unit in chosen.units.get(binding.slot, ()):
            yield from bound(others, chosen.binding(binding.name, unit))
        return
    for instance in binding.instances:
        if chosen.has(instance):
            inside = chosen
            for name, prefix in zip(binding.names, (instance.prefix, *instance.outer), strict=False):
                inside = inside.inside(name, prefix)
            yield from bound(others, inside)


def breaks(clause: RuleClause, chosen: Chosen) -> bool:
    """Every guard true and the body false. Unknown breaks nothing."""
    return (
        all(truth(guard, chosen) is True for guard in clause.guards) and truth(clause.body, chosen) is False
    )


def is_balanced(resource: Resource, chosen: Chosen) -> bool:
    """Supply covers what is needed, and every value of a chosen component is known."""
    supply, demand = balance(resource.supply, chosen), balance(resource.demand, chosen)
    return supply is not None and demand is not None and supply >= demand * resource.factor


# ---------------------------------------------------------------- tables


def broken_rows(table: VariantTable, chosen: Chosen) -> tuple[int, ...] | None:
    """`None` when the table is kept; else the rows at fault (of a forbidding table)."""
    worths = tuple(evaluate(column.expression, chosen) for column in table.columns)
    matching = tuple(row.number for row in table.rows if row_matches(table, row, worths))
    if table.kind == "forbid":
        return matching or None
    if matching or (table.kind == "allow partial" and not mentions_key(table, worths[0])):
        return None
    return ()


def mentions_key(table: VariantTable, worth: Worth) -> bool:
    """Whether any row speaks of this value of the table's first column."""
    return any(cell_matches(table, 0, row, worth) for row in table.rows)


def row_matches(table: VariantTable, row: TableRow, worths: tuple[Worth, ...]) -> bool:
    """Whether every cell of a row matches."""
    return all(cell_matches(table, at, row, worth) for at, worth in enumerate(worths))


def cell_matches(table: VariantTable, column: int, row: TableRow, worth: Worth) -> bool:
    """Whether a cell matches a value. What is absent matches only `any` and `absent`, a blank only `any`."""
    test = row.tests[column]
    if worth is ABSENT:
        return test.matches_absent
    if test.kind == "any":
        return True
    if isinstance(worth, Missing) or worth is None:
        return False
    if test.kind == "other":
        return not any(other.tests[column].lists(worth) for other in table.rows)
    return test.matches(worth)


def blank_terms(resource: Resource, chosen: Chosen) -> tuple[Expression, ...]:
    """The terms of a resource whose value is not known although the component is chosen."""
    terms = resource.supply + resource.demand
    return tuple(term.expression for term in terms if evaluate(term.expression, chosen) is BLANK)


def places_read(restriction: Restriction) -> tuple[str, ...]:
    """Keys of the slots and options a restriction reads, each once, in order of first mention.

    Of what is said inside an assembly, or of each of its instances, those of every instance.
    """
    found: dict[str, None] = {}
    match restriction:
        case Rule(bindings=bindings, clauses=clauses):
            found.update({each.slot: None for each in bindings if isinstance(each, Binding)})
            expressions = [e for clause in clauses for e in (*clause.guards, clause.body)]
        case VariantTable(columns=columns):
            expressions = [column.expression for column in columns]
        case Resource(supply=supply, demand=demand):
            expressions = [term.expression for term in supply + demand]
    for expression in expressions:
        found.update(dict.fromkeys(places_of(expression)))
    loops = [each for each in restriction.bindings if isinstance(each, InstanceBinding)]
    ranges = {
        name: tuple(dict.fromkeys((each.prefix, *each.outer)[at] for each in loop.instances))
        for loop in loops
        for at, name in enumerate(loop.names)
    }
    found.update({i.presence: None for loop in loops for i in loop.instances if i.presence is not None})
    every = dict.fromkeys(each for place in found for each in standing_for(place, ranges))
    return tuple(place for place in every if not place.startswith("@"))
