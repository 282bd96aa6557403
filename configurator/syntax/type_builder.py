"""Trees of types and column headings to nodes."""

from collections.abc import Sequence
from fractions import Fraction

from lark import Token, Tree

from configurator.source import Span
from configurator.syntax.expressions import Name, NumberLiteral, TextLiteral
from configurator.syntax.literals import Branch, LiteralBuilder, child_token, child_tokens, child_tree
from configurator.syntax.nodes import ColumnHeading, TypeExpression

_KINDS = {
    "number_type": "number",
    "whole_type": "whole",
    "money_type": "money",
    "text_type": "text",
    "yesno_type": "yesno",
    "date_type": "date",
    "one_of_type": "one of",
    "ordered_of_type": "ordered of",
    "set_of_type": "set of",
    "set_of_text_type": "set of text",
    "some_type": "some",
}
TYPE_RULES = tuple(_KINDS)
"""The grammar's names for types."""


class TypeBuilder(LiteralBuilder):
    """Also knows types: what may follow the colon of an attribute, an option or a column."""

    def type_expression(self, tree: Tree[Token]) -> TypeExpression:
        """Any type; its bounds are in order and its values are told once."""
        kind = _KINDS[tree.data]
        minimum, maximum = self._bounds(tree)
        step = child_tree(tree, "step")
        return TypeExpression(
            kind,  # type: ignore[arg-type]  # a dictionary of literals loses them
            self.span(tree),
            values=self._listed_values(tree),
            unit=self.unit_of(tree),
            minimum=minimum,
            maximum=maximum,
            step=self._step(step) if step is not None else None,
        )

    def unit_of(self, tree: Tree[Token]) -> Name | None:
        """The unit of `in W` or `[W]` among the children."""
        unit = child_tree(tree, "in_unit", "bracket_unit")
        return (
            self.name(unit.children[0]) if unit is not None and isinstance(unit.children[0], Token) else None
        )

    def heading(self, tree: Tree[Token]) -> ColumnHeading:
        """A column's heading."""
        path = next(child for child in tree.children if isinstance(child, Tree) and child.data == "path")
        for token in child_tokens(path, "NAME"):
            self.attribute_name(token)
        type_tree = child_tree(tree, *TYPE_RULES)
        return ColumnHeading(
            self.path(path),
            self.unit_of(tree),
            self.type_expression(type_tree) if type_tree is not None else None,
            self.span(tree),
        )

    def check_once(self, items: Sequence[tuple[str, Span]], what: str) -> None:
        """Report every item whose word was said before."""
        seen: set[str] = set()
        for word, span in items:
            if word in seen:
                self.report("E0112", f"{what} `{word}` stands twice", span)
            seen.add(word)

    def check_bounds(self, minimum: Fraction, maximum: Fraction, span: Span) -> None:
        """Report bounds that leave nothing between them."""
        if minimum > maximum:
            self.report(
                "E0111",
                f"`{span.text}` is empty: the lower bound is above the upper one",
                span,
                help=("write the lower bound first",),
            )

    def _bounds(self, tree: Tree[Token]) -> tuple[Fraction | None, Fraction | None]:
        ends: list[Branch] = [
            child
            for child in tree.children
            if (isinstance(child, Token) and child.type == "NUMBER")
            or (isinstance(child, Tree) and child.data == "bound")
        ]
        if not ends:
            return None, None
        minimum, maximum = (self._bound(end, whole=tree.data != "number_type") for end in ends)
        self.check_bounds(minimum, maximum, self.span(ends[0]).to(self.span(ends[1])))
        return minimum, maximum

    def _bound(self, end: Branch, *, whole: bool) -> Fraction:
        token = end if isinstance(end, Token) else child_token(end, "NUMBER")
        assert token is not None
        value = Fraction(self.whole(token, "a bound")) if whole else self.fraction(token)
        negative = isinstance(end, Tree) and child_token(end, "NEGATIVE") is not None
        return -value if negative else value

    def _step(self, tree: Tree[Token]) -> Fraction:
        value = self.fraction(next(child_tokens(tree, "NUMBER")))
        if value == 0:
            self.report("E0111", "a step of 0 never arrives", self.span(tree))
        return value

    def _listed_values(self, tree: Tree[Token]) -> tuple[Name | TextLiteral | NumberLiteral, ...]:
        values: list[Name | TextLiteral | NumberLiteral] = []
        for child in tree.children:
            if isinstance(child, Tree) and child.data == "number":
                values.append(self.number(child))
            elif isinstance(child, Token) and child.type == "NAME":
                name = self.attribute_name(child)
                self.check_value(name)
                values.append(name)
            elif isinstance(child, Token) and child.type == "TEXT":
                values.append(self.text(child))
        self.check_once([(value.span.text, value.span) for value in values], "the value")
        return tuple(values)
