"""Small random catalogs with assemblies in each other, and their configurations with numbered instances."""

from collections.abc import Iterator, Mapping
from itertools import permutations, product

from hypothesis import strategies as st

from configurator import Configuration, Configurator
from configurator.catalog.structure import AssemblyPlace, Instance
from configurator.configuration.model import InstanceValue, JsonValue, PlaceValue, json_value

Flat = Mapping[str, JsonValue]
"""What each place that is there holds, by path; an instance that is there is `True`."""

LOADS = """{
    | sku | weight | price |
    |-----|--------|-------|
    | L1  |      1 |     5 |
    | L2  |      2 |     7 |
  }"""

INSIDE = (
    "rule inner-{at}: require sum(weight) <= {n}",
    "rule inner-{at}: when lined = yes require load is chosen",
    "rule inner-{at}: when product.colour = red require lined = no",
    "rule inner-{at}: require shelf is chosen or lined = yes",
    "rule inner-{at}: require count(shelf) <= 1",
)
OUTSIDE = (
    "rule outer-{at}: require count(rack) != {n}",
    "rule outer-{at}: require sum(weight) <= {n}",
    "rule outer-{at}: when colour = blue require count(rack where lined = yes) >= 1",
    "rule outer-{at}: for each rack as r when r.load is absent require colour = red",
    "rule outer-{at}: require count(rack) + count(rack.shelf) <= 3",
)


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    """A product with racks, which may have shelves."""
    load = draw(st.sampled_from(["one", "optional", "0..2 mixed", "1..2 identical"]))
    racks = draw(st.sampled_from(["optional", "0..2", "1..2", "one", "0..1"]))
    shelf = draw(st.sampled_from(["optional", "0..2", "one", None]))
    marks = draw(st.sampled_from([None, "some 0..2 of { a, b }", "some 1..1 of { a, b }"]))
    inner = draw(st.lists(st.tuples(st.sampled_from(INSIDE), st.integers(1, 3)), max_size=2))
    outer = draw(st.lists(st.tuples(st.sampled_from(OUTSIDE), st.integers(0, 4)), max_size=2))
    many = shelf == "0..2"
    skipped = [] if shelf else ["shelf"]
    skipped += ["shelf is"] if many or shelf == "one" else []
    skipped += ["count(shelf)", "count(rack.shelf)"] if not many else []
    skipped += ["load is absent", "load is chosen"] if load in {"one", "1..2 identical"} else []
    skipped += ["for each rack as"] if racks in {"optional", "one"} else []
    skipped += ["count(rack where"] if racks in {"optional", "one"} else []

    def filled(rules: list[tuple[str, int]]) -> list[str]:
        return [
            text.replace("{at}", str(at)).replace("{n}", str(number))
            for at, (text, number) in enumerate(rules)
            if not any(words in text for words in skipped)
        ]

    return "\n".join(
        [
            "catalog racks",
            "option colour : one of { red, blue }",
            f"assembly rack choose {racks} {{",
            f"  family load choose {load} {LOADS}",
            "  option lined : yesno",
            *([f"  option marks : {marks}"] if marks else []),
            *(
                [f"  assembly shelf choose {shelf} {{ option depth : one of {{ flat, deep }} }}"]
                if shelf
                else []
            ),
            *filled(inner),
            "}",
            *filled(outer),
        ]
    )


# ---------------------------------------------------------------- numbered


def numbered(asked: Configurator, configuration: Configuration) -> Iterator[Flat]:
    """Every way to number the instances of a configuration."""
    yield from _members(asked, "", configuration)


def all_numbered(asked: Configurator) -> list[Flat]:
    """All valid configurations, with instances numbered in all ways."""
    return [flat for each in asked.configurations() for flat in numbered(asked, each)]


def _members(asked: Configurator, prefix: str, values: Mapping[str, PlaceValue]) -> Iterator[Flat]:
    start = f"{prefix}." if prefix else ""
    parts: list[list[Flat]] = []
    for member in asked.catalog.inside(prefix):
        value = values[member.key.removeprefix(start)]
        if isinstance(member, AssemblyPlace):
            parts.append(list(_assembly(asked, member, value)))
        else:
            parts.append([{member.key: json_value(value)}])
    for chosen in product(*parts):
        yield {key: value for part in chosen for key, value in part.items()}


def _assembly(asked: Configurator, place: AssemblyPlace, value: PlaceValue) -> Iterator[Flat]:
    held = [value] if isinstance(value, InstanceValue) else list(value or ())  # type: ignore[arg-type]  # instances
    empty = [None] * (place.maximum - len(held))
    seen: list[list[object]] = []
    for order in permutations([*held, *empty]):
        if list(order) in seen:
            continue
        seen.append(list(order))
        ways: list[list[Flat]] = [
            list(_instance(asked, instance, each)) if isinstance(each, InstanceValue) else [{}]
            for instance, each in zip(place.instances, order, strict=True)
        ]
        for chosen in product(*ways):
            yield {key: inner for part in chosen for key, inner in part.items()}


def _instance(asked: Configurator, instance: Instance, value: InstanceValue) -> Iterator[Flat]:
    there: Flat = {instance.prefix: True} if instance.presence == instance.prefix else {}
    for inside in _members(asked, instance.prefix, value):
        yield {**there, **inside}


# ---------------------------------------------------------------- choices


def keeps(flat: Flat, said: Flat) -> bool:
    """Whether a numbered configuration is what choices by place say."""
    return all(flat.get(place) == value for place, value in said.items())


@st.composite
def choices(draw: st.DrawFn, asked: Configurator) -> Flat:
    """Choices for some places, each by itself."""
    found: dict[str, JsonValue] = {}
    layouts = asked.product().lowered.layout.of
    for place in asked.catalog.places:
        if place.key not in layouts or draw(st.integers(0, 2)):
            continue
        found[place.key] = draw(st.sampled_from(values_of(place)))
    return found


def values_of(place: object) -> list[JsonValue]:
    """What can be chosen for a place."""
    key = getattr(place, "key", "")
    if getattr(place, "presence", False):
        return [True, None]
    if key.endswith("lined"):
        return [False, True]
    if key.endswith("depth"):
        return ["flat", "deep"]
    if key.endswith("colour"):
        return ["red", "blue"]
    if key.endswith("marks"):
        return [["a"], ["b"]]
    cardinality = getattr(place, "cardinality", None)
    kind = getattr(cardinality, "kind", "")
    if kind == "mixed":
        return [
            [],
            [{"component": "L1", "quantity": 1}],
            [{"component": "L1", "quantity": 1}, {"component": "L2", "quantity": 1}],
        ]
    if kind == "identical":
        return [{"component": "L1", "quantity": 1}, {"component": "L2", "quantity": 2}]
    return ["L1", "L2", *([None] if kind == "optional" else [])]
