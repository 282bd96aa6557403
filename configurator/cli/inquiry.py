"""One run of a command: its settings, its catalog, its answer, told as text or as one JSON object."""

import json
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from attrs import define, field, frozen
from rich.text import Text

from configurator import DISTRIBUTION, __version__
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import Failure, failure_of
from configurator.cli.surroundings import Surroundings
from configurator.cli.terminal import OutputClosedError, Screen, abandon_output
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, plural
from configurator.configurator import Configurator
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.diagnostics.rendering import render_text
from configurator.engines.registry import AUTOMATIC, find_engine
from configurator.errors import CatalogError, ConfiguratorError
from configurator.serialization import (
    CatalogIdentity,
    JsonObject,
    Status,
    diagnostic_json,
    envelope,
    failure_json,
)

Format = Literal["text", "json", "jsonl", "csv", "github", "markdown", "sarif", "junit"]


@frozen
class Settings:
    """The options that commands share.

    Attributes:
        as_of: the day asked about; `None` for today.
        seconds: the time limit; `None` for none.
        limit: how many to tell at most; 0 for all, `None` when nobody said.
    """

    form: Format = "text"
    as_of: date | None = None
    seconds: float | None = None
    engine: str | None = None
    limit: int | None = None
    quiet: bool = False
    verbose: bool = False
    colour: bool | None = None

    @classmethod
    def of(cls, given: dict[str, object]) -> "Settings":
        """Settings from the shared options of a command, which are taken out of `given`."""
        timeout = given.pop("timeout", None)
        as_json = given.pop("as_json", False)
        taken = {name: given.pop(name) for name in _SHARED if name in given}
        if as_json:
            taken["form"] = "json"
        if isinstance(timeout, timedelta) and timeout:
            taken["seconds"] = timeout.total_seconds()
        return cls(**taken)  # type: ignore[arg-type]  # the options' own types are what click has checked


_SHARED = ("form", "as_of", "engine", "limit", "quiet", "verbose", "colour")


@frozen
class Answer:
    """What a command found out.

    Attributes:
        result: the command's own part of the envelope.
        lines: the same for people.
        notes: remarks for people that are no data: hints, next steps.
    """

    status: Status
    code: ExitCode
    result: JsonObject
    lines: tuple[Text | str, ...] = ()
    notes: tuple[Text | str, ...] = ()


