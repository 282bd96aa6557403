"""Instances of assemblies in words: `[{size = B10, material = leather}, {}]`, as the language writes them.

SKUs may stand bare or in quotation marks, `,` and `=` need no spaces around them. What is read are lists,
mappings and words, such as JSON would give.
"""

import re
from collections.abc import Mapping

from attrs import define

from configurator.catalog.choices import ChoiceProblem

MOST_CHARACTERS = 100_000
"""The longest text that is read."""
MOST_LEVELS = 20
"""How deep lists and instances may lie within each other."""

_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r'(?:(\d{1,60})\s*x\s*)?"((?:[^"\\]|\\.)*)"', re.ASCII | re.DOTALL)
_BARE = re.compile(r'[^\s,=\[\]{}"](?:[^,=\[\]{}"]*[^\s,=\[\]{}"])?')
_QUANTITY = re.compile(r"\d{1,60}\s*x", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile(r"[^\s,=+\[\]{}\"]+")
_INDEX = re.compile(r"(?:\[\d{1,6}\](?:\.[^\s,=+\[\]{}\"]+)?)*", re.ASCII)


def looks_like_instances(text: str) -> bool:
    """Whether a text begins like a list or an instance."""
    return text.lstrip()[:1] in {"[", "{"}


def read_instances(text: str) -> object:
    """A list, an instance, or a word.

    Raises:
        ChoiceProblem: the text is none, is too long or too deep.
    """
    if len(text) > MOST_CHARACTERS:
        raise ChoiceProblem(f"{len(text):,} characters are too many for one choice")
    reader = _Reader(text)
    found = reader.value(0)
    if not reader.at_end():
        raise reader.problem("nothing more")
    return found


@define
class _Reader:
    """Reads from left to right."""

    text: str
    at: int = 0

    def value(self, level: int) -> object:
        """What begins here."""
        if level > MOST_LEVELS:
            raise ChoiceProblem(f"more than {MOST_LEVELS} levels of brackets cannot be")
        if self._take("["):
            return self._list(level)
        if self._take("{"):
            return self._instance(level)
        return self._word()

    def at_end(self) -> bool:
        """Whether nothing is left but space."""
        self._skip()
        return self.at == len(self.text)

    def problem(self, wanted: str) -> ChoiceProblem:
        """What is wrong here."""
        self._skip()
        rest = self.text[self.at : self.at + 20].rstrip()
        where = f"before `{rest}`" if rest else "at the end"
        return ChoiceProblem(
            f"instances cannot be read {where}: {wanted} belongs there",
            "write `[{ name = value, … }, …]` for a list, `{ name = value }` for one",
        )

    def _list(self, level: int) -> list[object]:
        found: list[object] = []
        if self._take("]"):
            return found
        while True:
            found.append(self.value(level + 1))
            if self._take("]"):
                return found
            if not self._take(","):
                raise self.problem("`,` or `]`")

    def _instance(self, level: int) -> dict[str, object]:
        found: dict[str, object] = {}
        if self._take("}"):
            return found
        while True:
            self._skip()
            name = _NAME.match(self.text, self.at)
            if name is None:
                raise self.problem("the name of what is inside")
            self.at = name.end()
            path = name[0] + self._index()
            at_least = self._take("+")
            if not self._take("="):
                raise self.problem(f"`=` behind `{path}`")
            if path in found:
                raise ChoiceProblem(f"`{path}` is said twice of one instance")
            value = self.value(level + 1)
            found[path] = {"includes": value} if at_least else value
            if self._take("}"):
                return found
            if not self._take(","):
                raise self.problem("`,` or `}`")

    def _index(self) -> str:
        """The rest of a path that leads into a list: `[1].depth`."""
        found = _INDEX.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return found[0]

    def _word(self) -> str:
        self._skip()
        quoted = _QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            return _unquoted(quoted[2]) if quoted[1] is None else f"{quoted[1]}x{_unquoted(quoted[2])}"
        bare = _BARE.match(self.text, self.at)
        if bare is None:
            raise self.problem("a value")
        self.at = bare.end()
        return bare[0]

    def _take(self, sign: str) -> bool:
        self._skip()
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()


def _unquoted(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def write_instances(value: object) -> str:
    """What `read_instances` reads, from JSON: lists, instances, and what fills places inside them."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return quoted_word(value)
        case {"component": str() as sku, **others} if not others:
            return quoted_word(sku)
        case {"component": str() as sku, "quantity": int() as quantity, **others} if not others:
            return f"{quantity}x{quoted_component(sku)}"
        case Mapping():
            inside = ", ".join(_entry(str(name), inner) for name, inner in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_item, value))}]"
        case _:
            return str(value)


def _entry(name: str, value: object) -> str:
    if isinstance(value, Mapping) and set(value) == {"includes"}:
        return f"{name} += {write_instances(value['includes'])}"
    return f"{name} = {write_instances(value)}"


def _item(value: object) -> str:
    """An item of a list: a single unit is its SKU."""
    match value:
        case {"component": str() as sku, "quantity": 1, **others} if not others:
            return quoted_word(sku)
        case _:
            return write_instances(value)


def quoted_word(word: str) -> str:
    """A word as it can be read again: in quotation marks where it must be."""
    return word if _BARE.fullmatch(word) and not _QUANTITY.match(word) else _quoted(word)


def quoted_component(sku: str) -> str:
    """A SKU behind a quantity, likewise."""
    return sku if _BARE.fullmatch(sku) else _quoted(sku)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
