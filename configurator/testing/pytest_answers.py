"""What pytest tells of answers in a failed assertion: conflicts, ways out, how configurations differ."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from textwrap import dedent

import pytest

from configurator.acceptance.decision import (
    OrderIncomplete,
    RejectedInvalid,
    RejectedUnavailable,
    invalid_lines,
)
from configurator.authoring.scenarios.outcomes import ScenarioReport
from configurator.authoring.scenarios.telling import HEADS, block_head, block_lines
from configurator.catalog.choices import place_of
from configurator.configuration.completion import NotCompletable
from configurator.configuration.model import Configuration, InstanceValue, PlaceValue
from configurator.configuration.repairs import Repairs, Unrepairable, repairs
from configurator.configuration.telling import delta_in_words, value_in_words
from configurator.configuration.validation import Incomplete, Invalid, Valid, question_of, validate
from configurator.diagnostics.rendering import printable, terminal_columns
from configurator.engines.engine import SearchLimits, Unknown
from configurator.explanation.conflict import Conflict, Conflicts, describe_choice
from configurator.explanation.evidence import DecisionEvidence
from configurator.explanation.telling import PERHAPS_FEWER, conflict_heads

MOST_ANSWERS = 3
"""So many answers are told for one assertion."""
MOST_CONFLICTS = 5
"""So many conflicts, and failed scenarios, are told of one answer."""
SECONDS_FOR_WAYS_OUT = 1.0
"""How long ways out are looked for, for one failed test."""
SECTION = "configurator"
"""The heading of what is added to a report."""
_GAP = "  "
_WORD = re.compile(r"[^\W\d]\w*")
_TEMPORARY = "@py_assert"
"""How the names begin under which pytest keeps the values of the parts of an assertion."""
OUR_OWN = "configurator"
MACHINERY = frozenset({"_pytest", "hypothesis", "pluggy", "unittest"})
"""Packages that assert on behalf of a test."""

Answer = (
    Valid
    | Incomplete
    | Invalid
    | Unknown
    | Repairs
    | Unrepairable
    | NotCompletable
    | Conflicts
    | RejectedInvalid
    | RejectedUnavailable
    | OrderIncomplete
    | ScenarioReport
)
"""What is told of."""


def add_reasons(report: pytest.TestReport, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Add to the report of a failed assertion what the answers that took part in it say."""
    if not isinstance(excinfo.value, AssertionError):
        return
    add_section = getattr(report.longrepr, "addsection", None)
    if add_section is None:
        return
    try:
        lines = _reasons(excinfo)
    except Exception as error:  # noqa: BLE001 - what is only told besides must not cost the report, nor the run
        lines = [f"what took part could not be told: {type(error).__name__}: {error}"]
    if lines:
        add_section(SECTION, "\n".join(map(printable, lines)))


def _reasons(excinfo: pytest.ExceptionInfo[BaseException]) -> list[str]:
    limits = SearchLimits.within(SECONDS_FOR_WAYS_OUT)
    blocks = dict.fromkeys(tuple(told(answer, limits)) for answer in answers_in(excinfo)[:MOST_ANSWERS])
    return [line for block in blocks for line in block]


# ---------------------------------------------------------------- which answers


def answers_in(excinfo: pytest.ExceptionInfo[BaseException]) -> list[Answer]:
    """The answers that took part in an assertion, in the order in which it names them, each once.

    Equal answers to the same question are one.
    """
    entries = [(each, _package(each.frame.f_globals)) for each in reversed(excinfo.traceback)]
    # Of an assertion of this library the values would say nothing to who wrote the test.
    if not entries or entries[0][1] == OUR_OWN:
        return []
    failed = next((each for each, package in entries if package not in MACHINERY), None)
    if failed is None:
        return []
    variables, others = failed.frame.f_locals, failed.frame.f_globals
    names: list[str] = []
    with suppress(AssertionError):  # there is no source
        names = _names(str(failed.statement))
    values = [variables[name] if name in variables else others.get(name) for name in names]
    # What was called or looked up in the assertion itself has no name of its own.
    values += [value for name, value in variables.items() if name.startswith(_TEMPORARY)]
    found: list[Answer] = []
    for value in values:
        for each in _looked_into(value):
            if isinstance(each, Answer) and not any(_is_same(each, known) for known in found):
                found.append(each)
    return found


