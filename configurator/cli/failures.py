"""Exceptions as a user meets them: a sentence, a next step, an exit code."""

from attrs import frozen

from configurator.cli.exit_codes import ExitCode
from configurator.configuration.pricing import wants_a_sum
from configurator.engines.engine import Unknown
from configurator.errors import (
    ChoiceError,
    ClockError,
    ConfiguratorError,
    EngineUnavailableError,
    ExplanationsError,
    IdempotencyConflict,
    MutationError,
    OrderError,
    OutOfStockError,
    PromiseBreakError,
    ReservationStateError,
    SearchLimitError,
    StockRequestError,
    TableFileError,
    UnknownReservationError,
    UnknownTableError,
)


class CommandError(ConfiguratorError):
    """Something that only the command line can get wrong: files and options.

    Attributes:
        message: one sentence.
        code: the exit code.
        help: next steps, one line each.
    """

    def __init__(self, message: str, code: ExitCode, *help: str) -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.code = code
        self.help = help
        super().__init__(message)


@frozen
class Failure:
    """Why there is no answer.

    Attributes:
        messages: one sentence each.
        help: next steps, one line each.
    """

    code: ExitCode
    messages: tuple[str, ...]
    help: tuple[str, ...] = ()


def failure_of(error: ConfiguratorError) -> Failure:
    """What to tell about an exception; not for `CatalogError`, whose diagnostics speak for themselves."""
    match error:
        case CommandError(message=message, code=code, help=help_lines):
            return Failure(code, (message,), help_lines)
        case ChoiceError(problems=problems, help=help_lines):
            return Failure(ExitCode.USAGE, problems, help_lines)
        case OrderError(problems=problems):
            return Failure(ExitCode.USAGE, problems)
        case TableFileError(message=message, help=help_lines):
            code = ExitCode.USAGE if isinstance(error, UnknownTableError) else ExitCode.ENVIRONMENT
            return Failure(code, (message,), help_lines)
        case MutationError(message=message, help=help_lines):
            code = ExitCode.ENVIRONMENT if isinstance(error, ExplanationsError) else ExitCode.NO
            return Failure(code, (message,), help_lines)
        case IdempotencyConflict():
            step = "give it a new key with `--key`, or repeat the call exactly as it was"
            return Failure(ExitCode.USAGE, (str(error),), (step,))
        case EngineUnavailableError() | StockRequestError():
            return Failure(ExitCode.USAGE, (str(error),))
        case SearchLimitError():
            return Failure(ExitCode.UNKNOWN, (str(error),), (MORE_TIME,))
        case PromiseBreakError():
            step = "look again, or give those orders up with `--break-promises`"
            return Failure(ExitCode.NO, (str(error),), (f"nothing was changed: {step}",))
        case OutOfStockError(shortages=shortages):
            told = tuple(
                f"{sku} short by {wanted - free:,} (wanted {wanted:,}, free {free:,})"
                for sku, wanted, free in shortages
            )
            return Failure(ExitCode.UNAVAILABLE, told, ("nothing was changed",))
        case UnknownReservationError():
            step = "those of an order: `configurator reservation list --order ID`"
            return Failure(ExitCode.NO, (str(error),), (step,))
        case ReservationStateError(state=state, wanted=wanted):
            return Failure(ExitCode.NO, (str(error),), _OTHER_STEPS.get((wanted, state), ()))
        case ClockError():
            return Failure(ExitCode.ENVIRONMENT, (str(error),))
        case _:
            return Failure(ExitCode.ENVIRONMENT, (str(error),))


_OTHER_STEPS = {
    ("cancel", "held"): ("give a hold back with `configurator reservation release`",),
    ("consume", "held"): ("make it an allocation first: `configurator reservation confirm`",),
    ("extend", "allocated"): ("it is allocated for good, so it does not end",),
}
"""What to do instead of a step that a reservation's state does not allow."""

MORE_TIME = "give it more time with `--timeout 5m`, or narrow the question with more choices"
"""What to do when the time was up."""

ONE_PLACE = "write the calc as a sum of which each summand reads one place"
"""What to do when a calc is no sum over the places."""


def next_step(found: Unknown) -> str:
    """What to do when something could not be decided."""
    return ONE_PLACE if wants_a_sum(found) else MORE_TIME


SAYS_WHY = "`configurator validate` with the same choices says why"
"""What to do when nothing keeps the choices."""
