"""Bundles by name: those that a customer, an order or a saved configuration applies."""

from collections.abc import Iterable

from configurator.catalog.model import Bundle, Catalog
from configurator.configuration.choices import shown
from configurator.diagnostics.suggestion import did_you_mean
from configurator.errors import ChoiceError


def read_bundles(catalog: Catalog, names: Iterable[str]) -> tuple[Bundle, ...]:
    """The bundles of these names, in the order declared; whether they are in force is not looked at.

    Raises:
        ChoiceError: names every one that does not exist or is named twice.
        TypeError: the names are one text instead of several.
    """
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise TypeError(f"bundles are a list, such as `['gamer']`, not `{names!r}`")
    known = {bundle.key: bundle for bundle in catalog.bundles}
    problems: list[str] = []
    help_lines: dict[str, None] = {}
    found: set[str] = set()
    for name in names:
        if not isinstance(name, str) or name not in known:
            problems.append(f"there is no bundle `{shown(name)}`")
            there = f"there are: {', '.join(known)}" if known else "the catalog has no bundles"
            help_lines.update(dict.fromkeys(did_you_mean(str(name), known) or (there,)))
        elif name in found:
            problems.append(f"the bundle `{name}` is named twice")
        else:
            found.add(name)
    if problems:
        raise ChoiceError(problems, tuple(help_lines))
    return tuple(bundle for key, bundle in known.items() if key in found)
