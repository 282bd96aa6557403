"""What expressions and restrictions mean, as plain Python functions over plain data.

It is written from the reference of the language. Nothing of the library is used, so that the two can be held
against each other.
"""

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from configurator.testing.made.products import (
    ABSENT,
    BLANK,
    Filling,
    Known,
    Meaning,
    Nothing,
    Scene,
    Units,
    Worth,
)

Meant = Callable[[Scene], Worth]
"""What an expression is worth in a scene."""

# ---------------------------------------------------------------- reading a scene


def units_in(scene: Scene, key: str) -> Units:
    """What fills a slot or bound unit."""
    found = scene[key]
    assert isinstance(found, tuple)
    return found


def attribute(key: str, column: str) -> Meant:
    """The value of a column of the unit in a place."""

    def meant(scene: Scene) -> Worth:
        units = units_in(scene, key)
        return units[0][0].values.get(column, BLANK) if units else ABSENT

    return meant


def truth(worth: Worth) -> bool | None:
    """A truth value; what is not known is `None`."""
    return worth if isinstance(worth, bool) else None


def calculate(operator: str, left: Worth, right: Worth) -> Worth:
    """Exact arithmetic; absence is stronger than a blank; nothing is divided by 0."""
    if ABSENT in {left, right}:
        return ABSENT
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return BLANK
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else BLANK


COMPARE: dict[str, Callable[[Worth, Worth], bool]] = {
    "=": eq,
    "!=": ne,
    "<": lt,  # type: ignore[dict-item]  # both sides are known and of one kind
    "<=": le,  # type: ignore[dict-item]  # likewise
    ">": gt,  # type: ignore[dict-item]  # likewise
    ">=": ge,  # type: ignore[dict-item]  # likewise
}


def compared(operator: str, left: Meant, right: Meant, ranks: Sequence[str] = ()) -> Meant:
    """A comparison: not known when a side is not. `ranks` orders words."""

    def meant(scene: Scene) -> Worth:
        one, other = left(scene), right(scene)
        if isinstance(one, Nothing) or isinstance(other, Nothing) or one is None or other is None:
            return None
        if ranks:
            return COMPARE[operator](Fraction(ranks.index(str(one))), Fraction(ranks.index(str(other))))
        return COMPARE[operator](one, other)

    return meant


def connected(parts: Sequence[Meant], *, every: bool) -> Meant:
    """`and` (every) or `or`: decided by one part, else not known if any is not."""

    def meant(scene: Scene) -> Worth:
        found = [truth(part(scene)) for part in parts]
        if (not every) in found:
            return not every
        return None if None in found else every

    return meant


def negated(part: Meant) -> Meant:
    """`not`: what is not known stays so."""

    def meant(scene: Scene) -> Worth:
        found = truth(part(scene))
        return None if found is None else not found

    return meant


def conditional(condition: Meant, reads: Collection[str], then: Meant, otherwise: Meant) -> Meant:
    """`if`: not known where the condition is not; absent when the condition asks of what is absent."""

    def meant(scene: Scene) -> Worth:
        found = truth(condition(scene))
        if found is None:
            return ABSENT if any(scene[place] == () for place in reads) else BLANK
        return then(scene) if found else otherwise(scene)

    return meant


def constant(value: Known) -> Meant:
    """Always the same."""
    return lambda _: value


def operated(operator: str, left: Meant, right: Meant) -> Meant:
    """Arithmetic on two expressions."""
    return lambda scene: calculate(operator, left(scene), right(scene))


def quantity(key: str) -> Meant:
    """How many units fill a slot."""

    def meant(scene: Scene) -> Worth:
        units = units_in(scene, key)
        return Fraction(units[0][1]) if units else ABSENT

    return meant


def sku_in(key: str) -> Meant:
    """Which component fills a slot."""

    def meant(scene: Scene) -> Worth:
        units = units_in(scene, key)
        return units[0][0].sku if units else ABSENT

    return meant


