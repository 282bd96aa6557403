"""A fingerprint of what a catalog says: SHA-256 over its canonical content.

The content is the syntax tree without places, and the cells of every file it
reads. Formatting, comments and the folder it lies in do not change it; a
changed word, number, cell or order does.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache

import attrs

from configurator.catalog.loading import LoadedModules
from configurator.syntax.nodes import Row


def catalog_digest(loaded: LoadedModules, tables: Iterable[object]) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    modules = [
        [module.namespace, canonical(module.file.header), [canonical(s) for s in module.file.statements]]
        for module in loaded.modules
    ]
    text = json.dumps([modules, canonical(tuple(tables))], ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def canonical(value: object) -> object:
    """A node as lists and texts: class name, then the fields that count for equality."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [canonical(item) for item in value]
    if isinstance(value, Fraction | date):
        return f"{type(value).__name__} {value}"
    if isinstance(value, Row):
        # The same as below, but tables may be long.
        return ["Row", [["Cell", cell.text] for cell in value.cells]]
    kind = type(value)
    if attrs.has(kind):
        return [kind.__name__, *[canonical(getattr(value, name)) for name in _counting_fields(kind)]]
    return value


@cache
def _counting_fields(kind: type[attrs.AttrsInstance]) -> tuple[str, ...]:
    """The names of the fields that count for equality."""
    return tuple(field.name for field in attrs.fields(kind) if field.eq)
