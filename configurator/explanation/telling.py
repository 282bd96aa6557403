"""Who says that a conflict is one, in plain words: names, sentences, places."""

from configurator.explanation.conflict import Conflict
from configurator.explanation.evidence import RuleEvidence, StockEvidence

PERHAPS_FEWER = " (perhaps fewer of these would do: the time was up)"

Head = tuple[str, str, str]
"""A name, a sentence, and where it stands."""


def conflict_heads(conflict: Conflict) -> list[Head]:
    """Who says that a conflict is one, why, where: once for each rule and each fact of stock."""
    blamed = [each for each in conflict.evidence if isinstance(each, RuleEvidence | StockEvidence)]
    if len(blamed) < 2:
        places = ", ".join(location.rpartition(":")[0] for location in conflict.locations)
        return [(conflict_name(conflict), conflict_message(conflict), places)]
    return [cause_in_words(each) for each in blamed]


def cause_in_words(cause: RuleEvidence | StockEvidence) -> Head:
    """A rule or a fact of stock by its name, what it says, and where."""
    if isinstance(cause, StockEvidence):
        return cause.component, cause.text, ""
    said = "" if cause.message == cause.rule else cause.message
    return cause.rule, said, cause.location.rpartition(":")[0]


def conflict_name(conflict: Conflict) -> str:
    """The ids of the rules, or `not in force`."""
    if conflict.rules:
        return ", ".join(conflict.rules)
    return "not in force" if conflict.not_in_force else "choices"


def conflict_message(conflict: Conflict) -> str:
    """The sentence, with the rows that say so."""
    rows = " and ".join(str(row.row) for row in conflict.rows)
    if not rows:
        return conflict.message
    return f"{conflict.message} ({'row' if len(conflict.rows) == 1 else 'rows'} {rows})"
