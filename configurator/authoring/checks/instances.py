"""Places inside assemblies, whichever of several equal instances is meant."""

import re

from configurator.catalog.model import Catalog
from configurator.catalog.rules import Binding, InstanceBinding, Rule, VariantTable
from configurator.catalog.structure import Place

_NUMBER = re.compile(r"\[\d+\]")


def declared_path(key: str) -> str:
    """The path as it is declared: `bag.volume` for `bag[2].volume`."""
    return _NUMBER.sub("", key)


def place_meant(catalog: Catalog, said_in: Rule | VariantTable, key: str) -> Place | None:
    """The place that a path in a rule or table means: of what is bound for each, the first one."""
    for binding in said_in.bindings:
        match binding:
            case Binding(name=name, slot=slot) if key == name:
                return catalog.place_of.get(slot)
            case InstanceBinding(names=names, instances=(first, *_)):
                for name, prefix in zip(names, (first.prefix, *first.outer), strict=False):
                    if key.startswith(f"{name}."):
                        return catalog.place_of.get(prefix + key.removeprefix(name))
            case _:
                pass
    return catalog.place_of.get(key)