def of_option(name: str) -> Meant:
    """What an option is set to."""

    def meant(scene: Scene) -> Worth:
        value = scene[name]
        return ABSENT if isinstance(value, tuple) else value

    return meant


def element_of(item: Meant, many: Meant) -> Meant:
    """Whether a word is in a set."""

    def meant(scene: Scene) -> Worth:
        one, others = item(scene), many(scene)
        if isinstance(one, Nothing) or not isinstance(others, frozenset):
            return None
        return one in others

    return meant


# ---------------------------------------------------------------- aggregates

Collected = list[tuple[Worth, int]]


def folded(function: str, collected: Collected) -> Worth:
    """What an aggregate makes of the values of some units, each with its quantity."""
    worths = [worth for worth, _ in collected]
    match function:
        case "count":
            return Fraction(sum(amount for _, amount in collected))
        case "any" | "all":
            found = [truth(worth) for worth in worths]
            decisive = function == "any"
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case "distinct":
            return (
                BLANK
                if any(isinstance(w, Nothing) or w is None for w in worths)
                else Fraction(len(set(worths)))
            )
    if not collected and function != "sum":
        return ABSENT
    if any(isinstance(worth, Nothing) for worth in worths):
        return ABSENT if ABSENT in worths else BLANK
    numbers = [worth for worth in worths if isinstance(worth, Fraction)]
    if function in {"min", "max"}:
        return min(numbers) if function == "min" else max(numbers)
    total = sum((n * amount for n, (_, amount) in zip(numbers, collected, strict=True)), Fraction(0))
    return total if function == "sum" else total / sum(amount for _, amount in collected)


def aggregated(function: str, slots: Sequence[str], key: str, argument: Meant, where: Meant | None) -> Meant:
    """An aggregate over the units in some slots; only those count for which `where` is true."""

    def meant(scene: Scene) -> Worth:
        collected: Collected = []
        for slot in slots:
            for unit in units_in(scene, slot):
                inner = {**scene, key: (unit,)}
                if where is None or where(inner) is True:
                    collected.append((argument(inner), unit[1]))
        return folded(function, collected)

    return meant


# ---------------------------------------------------------------- restrictions


def balance(terms: Sequence[tuple[int, Meant]], scene: Scene) -> Worth:
    """The sum of a resource's terms: what is absent counts 0; one blank makes it unknown."""
    total = Fraction(0)
    for sign, meant in terms:
        worth = meant(scene)
        if worth is ABSENT:
            continue
        if not isinstance(worth, Fraction):
            return BLANK
        total += sign * worth
    return total


def resource_part(
    give: Sequence[tuple[int, Meant]], need: Sequence[tuple[int, Meant]], factor: Fraction, part: str
) -> Meant:
    """`power.supply`, `.demand`, `.needed` or `.left`."""

    def meant(scene: Scene) -> Worth:
        supply, demand = balance(give, scene), balance(need, scene)
        needed = demand * factor if isinstance(demand, Fraction) else BLANK
        left = supply - needed if isinstance(supply, Fraction) and isinstance(needed, Fraction) else BLANK
        return {"supply": supply, "demand": demand, "needed": needed, "left": left}[part]

    return meant


def rule_meaning(
    bindings: Sequence[tuple[str, str]], clauses: Sequence[tuple[list[Meant], Meant, bool]]
) -> Meaning:
    """Broken where, for some bound units, all guards are true and the body is the wrong truth value."""

    def kept(scene: Scene) -> bool:
        inside: list[dict[str, Filling]] = [dict(scene)]
        for key, slot in bindings:
            inside = [{**one, key: (unit,)} for one in inside for unit in units_in(scene, slot)]
        return not any(
            all(truth(guard(one)) is True for guard in guards) and truth(body(one)) is (not wanted)
            for one in inside
            for guards, body, wanted in clauses
        )

    return kept
