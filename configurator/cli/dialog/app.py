"""The dialog: a session on the screen, and what each key does to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from attrs import evolve
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from configurator.cli.dialog.facts import BETWEEN, Facts, facts_lines, find_completion, find_figures
from configurator.cli.dialog.keeping import (
    ORDER_FILE,
    SCENARIO_FILE,
    expectations,
    scenario_text,
    write_order,
)
from configurator.cli.dialog.lanes import AGES, Lane, patient_clock
from configurator.cli.dialog.line_list import LineList
from configurator.cli.dialog.offers import (
    Choose,
    OfferLine,
    Press,
    Retract,
    TypeIn,
    choice_of,
    holds_several,
    move_of,
)
from configurator.cli.dialog.panels import Panel, Prompt
from configurator.cli.dialog.places import Known, Line, PlaceLine, View, lines_of
from configurator.cli.dialog.steps import (
    Clashing,
    Outcome,
    Refused,
    Taken,
    clash_of,
    fill_in,
    force_step,
    make_step,
    misread,
)
from configurator.cli.dialog.telling import (
    clash_title,
    dropped_in_words,
    short_reason,
    tell_clash,
    tell_count,
    tell_price,
    tell_reason,
)
from configurator.cli.scenario_files import add_scenario
from configurator.cli.terminal import printable
from configurator.cli.wording import DOUBTFUL, FAINT, STRONG
from configurator.configuration.session import Session
from configurator.errors import ChoiceError

T = TypeVar("T")

THINKING = "one moment"
"""Said while a question is asked."""

KEYS = (
    ("space, enter", "open a place, choose an offer, take it back"),
    ("arrows, j, k", "move"),
    ("+ - 0..9", "more, fewer, so many units"),
    ("?", "why: forced, excluded, chosen, what it costs"),
    ("u", "undo the last step"),
    ("r", "take back what was chosen for the place"),
    ("x", "choose anyway, dropping the fewest earlier choices"),
    ("/", "find offers and places"),
    ("a", "show all offers, or only possible ones"),
    ("p", "why this price"),
    ("n", "how many are left, to the last digit"),
    ("c", "fill in the rest: defaults, wishes, then catalog order"),
    ("w", "save the order"),
    ("t", "save as a scenario"),
    ("esc", "leave a panel, end a search, give up a question"),
    ("q", "quit"),
)
"""Every key with what it does."""

HINTS = (
    ("space", "choose"),
    ("?", "why"),
    ("u", "undo"),
    ("/", "find"),
    ("w", "save"),
    ("q", "quit"),
    ("F1", "keys"),
    ("x", "anyway"),
    ("a", "all"),
    ("t", "scenario"),
    ("p", "price"),
    ("c", "fill in"),
    ("n", "how many"),
)
"""What stands at the bottom, most wanted first."""


class Dialog(App[None]):
    """A session at the terminal.

    Args:
        session: where it begins.
        catalog: the catalog as the command named it, for scenarios.

    Attributes:
        session: the session now.
        saved: the choices that were saved last, or with which the dialog began.
        files: what was written, in order.
        failure: what ended the dialog, where it was our mistake.
    """

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "LineList"
    CSS = """
    Static { height: auto; }
    #title, #remark, #hints { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #facts { max-height: 3; }
    #find { border: none; height: 1; padding: 0; display: none; }
    #find.searching { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "leave", show=False, priority=True),
    ]

    def __init__(self, session: Session, catalog: str) -> None:
        super().__init__()
        self.animation_level = "none"
        # Every question has a limit, so that what is stale can be ended.
        self.session = session = evolve(session, seconds=session.seconds or AGES, now=patient_clock)
        self.catalog = catalog
        self.saved = dict(session.choices)
        self.files: list[Path] = []
        self.failure: BaseException | None = None
        self.view = View()
        self.known = Known(session)
        self._told: Known | None = None
        self._figures: Facts | None = None

    # ------------------------------------------------------------ the screen

    def compose(self) -> ComposeResult:
        """Title, figures, the list, the search, a remark, keys."""
        catalog = self.session.product.catalog
        title = Text(printable(f"{catalog.title or catalog.name} {catalog.version}"), STRONG)
        title.append(f"  {self.session.as_of.isoformat()}", FAINT)
        yield Static(_content(title), id="title")
        yield Static("", id="facts", markup=False)
        yield LineList()
        yield Input(placeholder="find", id="find")
        yield Static("", id="remark", markup=False)
        hints = Text("  ").join(Text.assemble((key, STRONG), f" {words}") for key, words in HINTS)
        yield Static(_content(hints), id="hints")

    def on_mount(self) -> None:
        """Ask the first questions."""
        self._steps, self._lines, self._facts, self._reasons = (Lane(self, self._fail) for _ in range(4))
        self._adopt(self.session)
        self._step(lambda: clash_of(self.session) or Taken(self.session))

    @property
    def line_list(self) -> LineList:
        """The list of places."""
        return self.query_one(LineList)

    @property
    def settled(self) -> bool:
        """Whether every question was answered."""
        return not any(lane.busy for lane in (self._steps, self._lines, self._facts, self._reasons))

    @property
    def unsaved(self) -> bool:
        """Whether something was chosen that was not saved."""
        return dict(self.session.choices) != self.saved

    def text_of(self, part: str) -> str:
        """What stands in `title`, `facts` or `remark`."""
        return str(self.query_one(f"#{part}", Static).content).replace("\n", BETWEEN)

    def remark(self, text: str, style: str = "") -> None:
        """Say something beneath the list; the next step takes it away."""
        self.query_one("#remark", Static).update(_content(Text(printable(text), style)))

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        self.exit()

    # ------------------------------------------------------------ questions

    def _adopt(self, session: Session) -> None:
        """Go on with another session; what is asked about the present one is of no use any more."""
        if session is not self.session:
            for lane in (self._lines, self._facts, self._reasons):
                lane.drop()
        self.session = session
        self.known = Known(session)
        self._tell_facts(None)

    def _look(self, at: tuple[str, str] | None = None) -> None:
        """Find out what is to be shown, and show it."""
        known, view = self.known, self.view

        def shown(lines: tuple[Line, ...]) -> None:
            if self.known is known:
                self.line_list.show(lines, at=at)
                self._look_for_facts(known)
                self._look_for_reasons()

        self._lines.ask(lambda: lines_of(known, view), shown)

    def _look_for_facts(self, known: Known) -> None:
        """Find out figures and defaults, once for each session."""
        if self._told is not known:
            self._told = known
            self._find_facts(known)

    def _look_for_reasons(self) -> None:
        """Find out what excludes the offers about the cursor."""
        known = self.known
        missing = [
            line
            for line in self.line_list.near(REASONS_NEAR)
            if isinstance(line, OfferLine)
            and line.mark == "excluded"
            and (line.place, line.name) not in known.reasons
        ]
        if missing:
            self._reasons.ask(lambda: self._find_reasons(known, missing), lambda _: self._reasoned(known))

    def on_line_list_moved(self) -> None:
        """Other offers may have come into sight."""
        self._look_for_reasons()

    def _find_facts(self, known: Known) -> None:
        """Find the figures, then what takes longer."""

        def told(facts: Facts) -> None:
            if self.known is known:
                self._tell_facts(facts)
                self._facts.ask(lambda: find_completion(known.session, facts), completed)

        def completed(facts: Facts) -> None:
            if self.known is known:
                known.completed = facts.completed
                self._tell_facts(facts)
                self._look()

        self._facts.ask(lambda: find_figures(known.session), told)

    def _find_reasons(self, known: Known, missing: list[OfferLine]) -> None:
        """Find reasons one after the other, as long as anybody wants to know; some at a time."""
        for line in missing[:REASONS_AT_A_TIME]:
            if self.known is not known:
                return
            reason = short_reason(known.session, line)
            known.reasons[line.place, line.name] = reason

    def _reasoned(self, known: Known) -> None:
        if self.known is known:
            self._look()

    def _tell_facts(self, facts: Facts | None) -> None:
        self._figures = facts
        told = "…" if facts is None else facts_lines(facts, self.size.width)
        lines = Text("\n").join(Text(printable(line)) for line in told.splitlines())
        self.query_one("#facts", Static).update(_content(lines))

    def on_resize(self) -> None:
        """Figures stand in as few lines as they need."""
        self._tell_facts(self._figures)

    # ------------------------------------------------------------ steps

    def _step(self, make: Callable[[], Outcome], at: tuple[str, str] | None = None) -> None:
        """Make a step; while one is made, no other one begins."""
        self._ask(make, lambda outcome: self._made(outcome, at))

    def _ask(self, question: Callable[[], T], receive: Callable[[T], object]) -> None:
        """Ask what the next key has to wait for."""
        if self._steps.busy:
            self.remark(THINKING, FAINT)
            return
        self.remark("")
        self._steps.ask(question, receive)

    def _made(self, outcome: Outcome, at: tuple[str, str] | None) -> None:
        match outcome:
            case Taken(session=session, dropped=dropped, remark=remark):
                if session is not self.session:
                    self._adopt(session)
                if dropped:
                    remark = f"chosen; {dropped_in_words(dropped)}"
                self.remark(remark, DOUBTFUL if dropped else "")
                self._look(at)
            case Refused(text=text):
                self.remark(text, DOUBTFUL)
            case Clashing():
                self._look(at)
                self._tell_clash(outcome)

    def _tell_clash(self, clash: Clashing) -> None:
        answers = {str(number): "" for number in range(1, len(clash.ways_out) + 1)}
        if answers:
            answers["1"] = f"to {len(answers)} take a way out" if len(answers) > 1 else "take the way out"
        anyway = clash.anyway
        if anyway is not None:
            answers["x"] = "choose anyway"

        def answered(key: str | None) -> None:
            if key is None:
                self.remark("not chosen" if clash.place else "not possible as it is", FAINT)
            elif key == "x":
                assert anyway is not None
                self._made(Taken(anyway.session, anyway.dropped), None)
            else:
                repair = clash.ways_out[int(key) - 1]
                self._step(lambda: Taken(clash.before.choose(repair.choices)))

        self.push_screen(Panel(clash_title(clash), tell_clash(clash), answers), answered)

    # ------------------------------------------------------------ keys: choosing

    def on_line_list_pressed(self) -> None:
        """A click is a press."""
        self.action_take()

    def action_take(self) -> None:
        """Open or close a place, choose an offer or take it back."""
        line = self.line_list.current
        if isinstance(line, PlaceLine):
            self.view = View("" if line.opened else line.place, everything=self.view.everything)
            self._end_search()
            self._look((line.place, ""))
        else:
            self.action_press("take")

    def action_close(self) -> None:
        """Go from an offer to its place, from there close it."""
        line = self.line_list.current
        if line is not None and self.view.opened == line.place:
            self.view = evolve(self.view, opened="")
            self._look((line.place, ""))

    def action_press(self, press: Press) -> None:
        """Take the offer under the cursor, one more of it, one less, or so many."""
        line = self.line_list.current
        if not isinstance(line, OfferLine):
            return
        session = self.session
        match move_of(session, line, press):
            case None:
                self.remark("here this key does nothing", FAINT)
            case TypeIn(place=place):
                self._type_in(place)
            case Choose() | Retract() as move:
                at = (line.place, f"= {line.name}")
                self._step(lambda: make_step(session, move), at)

    def _type_in(self, place: str) -> None:
        session = self.session
        found = session.product.catalog.place_of[place]
        lines = self.known.offers(place)
        ranges = ", ".join(each.name for each in lines) if isinstance(lines, tuple) else ""
        now = next((value for key, value in session.choices.items() if key == place), "")

        def check(values: tuple[str, ...]) -> str | None:
            return misread(session, Choose(place, values[0]))

        def typed(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._step(lambda: make_step(session, Choose(place, values[0])), (place, ""))

        self.push_screen(Prompt(found.title or place, [(ranges, str(now))], check), typed)

    def action_anyway(self) -> None:
        """Choose the offer under the cursor, whatever has to yield."""
        line, session = self.line_list.current, self.session
        if not isinstance(line, OfferLine):
            return
        if line.mark == "chosen":
            self.remark("chosen already", FAINT)
            return
        press: Press = "more" if holds_several(session.product.catalog.place_of[line.place]) else "take"
        move = move_of(session, line, press)
        if isinstance(move, Choose):
            self._step(lambda: force_step(session, move), (line.place, f"= {line.name}"))

    def action_undo(self) -> None:
        """Go back to before the last step."""
        session = self.session
        if session.earlier is None:
            self.remark("nothing to undo", FAINT)
        else:
            self._step(lambda: Taken(session.undo()))

    def action_retract(self) -> None:
        """Leave the place under the cursor open again."""
        line, session = self.line_list.current, self.session
        if line is None or choice_of(session, line.place) is None:
            self.remark("nothing was chosen here", FAINT)
        else:
            place = line.place
            self._step(lambda: Taken(session.retract(place)))

    def action_fill_in(self) -> None:
        """Choose what completion gives for the rest."""
        session = self.session
        self._step(lambda: fill_in(session))

    # ------------------------------------------------------------ keys: looking

    def action_why(self) -> None:
        """Tell why the line under the cursor is as it is."""
        line, session = self.line_list.current, self.session
        if line is not None:
            name = line.name if isinstance(line, OfferLine) else line.place
            self._tell(name, lambda: tell_reason(session, line))

    def action_price(self) -> None:
        """Tell why the price is what it is."""
        session = self.session
        self._tell("why this price", lambda: tell_price(session))

    def action_count(self) -> None:
        """Tell how many configurations are left."""
        session = self.session
        self._tell("how many are left", lambda: tell_count(session))

    def action_keys(self) -> None:
        """Tell every key."""
        width = max(len(key) for key, _ in KEYS)
        lines = [Text.assemble((f"{key:<{width}}", STRONG), f"  {words}") for key, words in KEYS]
        self.push_screen(Panel("keys", lines, {}))

    def _tell(self, title: str, find: Callable[[], tuple[Text, ...]]) -> None:
        self._ask(find, lambda lines: self.push_screen(Panel(title, lines, {})))

    def action_everything(self) -> None:
        """Show what is not possible, or hide it."""
        self.view = evolve(self.view, everything=not self.view.everything)
        self.remark("" if self.view.everything else "only what is possible", FAINT)
        self._look()

    def action_find(self) -> None:
        """Begin to search."""
        find = self.query_one("#find", Input)
        find.add_class("searching")
        find.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what holds what was typed so far."""
        if event.input.id == "find" and event.value != self.view.needle:
            self.view = evolve(self.view, needle=event.value)
            self._look()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what was found."""
        if event.input.id == "find":
            self.line_list.focus()

    def action_clear(self) -> None:
        """Give up what a key asked; end a search."""
        if self._steps.busy:
            self._steps.drop()
            self.remark("given up", FAINT)
        self._end_search()
        self._look()

    def _end_search(self) -> None:
        find = self.query_one("#find", Input)
        find.remove_class("searching")
        self.view = evolve(self.view, needle="")
        find.value = ""
        self.line_list.focus()

    def key_escape(self) -> None:
        """While searching, the end of it."""
        if self.focused is self.query_one("#find", Input):
            self.action_clear()

    # ------------------------------------------------------------ keys: keeping

    def action_save(self) -> None:
        """Ask for a file and write the order into it."""

        def typed(values: tuple[str, ...] | None) -> None:
            if values is None:
                return
            file = Path(values[0])
            if not file.exists():
                self._write_order(file)
                return
            lines = [Text(printable(f"there is a file `{file}`"))]
            self.push_screen(
                Panel("overwrite?", lines, {"y": "overwrite it"}),
                lambda key: self._write_order(file) if key == "y" else self.remark("not saved", FAINT),
            )

        self.push_screen(Prompt("save the order", [("file", ORDER_FILE)], _file_named), typed)

    def _write_order(self, file: Path) -> None:
        session = self.session

        def write() -> Outcome:
            try:
                write_order(session, file)
            except (OSError, ValueError) as error:
                return Refused(f"not saved: {_reason(error)}")
            return Taken(session)

        def written(outcome: Outcome) -> None:
            if isinstance(outcome, Refused):
                self.remark(outcome.text, DOUBTFUL)
            else:
                self._kept(file, f"saved `{file}`")

        self._ask(write, written)

    def action_scenario(self) -> None:
        """Ask for a title and a file and add a scenario to it."""
        session = self.session
        self._ask(lambda: expectations(session), lambda expected: self._ask_title(session, expected))

    def _ask_title(self, session: Session, expected: tuple[str, ...]) -> None:
        catalog = self.catalog

        def written(values: tuple[str, ...]) -> str | None:
            title, name = values
            if not title:
                return "a scenario has a title"
            wrong = _file_named((name,))
            if wrong is not None:
                return wrong
            try:
                add_scenario(Path(name), scenario_text(session, title, expected), catalog)
            except (OSError, ValueError, ChoiceError) as error:
                return _reason(error)
            return None

        def typed(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._kept(Path(values[1]), f"added to `{values[1]}`")

        title = " and ".join(list(session.choices)[:3]) or "nothing chosen"
        fields = [("title", title), ("file", SCENARIO_FILE)]
        self.push_screen(Prompt("save as a scenario", fields, written), typed)

    def _kept(self, file: Path, text: str) -> None:
        self.files.append(file)
        self.saved = dict(self.session.choices)
        self.remark(text)

    def action_leave(self) -> None:
        """Quit; with something unsaved, ask."""
        if not self.unsaved:
            self.exit()
        elif len(self.screen_stack) == 1:
            lines = [Text("what was chosen is not saved")]
            self.push_screen(
                Panel("quit?", lines, {"y": "quit without saving", "w": "save"}), self._asked_to_leave
            )

    def _asked_to_leave(self, key: str | None) -> None:
        if key == "y":
            self.exit()
        elif key == "w":
            self.action_save()


REASONS_NEAR = 30
"""Lines about the cursor whose reasons are found; those of a family of thousands would take minutes."""
REASONS_AT_A_TIME = 8
"""So many reasons are found before they are shown."""


def _file_named(values: tuple[str, ...]) -> str | None:
    if not values[0]:
        return "name a file"
    return f"`{values[0]}` is a folder" if Path(values[0]).is_dir() else None


def _reason(error: OSError | ValueError | ChoiceError) -> str:
    said = getattr(error, "strerror", None)
    return str(said).lower() if said else str(error)


def _content(text: Text) -> Content:
    """Text as it is: nothing in it is read as markup."""
    return Content.from_rich_text(text)


def start(session: Session, catalog: str) -> Dialog:
    """Hold the dialog until it ends.

    Raises:
        BaseException: what went wrong in it, which is our mistake.
    """
    dialog: Any = Dialog(session, catalog)
    dialog.run()
    if dialog.failure is not None:
        raise dialog.failure
    return dialog  # type: ignore[no-any-return]  # it is one
