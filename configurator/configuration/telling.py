"""Values and money in plain words, as they can be written on the command line again."""

from fractions import Fraction

from configurator.catalog.values import format_number
from configurator.configuration.instance_words import write_instances
from configurator.configuration.model import ComponentQuantity, InstanceValue, PlaceValue, json_value
from configurator.configuration.pricing import Amount

NOTHING = "none"


def value_in_words(value: PlaceValue) -> str:
    """What fills a place, as it can be written on the command line again."""
    match value:
        case None | ():
            return NOTHING
        case InstanceValue() | (InstanceValue(), *_):
            return write_instances(json_value(value))
        case bool():
            return "yes" if value else "no"
        case int() | Fraction():
            return format_number(value)
        case ComponentQuantity(component=component, quantity=quantity):
            return f"{quantity}x{component}"
        case tuple():
            told = (_unit(each) if isinstance(each, ComponentQuantity) else str(each) for each in value)
            return ",".join(told)
        case str():
            return value


def _unit(item: ComponentQuantity) -> str:
    return item.component if item.quantity == 1 else f"{item.quantity}x{item.component}"


def delta_in_words(delta: Amount | None) -> str:
    """`+12.00 EUR`, `-30.00 EUR`; empty where there is none."""
    if delta is None:
        return ""
    return f"+{delta.text}" if delta.number > 0 else delta.text
