"""An order as it is handed in.

    {"order": "SO-1", "priority": 3, "lines": [
        {"configuration": {…}, "bundles": ["gamer"], "quantity": 2, "date": "2026-12-04"}
    ]}

A bare configuration is an order of one line and quantity 1; `bundles` may stand in it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, field, frozen

from configurator.availability.reservations import HIGHEST_PRIORITY
from configurator.configuration.choices import shown
from configurator.configuration.model import Configuration
from configurator.diagnostics.suggestion import did_you_mean
from configurator.errors import OrderError

MOST_LINES = 10_000
"""The most lines of one order."""
MOST_QUANTITY = 1_000_000
"""The largest quantity of one line."""

_ORDER_KEYS = ("order", "lines", "priority")
_BESIDE = ("order", "bundles")
"""What may stand in a bare configuration beside its places."""
_LINE_KEYS = ("configuration", "quantity", "bundles", "date")


@frozen
class OrderLine:
    """So many products of one configuration.

    Attributes:
        configuration: choices by dotted path, as handed in.
        quantity: how many products.
        bundles: names of the bundles to apply.
        wanted: the day on which the customer wants them; `None` for as soon as possible.
    """

    configuration: Mapping[str, object] = field(hash=False)
    quantity: int = 1
    bundles: tuple[str, ...] = ()
    wanted: date | None = None


@frozen
class Order:
    """What a customer orders.

    Attributes:
        id: the customer's or shop's own id, `None` when the order carries none.
        lines: at least one.
        priority: from 0 to 9; promises of a lower one are given up first when goods are lost.
    """

    id: str | None
    lines: tuple[OrderLine, ...]
    priority: int = 0

    def applying(self, bundles: Sequence[str]) -> "Order":
        """The order with bundles named beside it, each once.

        Raises:
            OrderError: it has several lines, which name their own.
        """
        if not bundles:
            return self
        if len(self.lines) > 1:
            raise OrderError(["an order of several lines names its bundles line by line"])
        (line,) = self.lines
        together = tuple(dict.fromkeys((*line.bundles, *bundles)))
        return evolve(self, lines=(evolve(line, bundles=together),))

    def by(self, day: date | None) -> "Order":
        """The order with a day on which every line is wanted that names none; `None` leaves it as it is."""
        if day is None:
            return self
        return evolve(self, lines=tuple(evolve(line, wanted=line.wanted or day) for line in self.lines))

    def named(self, order_id: str | None) -> "Order":
        """The order with an id given beside it.

        Raises:
            OrderError: it carries another one.
        """
        if order_id is None or order_id == self.id:
            return self
        if self.id is not None:
            raise OrderError([f"the order is called `{self.id}`, not `{order_id}`"])
        return evolve(self, id=order_id)


def read_order(data: object) -> Order:
    """An order from parsed JSON.

    Raises:
        OrderError: names every key and value that does not fit.
    """
    if not isinstance(data, Mapping):
        raise OrderError(['an order is an object, such as a configuration or `{"lines": […]}`'])
    if "lines" not in data:
        # A key that is neither a place nor `order` is told when the configuration is read.
        if isinstance(data, Configuration):
            data = data.to_dict()
        configuration = {str(key): value for key, value in data.items() if key not in _BESIDE}
        problems: list[str] = []
        bundles = _bundles("the order", data.get("bundles"), problems)
        if problems:
            raise OrderError(problems)
        return Order(_order_id(data.get("order")), (OrderLine(configuration, bundles=bundles),))
    problems = [_unknown("the order", key, _ORDER_KEYS) for key in data if key not in _ORDER_KEYS]
    lines = data["lines"]
    if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
        raise OrderError([*problems, f"`lines` is a list of 1 to {MOST_LINES} lines"])
    read = [_read_line(number, line, problems) for number, line in enumerate(lines, start=1)]
    priority = _priority(data.get("priority"), problems)
    if problems:
        raise OrderError(problems)
    return Order(_order_id(data.get("order")), tuple(line for line in read if line is not None), priority)


def _order_id(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise OrderError([f"`order` is the order's id, a text, not `{shown(value)}`"])
    return value


def _priority(value: object, problems: list[str]) -> int:
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= HIGHEST_PRIORITY:
        problems.append(f"`priority` is a whole number from 0 to {HIGHEST_PRIORITY}, not `{shown(value)}`")
        return 0
    return value


def _read_line(number: int, line: object, problems: list[str]) -> OrderLine | None:
    where = f"line {number}"
    if not isinstance(line, Mapping):
        problems.append(f"{where} is no object with a `configuration`")
        return None
    problems += [_unknown(where, key, _LINE_KEYS) for key in line if key not in _LINE_KEYS]
    configuration, quantity = line.get("configuration"), line.get("quantity", 1)
    if not isinstance(configuration, Mapping):
        problems.append(f"{where} has no `configuration`")
        return None
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= MOST_QUANTITY:
        problems.append(
            f"{where}: the quantity is a whole number from 1 to {MOST_QUANTITY}, not `{shown(quantity)}`"
        )
        return None
    bundles = _bundles(where, line.get("bundles"), problems)
    day = _day(where, line.get("date"), problems)
    if isinstance(configuration, Configuration):
        configuration = configuration.to_dict()
    return OrderLine({str(key): value for key, value in configuration.items()}, quantity, bundles, day)


def _day(where: str, value: object, problems: list[str]) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        # Week and ordinal dates are dates to Python, and none to whoever reads the order next.
        if isinstance(value, str) and len(value) == len("2026-12-04") and value[4] == value[7] == "-":
            return date.fromisoformat(value)
    except ValueError:
        pass
    problems.append(f"{where}: the date is a day such as `2026-12-04`, not `{shown(value)}`")
    return None


def _bundles(where: str, value: object, problems: list[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        problems.append(f"{where}: `bundles` is a list of names, not `{shown(value)}`")
        return ()
    return tuple(value)


def _unknown(where: str, key: object, known: tuple[str, ...]) -> str:
    told = did_you_mean(str(key), known)
    return f"{where} has an unknown key `{key}`" + (f" ({told[0]})" if told else "")