def _is_same(one: Answer, other: Answer) -> bool:
    """Whether the same would be told of both."""
    if one is other:
        return True
    if type(one) is not type(other) or one != other:
        return False
    asked, asked_other = question_of(one), question_of(other)
    if asked is None or asked_other is None:
        return asked is asked_other
    return asked.product is asked_other.product and asked.choices == asked_other.choices


def _names(statement: str) -> list[str]:
    """The names that a statement looks up, in the order written; not what stands after dots and in texts."""
    try:
        nodes = [each for each in ast.walk(ast.parse(dedent(statement))) if isinstance(each, ast.Name)]
    except SyntaxError:  # the head of a block alone
        return _WORD.findall(statement)
    return [each.id for each in sorted(nodes, key=lambda each: (each.lineno, each.col_offset))]


def _looked_into(value: object) -> Sequence[object]:
    """A value, or what a list of them holds; what only passes for a list is none that we need to open."""
    if isinstance(value, list | tuple) and type(value) in {list, tuple}:
        return value[:MOST_CONFLICTS]
    if isinstance(value, dict) and type(value) is dict:
        return list(value.values())[:MOST_CONFLICTS]
    return (value,)


def _package(names: Mapping[str, object]) -> str:
    """The outermost package of the module to which global names belong."""
    return str(names.get("__name__", "")).partition(".")[0]


# ---------------------------------------------------------------- what they say


def told(answer: Answer, limits: SearchLimits) -> Iterator[str]:
    """Yield what an answer says; ways out as far as they are found within the limits."""
    match answer:
        case Valid(configuration=configuration, notices=notices):
            yield "valid"
            yield from _columns([(path, "=", value_in_words(value)) for path, value in configuration.items()])
            yield from _columns([(each.rule, each.message, _line(each.location)) for each in notices])
        case Incomplete(open=still_open):
            yield f"incomplete, still open: {', '.join(still_open)}"
        case Invalid(conflicts=conflicts):
            yield "invalid"
            yield from _invalid(answer, conflicts, limits)
        case Unknown(reason=reason):
            yield f"not decided: {reason}"
        case Repairs():
            yield "repairable"
            yield from _ways_out(answer)
        case Unrepairable(conflicts=conflicts):
            yield "not repairable, whatever is changed"
            yield from _conflicts(conflicts, {})
        case NotCompletable():
            yield "not completable: no valid configuration keeps the choices"
            question = question_of(answer)
            verdict = None if question is None else validate(question, limits)
            if isinstance(verdict, Invalid):
                yield from _invalid(verdict, verdict.conflicts, limits)
        case Conflicts(conflicts=conflicts) if conflicts:
            yield "in conflict"
            yield from _conflicts(conflicts, {})
        case RejectedInvalid(conflicts=conflicts):
            verdicts = dict(invalid_lines(answer))
            for line in dict.fromkeys(each.line for each in conflicts):
                yield f"line {line} of the order is invalid"
                own = [each.conflict for each in conflicts if each.line == line]
                yield from _invalid(verdicts.get(line), own, limits)
        case RejectedUnavailable(shortages=shortages, possible_on=day):
            yield "not available" if day is None else f"not available before {day}"
            rows = [(each.component, f"wanted {each.wanted:,}", f"free {each.free:,}") for each in shortages]
            yield from _columns(rows)
        case OrderIncomplete(lines=lines):
            for each in lines:
                yield f"line {each.line} of the order is incomplete, still open: {', '.join(each.open)}"
        case ScenarioReport(outcomes=outcomes):
            bad = [each for each in outcomes if each.state in HEADS]
            for outcome in bad[:MOST_CONFLICTS]:
                yield " ".join(block_head(outcome))
                yield from block_lines(outcome)
            yield from _left_out(len(bad), "scenarios")


