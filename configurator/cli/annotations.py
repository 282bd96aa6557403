"""Findings for programs that show them beside the lines they are about: workflow commands of GitHub."""

from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import Position

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
"""How GitHub calls what we call it."""


def workflow_command(
    level: str, location: str, title: str, message: str, *, end: Position | None = None
) -> str:
    """`::warning file=…,line=…,col=…,title=…::message`, everything escaped as it must be.

    Args:
        level: `error`, `warning` or `notice`.
        location: `file:line:column`; empty for none.
        title: what stands above the message.
        message: any text; line ends are kept.
        end: the place just after the last character.
    """
    properties = {"title": title}
    file, line, column = (*location.rsplit(":", 2), "", "")[:3]
    if file and line.isdigit():
        # A revision's name is no part of the path.
        path = file.partition(":")[2] or file
        to = {"endLine": str(end.line), "endColumn": str(end.column)} if end else {}
        properties = {"file": path, "line": line, "col": column, **to, "title": title}
    told = ",".join(
        f"{name}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in properties.items()
        if value
    )
    return f"::{level} {told}::{_escaped(message)}"


def annotation(diagnostic: Diagnostic) -> str:
    """A diagnostic as a workflow command: its code as title, the next steps beneath its message."""
    span = diagnostic.span
    return workflow_command(
        LEVELS[diagnostic.severity],
        diagnostic.location,
        diagnostic.code,
        full_message(diagnostic),
        end=span.end_position if span else None,
    )


def full_message(diagnostic: Diagnostic) -> str:
    """What a diagnostic tells, a line each for message, label and next steps."""
    return "\n".join([diagnostic.message, *filter(None, [diagnostic.label]), *diagnostic.help])


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
