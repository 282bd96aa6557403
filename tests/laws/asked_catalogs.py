"""Made catalogs brought before the library, and its answers as plain data."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from unittest import mock

from configurator.configuration.domains import (
    AssemblyOffers,
    IdenticalOffers,
    MixedOffers,
    NumberOffers,
    PlaceOffers,
    SetOffers,
    ValidDomains,
    ValueOffers,
)
from configurator.configuration.model import json_value
from configurator.configurator import Configurator
from configurator.lowering import objectives, product, tables
from configurator.lowering.conditions import MOST_ROWS, ConditionLowering
from configurator.testing.made.catalogs import MadeCatalog, Names, plain_names, with_names
from configurator.testing.made.products import Filling, Json, MadeOption, MadePlace, MadeSlot, Scene

ENGINES = ("diagram", "backtracking", "exhaustive")
TABLE_LIMITS = (MOST_ROWS, 0, 6)
"""Rows up to which a condition becomes a table: small catalogs show the other forms only below their size."""


def loaded(catalog: MadeCatalog, engine: str = "backtracking", names: Names = plain_names) -> Configurator:
    """The catalog as the library reads it."""
    return Configurator.from_text(catalog.text(names), files=catalog.files(names), engine=engine)


@contextmanager
def tables_up_to(rows: int) -> Iterator[None]:
    """Lower conditions to tables only up to so many rows; beyond, to sums, clauses and predicates."""
    smaller = partial(ConditionLowering, most_rows=rows)
    with (
        mock.patch.object(product, "ConditionLowering", smaller),
        mock.patch.object(objectives, "ConditionLowering", smaller),
        mock.patch.object(objectives, "MOST_ROWS", rows),
        mock.patch.object(tables, "MOST_ROWS", rows),
    ):
        yield


def named(value: Json, names: Names = plain_names) -> Json:
    """Plain data with its names written out."""
    result: Json = json.loads(with_names(json.dumps(value, ensure_ascii=False), names))
    return result


def named_object(value: dict[str, Json], names: Names = plain_names) -> dict[str, Json]:
    """An object with its names written out."""
    result = named(value, names)
    assert isinstance(result, dict)
    return result


# ---------------------------------------------------------------- valid domains as plain data


def told_domains(domains: object) -> dict[str, Json]:
    """What `options` answers, as plain data."""
    assert isinstance(domains, ValidDomains)
    return {key: told_offers(offers) for key, offers in domains.of.items()}


def told_offers(offers: PlaceOffers) -> Json:
    """What is offered for one place, as plain data."""
    match offers:
        case ValueOffers(offers=found):
            return [[json_value(offer.value), offer.state] for offer in found]
        case IdenticalOffers(offers=quantities, absent=absent):
            return [[[o.component, o.lowest, o.highest, o.state] for o in quantities], absent]
        case MixedOffers(offers=counts, fewest=fewest, most=most):
            return [[[offer.component, offer.highest] for offer in counts], fewest, most]
        case NumberOffers(intervals=intervals):
            return [[json_value(i.low), json_value(i.high)] for i in intervals]
        case SetOffers(elements=elements):
            return [[offer.element, offer.state] for offer in elements]
        case AssemblyOffers():
            raise AssertionError(offers)


Defaults = Mapping[str, Filling]
"""The places that take a default, with what they take."""


def taken_defaults(catalog: MadeCatalog, possible: Sequence[Scene], chosen: Collection[str]) -> Defaults:
    """What completion must take by default: defaults in turn, each kept if it goes with those before."""
    left = list(possible)
    kept = []
    for default in catalog.defaults:
        if default.place in chosen or not default.usable:
            continue
        keeping = [scene for scene in left if not default.guard(scene) or default.meant(scene)]
        if keeping:
            left = keeping
            kept.append(default)
    return {default.place: left[0][default.place] for default in kept if default.guard(left[0])}


def meant_offers(place: MadePlace, possible: list[Filling], defaults: Defaults, *, chosen: bool) -> Json:
    """What must be offered for a place that can hold just these fillings."""
    default = shown(place, defaults[place.name]) if place.name in defaults else _NO_DEFAULT
    fillings = [filling for filling in place.fillings() if filling in possible]
    match place:
        case MadeSlot(kind="identical"):
            return identical_offers(fillings, default, chosen=chosen)
        case MadeSlot(kind="mixed"):
            return mixed_offers(place, fillings)
        case MadeOption(kind="number"):
            return number_offers(place, fillings)
        case MadeOption(kind="some"):
            return set_offers(place, fillings)
        case _:
            values = [place.canonical(filling) for filling in fillings]
            alone = len(values) == 1
            return [[value, state_of(value, default, alone=alone, chosen=chosen)] for value in values]


_NO_DEFAULT = object()


def shown(place: MadePlace, filling: Filling) -> object:
    """What of a filling an offer shows: a SKU, an option's value, nothing."""
    if isinstance(place, MadeSlot) and isinstance(filling, tuple):
        return filling[0][0].sku if filling else None
    return place.canonical(filling)


def state_of(value: Json, default: object, *, alone: bool, chosen: bool) -> str:
    """In which state a value is offered."""
    if chosen or alone:
        return "chosen" if chosen else "forced"
    return "default" if default == value else "free"


def identical_offers(fillings: list[Filling], default: object, *, chosen: bool) -> Json:
    """Each component with its fewest and most units, and whether nothing can be chosen."""
    amounts: dict[str, list[int]] = {}
    for filling in fillings:
        assert isinstance(filling, tuple)
        for component, amount in filling:
            amounts.setdefault(component.sku, []).append(amount)
    absent = () in fillings
    alone = len(amounts) == 1 and not absent
    offers: list[Json] = [
        [sku, min(found), max(found), state_of(sku, default, alone=alone, chosen=chosen)]
        for sku, found in amounts.items()
    ]
    return [offers, absent]


def mixed_offers(slot: MadeSlot, fillings: list[Filling]) -> Json:
    """Each component with its most units, and the fewest and most units in all."""
    held = [{c.sku: n for c, n in filling} for filling in fillings if isinstance(filling, tuple)]
    totals = [sum(amounts.values()) for amounts in held] or [0]
    highest = {c.sku: max((a.get(c.sku, 0) for a in held), default=0) for c in slot.family.components}
    return [[[sku, most] for sku, most in highest.items() if most], min(totals), max(totals)]


def number_offers(option: MadeOption, fillings: list[Filling]) -> Json:
    """Neighbouring numbers joined."""
    runs: list[list[int]] = []
    for at, value in enumerate(option.values):
        if value not in fillings:
            continue
        if runs and runs[-1][1] == at - 1:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    return [
        [option.canonical(option.values[first]), option.canonical(option.values[last])]
        for first, last in runs
    ]


def set_offers(option: MadeOption, fillings: list[Filling]) -> Json:
    """Each element: it must be in, can be, or cannot."""
    sets = [filling for filling in fillings if isinstance(filling, frozenset)]

    def state(element: str) -> str:
        inside = [element in elements for elements in sets]
        return "cannot" if not any(inside) else "must" if all(inside) else "can"

    return [[element, state(element)] for element in option.elements]
