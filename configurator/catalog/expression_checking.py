"""From an expression as written to a typed one: names resolved, types and units checked.

A bare word that names nothing (`AM5`) is a *value of the other side's type*; until
its other side is known it is a `_Word`. Every mistake is reported once, at its place;
`None` stands for an expression that was already reported, and silences what contains it.
"""

from collections.abc import Callable
from itertools import chain

from attrs import frozen

from configurator.catalog.aggregate_checking import BOOLEAN, PLAIN_NUMBER, AggregateChecker
from configurator.catalog.draft import Draft
from configurator.catalog.expressions import (
    BUNDLES_PRICE,
    Arithmetic,
    AttributeOf,
    Both,
    CalcValue,
    Comparison,
    ComponentIn,
    Conditional,
    Constant,
    Either,
    ElementOf,
    Expression,
    IsChosen,
    Not,
    OneOf,
    OptionValue,
    QuantityIn,
)
from configurator.catalog.names import Names, Scope, known_names, told_path
from configurator.catalog.structure import (
    AssemblyPlace,
    Attribute,
    ComponentFamily,
    Slot,
)
from configurator.catalog.units import find_unit
from configurator.catalog.values import (
    PLAIN,
    BooleanType,
    ComponentType,
    DateType,
    EnumerationType,
    NumberType,
    SetType,
    TextType,
    Type,
    Unit,
    Value,
    describe_dimension,
    describe_type,
    multiply_dimensions,
    normal,
)
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import Span
from configurator.syntax import expressions as written
from configurator.syntax.expressions import Name, PathReference

_NOTHING_WORDS = {"none", "nothing", "null", "nil", "empty"}


@frozen(eq=False)
class _Word:
    """A bare name that names nothing: a value of the other side's type."""

    name: Name


CalcFinder = Callable[[str], Expression | None]
"""Gives the value of a calc by key, or of a resource's field by dotted path; `None` when it was reported."""


