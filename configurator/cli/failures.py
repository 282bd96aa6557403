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
    IdempotencyConflict,
    OrderError,
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
        case IdempotencyConflict():
            step = "give this order a new key with `--key`, or repeat the call exactly as it was"
            return Failure(ExitCode.USAGE, (str(error),), (step,))
        case EngineUnavailableError() | StockRequestError():
            return Failure(ExitCode.USAGE, (str(error),))
        case SearchLimitError():
            return Failure(ExitCode.UNKNOWN, (str(error),), (MORE_TIME,))
        case PromiseBreakError():
            step = "recount, or give up the latest reservations with `--break-promises`"
            return Failure(ExitCode.NO, (str(error),), (f"nothing was imported: {step}",))
        case UnknownReservationError() | ReservationStateError():
            return Failure(ExitCode.NO, (str(error),))
        case ClockError():
            return Failure(ExitCode.ENVIRONMENT, (str(error),))
        case _:
            return Failure(ExitCode.ENVIRONMENT, (str(error),))


MORE_TIME = "give it more time with `--timeout 5m`, or narrow the question with more choices"
"""What to do when the time was up."""

ONE_PLACE = "write the calc as a sum of which each summand reads one place"
"""What to do when a calc is no sum over the places."""


def next_step(found: Unknown) -> str:
    """What to do when something could not be decided."""
    return ONE_PLACE if wants_a_sum(found) else MORE_TIME


SAYS_WHY = "`configurator validate` with the same choices says why"
"""What to do when nothing keeps the choices."""
