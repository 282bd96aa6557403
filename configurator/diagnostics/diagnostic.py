"""One finding about a source text."""

from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from configurator.source import Span


class Severity(Enum):
    """How grave a finding is. Only an `ERROR` keeps a catalog from loading."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@frozen
class Replacement:
    """New text for a stretch of the source, offered as a way to mend it.

    Attributes:
        safe: whether it says just what was meant, so that it may be put in unseen: another spelling of the
            same, never a guess at a name.
    """

    span: Span
    text: str
    safe: bool = False


@frozen
class Diagnostic:
    """One mistake or remark, told once.

    Attributes:
        code: a key of `codes.CODES`, such as `E0301`.
        message: lower case, one line, no full stop, the user's words in backticks.
        span: the place the caret points at; `None` when a whole file could not be read.
        label: what stands beside the caret, empty for none.
        help: next steps, one line each.
        replacements: mends that a tool can offer.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None
    label: str = ""
    help: tuple[str, ...] = ()
    replacements: tuple[Replacement, ...] = ()

    @property
    def location(self) -> str:
        """`file:line:column`, or an empty text when there is no place."""
        return self.span.location if self.span else ""


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding keeps a catalog from loading."""
    return any(finding.severity is Severity.ERROR for finding in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings by file (in order of first mention), then place, then code."""
    findings = tuple(diagnostics)
    files: dict[str, int] = {}
    for finding in findings:
        files.setdefault(finding.span.file.name if finding.span else "", len(files))

    def key(finding: Diagnostic) -> tuple[int, int, str]:
        if finding.span is None:
            return files[""], -1, finding.code
        return files[finding.span.file.name], finding.span.start, finding.code

    return tuple(sorted(findings, key=key))
