"""What the exit code of a command says."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The documented exit codes; no command ends with another one."""

    YES = 0
    """Yes, clean, done; of `validate` also: incomplete."""
    NO = 1
    """No: invalid, nothing keeps the choices, findings at or above the level asked for, a refused import."""
    USAGE = 2
    """The command or an order cannot be understood, or one idempotency key came with two contents."""
    CATALOG = 3
    """The catalog cannot be loaded."""
    UNKNOWN = 4
    """Not decided within the limits."""
    UNAVAILABLE = 5
    """Valid, but not available, or no longer reserved."""
    ENVIRONMENT = 6
    """Files, the stock database, or something that is not installed."""
    BUG = 70
    """A mistake of this program."""
    INTERRUPTED = 130
    """Stopped from the keyboard."""
