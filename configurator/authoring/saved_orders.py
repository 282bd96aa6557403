"""Saved orders and sessions before a changed catalog: which of the valid ones break, and what mends them."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from configurator.acceptance.orders import Order, OrderLine, read_order
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.catalog.values import EnumerationType, NumberType, SetType, normal
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import read_choices
from configurator.configuration.completion import Completed, complete
from configurator.configuration.model import ComponentQuantity, PlaceValue
from configurator.configuration.pricing import Amount
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.repairs import Repairs, repairs
from configurator.configuration.validation import Incomplete, Invalid, Valid, Verdict, validate
from configurator.engines.engine import SearchLimits, Unknown
from configurator.errors import ChoiceError, OrderError, SearchLimitError


@frozen
class SavedOrder:
    """A saved order with its number in a file.

    Attributes:
        content: parsed JSON, or an `OrderError` that says why there is none.
    """

    number: int
    content: object


@frozen
class Step:
    """One place changed, and the order is valid again.

    Attributes:
        line: of the order, from 1.
        before: as the order has it; `None` also where it says nothing.
        after: what it could be; for what does not exist any more what the defaults say, then catalog
            order. `None` for nothing, and for a place that is gone.
        delta: what it changes in the price, where that is known.
    """

    line: int
    place: str
    before: object
    after: PlaceValue
    delta: Amount | None = None


@frozen
class Breakage:
    """What a version has against one line of an order.

    Attributes:
        line: of the order, from 1.
        rules: ids of rules, tables and resources; empty where something does not exist any more.
        places: what takes part.
        message: one sentence.
        locations: where the rules stand, in their order.
    """

    line: int
    rules: tuple[str, ...]
    places: tuple[str, ...]
    message: str
    locations: tuple[str, ...]


@frozen
class BrokenOrder:
    """An order that was valid and is not any more.

    Attributes:
        number: its number, from 1.
        id: the order's own id, `None` when it carries none.
        breakages: at least one, in the order of lines.
        repair: the change of one place that makes it possible again; `None` where one is not enough.
    """

    number: int
    id: str | None
    breakages: tuple[Breakage, ...]
    repair: Step | None


@frozen
class OrdersCompared:
    """What became of saved orders; each is counted in one place.

    Attributes:
        total: how many there are.
        sound: how many are as valid as before.
        broken: in the order given.
        invalid_before: numbers of those that the old version refuses already.
        unreadable: number and sentence of those that are no order.
        undecided: number and reason of those that a limit kept from being judged.
    """

    total: int
    sound: int
    broken: tuple[BrokenOrder, ...]
    invalid_before: tuple[int, ...]
    unreadable: tuple[tuple[int, str], ...]
    undecided: tuple[tuple[int, str], ...]

    @property
    def mended(self) -> int:
        """How many of the broken ones have a repair of one step."""
        return sum(order.repair is not None for order in self.broken)


def compare_orders(
    old: PreparedProduct, new: PreparedProduct, orders: Sequence[object], limits: SearchLimits
) -> OrdersCompared:
    """Judge saved orders by both versions.

    Args:
        old: the version before.
        new: the version after.
        orders: each parsed JSON in one of three forms, an order as `Configurator.accept` takes it, a
            configuration, or a saved session `{"choices": {…}, …}`; numbered from 1, unless it is a
            `SavedOrder`, which has a number. An `OrderError` stands for one that could not be read.
        limits: of all of them together.
    """
    judge = _Judge(old, new, limits)
    sound = 0
    broken: list[BrokenOrder] = []
    invalid: list[int] = []
    unreadable: list[tuple[int, str]] = []
    undecided: list[tuple[int, str]] = []
    for saved in numbered(orders):
        try:
            order = _read(saved.content, old)
            if not all(judge.was_valid(line) for line in order.lines):
                invalid.append(saved.number)
                continue
            breakages = tuple(each for at, line in _lines(order) for each in judge.breakages(at, line))
            if breakages:
                broken.append(BrokenOrder(saved.number, order.id, breakages, judge.step(order, breakages)))
            else:
                sound += 1
        except OrderError as error:
            unreadable.append((saved.number, str(error)))
        except SearchLimitError as stopped:
            undecided.append((saved.number, stopped.reason))
    return OrdersCompared(
        len(orders), sound, tuple(broken), tuple(invalid), tuple(unreadable), tuple(undecided)
    )


def numbered(orders: Sequence[object]) -> Iterator[SavedOrder]:
    """Each order with its number."""
    for position, given in enumerate(orders, start=1):
        yield given if isinstance(given, SavedOrder) else SavedOrder(position, given)


def _lines(order: Order) -> Iterator[tuple[int, OrderLine]]:
    return enumerate(order.lines, start=1)


def _read(content: object, old: PreparedProduct) -> Order:
    if isinstance(content, OrderError):
        raise content
    if isinstance(content, Mapping) and "choices" not in old.lowered.layout.of:
        choices = content.get("choices")
        if isinstance(choices, Mapping):
            # What a saved session says besides is read as it is in a bare configuration.
            beside = {"bundles": content["bundles"]} if "bundles" in content else {}
            return read_order({"lines": [{"configuration": choices, **beside}]})
    return read_order(content)


@frozen(eq=False)
class _Judge:
    """Both versions, asked about lines of orders."""

    old: PreparedProduct
    new: PreparedProduct
    limits: SearchLimits

    def question(
        self, product: PreparedProduct, choices: Mapping[str, object], bundles: Sequence[str]
    ) -> Question:
        """Choices and bundles brought before a version.

        Raises:
            ChoiceError: it knows no such place, value or bundle.
            SearchLimitError: it is not known.
        """
        applied = read_bundles(product.catalog, bundles)
        read = read_choices(product.catalog, choices)
        return ask(product.applying(applied), read, self.limits)

    def verdict(
        self, product: PreparedProduct, choices: Mapping[str, object], bundles: Sequence[str]
    ) -> Verdict:
        """What a version says of choices with bundles.

        Raises:
            ChoiceError: it knows no such place, value or bundle.
            SearchLimitError: it is not known.
        """
        found = validate(self.question(product, choices, bundles), self.limits)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        return found

    def was_valid(self, line: OrderLine) -> bool:
        """Whether the old version has nothing against a line."""
        try:
            return not isinstance(self.verdict(self.old, line.configuration, line.bundles), Invalid)
        except ChoiceError:
            return False

    def carried_over(self, line: OrderLine) -> dict[str, object]:
        """A line's choices for the new version, in its forms.

        What is empty and gone is left out, what is new and may be empty is empty.
        """
        before, after = self.old.catalog.place_of, self.new.catalog.place_of
        verdict = self.verdict(self.old, line.configuration, line.bundles)
        choices = {
            key: value
            for key, value in line.configuration.items()
            if key in after or key not in before or not _is_nothing(before[key], value)
        }
        if isinstance(verdict, Valid | Incomplete):
            decided = verdict.configuration if isinstance(verdict, Valid) else verdict.witness
            still_open = () if isinstance(verdict, Valid) else verdict.open
            for key in choices.keys() & before.keys() & after.keys() - set(still_open):
                if decided is not None:
                    choices[key] = in_new_form(before[key], after[key], choices[key], decided[key])
        if isinstance(verdict, Valid):
            choices |= {
                key: None for key, place in after.items() if key not in before and _may_be_empty(place)
            }
        return choices

    def breakages(self, at: int, line: OrderLine) -> Iterator[Breakage]:
        """What the new version has against a line."""
        choices = self.carried_over(line)
        unknown = self.unknown(choices)
        if unknown:
            for key, message in unknown.items():
                yield Breakage(at, (), (key,), message, ())
            return
        try:
            verdict = self.verdict(self.new, choices, line.bundles)
        except ChoiceError as error:
            for message in error.problems:
                yield Breakage(at, (), (), message, ())
            return
        match verdict:
            case Invalid(conflicts=conflicts):
                for found in conflicts:
                    yield Breakage(at, found.rules, found.choices, found.message, found.locations)
            case Incomplete(open=still_open):
                before = self.open_before(line)
                opened = tuple(key for key in still_open if key not in before)
                if opened:
                    told = ", ".join(f"`{key}`" for key in opened)
                    yield Breakage(at, (), opened, f"still to be decided: {told}", ())
            case _:
                pass

    def open_before(self, line: OrderLine) -> set[str]:
        """What a line left open when it was saved; with it, everything that is new."""
        found = self.verdict(self.old, line.configuration, line.bundles)
        if not isinstance(found, Incomplete):
            return set()
        return {*found.open, *(set(self.new.catalog.place_of) - set(self.old.catalog.place_of))}

    def unknown(self, choices: Mapping[str, object]) -> dict[str, str]:
        """By path what the new version cannot read."""
        found: dict[str, str] = {}
        for key, value in choices.items():
            try:
                read_choices(self.new.catalog, {key: value})
            except ChoiceError as error:
                found[key] = "; ".join(error.problems)
        return found

    # ------------------------------------------------------------ one step

    def step(self, order: Order, breakages: Sequence[Breakage]) -> Step | None:
        """The best change of one place that mends an order.

        Raises:
            SearchLimitError: it is not known.
        """
        if len({each.line for each in breakages}) > 1:
            return None
        at = breakages[0].line
        line = order.lines[at - 1]
        choices = self.carried_over(line)
        unknown = tuple(self.unknown(choices))
        if unknown:
            return self.without(at, line, choices, unknown)
        try:
            question = self.question(self.new, choices, line.bundles)
        except ChoiceError:
            # A bundle that is gone: no place is to be changed.
            return None
        if not isinstance(validate(question, self.limits), Invalid):
            return self.without(at, line, choices, breakages[0].places)
        found = repairs(question, limit=1, limits=self.limits)
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        if isinstance(found, Repairs) and found.repairs and len(found.repairs[0].changes) == 1:
            (change,) = found.repairs[0].changes
            return Step(at, change.place, change.before, change.after, found.repairs[0].delta)
        return None

    def without(
        self, at: int, line: OrderLine, choices: Mapping[str, object], places: Sequence[str]
    ) -> Step | None:
        """One place filled anew, where it is the only one that has to be.

        Raises:
            SearchLimitError: it is not known.
        """
        if len(places) != 1:
            return None
        (key,) = places
        rest = {other: value for other, value in choices.items() if other != key}
        try:
            found = complete(self.question(self.new, rest, line.bundles), self.limits)
        except ChoiceError:
            return None
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        if not isinstance(found, Completed):
            return None
        return Step(at, key, line.configuration.get(key), found.configuration.get(key))


def _may_be_empty(place: Place) -> bool:
    if isinstance(place, Slot):
        return place.cardinality.may_be_absent
    return isinstance(place.type, SetType) and place.minimum == 0


def _is_nothing(place: Place, value: object) -> bool:
    return _may_be_empty(place) and (value is None or value in ([], (), "none", "", frozenset()))


# ---------------------------------------------------------------- places of another form


def in_new_form(before: Place, after: Place, given: object, decided: PlaceValue) -> object:
    """What fills a place, as the new version writes it; as it was given where the form is the same.

    Args:
        before: the place in the old version.
        after: the place in the new one.
        given: what the order says, which decides the place.
        decided: the same in the old version's canonical form.
    """
    match before, after:
        case Slot(), Slot() if before.cardinality != after.cardinality:
            return _units_in_form(after, _units(decided))
        case ProductOption(), ProductOption():
            return _value_in_form(before, after, given, decided)
        case _:
            return given


def _units(decided: PlaceValue) -> tuple[ComponentQuantity, ...]:
    match decided:
        case str():
            return (ComponentQuantity(decided, 1),)
        case ComponentQuantity():
            return (decided,)
        case tuple():
            return tuple(unit for unit in decided if isinstance(unit, ComponentQuantity))
        case _:
            return ()


def _units_in_form(slot: Slot, units: tuple[ComponentQuantity, ...]) -> object:
    """What does not fit the slot at all is said so that the slot's own reading tells what is wrong."""
    if slot.cardinality.kind == "mixed" or len(units) > 1:
        return units
    if not units:
        return None
    (unit,) = units
    return unit.component if slot.cardinality.kind != "identical" and unit.quantity == 1 else unit


def _value_in_form(before: ProductOption, after: ProductOption, given: object, decided: PlaceValue) -> object:
    match before.type, after.type, decided:
        case NumberType(), NumberType(), int() | Fraction() if before.type == after.type:
            factors = [
                option.range.unit.factor if option.range and option.range.unit else 1
                for option in (before, after)
            ]
            return given if factors[0] == factors[1] else normal(Fraction(decided) * factors[0] / factors[1])
        case SetType(), EnumerationType(), (str() as element,):
            return element
        case EnumerationType(), SetType(), str():
            return [decided]
        case _:
            return given
