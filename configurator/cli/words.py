"""Choices as words of a command line: `cpu=CPU-7600 memory=2xRAM-D5-32 gpu=none drives+=SSD-1T`."""

from collections.abc import Iterable, Mapping
from typing import Any

from configurator.acceptance.orders import read_order
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
    return {**exact, **{path: {"includes": ",".join(values)} for path, values in included.items()}}


def read_choice_words(words: tuple[str, ...], file: str | None) -> dict[str, Any]:
    """The choices of a command: those of a file (or standard input, for `-`); words stand above them.

    Raises:
        CommandError: a word is no choice, or the file cannot be read.
        OrderError: the file is no usable JSON, or an order of several lines.
    """
    from_input = STANDARD_INPUT in words
    if from_input and file is not None:
        raise CommandError("`-` and `--file` both name an order", ExitCode.USAGE, "leave one of them out")
    source = STANDARD_INPUT if from_input else file
    chosen = choices_in_words(word for word in words if word != STANDARD_INPUT)
    return chosen if source is None else {**_file_choices(source), **chosen}


def _file_choices(file: str) -> Mapping[str, Any]:
    lines = read_order(read_json_file(file)).lines
    if len(lines) > 1:
        raise CommandError(
            f"the order has {len(lines)} lines, and this command asks about one configuration",
            ExitCode.USAGE,
            "hold a whole order against stock with `configurator accept`",
        )
    return lines[0].configuration
