"""The figures above the list: what is left, what it costs, what is used up. Knows nothing of the screen."""

from attrs import evolve, frozen

from configurator.catalog.evaluation import Chosen, balance
from configurator.catalog.rules import Resource
from configurator.catalog.values import format_number
from configurator.configuration.choices import read_choices
from configurator.configuration.completion import Completed
from configurator.configuration.session import Session
from configurator.configuration.validation import Valid
from configurator.engines.engine import Unknown
from configurator.lowering.choices import lower_choices

WRITTEN_OUT = 10**30
"""Counts below this are told digit by digit: they take half a line at most."""


@frozen
class Facts:
    """What is told of a session as a whole.

    Attributes:
        count: `7,412 left`, `about 2.5 x 10^41 left`.
        price: `from 1,249.70 EUR`; the price alone once everything is decided; empty without one.
        resources: `power 118 W of 450 W`, of the configuration that completion gives.
        completed: that configuration; `None` until it is found, or where there is none.
    """

    count: str
    price: str
    resources: tuple[str, ...] = ()
    completed: Completed | None = None


BETWEEN = "   "
"""What parts two figures."""


def facts_lines(facts: Facts, width: int) -> str:
    """All figures, none of them broken across lines that hold it whole."""
    lines: list[str] = []
    for told in filter(None, (facts.count, facts.price, *facts.resources)):
        if lines and len(lines[-1]) + len(BETWEEN) + len(told) <= width:
            lines[-1] = f"{lines[-1]}{BETWEEN}{told}"
        else:
            lines.append(told)
    return "\n".join(lines)


def find_figures(session: Session) -> Facts:
    """How many there are left and what they cost; each that no limit allowed says so."""
    return Facts(left_in_words(session), price_in_words(session))


def find_completion(session: Session, facts: Facts) -> Facts:
    """The same with the completion and the resources that it uses, where there is one."""
    completed = session.complete()
    if not isinstance(completed, Completed):
        return facts
    return evolve(facts, resources=resources_in_words(session, completed), completed=completed)


def left_in_words(session: Session) -> str:
    """How many configurations are left."""
    count = session.count()
    if isinstance(count, Unknown):
        return f"more than can be counted ({count.reason})"
    return f"{count_in_words(count.value, WRITTEN_OUT)} left"


def count_in_words(count: int, written_out: int) -> str:
    """`7,412`; from `written_out` on its first two digits: `about 2.5 x 10^41`."""
    if count < written_out:
        return f"{count:,}"
    # Whole numbers throughout: a count may have more digits than any other number can hold.
    exponent = (count.bit_length() - 1) * 30102 // 100000
    while 10 ** (exponent + 1) <= count:
        exponent += 1
    ones, tenths = divmod(count * 10 // 10**exponent, 10)
    return f"about {ones}.{tenths} x 10^{exponent}"


def price_in_words(session: Session) -> str:
    """What it costs, or costs at least."""
    price = session.price
    if isinstance(price, Unknown):
        return f"price not known ({price.reason})"
    if price is None:
        return ""
    return price.text if isinstance(session.verdict, Valid) else f"from {price.text}"


def resources_in_words(session: Session, completed: Completed) -> tuple[str, ...]:
    """What each resource has to give and what is used of it, where anything is."""
    product = session.product
    read = lower_choices(product.lowered, read_choices(product.catalog, dict(completed.configuration)))
    assignment = read.decided(product.lowered.layout)
    if assignment is None:
        return ()
    chosen = product.lowered.lift(assignment)
    resources = [
        each
        for each in product.catalog.restrictions
        if isinstance(each, Resource) and each.period.holds(session.as_of)
    ]
    return tuple(filter(None, (_resource(each, chosen) for each in resources)))


def _resource(resource: Resource, chosen: Chosen) -> str:
    supply, demand = balance(resource.supply, chosen), balance(resource.demand, chosen)
    if supply is None or demand is None or not (supply or demand):
        return ""
    used, given = (format_number(each, resource.unit) for each in (demand, supply))
    return f"{resource.key} {used} of {given}"
