"""Pictures of the dialog for the pages: `python tests/documents/dialog_picture.py` draws them anew.

They are drawn by textual from the dialog itself, without a terminal. Whatever leads out of the file is taken
out: addresses of fonts, the name of the program that drew it.
"""

import asyncio
import html
import re
from collections.abc import Mapping
from contextlib import chdir
from datetime import date
from pathlib import Path

from attrs import frozen
from textual.pilot import Pilot

from configurator import Configurator
from configurator.cli.dialog.app import Dialog

ROOT = Path(__file__).resolve().parents[2]
SIZE = (104, 30)

_FONT = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
_COMMENT = re.compile(r"\s*<!--.*?-->\n", re.DOTALL)
_TEXT = re.compile(r"<text [^>]*>(.*?)</text>", re.DOTALL)
_ID = re.compile(r"terminal-\d+")


@frozen
class Picture:
    """A moment of a dialog about the desktop PC.

    Attributes:
        file: where it is kept.
        choices: what is chosen when it begins.
        opened: the place that is opened.
        offer: the offer under the cursor.
        keys: what is pressed then.
    """

    file: str
    choices: Mapping[str, object]
    opened: str
    offer: str
    keys: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return ROOT / "docs" / "how-to" / self.file


CHOICES = {"usage": "gaming", "cpu": "CPU-7800X3D", "chassis": "CASE-NR200"}

PICTURES = (
    Picture("configure-dialog.svg", CHOICES, "graphics", "GPU-5070-FE"),
    Picture("configure-ways-out.svg", CHOICES, "graphics", "GPU-5090", ("space",)),
)


def draw(picture: Picture, catalog: Configurator) -> str:
    """The picture as it would be drawn now."""
    session = catalog.session(picture.choices, as_of=date(2026, 11, 22))
    app = Dialog(session, "catalogs/desktop_pc")

    async def run() -> str:
        async with app.run_test(size=SIZE) as pilot:
            await settle(app, pilot)
            point(app, picture.opened, "")
            await pilot.press("space")
            await settle(app, pilot)
            point(app, picture.opened, picture.offer)
            for key in picture.keys:
                await pilot.press(key)
                await settle(app, pilot)
            await settle(app, pilot)
            return app.export_screenshot(title="configurator configure catalogs/desktop_pc")

    return contained(asyncio.run(run()))


def point(app: Dialog, place: str, name: str) -> None:
    """Put the cursor on a line."""
    lines = app.line_list
    names = [(line.place, getattr(line, "name", "") if hasattr(line, "mark") else "") for line in lines.lines]
    lines.action_move(names.index((place, name)) - lines.cursor)


async def settle(app: Dialog, pilot: Pilot[None]) -> None:
    """Wait until everything asked was answered and shown."""
    await pilot.pause()
    while not app.settled:
        await pilot.pause(0.005)
    await pilot.pause()


def contained(svg: str) -> str:
    """The picture with nothing that leads out of it, and with names that do not change by themselves."""
    svg = _COMMENT.sub("\n", _FONT.sub("\n", svg))
    svg = svg.replace("font-family: Fira Code, monospace", "font-family: monospace")
    svg = _ID.sub("dialog", svg)
    # Some programs take blanks at either end of a text away, even those that do not break.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def texts(svg: str) -> str:
    """What can be read in a picture."""
    return html.unescape(" ".join(" ".join(_TEXT.findall(svg)).split())).replace("\N{NO-BREAK SPACE}", " ")


def load() -> Configurator:
    """The desktop PC, loaded as a reader of the page loads it, so that its messages name short paths."""
    with chdir(ROOT):
        return Configurator.load("catalogs/desktop_pc")


def main() -> None:
    """Draw all pictures."""
    catalog = load()
    for picture in PICTURES:
        picture.path.write_text(draw(picture, catalog), encoding="utf-8")


if __name__ == "__main__":
    main()
