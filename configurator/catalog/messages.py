"""The sentences that customers read: their paths resolved, their values told in the units of the catalog."""

from fractions import Fraction

from configurator.catalog.draft import Draft
from configurator.catalog.evaluation import Chosen, Units, evaluate
from configurator.catalog.expression_checking import ExpressionChecker, shown_unit
from configurator.catalog.expressions import ComponentIn, ResourceValue, places_of
from configurator.catalog.names import Scope
from configurator.catalog.rules import Message, MessagePart
from configurator.catalog.structure import Slot
from configurator.catalog.values import NumberType, format_number, format_value
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.syntax.expressions import PathReference, TextLiteral
from configurator.syntax.templates import parse_template


def read_message(
    draft: Draft, checker: ExpressionChecker, literal: TextLiteral | None, scope: Scope
) -> Message | None:
    """A message with its paths resolved; `None` when there is none. Mistakes are reported."""
    if literal is None:
        return None
    written = parse_template(literal)
    if isinstance(written, Diagnostic):
        draft.diagnostics.append(written)
        return None
    parts = [_part(draft, checker, piece, scope) for piece in written]
    return Message(tuple(part for part in parts if part is not None))


def _part(
    draft: Draft, checker: ExpressionChecker, piece: str | PathReference, scope: Scope
) -> MessagePart | None:
    if isinstance(piece, str):
        return MessagePart(piece)
    place = None if piece.text in scope.bound else checker.names.at(piece, scope)
    if place is not None and isinstance(place[0], Slot) and not place[1]:
        # A slot in a sentence is what fills it, also where that is several components.
        return MessagePart(piece.text, slot=place[0].key)
    expression = checker.value(piece, scope)
    if expression is None:
        return None
    unit = shown_unit(expression)
    if isinstance(expression, ResourceValue) and isinstance(expression.type, NumberType):
        unit = expression.unit
    return MessagePart(piece.text, expression, unit=unit, money=unit is not None and unit == draft.currency)


def tell(message: Message, chosen: Chosen) -> str:
    """The sentence for a configuration. What is absent reads `none`, what is not known `not known`."""
    return "".join(_told(part, chosen) for part in message.parts)


def places_told(message: Message) -> frozenset[str]:
    """The slots, options and bound names whose values the sentence tells."""
    told = {part.slot for part in message.parts if part.slot}
    read = (places_of(part.expression) for part in message.parts if part.expression)
    return frozenset(told.union(*read))


def _told(part: MessagePart, chosen: Chosen) -> str:
    if part.slot is not None:
        return tell_units(chosen.units[part.slot])
    if part.expression is None:
        return part.text
    if isinstance(part.expression, ComponentIn):
        # `{gpu.sku}` asks for the SKU; a unit that `for each` binds reads by its title.
        units = chosen.units[part.expression.place]
        return units[0][0].sku if units and part.text.endswith(".sku") else tell_units(units)
    worth = evaluate(part.expression, chosen)
    if isinstance(worth, int | Fraction) and not isinstance(worth, bool):
        return format_number(worth, part.unit, money=part.money)
    return format_value(worth)


def tell_units(units: Units) -> str:
    """What fills a place, by title: `RTX 4060`, `2 x DDR5-5600 16 GB`, `none`."""
    texts = [f"{quantity} x {c.title}" if quantity > 1 else c.title for c, quantity in units]
    return ", ".join(texts) or "none"