def _invalid(verdict: Invalid | None, conflicts: Sequence[Conflict], limits: SearchLimits) -> Iterator[str]:
    question = question_of(verdict) if verdict is not None else None
    if question is None:
        yield from _conflicts(conflicts, {})
        return
    choices = {place_of(choice): describe_choice(choice) for choice in question.choices.choices}
    yield from _conflicts(conflicts, choices)
    try:
        found = repairs(question, limits=limits)
    except Exception as error:  # noqa: BLE001 - a mistake in what is only told besides must not cost the report
        found = Unknown(f"{type(error).__name__}: {error}")
    yield from _ways_out(found)


def _ways_out(found: Repairs | Unrepairable | Unknown) -> Iterator[str]:
    match found:
        case Repairs(repairs=ways) if ways:
            yield "ways out (smallest change first)"
            rows = []
            for number, way in enumerate(ways, start=1):
                for at, change in enumerate(way.changes):
                    head = str(number) if at == 0 else ""
                    money = delta_in_words(way.delta) if at == 0 else ""
                    rows.append((head, f"{change.place} = {value_in_words(change.after)}", money))
            yield from _columns(rows)
        case Unrepairable():
            yield "there is no way out"
        case Unknown(reason=reason):
            yield f"ways out are not known: {reason}"
        case _:
            pass


def _conflicts(conflicts: Sequence[Conflict], choices: Mapping[str, str]) -> Iterator[str]:
    rows: list[tuple[str, str, str]] = []
    for conflict in conflicts[:MOST_CONFLICTS]:
        heads = conflict_heads(conflict)
        rows.extend(heads)
        taking_part = [each.text for each in conflict.evidence if isinstance(each, DecisionEvidence)]
        taking_part = taking_part or [choices[path] for path in conflict.choices if path in choices]
        said = " and ".join(taking_part)
        if len(heads) > 1:
            said = f"these leave nothing with {said}" if said else "these cannot hold together"
        said += "" if conflict.minimal else PERHAPS_FEWER
        if said:
            rows.append(("", said, ""))
    yield from _columns(rows)
    yield from _left_out(len(conflicts), "conflicts")


def _left_out(number: int, what: str) -> Iterator[str]:
    if number > MOST_CONFLICTS:
        yield f"{_GAP}and {number - MOST_CONFLICTS:,} more {what}"


def _columns(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Rows beneath each other, set in."""
    widths = [max((terminal_columns(row[at]) for row in rows), default=0) for at in range(2)]
    for row in rows:
        pairs = zip(row[:2], widths, strict=True)
        cells = [cell + " " * (width - terminal_columns(cell)) for cell, width in pairs]
        yield f"{_GAP}{_GAP.join([*cells, row[2]])}".rstrip()


def _line(location: str) -> str:
    return location.rpartition(":")[0]


# ---------------------------------------------------------------- configurations


NOWHERE = "(no such place)"


def compared(left: object, right: object) -> list[str] | None:
    """How two configurations differ, for an assertion that takes them for equal; `None` for anything else."""
    if not isinstance(left, Configuration) and not isinstance(right, Configuration):
        return None
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return None
    if not isinstance(left, Configuration) or not isinstance(right, Configuration):
        return [
            "a configuration and a mapping of another kind",
            "A configuration equals configurations alone; what `.to_dict()` gives equals a dict.",
        ]
    ours, theirs = dict(_flat(left.items())), dict(_flat(right.items()))
    paths = [*ours, *(path for path in theirs if path not in ours)]
    rows = [
        (path, ours.get(path, NOWHERE), theirs.get(path, NOWHERE))
        for path in paths
        if ours.get(path) != theirs.get(path)
    ]
    head = f"configurations are equal; {len(rows)} of {len(paths)} places differ"
    return [head, *_columns([("", "left", "right"), *rows])]


def _flat(values: Iterable[tuple[str, PlaceValue]], prefix: str = "") -> Iterator[tuple[str, str]]:
    """What stands at each place, in words; instances of assemblies are taken apart."""
    for name, value in values:
        path = f"{prefix}{name}"
        match value:
            case InstanceValue():
                yield from _flat(value.items(), f"{path}.")
            case (InstanceValue(), *_):
                for at, instance in enumerate(value, start=1):
                    assert isinstance(instance, InstanceValue)
                    yield from _flat(instance.items(), f"{path}[{at}].")
            case _:
                yield path, value_in_words(value)
