"""Hands on the dialog's keys and eyes on its screen, without a terminal."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from types import MappingProxyType

from attrs import frozen
from textual.events import Key
from textual.pilot import Pilot

from configurator import Configurator
from configurator.cli.dialog.app import Dialog
from configurator.cli.dialog.line_list import line_text
from configurator.cli.dialog.offers import OfferLine
from configurator.cli.dialog.panels import Panel, Prompt
from configurator.configuration.session import Session

DAY = date(2026, 11, 22)

CHARACTERS = {"space": " ", "question_mark": "?", "slash": "/", "plus": "+", "minus": "-"}
"""What keys with a name of their own write."""

ROUNDS = 4
"""A key goes from the app to its screen to a widget and back: as often nothing new may come."""

PC = """
catalog pc "Small PC" version "1" currency EUR

family cpu "Processor" choose one {
  | sku   | name    | socket | igpu | price [EUR] |
  |-------|---------|--------|------|-------------|
  | CPU-A | Alpha 4 | AM5    | yes  |      200.00 |
  | CPU-F | Alpha F | AM5    | no   |      150.00 |
  | CPU-I | India 6 | LGA    | yes  |      250.00 |
}

family board "Mainboard" choose one {
  | sku   | name       | socket | price [EUR] |
  |-------|------------|--------|-------------|
  | MB-A  | Board AM5  | AM5    |      100.00 |
  | MB-I  | Board LGA  | LGA    |      120.00 |
}

family gpu "Graphics card" choose optional {
  | sku   | name     | draw [W] | price [EUR] |
  |-------|----------|----------|-------------|
  | GPU-1 | Card one |      100 |      300.00 |
  | GPU-2 | Card two |      300 |      900.00 |
}

family psu "Power supply" choose one {
  | sku   | name       | watts [W] | price [EUR] |
  |-------|------------|-----------|-------------|
  | PSU-4 | Supply 400 |       200 |       40.00 |
  | PSU-8 | Supply 800 |       400 |       90.00 |
}

unit W
default psu = "PSU-8"

calc price "Price" in EUR = sum(price)

rule socket:
  require cpu.socket = board.socket
  because "{cpu.name} does not fit {board.name}."

rule picture:
  when cpu.igpu = no
  require gpu is chosen
  because "{cpu.name} shows no picture of its own."

resource power "Power" in W {
  supply psu.watts
  demand sum(gpu.draw)
  because "{psu.name} is too weak."
}
"""
"""Processors and boards that go together or not, and power."""


@frozen
class Hands:
    """Somebody at the keys."""

    app: Dialog
    pilot: Pilot[None]

    async def settle(self) -> None:
        """Wait until everything asked was answered and shown."""
        quiet = 0
        while quiet < ROUNDS:
            quiet = quiet + 1 if self.app.settled else 0
            # The pilot's own pause waits for an idle processor, which takes a moment each time.
            await self.pilot._wait_for_screen()
            await asyncio.sleep(0 if self.app.settled else 0.001)
        self.app.screen._on_timer_update()

    async def press(self, *keys: str) -> None:
        """Press keys, each once everything before is done."""
        for key in keys:
            self._send(key)
            await self.settle()

    def _send(self, key: str) -> None:
        assert self.app._driver is not None
        event = Key(key, CHARACTERS.get(key, key if len(key) == 1 else None))
        event.set_sender(self.app)
        self.app._driver.send_message(event)

    async def type(self, text: str) -> None:
        """Type over what stands in the field, once the cursor is there."""
        await self.pilot.pause()
        await self.press("end", "shift+home", "backspace", *text)

    async def open(self, place: str) -> None:
        """Open a place."""
        self.go(place)
        await self.press("space")

    def go(self, place: str, name: str | None = None) -> None:
        """Put the cursor on a place, or on one of its offers."""
        self.app.line_list.cursor = next(
            at
            for at, line in enumerate(self.app.line_list.lines)
            if line.place == place
            and isinstance(line, OfferLine) is (name is not None)
            and (name is None or (isinstance(line, OfferLine) and line.name == name))
        )

    async def choose(self, place: str, name: str) -> None:
        """Open a place and take an offer of it."""
        if self.app.view.opened != place:
            await self.open(place)
        self.go(place, name)
        await self.press("space")

    @property
    def session(self) -> Session:
        """The session now."""
        return self.app.session

    @property
    def choices(self) -> dict[str, object]:
        """What is chosen now."""
        return dict(self.app.session.save().choices)

    @property
    def lines(self) -> list[str]:
        """The lines of the list, as wide as they like."""
        return [" ".join(line_text(line, 110, 24, 24).plain.split()) for line in self.app.line_list.lines]

    @property
    def shown(self) -> list[str]:
        """The lines of the whole screen as the terminal shows them."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def panel(self) -> str:
        """What stands in the panel on top."""
        assert isinstance(self.app.screen, Panel)
        return self.app.screen.text

    @property
    def prompt(self) -> Prompt:
        """The fields on top."""
        assert isinstance(self.app.screen, Prompt)
        return self.app.screen


def drive(
    catalog: Configurator | str,
    act: Callable[[Hands], Awaitable[None]],
    *,
    choices: Mapping[str, object] = MappingProxyType({}),
    size: tuple[int, int] = (80, 24),
    seconds: float | None = 20,
    path: str = "pc.pcat",
) -> Dialog:
    """Hold a dialog in which `act` presses the keys; it ends with it."""
    loaded = Configurator.from_text(catalog) if isinstance(catalog, str) else catalog
    app = Dialog(loaded.session(choices, as_of=DAY, seconds=seconds), path)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            hands = Hands(app, pilot)
            await hands.settle()
            await act(hands)
        if app.failure is not None:
            raise app.failure

    asyncio.run(run())
    return app
