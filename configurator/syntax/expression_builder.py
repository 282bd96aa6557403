"""Trees of expressions to nodes."""

from lark import Token, Tree

from configurator.diagnostics.diagnostic import Replacement
from configurator.source import Span
from configurator.syntax.expressions import (
    Aggregate,
    Between,
    BinaryOperation,
    Conditional,
    Expression,
    Membership,
    PathReference,
    Presence,
    UnaryOperation,
)
from configurator.syntax.literals import Branch, child_token, child_tree
from configurator.syntax.type_builder import TypeBuilder

MOST_LEVELS = 100
"""How deep an expression, a list or a block may be nested: whoever walks the tree may do so by recursion."""


class TooDeepError(Exception):
    """An expression beyond `MOST_LEVELS`; never leaves this package."""

    def __init__(self, span: Span) -> None:
        self.span = span
        super().__init__(span)


class ExpressionBuilder(TypeBuilder):
    """Also knows expressions."""

    def expression(self, branch: Branch, depth: int = 1) -> Expression:
        """An expression; `depth` is the level at which it stands, from 1.

        Raises:
            TooDeepError: it has more than `MOST_LEVELS` levels. A chain of operators has one for each.
        """
        if isinstance(branch, Token):
            return self.literal(branch)
        while branch.data == "group":
            inner = next(child for child in branch.children if not is_punctuation(child))
            if isinstance(inner, Token):
                return self.literal(inner)
            branch = inner
        if depth > MOST_LEVELS:
            raise TooDeepError(self.span(branch))
        match branch.data:
            case "path":
                return self._path_expression(branch)
            case "number":
                return self.number(branch)
            case "binary":
                return self._binary(branch, depth)
            case "minus" | "inversion":
                return self._unary(branch, depth)
            case "membership" | "exclusion":
                return self._membership(branch, depth)
            case "between":
                return self._between(branch, depth)
            case "presence":
                return self._presence(branch)
            case "conditional":
                return self._conditional(branch, depth)
            case _:
                return self._aggregate(branch, depth)

    def _operand(self, branch: Branch, depth: int) -> Expression:
        return self.expression(branch, depth + 1)

    def _path_expression(self, tree: Tree[Token]) -> Expression:
        path = self.path(tree)
        if len(path.names) == 1:
            self.check_value(path.names[0], in_expression=True)
            if path.text == "none":
                self.report(
                    "E0117",
                    "`none` is written in choices only",
                    path.span,
                    help=("write `x is absent`, or `x is chosen`",),
                )
        return path

    def _binary(self, tree: Tree[Token], depth: int) -> Expression:
        left, operator, right = tree.children
        if operator in {"=", "!="} and _is_none(right) and isinstance(left, Tree) and left.data == "path":
            return self._none_compared(tree)
        return BinaryOperation(
            str(operator), self._operand(left, depth), self._operand(right, depth), self.span(tree)
        )

    def _none_compared(self, tree: Tree[Token]) -> Expression:
        left, operator, _ = tree.children
        assert isinstance(left, Tree)
        path, span, chosen = self.path(left), self.span(tree), operator == "!="
        wanted = f"{path.text} is {'chosen' if chosen else 'absent'}"
        self.report(
            "E0117",
            "`none` is written in choices only",
            span,
            help=(f"write `{wanted}`",),
            replacements=(Replacement(span, wanted, safe=True),),
        )
        return Presence(path, chosen, span)

    def _unary(self, tree: Tree[Token], depth: int) -> Expression:
        operator = "-" if tree.data == "minus" else "not"
        return UnaryOperation(operator, self._operand(tree.children[-1], depth), self.span(tree))

    def _membership(self, tree: Tree[Token], depth: int) -> Expression:
        item, members = tree.children
        assert isinstance(members, Tree)
        options: tuple[Expression, ...] | PathReference
        if members.data == "path":
            options = self.path(members)
        else:
            options = tuple(
                self._operand(child, depth) for child in members.children if not is_punctuation(child)
            )
        return Membership(self._operand(item, depth), options, tree.data == "exclusion", self.span(tree))

    def _between(self, tree: Tree[Token], depth: int) -> Expression:
        item, low, _, high = tree.children
        return Between(
            self._operand(item, depth), self._operand(low, depth), self._operand(high, depth), self.span(tree)
        )

    def _presence(self, tree: Tree[Token]) -> Expression:
        path = tree.children[0]
        assert isinstance(path, Tree)
        return Presence(self.path(path), child_token(tree, "CHOSEN") is not None, self.span(tree))

    def _conditional(self, tree: Tree[Token], depth: int) -> Expression:
        condition, then, otherwise = (self._operand(child, depth) for child in tree.children)
        return Conditional(condition, then, otherwise, self.span(tree))

    def _aggregate(self, tree: Tree[Token], depth: int) -> Expression:
        function = tree.children[0]
        where = child_tree(tree, "where")
        return Aggregate(
            str(function),
            self._operand(tree.children[1], depth),
            self._operand(where.children[-1], depth) if where is not None else None,
            self.span(tree),
        )


def is_punctuation(branch: Branch) -> bool:
    """Whether a child is a sign or keyword that the grammar keeps though it says nothing."""
    return isinstance(branch, Token) and branch.type.startswith("_")


def _is_none(branch: Branch) -> bool:
    return isinstance(branch, Tree) and branch.data == "path" and branch.children == ["none"]
