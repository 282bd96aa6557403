"""Catalogs with an assembly, each with a twin that says the same without one.

An assembly of a family and an option is, seen from outside, a family with one component for each combination
of the two; several of it are a mixed slot. So whatever is said of instances can be said of units, and both
catalogs must have the same configurations.
"""

from collections.abc import Callable
from itertools import product

from attrs import frozen
from hypothesis import strategies as st

MATERIALS = ("cloth", "steel")
COLOURS = ("red", "blue")


@frozen
class Statement:
    """Something said of instances, and the same said of units."""

    of_instances: str
    of_units: str


@frozen
class Twins:
    """Two catalogs that mean the same.

    Attributes:
        with_assembly: the product holds boxes, each with a size and a material.
        with_slot: it holds components, one for each size and material.
        sizes: SKU and volume of each size.
    """

    with_assembly: str
    with_slot: str
    sizes: tuple[tuple[str, int], ...]

    def as_units(self, boxes: list[dict[str, str]]) -> list[str]:
        """Instances as components."""
        return [f"{box['size']}-{box['material']}" for box in boxes]


def outside(text: str) -> Statement:
    """A rule of the product, written with `box.size.` for a column of what is inside."""
    return Statement(text, text.replace("box.size.", "box.").replace("(size.", "("))


INSIDE: tuple[tuple[str, Callable[[str], str]], ...] = (
    (
        "rule inner-{at}: require size.volume <= {n} or material = steel",
        lambda rule: f"for each box require box.volume <= {rule} or box.material = steel",
    ),
    (
        "rule inner-{at}: material = cloth excludes size.volume = {n}",
        lambda rule: f"for each box box.material = cloth excludes box.volume = {rule}",
    ),
    (
        "rule inner-{at}: when product.colour = red require size.volume != {n}",
        lambda rule: f"for each box when colour = red require box.volume != {rule}",
    ),
    (
        "resource inner_{at} { supply {n} demand size.volume }",
        lambda rule: f"for each box require box.volume <= {rule}",
    ),
)

OUTSIDE = (
    "rule outer-{at}: require count(box) <= {n}",
    "rule outer-{at}: require sum(box.size.volume) <= {n} + 3",
    "rule outer-{at}: require count(box where material = steel) >= 1",
    "rule outer-{at}: when colour = red forbid any(box where material = cloth)",
    "rule outer-{at}: for each box when box.material = steel require colour = blue",
    "rule outer-{at}: for each box require box.size.volume >= {n} or colour = red",
    "rule outer-{at}: require max(box.size.volume) <= {n}",
    "rule outer-{at}: colour = blue requires count(box where material = steel) = 1",
    "rule outer-{at}: require count(box where material = steel) <= count(box where material = cloth)",
)


@st.composite
def twins(draw: st.DrawFn) -> Twins:
    """Two catalogs that mean the same."""
    sizes = tuple((f"S{at}", draw(st.integers(1, 4))) for at in range(draw(st.integers(1, 3))))
    low = draw(st.integers(0, 1))
    high = draw(st.integers(max(low, 1), 3))
    inner = draw(st.lists(st.tuples(st.sampled_from(INSIDE), st.integers(1, 4)), max_size=2))
    outer = draw(st.lists(st.tuples(st.sampled_from(OUTSIDE), st.integers(1, 4)), max_size=2))

    def filled(text: str, at: int, number: int) -> str:
        return text.replace("{at}", str(at)).replace("{n}", str(number))

    inside_rules = [filled(text, at, number) for at, ((text, _), number) in enumerate(inner)]
    inside_twins = [f"rule inner-{at}: {twin(str(number))}" for at, ((_, twin), number) in enumerate(inner)]
    outside_rules = [outside(filled(text, at, number)) for at, (text, number) in enumerate(outer)]
    head = "catalog twins\noption colour : one of { red, blue }\n"
    rows = "\n".join(f"    | {sku} | {volume} |" for sku, volume in sizes)
    with_assembly = "\n".join(
        [
            head,
            f"assembly box choose {low}..{high} {{",
            f"  family size choose one {{\n    | sku | volume |\n    |---|---|\n{rows}\n  }}",
            "  option material : one of { cloth, steel }",
            *inside_rules,
            "}",
            *(each.of_instances for each in outside_rules),
        ]
    )
    units = "\n".join(
        f"  | {sku}-{material} | {volume} | {material} |"
        for (sku, volume), material in product(sizes, MATERIALS)
    )
    with_slot = "\n".join(
        [
            head,
            f"family box choose {low}..{high} mixed {{",
            f"  | sku | volume | material |\n  |---|---|---|\n{units}\n}}",
            *inside_twins,
            *(each.of_units for each in outside_rules),
        ]
    )
    return Twins(with_assembly, with_slot, sizes)
