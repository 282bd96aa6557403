"""Random wishes: preferences, objectives, bundles, and how the product is assembled."""

from attrs import frozen

from configurator.testing.made.catalogs import Statement
from configurator.testing.made.expressions import SUM, Made
from configurator.testing.made.products import Days
from configurator.testing.made.whole import WholeMaker

_WEIGHTS = ("", "", " weight 2", " weight 0.5")
_WEEKDAYS = ("monday to friday", "saturday to monday", "monday", "monday to tuesday, thursday")
_CLOSED = ("2026-12-24", "2026-12-24 to 2026-12-26, 2027-01-01")


@frozen
class WrittenBundle:
    """A bundle that chooses what is planted.

    Attributes:
        days: when it is in force.
    """

    name: str
    days: Days


def declare_wishes(maker: WholeMaker) -> list[WrittenBundle]:
    """Everything that never decides what is possible, except scenarios."""
    dice = maker.dice
    for number in dice.times(0, 2 if maker.may("preferences") else 0):
        condition = maker.maker.condition(maker.around(), 2)
        reason = ' because "It suits most."' if maker.may("messages", 40) else ""
        text = f"prefer wish-{number}: {condition.text}{dice.one(_WEIGHTS)}{reason}"
        maker.statements.append(Statement(text))
    for _ in dice.times(0, 1 if maker.may("objectives") else 0):
        amount = maker.maker.number(maker.around(), dice.one(("", "g", "EUR")), 2)
        direction = dice.one(("minimise", "maximise"))
        maker.statements.append(Statement(f"{direction} {amount.text}{dice.one(_WEIGHTS)}"))
    if maker.groups and maker.may("defaults", 40):
        group = dice.one(maker.groups)
        chosen = {place: text for place, text in maker.choices() if place.startswith(group.name)}
        place = dice.one(list(chosen))
        maker.statements.append(Statement(f"default {place} = {chosen[place]}"))
    found = _declare_bundles(maker)
    if found and maker.may("calcs", 60):
        amount = maker.maker.number(maker.around(), "EUR", 1)
        _declare_price(maker, amount)
    if maker.may("supply", 35):
        maker.statements.append(Statement(_assembled(maker)))
    return found


def _declare_price(maker: WholeMaker, amount: Made) -> None:
    """What the product costs, bundles counted."""
    maker.statements.append(Statement(f"calc price in EUR = {amount.inside(SUM)} + bundles.price"))


def _declare_bundles(maker: WholeMaker) -> list[WrittenBundle]:
    """Up to two bundles."""
    dice, found = maker.dice, []
    for number in dice.times(0, 2 if maker.may("bundles", 50) else 0):
        chosen = dice.several(maker.choices(), 0, 2)
        told = [choice_text(maker, place, text) for place, text in chosen]
        parts = [f"choose {', '.join(told)}"] if told else []
        parts += [f"price {dice.one(('-2.50', '0.00', '10', '-1'))} EUR"] if dice.chance(60) else []
        parts += ['about "All of it together."'] if maker.may("messages", 40) else []
        days = maker.days(20)
        head = f"bundle b{number}{maker.title('A bundle')}{days.clause}"
        lines = "".join(f"  {part}\n" for part in parts)
        maker.statements.append(Statement(f"{head} {{\n{lines}}}" if lines else f"{head} {{ }}"))
        found.append(WrittenBundle(f"b{number}", days))
    return found


def choice_text(maker: WholeMaker, place: str, text: str) -> str:
    """A choice as written: all of what a place holds, or at least that."""
    text = with_comma(maker, text)
    several = {p.name for p in maker.places if getattr(p, "kind", "") in {"mixed", "some"}}
    several |= {group.name for group in maker.groups if group.many}
    if place in several and text not in {"[]", "none"} and maker.dice.chance(40):
        return f"{place} includes {text}"
    return f"{place} = {text}"


def with_comma(maker: WholeMaker, text: str) -> str:
    """A value with a comma behind the last item of its list, now and then."""
    for end in ("]", " }"):
        if text.endswith(end) and text[: -len(end)] not in {"[", "{"} and maker.dice.chance(40):
            return f"{text[: -len(end)]},{end}"
    return text


def _assembled(maker: WholeMaker) -> str:
    """How the product is assembled."""
    dice = maker.dice
    amount = dice.number(1, 3)
    text = f"assembled in {amount} {'day' if amount == 1 else 'days'}"
    text += f" for {dice.one(('35.00', '0', '12.50'))} EUR" if dice.chance(50) else ""
    text += f" open {dice.one(_WEEKDAYS)}" if dice.chance(50) else ""
    return text + (f" closed {dice.one(_CLOSED)}" if dice.chance(50) else "")