class ExpressionChecker:
    """Turns written expressions into typed ones for one catalog."""

    def __init__(self, draft: Draft, named_value: CalcFinder) -> None:
        self._draft = draft
        self._named_value = named_value
        self.names = Names(draft)
        self._aggregates = AggregateChecker(draft, self.names, self)

    # ------------------------------------------------------------ entrances

    def condition(self, node: written.Expression, scope: Scope) -> Expression | None:
        """An expression that is true or false."""
        expression = self.value(node, scope)
        if expression is None or isinstance(expression.type, BooleanType):
            return expression
        self._draft.error(
            "E0304",
            f"a condition is needed here, not {describe_type(expression.type)}",
            node.span,
            help=("compare it with something: `… = …`",),
        )
        return None

    def number(self, node: written.Expression, scope: Scope) -> Expression | None:
        """An expression that is a number."""
        expression = self.value(node, scope)
        if expression is None or isinstance(expression.type, NumberType):
            return expression
        self._draft.error(
            "E0304", f"a number is needed here, not {describe_type(expression.type)}", node.span
        )
        return None

    def value(self, node: written.Expression, scope: Scope) -> Expression | None:
        """An expression of any type; a bare word must name something."""
        found = self._operand(node, scope)
        return self._unknown_name(found.name, scope) if isinstance(found, _Word) else found

    def known(self, node: written.Expression, scope: Scope) -> Expression | None:
        """An expression of any type; `None` for a bare word that names nothing, which is no mistake here.

        An assembly is told by whether it is there.
        """
        assembly = self.names.assembly(node, scope) if isinstance(node, PathReference) else None
        if assembly is not None:
            return is_there(self._draft.assembly_places[assembly], there=True)
        found = self._operand(node, scope)
        return None if isinstance(found, _Word) else found

    # ------------------------------------------------------------ nodes

    def _operand(self, node: written.Expression, scope: Scope) -> Expression | _Word | None:
        match node:
            case written.NumberLiteral():
                return self._number_literal(node)
            case written.TextLiteral(value=text):
                return Constant(text, TextType(), span=node.span)
            case written.BooleanLiteral(value=flag):
                return Constant(flag, BOOLEAN)
            case written.DateLiteral(value=day):
                return Constant(day, DateType(), span=node.span)
            case PathReference():
                return self._path(node, scope)
            case written.Presence():
                return self._presence(node, scope)
            case written.UnaryOperation():
                return self._unary(node, scope)
            case written.BinaryOperation(operator="and" | "or"):
                return self._connective(node, scope)
            case written.BinaryOperation(operator="+" | "-" | "*" | "/"):
                return self._arithmetic(node, scope)
            case written.BinaryOperation(operator=operator, left=left, right=right):
                return self._comparison(operator, left, right, node.span, scope)
            case written.Between(item=item, low=low, high=high):
                above = self._comparison(">=", item, low, node.span, scope)
                below = self._comparison("<=", item, high, node.span, scope) if above else None
                return Both((above, below), BOOLEAN) if above and below else None
            case written.Membership():
                return self._membership(node, scope)
            case written.Conditional():
                return self._conditional(node, scope)
            case written.Aggregate():
                return self._aggregates.aggregate(node, scope)

    def _number_literal(self, node: written.NumberLiteral) -> Expression | None:
        unit = find_unit(self._draft, node.unit)
        if node.unit is not None and unit is None:
            return None
        number = normal(node.value * (unit.factor if unit else 1))
        kind = NumberType(unit.dimension if unit else PLAIN, whole=isinstance(number, int))
        return Constant(number, kind, span=node.span)

    def _unary(self, node: written.UnaryOperation, scope: Scope) -> Expression | None:
        if node.operator == "not":
            operand = self.condition(node.operand, scope)
            return Not(operand, BOOLEAN) if operand else None
        number = self.number(node.operand, scope)
        if number is None:
            return None
        return Arithmetic("-", Constant(0, number.type), number, number.type)

    def _connective(self, node: written.BinaryOperation, scope: Scope) -> Expression | None:
        operands = [self.condition(part, scope) for part in _flattened(node, node.operator)]
        known = tuple(operand for operand in operands if operand is not None)
        if len(known) != len(operands):
            return None
        return Both(known, BOOLEAN) if node.operator == "and" else Either(known, BOOLEAN)

    def _arithmetic(self, node: written.BinaryOperation, scope: Scope) -> Expression | None:
        left, right = self.number(node.left, scope), self.number(node.right, scope)
        if left is None or right is None:
            return None
        assert isinstance(left.type, NumberType)
        assert isinstance(right.type, NumberType)
        one, other = left.type.dimension, right.type.dimension
        if node.operator in "+-":
            if one != other:
                verb = "add" if node.operator == "+" else "subtract"
                self._units_differ(f"cannot {verb} {{}} and {{}}", one, other, node.span)
                return None
            dimension = one
        else:
            dimension = multiply_dimensions(one, other, 1 if node.operator == "*" else -1)
        whole = left.type.whole and right.type.whole and node.operator != "/"
        return Arithmetic(node.operator, left, right, NumberType(dimension, whole=whole))

    def _conditional(self, node: written.Conditional, scope: Scope) -> Expression | None:
        condition = self.condition(node.condition, scope)
        then, otherwise = self._operand(node.then, scope), self._operand(node.otherwise, scope)
        agreed = self._agree(then, otherwise, node.span, scope)
        if condition is None or agreed is None:
            return None
        then, otherwise = agreed
        return Conditional(condition, then, otherwise, then.type)

    def _presence(self, node: written.Presence, scope: Scope) -> Expression | None:
        if len(node.path.names) == 1 and node.path.text in scope.bound:
            bound = scope.bound[node.path.text]
            if bound in self._draft.homes:
                return Constant(node.chosen, BOOLEAN)
            return IsChosen(bound, node.chosen, BOOLEAN)
        for key, rest in self.names.keys(node.path, scope):
            if not rest and key in self._draft.assembly_places:
                return is_there(self._draft.assembly_places[key], there=node.chosen)
        found = self.names.at(node.path, scope)
        if found is None and self.names.tell_several(node.path, scope):
            return None
        found = found or self.names.place(node.path, scope)
        if found is None:
            return None
        place, rest = found
        if rest or not isinstance(place, Slot):
            self._draft.error(
                "E0304",
                f"`{node.path.text}` is no slot, so it is neither chosen nor absent",
                node.span,
                help=("ask it of the slot",)
                if rest
                else ("an option always has a value: compare it with one",),
            )
            return None
        return IsChosen(scope.instead.get(place.key, place.key), node.chosen, BOOLEAN)

    # ------------------------------------------------------------ paths

    def _path(self, path: PathReference, scope: Scope) -> Expression | _Word | None:
        first = path.names[0]
        if scope.columns is not None and self.names.is_column(path, scope.columns):
            self.names.tell_hidden(path, scope)
            return self._of_unit(scope.columns, path, path.names, mixed=False)
        for length in range(len(path.names), 0, -1):
            bound = scope.bound.get(".".join(name.text for name in path.names[:length]))
            if bound is not None and bound not in self._draft.homes:
                return self._of_unit(bound, path, path.names[length:], mixed=False)
        for key, tail in self.names.keys(path, scope):
            kind = self._draft.kind(key)
            if kind in {"calc", "resource"}:
                return self._named(key, kind, path, tail)
            if self._draft.place(key) is not None and key not in self._draft.assembly_places:
                return self._of_place(key, path, tail, scope)
            if self._draft.declared(key) in self._draft.mistaken:
                return None
        if self.names.tell_several(path, scope):
            return None
        if path.text.removeprefix("product.") == BUNDLES_PRICE:
            return self._bundles_price(path)
        if len(path.names) == 1 or not self.names.starts_something(first.text, scope):
            return _Word(first) if len(path.names) == 1 else self._unknown_name(first, scope)
        return self._unknown_name(path.names[-1], scope, whole=path)

    def _named(self, key: str, kind: str, path: PathReference, tail: tuple[Name, ...]) -> Expression | None:
        if kind == "calc":
            if tail:
                self._draft.error("E0301", f"`{key}` is a calc and has no `{tail[0].text}`", tail[0].span)
                return None
            return self._named_value(key)
        fields = ("supply", "demand", "needed", "left")
        if len(tail) != 1 or tail[0].text not in fields:
            name = tail[0].text if tail else ""
            self._draft.error(
                "E0301",
                f"`{path.text}` is no value of the resource `{key}`",
                path.span,
                label=f"`{key}` has: {', '.join(fields)}",
                help=did_you_mean(name, fields),
            )
            return None
        return self._named_value(f"{key}.{tail[0].text}")

    def _bundles_price(self, path: PathReference) -> Expression | None:
        if self._draft.currency is None:
            self._draft.error(
                "E0403", "`bundles.price` needs a currency, and the catalog names none", path.span
            )
            return None
        self._draft.reads_bundles_price = True
        return Constant(0, NumberType(self._draft.currency.dimension, whole=False), BUNDLES_PRICE)

    def _of_place(
        self, key: str, path: PathReference, tail: tuple[Name, ...], scope: Scope
    ) -> Expression | None:
        place = self._draft.place(key)
        assert place is not None
        if isinstance(place, Slot):
            mixed = place.cardinality.kind == "mixed" and key not in scope.instead
            return self._of_unit(scope.instead.get(key, key), path, tail, mixed=mixed)
        if tail:
            self._draft.error("E0301", f"`{key}` is an option and has no `{tail[0].text}`", tail[0].span)
            return None
        return OptionValue(key, place.type, place.range.unit if place.range else None)

    def _of_unit(
        self, place: str, path: PathReference, tail: tuple[Name, ...], *, mixed: bool
    ) -> Expression | None:
        """The component in a place, or an attribute of it."""
        families = self.names.families(place)
        if mixed:
            self._draft.error(
                "E0305",
                f"`{path.text}` can occur several times",
                path.span,
                help=(
                    f"write a rule with `for each {told_path(place)}`, or an aggregate: `sum({path.text})`, "
                    f"`count({place} where …)`",
                ),
            )
            return None
        if not tail or (len(tail) == 1 and tail[0].text == "sku"):
            return ComponentIn(place, ComponentType(families[0].key))
        if len(tail) > 1:
            self._draft.error("E0301", f"`{path.text}` does not exist", path.span)
            return None
        name = tail[0].text
        if name == "quantity" and self._has_quantity(place):
            return QuantityIn(place, PLAIN_NUMBER)
        attributes = [family.attributes[name] for family in families if name in family.attributes]
        if not attributes:
            self._no_attribute(path, name, families)
            return None
        merged = self._merged_type(attributes, path)
        return AttributeOf(place, name, merged, attributes[0].unit) if merged else None

    def _has_quantity(self, place: str) -> bool:
        slot = self._draft.place(place)
        return isinstance(slot, Slot) and slot.cardinality.kind == "identical"

    def _no_attribute(self, path: PathReference, name: str, families: tuple[ComponentFamily, ...]) -> None:
        known = list(dict.fromkeys(chain.from_iterable(family.attributes for family in families)))
        owner = ".".join(part.text for part in path.names[:-1]) or families[0].key
        nearest = did_you_mean(name, known)
        if nearest and len(path.names) > 1:
            nearest = (nearest[0].replace("`", f"`{owner}.", 1),)
        help_lines = nearest
        if name == "quantity":
            help_lines = (f"`{owner}` holds no identical components; `count({owner})` counts units",)
        self._draft.error(
            "E0301",
            f"`{path.text}` does not exist",
            path.span,
            label=f"`{owner}` has: {', '.join(['sku', *known])}",
            help=help_lines,
        )

    def _merged_type(self, attributes: list[Attribute], path: PathReference) -> Type | None:
        """The type that columns of one name share in several families."""
        types = [attribute.type for attribute in attributes]
        first = types[0]
        if all(other == first for other in types):
            return first
        if all(isinstance(other, TextType | EnumerationType) for other in types):
            return TextType()
        self._draft.error(
            "E0402" if all(isinstance(other, NumberType) for other in types) else "E0304",
            f"`{path.text}` is {describe_type(first)} in one family and "
            f"{describe_type(next(other for other in types if other != first))} in another",
            path.span,
        )
        return None

    def _unknown_name(
        self, name: Name, scope: Scope, *, whole: PathReference | None = None
    ) -> Expression | None:
        known = known_names(self._draft, scope)
        text = whole.text if whole else name.text
        help_lines = did_you_mean(text, known)
        if name.text.lower() in _NOTHING_WORDS:
            help_lines = ("to ask whether nothing is chosen, write `… is absent`",)
        elif scope.namespace and self._draft.kind(text):
            help_lines = (f"names stand for what this file declares; the catalog's own is `product.{text}`",)
        self._draft.error(
            "E0301", f"`{text}` does not exist", whole.span if whole else name.span, help=help_lines
        )
        return None

    # ------------------------------------------------------------ comparisons

    def _comparison(
        self, operator: str, left: written.Expression, right: written.Expression, span: Span, scope: Scope
    ) -> Expression | None:
        sides = self._operand(left, scope), self._operand(right, scope)
        agreed = self._agree(*sides, span, scope, (left.span, right.span))
        if agreed is None:
            return None
        one, other = agreed
        order: tuple[str, ...] = ()
        if operator not in {"=", "!="}:
            order_of = self._order(one, other)
            if order_of is None:
                self._draft.error(
                    "E0304",
                    f"`{operator}` compares numbers, dates and `ordered of` values, "
                    f"not {describe_type(one.type)}",
                    span,
                )
                return None
            order = order_of
        elif isinstance(one.type, SetType):
            self._draft.error(
                "E0304", f"`{operator}` does not compare sets", span, help=("write `… in …` for an element",)
            )
            return None
        if operator == "=" and not self._share_a_value(one, other, (left, right), span):
            return None
        return Comparison(operator, one, other, BOOLEAN, order, (left.span, right.span))

    @staticmethod
    def _order(one: Expression, other: Expression) -> tuple[str, ...] | None:
        """The ranking for `<`: empty for numbers and dates, `None` where there is no order."""
        for side, facing in ((one, other), (other, one)):
            if isinstance(side.type, EnumerationType) and side.type.ordered:
                same = isinstance(facing, Constant) or facing.type == side.type
                return side.type.values if same else None
        return () if isinstance(one.type, NumberType | DateType) else None

    def _agree(
        self,
        one: Expression | _Word | None,
        other: Expression | _Word | None,
        span: Span,
        scope: Scope,
        sides: tuple[Span, Span] | None = None,
    ) -> tuple[Expression, Expression] | None:
        """Both sides with types that can be compared; reports what cannot, at the side that is wrong."""
        if one is None or other is None:
            return None
        if isinstance(one, _Word):
            if isinstance(other, _Word):
                self._unknown_name(one.name, scope)
                return None
            word = self._word_value(one.name, other, scope)
            return (word, other) if word else None
        if isinstance(other, _Word):
            word = self._word_value(other.name, one, scope)
            return (one, word) if word else None
        return self._same_type(one, other, span, sides or (span, span))

    def _same_type(
        self, one: Expression, other: Expression, span: Span, sides: tuple[Span, Span]
    ) -> tuple[Expression, Expression] | None:
        if isinstance(one.type, NumberType) and isinstance(other.type, NumberType):
            if one.type.dimension != other.type.dimension and not (_is_zero(one) or _is_zero(other)):
                self._units_differ(
                    "cannot compare {} with {}", one.type.dimension, other.type.dimension, span
                )
                return None
            return one, other
        for side, literal, place in ((one, other, sides[1]), (other, one, sides[0])):
            if isinstance(literal, Constant) and isinstance(literal.value, str):
                if not isinstance(side.type, TextType | EnumerationType | ComponentType):
                    break
                return (one, other) if self._known_text(side, literal.value, place) else None
        texts = TextType | EnumerationType | ComponentType
        alike = isinstance(one.type, texts) and isinstance(other.type, texts)
        if alike or (type(one.type) is type(other.type)):
            return one, other
        self._draft.error(
            "E0304", f"cannot compare {describe_type(one.type)} with {describe_type(other.type)}", span
        )
        return None

    def _units_differ(self, text: str, one: object, other: object, span: Span) -> None:
        names = tuple(describe_dimension(dimension) for dimension in (one, other))  # type: ignore[arg-type]
        help_lines = ("write the unit behind the number",) if "no unit" in names else ()
        self._draft.error("E0402", text.format(*names), span, help=help_lines)

    def _known_text(self, side: Expression, text: str, span: Span) -> bool:
        """Whether a text can be equal to the other side at all; a SKU or value nobody has is a mistake."""
        match side.type:
            case ComponentType():
                skus = [c.sku for family in self._of_component(side) for c in family.components]
                if text in skus:
                    return True
                name = self._of_component(side)[0].key
                self._draft.error(
                    "E0303",
                    f"unknown component `{text}` in family `{name}`",
                    span,
                    help=did_you_mean(text, skus),
                )
                return False
            case EnumerationType(values=values) if text not in values:
                self._draft.error(
                    "E0303",
                    f"`{text}` is not one of {', '.join(values)}",
                    span,
                    help=did_you_mean(text, values),
                )
                return False
            case _:
                return True

    def _of_component(self, expression: Expression) -> tuple[ComponentFamily, ...]:
        if isinstance(expression, ComponentIn):
            return self.names.families(expression.place)
        assert isinstance(expression.type, ComponentType)
        return (self._draft.families[expression.type.family],)

    def _word_value(self, name: Name, other: Expression, scope: Scope) -> Expression | None:
        """A bare word as a value of the other side's type."""
        text = name.text
        if text.lower() in _NOTHING_WORDS and not self._has_value(other, text):
            return self._no_nothing(name, other)
        match other.type:
            case EnumerationType() | ComponentType():
                known_text = self._known_text(other, text, name.span)
                return Constant(text, other.type, span=name.span) if known_text else None
            case TextType() if isinstance(other, AttributeOf):
                values = self._named_values(other)
                if text in values:
                    return Constant(text, TextType(), span=name.span)
                texts = sorted(str(value) for value in values)
                known = known_names(self._draft, scope)
                self._draft.error(
                    "E0303",
                    f"`{text}` is no value of `{other.attribute}`",
                    name.span,
                    label=f"it has: {', '.join(texts[:8])}{', …' if len(texts) > 8 else ''}",
                    help=did_you_mean(text, texts) or did_you_mean(text, known),
                )
                return None
            case SetType(values=values) if values is not None and text in values:
                path = other.option.removeprefix(scope.namespace) if isinstance(other, OptionValue) else "…"
                self._draft.error(
                    "E0304",
                    f"`{text}` is an element of a set, and the other side is the whole set",
                    name.span,
                    help=(f"write `{text} in {path}`",),
                )
                return None
            case _:
                return self._unknown_name(name, scope)

    def _has_value(self, other: Expression, text: str) -> bool:
        if isinstance(other, AttributeOf):
            return text in self._named_values(other)
        return isinstance(other.type, EnumerationType) and text in other.type.values

    def _no_nothing(self, name: Name, other: Expression) -> Expression | None:
        """`gpu = none` is how a customer chooses; a rule asks `gpu is absent`."""
        place = other.place if isinstance(other, ComponentIn) else "…"
        self._draft.error(
            "E0301",
            f"`{name.text}` is no value",
            name.span,
            help=(f"to ask whether nothing is chosen, write `{place} is absent`",),
        )
        return None

    def _column_values(self, expression: AttributeOf) -> set[Value]:
        return {
            component.values[expression.attribute]
            for family in self.names.families(expression.place)
            for component in family.components
            if expression.attribute in component.values
        }

    def _named_values(self, expression: AttributeOf) -> set[Value]:
        """The values of a column, and those of its lists that no component has so far."""
        families = self.names.families(expression.place)
        columns = (family.attributes.get(expression.attribute) for family in families)
        kinds = (column.type for column in columns if column is not None)
        lists = (kind.values for kind in kinds if isinstance(kind, EnumerationType))
        return self._column_values(expression).union(*lists)

    def _share_a_value(
        self,
        one: Expression,
        other: Expression,
        sides: tuple[written.Expression, written.Expression],
        span: Span,
    ) -> bool:
        """Columns without a common value can never be equal: that is a mistake, not a rule."""
        if not (isinstance(one, AttributeOf) and isinstance(other, AttributeOf)):
            return True
        left, right = self._column_values(one), self._column_values(other)
        if not left or not right or left & right:
            return True
        shown = [", ".join(sorted(map(str, values))[:4]) for values in (left, right)]
        # The whole path: two slots often have columns of one name.
        names = [
            f"`{side.text if isinstance(side, PathReference) else column.attribute}`"
            for side, column in zip(sides, (one, other), strict=True)
        ]
        self._draft.error(
            "E0306",
            f"{names[0]} and {names[1]} share no value",
            span,
            help=(f"one side has {shown[0]}; the other {shown[1]}",),
        )
        return False

    # ------------------------------------------------------------ membership

    def _membership(self, node: written.Membership, scope: Scope) -> Expression | None:
        if isinstance(node.options, PathReference):
            result = self._element(node.item, node.options, node.span, scope)
        else:
            result = self._listed(node.item, node.options, node.span, scope)
        return Not(result, BOOLEAN) if result and node.negated else result

    def _element(
        self, item: written.Expression, path: PathReference, span: Span, scope: Scope
    ) -> Expression | None:
        collection = self.value(path, scope)
        element = self._operand(item, scope)
        if collection is None or element is None:
            return None
        if not isinstance(collection.type, SetType):
            self._draft.error(
                "E0304",
                f"`{path.text}` is no set",
                path.span,
                help=("list values between braces: `in { a, b }`",),
            )
            return None
        if isinstance(element, _Word):
            element = Constant(element.name.text, TextType())
        values = collection.type.values
        if isinstance(element, Constant) and values is not None and element.value not in values:
            self._draft.error(
                "E0303",
                f"`{element.value}` is not one of {', '.join(values)}",
                item.span,
                help=did_you_mean(str(element.value), values),
            )
            return None
        if not isinstance(element.type, TextType | EnumerationType | ComponentType):
            self._draft.error("E0304", f"a set holds texts, not {describe_type(element.type)}", item.span)
            return None
        return ElementOf(element, collection, BOOLEAN, span)

    def _listed(
        self, item: written.Expression, options: tuple[written.Expression, ...], span: Span, scope: Scope
    ) -> Expression | None:
        subject = self._operand(item, scope)
        if subject is None:
            return None
        if isinstance(subject, _Word):
            return self._unknown_name(subject.name, scope)
        pairs = [self._agree(subject, self._operand(option, scope), option.span, scope) for option in options]
        values = [pair[1] for pair in pairs if pair is not None]
        if len(values) != len(pairs):
            return None
        if isinstance(subject.type, SetType):
            self._draft.error(
                "E0304", "a set cannot be one of some values", span, help=("write `value in set`",)
            )
            return None
        if all(isinstance(value, Constant) for value in values):
            constants = frozenset(value.value for value in values if isinstance(value, Constant))
            return OneOf(subject, constants, BOOLEAN, span)
        return Either(tuple(Comparison("=", subject, value, BOOLEAN) for value in values), BOOLEAN)

    # ------------------------------------------------------------ aggregates


def is_there(place: AssemblyPlace, *, there: bool) -> Expression:
    """Whether an assembly is there: any instance, where there may be several."""
    if any(instance.presence is None for instance in place.instances):
        return Constant(there, BOOLEAN)
    asked = tuple(
        IsChosen(instance.presence, chosen=there, type=BOOLEAN)
        for instance in place.instances
        if instance.presence is not None
    )
    if len(asked) == 1:
        return asked[0]
    return Either(asked, BOOLEAN) if there else Both(asked, BOOLEAN)


def _is_zero(expression: Expression) -> bool:
    return isinstance(expression, Constant) and expression.value == 0 and expression.value is not False


def _flattened(node: written.Expression, operator: str) -> list[written.Expression]:
    """`a and b and c` as three parts, without recursion: such chains may be long."""
    parts: list[written.Expression] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, written.BinaryOperation) and current.operator == operator:
            stack += [current.right, current.left]
        else:
            parts.append(current)
    return parts


def shown_unit(expression: Expression) -> Unit | None:
    """The unit in which an expression's value is told to people, if it has one of its own."""
    match expression:
        case AttributeOf(unit=unit) | OptionValue(unit=unit):
            return unit
        case CalcValue(calc=calc):
            return calc.unit
        case _:
            return None
