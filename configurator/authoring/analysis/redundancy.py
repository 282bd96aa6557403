"""What could be left out without any change: rules, tables, resources, rows; and rules that never fire."""

from collections.abc import Iterator, Sequence

from attrs import evolve

from configurator.authoring.analysis.findings import IDLE_ROW, NEVER_FIRES, REDUNDANT, Finding
from configurator.authoring.analysis.ground import Ground, OneOf
from configurator.catalog.expressions import Constant
from configurator.catalog.rules import CellTest, Restriction, Rule, RuleClause, TableRow, VariantTable
from configurator.catalog.values import BooleanType
from configurator.csp.constraints import Constraint
from configurator.csp.negation import broken_part
from configurator.engines.engine import Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import kind_of
from configurator.lowering.product import decides, lower_restriction

MOST_ROWS = 200
"""Rows of a table up to which each of them is looked at."""

NEVER = Constant(value=False, type=BooleanType())


def redundant(ground: Ground, alone: Sequence[int | Unknown]) -> Iterator[Finding]:
    """Rules, tables and resources that refuse nothing alone, in the order declared.

    Args:
        ground: what is asked.
        alone: how many combinations each restriction refuses alone, where that is known.

    Raises:
        SearchLimitError: the time is up.
    """
    for number, refused in enumerate(alone):
        if isinstance(refused, int) and refused:
            continue
        asked = ground.one_of(ground.broken(number))
        if isinstance(refused, Unknown) and ground.possible(asked, ground.but(number)) is not None:
            continue
        yield _idle(ground, number) or _implied(ground, number, asked)


def _implied(ground: Ground, number: int, asked: OneOf) -> Finding:
    restriction = ground.restriction(number)
    because = ground.ids(ground.because(asked, ground.but(number)))
    kind = kind_of(restriction)
    message = f"{kind} `{restriction.key}` decides nothing: "
    message += "whatever it refuses, others refuse as well" if because else "no combination breaks it"
    return Finding(REDUNDANT, message, (restriction.key,), restriction.span.location, because)


# ---------------------------------------------------------------- rules that never fire


def _idle(ground: Ground, number: int) -> Finding | None:
    """A redundant rule whose condition is never met; `None` if it is met somewhere, or has none."""
    rule = ground.restriction(number)
    if not isinstance(rule, Rule) or not (rule.bindings or all(clause.guards for clause in rule.clauses)):
        return None
    met = broken_part(_unless_met(ground, rule), ground.variables)
    asked = ground.one_of(met)
    if ground.possible(asked, ground.but(number)) is not None:
        return None
    because = ground.ids(ground.because(asked, ground.but(number)))
    message = f"rule `{rule.key}` never fires: nothing valid meets its condition"
    return Finding(NEVER_FIRES, message, (rule.key,), rule.span.location, because)


def _unless_met(ground: Ground, rule: Rule) -> tuple[Constraint, ...]:
    """Constraints that are broken exactly where all guards of some clause are true."""
    clauses = tuple(RuleClause(clause.guards, NEVER) for clause in rule.clauses)
    return tuple(lower_restriction(evolve(rule, clauses=clauses), ground.lowered.layout))


def never_told(ground: Ground) -> Iterator[Finding]:
    """Warnings and hints that no valid configuration ever gets, in the order declared.

    Raises:
        SearchLimitError: the time is up.
    """
    lowered = ground.lowered
    for rule in lowered.catalog.restrictions:
        if decides(rule) or not rule.period.holds(lowered.as_of):
            continue
        constraints = tuple(lower_restriction(rule, lowered.layout))
        asked = ground.one_of(broken_part(constraints, ground.variables))
        if ground.possible(asked, ground.every) is None:
            because = ground.ids(ground.because(asked, ground.every))
            message = f"rule `{rule.key}` never speaks: nothing valid breaks it"
            yield Finding(NEVER_FIRES, message, (rule.key,), rule.span.location, because)


# ---------------------------------------------------------------- rows


def idle_rows(ground: Ground, redundant_rules: frozenset[str]) -> Iterator[Finding]:
    """Rows without which a table would say the same, of tables that are not redundant altogether.

    Raises:
        SearchLimitError: the time is up, or a table has too many rows to be looked at one by one.
    """
    too_long: list[str] = []
    for number, table in enumerate(ground.rules.restrictions):
        if not isinstance(table, VariantTable) or table.key in redundant_rules:
            continue
        if len(table.rows) > MOST_ROWS:
            too_long.append(table.key)
        elif len(table.rows) > 1:
            yield from _idle_rows(ground, number, table)
    if too_long:
        raise SearchLimitError(f"{', '.join(too_long)}: more than {MOST_ROWS} rows")


