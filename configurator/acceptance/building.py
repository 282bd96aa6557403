"""How many of one configuration can be built."""

from datetime import date

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.seen_stock import seen_by, workshop_of
from configurator.availability.answers.buildable import Buildable, buildable
from configurator.availability.snapshot import StockSnapshot
from configurator.configuration.product import Question
from configurator.configuration.validation import Incomplete, Invalid, Valid, validate
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown


def buildable_products(
    question: Question,
    snapshot: StockSnapshot,
    *,
    on: date | None = None,
    today: date,
    limits: SearchLimits = NO_LIMITS,
) -> Buildable | Invalid | Incomplete | Unknown:
    """How many products of a configuration can be there on a day, everything that it needs counted once.

    Args:
        question: the choices, brought before a product; all of them made.
        snapshot: the stock.
        on: the day on which the customer wants them: components are needed so many working days before it as
            the assembly takes. By default they are begun on the first working day from today on. A day that
            is over counts as today; one by which not even the assembly could be done leaves nothing.
        today: the day, for counts that have no day of their own.
        limits: of judging the choices.
    """
    verdict = validate(question, limits)
    if not isinstance(verdict, Valid):
        return verdict
    product = question.product
    seen = seen_by(product, snapshot, today)
    demand = total_demand([(bill_of_materials(product.catalog, verdict.configuration), 1)])
    workshop = workshop_of(product.catalog)
    start = workshop.calendar.first_open(seen.today)
    begin = start if on is None else workshop.latest_begin(max(on, seen.today)) or date.min
    if begin < seen.today:
        return Buildable(0, begin, (), (), snapshot.seq)
    day = begin if begin > seen.today else None
    return buildable(seen.snapshot, demand, day=day, today=seen.today)
