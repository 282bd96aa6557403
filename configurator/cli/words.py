"""Choices as words of a command line: `cpu=CPU-7600 memory=2xRAM-D5-32 gpu=none drives+=SSD-1T`."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from configurator.acceptance.orders import OrderLine, read_order
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.files import STANDARD_INPUT, read_json_file

_FORMS = "write `slot=SKU`, `slot=2xSKU`, `slot=none`, or `slot+=SKU` for at least that"


def choices_in_words(words: Iterable[str]) -> dict[str, Any]:
    """Choices by path, as `Configurator.validate` takes them.

    `+=` says what a mixed slot or a set holds at least, and may be repeated.

    Raises:
        CommandError: a word is no choice, or chooses again what was chosen before.
    """
    exact: dict[str, str] = {}
    included: dict[str, list[str]] = {}
    for word in words:
        path, equals, value = (part.strip() for part in word.partition("="))
        at_least = path.endswith("+")
        path = path.removesuffix("+").rstrip()
        if not equals or not path:
            raise CommandError(f"`{word}` is no choice", ExitCode.USAGE, _FORMS)
        if not value:
            raise CommandError(
                f"`{word}` chooses nothing", ExitCode.USAGE, f"write `{path}=none` to leave it empty"
            )
        if path in exact or (path in included and not at_least):
            raise CommandError(
                f"`{path}` is chosen twice", ExitCode.USAGE, f"separate several by commas: `{path}=A,2xB`"
            )
        if at_least:
            included.setdefault(path, []).append(value)
        else:
            exact[path] = value
    return {**exact, **{path: {"includes": _together(values)} for path, values in included.items()}}


def _together(values: Sequence[str]) -> str:
    """What several words say is included, as one: `[{}]` and `[{}]` are two instances."""
    if all(value.startswith("[") and value.endswith("]") for value in values):
        inside = [value[1:-1].strip() for value in values]
        return f"[{', '.join(filter(None, inside))}]"
    return ",".join(values)


@frozen
class Wanted:
    """What a command is asked about.

    Attributes:
        choices: by path, as `Configurator.validate` takes them.
        bundles: names of the bundles to apply, each once.
    """

    choices: dict[str, Any]
    bundles: tuple[str, ...]


def read_wanted(words: tuple[str, ...], file: str | None, bundles: tuple[str, ...]) -> Wanted:
    """The choices and bundles of a command: those of a file (or standard input, for `-`) and its words.

    A word about a place stands above what the file says of it. The bundles of both are applied.

    Raises:
        CommandError: a word is no choice, a bundle is named twice, or the file cannot be read.
        OrderError: the file is no usable JSON, or an order of several lines.
    """
    for name in bundles:
        if bundles.count(name) > 1:
            raise CommandError(f"the bundle `{name}` is named twice", ExitCode.USAGE)

    from_input = STANDARD_INPUT in words
    if from_input and file is not None:
        raise CommandError("`-` and `--file` both name an order", ExitCode.USAGE, "leave one of them out")
    source = STANDARD_INPUT if from_input else file
    chosen = choices_in_words(word for word in words if word != STANDARD_INPUT)
    if source is None:
        return Wanted(chosen, bundles)
    line = _file_line(source)
    named = line.bundles + tuple(name for name in bundles if name not in line.bundles)
    return Wanted({**line.configuration, **chosen}, named)


def _file_line(file: str) -> OrderLine:
    lines = read_order(read_json_file(file)).lines
    if len(lines) > 1:
        raise CommandError(
            f"the order has {len(lines)} lines, and this command asks about one configuration",
            ExitCode.USAGE,
            "hold a whole order against stock with `configurator accept`",
        )
    return lines[0]