def _idle_rows(ground: Ground, number: int, table: VariantTable) -> Iterator[Finding]:
    """The rows one by one: each as a table of its own that forbids what the row matches."""
    explicit = explicit_rows(table)
    alone = [_forbidding(ground, table, row) for row in explicit]
    rows = ground.rules.problem.extended(alone, ground.limits)
    first = len(ground.every)
    others_count = {
        at: [first + other for other in range(len(alone)) if other != at] for at in range(len(alone))
    }
    for at, row in enumerate(table.rows):
        matches = broken_part(alone[at], ground.variables)
        asked = OneOf.of(rows, matches, ground.limits)
        rest = ground.but(number)
        if table.kind != "forbid" and ground.possible(asked, rest) is None:
            yield _idle_row(ground, table, row, asked, rest, "is never used")
        elif _moves_others(table, at) or (
            table.kind == "allow partial" and ground.possible(*_freed(ground, number, table, at)) is not None
        ):
            # Without it, other rows would mean something else: it cannot simply be taken out.
            continue
        elif ground.possible(asked, (*rest, *others_count[at])) is None:
            what = (
                "refuses nothing alone"
                if table.kind == "forbid"
                else "allows nothing that no other row allows"
            )
            yield _idle_row(ground, table, row, asked, (*rest, *others_count[at]), what)
        elif table.kind == "allow partial" and _loses_nothing(ground, table, at):
            freed, on = _freed(ground, number, table, at)
            because = ground.ids(set(ground.because(freed, on)) - {len(ground.every)})
            message = f"row {row.number} of table `{table.key}` changes nothing: its key may as well be free"
            yield Finding(IDLE_ROW, message, (table.key, str(row.number)), row.span.location, because)


def _freed(ground: Ground, number: int, table: VariantTable, at: int) -> tuple[OneOf, tuple[int, ...]]:
    """That an `allow partial` table is broken, and would not be without one of its rows.

    What no row names is free there: the row that alone names a key is needed even if it allows nothing.

    Returns:
        What to ask, and of which parts.
    """
    problem = ground.rules.problem.extended([_without(ground, table, at)], ground.limits)
    asked = OneOf.of(problem, ground.broken(number), ground.limits)
    return asked, (*ground.but(number), len(ground.every))


def _loses_nothing(ground: Ground, table: VariantTable, at: int) -> bool:
    """Whether everything valid keeps the table without one of its rows."""
    lost = ground.one_of(broken_part(_without(ground, table, at), ground.variables))
    return ground.possible(lost, ground.every) is None


def _without(ground: Ground, table: VariantTable, at: int) -> tuple[Constraint, ...]:
    rest = evolve(table, rows=table.rows[:at] + table.rows[at + 1 :])
    return tuple(lower_restriction(rest, ground.lowered.layout))


def _idle_row(
    ground: Ground, table: VariantTable, row: TableRow, asked: OneOf, on: Sequence[int], what: str
) -> Finding:
    blamed = ground.because(asked, on)
    known = [number for number in blamed if number < len(ground.every)]
    rows = [number - len(ground.every) + 1 for number in blamed if number >= len(ground.every)]
    notes = (
        (f"together with {'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows))}",) if rows else ()
    )
    message = f"row {row.number} of table `{table.key}` {what}"
    return Finding(
        IDLE_ROW, message, (table.key, str(row.number)), row.span.location, ground.ids(known), notes
    )


def _forbidding(ground: Ground, table: VariantTable, row: TableRow) -> tuple[Constraint, ...]:
    single = evolve(table, kind="forbid", rows=(row,))
    return tuple(lower_restriction(single, ground.lowered.layout))


def explicit_rows(table: VariantTable) -> tuple[TableRow, ...]:
    """The rows with `other` written out, so that each can stand alone."""
    return tuple(
        evolve(
            row,
            tests=tuple(
                _written_out(table, at) if test.kind == "other" else test for at, test in enumerate(row.tests)
            ),
        )
        for row in table.rows
    )


def _written_out(table: VariantTable, column: int) -> CellTest:
    """What `other` matches: every present value that no row lists."""
    listing = [row.tests[column] for row in table.rows if row.tests[column].kind == "values"]
    return CellTest(
        "values",
        frozenset(value for test in listing for value in test.values),
        tuple(interval for test in listing for interval in test.intervals),
        negated=True,
    )


def _moves_others(table: VariantTable, at: int) -> bool:
    """Whether another row says `other` in a column in which this one lists values."""
    for column, test in enumerate(table.rows[at].tests):
        others = (row.tests[column].kind for number, row in enumerate(table.rows) if number != at)
        if test.kind == "values" and "other" in others:
            return True
    return False


def redundant_ids(findings: Sequence[Finding], restrictions: Sequence[Restriction]) -> frozenset[str]:
    """The ids of the restrictions that findings call redundant."""
    named = {rule for found in findings for rule in found.about}
    return frozenset(restriction.key for restriction in restrictions if restriction.key in named)
