"""Steps of a customer, tried before they are made, and what there is to say where one cannot be."""

from collections.abc import Mapping

from attrs import frozen

from configurator.cli.dialog.offers import Choose, Retract
from configurator.configuration.completion import Completed
from configurator.configuration.repairs import Repair, Repairs
from configurator.configuration.session import ChosenAnyway, DroppedChoice, Session
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError
from configurator.explanation.conflict import Conflict

WAYS_OUT = 3
"""How many ways out are told."""


@frozen(eq=False)
class Taken:
    """A step that was made.

    Attributes:
        dropped: earlier choices that had to yield.
        remark: what else there is to say; empty for nothing.
    """

    session: Session
    dropped: tuple[DroppedChoice, ...] = ()
    remark: str = ""


@frozen(eq=False)
class Clashing:
    """Choices that no configuration keeps.

    Attributes:
        before: the session as it was, before the step or with it, where there was none.
        wanted: the choices that were wanted.
        place: of the step; empty where it was none.
        conflicts: what speaks against them.
        ways_out: the smallest changes of other places, or where those do not help, of any.
        anyway: the step with the fewest earlier choices dropped; `None` where that does not help.
    """

    before: Session
    wanted: Mapping[str, object]
    place: str
    conflicts: tuple[Conflict, ...]
    ways_out: tuple[Repair, ...]
    anyway: ChosenAnyway | None


@frozen
class Refused:
    """A step that makes no sense: what was wrong, in words."""

    text: str


Outcome = Taken | Clashing | Refused


def make_step(session: Session, move: Choose | Retract) -> Outcome:
    """Make a step if its choices can be completed, otherwise tell why not and what there is to do."""
    if isinstance(move, Retract):
        return Taken(session.retract(move.place))
    wrong = misread(session, move)
    if wrong is not None:
        return Refused(wrong)
    wanted = session.choose({move.place: move.value})
    verdict = wanted.verdict
    if isinstance(verdict, Invalid):
        return _clashing(session, wanted, move, verdict)
    if isinstance(verdict, Unknown):
        return Taken(wanted, remark=f"not decided whether that is possible: {verdict.reason}")
    return Taken(wanted)


def misread(session: Session, move: Choose) -> str | None:
    """What is wrong with a choice as such, in words; `None` where it can be brought before the rules."""
    try:
        session.choose({move.place: move.value})
    except ChoiceError as error:
        return "; ".join((*error.problems, *error.help))
    return None


def force_step(session: Session, move: Choose) -> Outcome:
    """Make a step whatever earlier choices have to yield."""
    wrong = misread(session, move)
    if wrong is not None:
        return Refused(wrong)
    match session.choose_anyway(move.place, move.value):
        case ChosenAnyway(session=after, dropped=dropped):
            return Taken(after, dropped)
        case Invalid(conflicts=conflicts):
            wanted = session.choose({move.place: move.value})
            return Clashing(session, wanted.choices, move.place, conflicts, (), None)
        case Unknown(reason=reason):
            return Refused(f"not decided what has to yield: {reason}")


def clash_of(session: Session) -> Clashing | None:
    """What speaks against the choices as they are, without any step; `None` where nothing does."""
    verdict = session.verdict
    if not isinstance(verdict, Invalid):
        return None
    return Clashing(session, session.choices, "", verdict.conflicts, _ways_out(session, ""), None)


def fill_in(session: Session) -> Outcome:
    """Choose what completion gives, for every place that neither the customer nor a bundle chose."""
    completed = session.complete()
    if isinstance(completed, Unknown):
        return Refused(f"not decided: {completed.reason}")
    if not isinstance(completed, Completed):
        return clash_of(session) or Refused("nothing keeps the choices")
    found = completed.configuration.to_dict()
    return Taken(session.choose({place: found[place] for place in found if place not in completed.bundled}))


def _clashing(session: Session, wanted: Session, move: Choose, verdict: Invalid) -> Clashing:
    found = session.choose_anyway(move.place, move.value)
    anyway = found if isinstance(found, ChosenAnyway) else None
    ways_out = _ways_out(wanted, move.place if anyway else "")
    return Clashing(session, wanted.choices, move.place, verdict.conflicts, ways_out, anyway)


def _ways_out(wanted: Session, kept: str) -> tuple[Repair, ...]:
    found = wanted.repairs(limit=WAYS_OUT, locked=(kept,) if kept else ())
    return found.repairs if isinstance(found, Repairs) else ()
