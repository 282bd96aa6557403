"""Repairs in words: for people, and for the command line again."""

import shlex
from collections.abc import Mapping, Sequence

from rich.text import Text

from configurator.cli.terminal import GAP, column_widths
from configurator.cli.wording import FAINT, GOOD, STRONG
from configurator.configuration.instance_words import write_instances
from configurator.configuration.model import JsonValue
from configurator.configuration.repairs import Repair
from configurator.configuration.telling import delta_in_words, value_in_words

HEADING = "ways out (smallest change first)"


def repair_lines(repairs: Sequence[Repair]) -> tuple[Text, ...]:
    """Each repair by its number: a line for each place that changes, and what the money comes to."""
    width = max((len(change.place) for repair in repairs for change in repair.changes), default=0)
    told = [
        [f"{change.place:<{width}} = {value_in_words(change.after)}" for change in repair.changes]
        for repair in repairs
    ]
    widths = column_widths(((change,) for changes in told for change in changes), 1)
    money = [delta_in_words(repair.delta) for repair in repairs]
    widest = max(map(len, money), default=0)
    digits = len(str(len(repairs)))
    lines: list[Text] = []
    for number, (changes, delta) in enumerate(zip(told, money, strict=True), start=1):
        for at, change in enumerate(changes):
            head = f"{number:>{digits}}" if at == 0 else " " * digits
            line = Text.assemble(GAP, (head, STRONG), GAP, change)
            if at == 0 and delta:
                padding = " " * (widths[0] - len(change) + widest - len(delta))
                line.append(f"{padding}{GAP}")
                line.append(delta, FAINT if delta.startswith("+") else GOOD)
            lines.append(line)
    return tuple(lines)


def choices_in_one_line(choices: Mapping[str, JsonValue], bundles: Sequence[str] = ()) -> str:
    """Choices and bundles as words of a command line, quoted for a shell where they must be."""
    words = [_word(path, value) for path, value in choices.items()]
    words += [f"--bundle={name}" for name in bundles]
    return " ".join(map(shlex.quote, words))


def _word(path: str, value: JsonValue) -> str:
    if isinstance(value, dict) and "includes" in value:
        return f"{path}+={_value(value['includes'])}"
    return f"{path}={_value(value)}"


def _value(value: JsonValue) -> str:
    match value:
        case {"component": component, "quantity": quantity}:
            return f"{quantity}x{component}"
        case {"component": component}:
            return str(component)
        case dict():
            return write_instances(value)
        case [dict() as first, *_] if "component" not in first:
            return write_instances(value)
        case list():
            return ",".join(map(_item, value)) or "none"
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _item(value: JsonValue) -> str:
    match value:
        case {"component": component, "quantity": 1}:
            return str(component)
        case _:
            return _value(value)