@define
class Inquiry:
    """One run of a command, from its first moment to its exit code."""

    command: str
    settings: Settings
    surroundings: Surroundings
    screen: Screen
    started: float
    identity: CatalogIdentity | None = None
    findings: list[Diagnostic] = field(factory=list)
    engine: str = ""

    @classmethod
    def begin(cls, command: str, settings: Settings, surroundings: Surroundings) -> "Inquiry":
        """Begin now."""
        screen = Screen(colour=settings.colour, quiet=settings.quiet)
        return cls(command, settings, surroundings, screen, surroundings.monotonic())

    @property
    def as_json(self) -> bool:
        """Whether the answer is told as one object."""
        return self.settings.form == "json"

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.surroundings.monotonic() - self.started

    @property
    def day(self) -> date:
        """The day asked about, once a catalog is loaded."""
        assert self.identity is not None
        return self.identity.as_of

    # ------------------------------------------------------------ the catalog

    def load(self, path: str) -> Configurator:
        """Load the catalog that is asked about; what was found in it is told with the answer.

        Raises:
            CatalogError: it cannot be loaded.
            EngineUnavailableError: no engine has the name asked for.
        """
        loaded = Configurator.load(path, engine=self.settings.engine, clock=self.surroundings.now)
        return self.adopt(loaded, path)

    def adopt(self, loaded: Configurator, path: str) -> Configurator:
        """Take a catalog that was loaded otherwise for the one that is asked about."""
        catalog = loaded.catalog
        self.findings.extend(loaded.diagnostics)
        day = self.settings.as_of or loaded.today()
        self.identity = CatalogIdentity(catalog.name, catalog.version, catalog.digest, day)
        self._remark_on_findings(path)
        self.engine = find_engine(self.settings.engine or AUTOMATIC).name
        return loaded

    def _remark_on_findings(self, path: str) -> None:
        if not self.findings or self.as_json or self.settings.quiet:
            return
        if self.settings.verbose:
            self.screen.complain_as_is(render_text(self.findings, colour=self.screen.error_colour))
            return
        told = count_findings(self.findings)
        self.screen.note(Text.assemble((told, DOUBTFUL), f"; see `configurator check {path}`"))

    # ------------------------------------------------------------ the end

    def run(self, ask: Callable[["Inquiry"], Answer]) -> ExitCode:
        """Ask, tell the answer or the failure, and give the exit code."""
        try:
            answer = ask(self)
            try:
                self._tell(answer)
            except OutputClosedError:
                # Nobody reads the answer; what it says has happened all the same.
                abandon_output()
        except CatalogError as error:
            self.findings = list(error.diagnostics)
            return self.tell_failure(Failure(ExitCode.CATALOG, ()))
        except ConfiguratorError as error:
            return self.tell_failure(failure_of(error))
        except KeyboardInterrupt:
            return self.tell_failure(Failure(ExitCode.INTERRUPTED, ("interrupted",)))
        except MemoryError:
            return self.tell_failure(Failure(ExitCode.UNKNOWN, ("there was not enough memory",), (NARROWER,)))
        except Exception as error:  # noqa: BLE001 - the last line of defence: a short report, no bare traceback
            return self.tell_failure(bug_report(error))
        return answer.code

    def _tell(self, answer: Answer) -> None:
        if self.as_json:
            self._tell_json(answer.status, answer.result, [diagnostic_json(found) for found in self.findings])
        for line in () if self.as_json else answer.lines:
            self.screen.tell(line)
        self.screen.flush()
        if self.as_json:
            return
        for note in answer.notes:
            self.screen.note(note)
        if self.settings.verbose and self.identity:
            identity = self.identity
            self.screen.note(
                Text(
                    f"{identity.name} {identity.version} ({identity.digest}) as of {identity.as_of}, "
                    f"engine {self.engine}, {self.elapsed * 1000:.1f} ms",
                    FAINT,
                )
            )

    def _tell_json(self, status: Status, result: JsonObject, diagnostics: list[JsonObject]) -> None:
        whole = envelope(
            version=__version__,
            command=self.command,
            catalog=self.identity,
            status=status,
            result=result,
            diagnostics=diagnostics,
            elapsed_ms=self.elapsed * 1000,
        )
        self.screen.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")
        self.screen.flush()

    def tell_failure(self, failure: Failure) -> ExitCode:
        """Tell why there is no answer; findings that kept a catalog from loading speak for themselves."""
        if self.as_json:
            found = [diagnostic_json(each) for each in self.findings]
            found += [failure_json(message, failure.help) for message in failure.messages]
            status: Status = "no" if failure.code is ExitCode.NO else "unknown"
            try:
                self._tell_json(status, {}, found)
            except OutputClosedError:
                abandon_output()
        elif failure.code is ExitCode.CATALOG:
            self.screen.complain_as_is(render_text(self.findings, colour=self.screen.error_colour))
            self.screen.complain("")
            self.screen.complain(Text(f"{count_findings(self.findings)}: not loaded", BAD))
        else:
            complain(self.screen, failure)
        return failure.code


NARROWER = "narrow the question with more choices, or use `--limit`"


def complain(screen: Screen, failure: Failure) -> None:
    """Tell a failure on standard error."""
    for message in failure.messages:
        screen.complain(Text.assemble(("error", BAD), f": {message}"))
    for line in failure.help:
        screen.complain(f"  = help: {line}")


def count_findings(findings: list[Diagnostic]) -> str:
    """`2 errors, 1 warning`; severities without a finding are left out."""
    numbers = dict.fromkeys(Severity, 0)
    for found in findings:
        numbers[found.severity] += 1
    return ", ".join(plural(number, severity.value) for severity, number in numbers.items() if number)


def bug_report(error: BaseException) -> Failure:
    """Our mistake: what happened, where, and whom to tell."""
    frames = traceback.extract_tb(error.__traceback__)[-LAST_FRAMES:]
    places = [f"at {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    text = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
    return Failure(
        ExitCode.BUG,
        (f"internal error: {what}",),
        (
            *places,
            f"this is a mistake of {DISTRIBUTION} {__version__}, not of your files; "
            "please report it to its maintainers with these lines and the command",
        ),
    )


LAST_FRAMES = 4
"""How much of a traceback a report shows."""
