"""Tokens and small trees to literals and names: the pieces that statements, cells and headings share."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from lark import Token, Tree

from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import SourceFile, Span
from configurator.syntax.expressions import (
    BooleanLiteral,
    DateLiteral,
    Name,
    NumberLiteral,
    PathReference,
    Scalar,
    TextLiteral,
)
from configurator.syntax.habits import VALUE_HABITS
from configurator.syntax.vocabulary import OPERATOR_WORDS, STATEMENT_WORDS

Branch = Token | Tree[Token]

MOST_DIGITS = 30
"""A number with more digits is a slip of the keyboard, and could be used to make arithmetic slow."""

_STAND_IN_DATE = date(1, 1, 1)
_EXPONENT = re.compile(r"[eE]\d*")


def child_token(tree: Tree[Token], *types: str) -> Token | None:
    """The first child that is a token of one of these types, or `None`."""
    return next(child_tokens(tree, *types), None)


def child_tokens(tree: Tree[Token], *types: str) -> Iterator[Token]:
    """The children that are tokens of one of these types, in order."""
    return (child for child in tree.children if isinstance(child, Token) and child.type in types)


def child_tree(tree: Tree[Token], *rules: str) -> Tree[Token] | None:
    """The first child made by one of these rules or aliases, or `None`."""
    return next(child_trees(tree, *rules), None)


def child_trees(tree: Tree[Token], *rules: str) -> Iterator[Tree[Token]]:
    """The children made by one of these rules or aliases, in order."""
    return (child for child in tree.children if isinstance(child, Tree) and child.data in rules)


def needed(token: Token | None) -> Token:
    """A token that the grammar guarantees."""
    assert token is not None
    return token


class LiteralBuilder:
    """Makes nodes from tokens and collects what is wrong with them.

    A node is made in any case, with a stand-in value where the written one makes no sense: so
    one statement can tell all its mistakes. A tree with mistakes is never used further.

    Attributes:
        source: the file that spans point into.
        offset: what to add to Lark's positions, when a stretch of the file was parsed alone.
        diagnostics: the mistakes so far, in the order found.
    """

    def __init__(self, source: SourceFile, offset: int = 0) -> None:
        self.source = source
        self.offset = offset
        self.diagnostics: list[Diagnostic] = []

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        label: str = "",
        help: tuple[str, ...] = (),  # noqa: A002 - same word as in Diagnostic
        replacements: tuple[Replacement, ...] = (),
    ) -> None:
        """Collect one error."""
        self.diagnostics.append(
            Diagnostic(code, Severity.ERROR, message, span, label=label, help=help, replacements=replacements)
        )

    # ------------------------------------------------------------ places

    def span(self, branch: Branch) -> Span:
        """The stretch of text a token or tree was read from, brackets and keywords included."""
        place = branch if isinstance(branch, Token) else branch.meta
        start, end = place.start_pos, place.end_pos
        # by INVARIANT on the grammar: only `file` may be empty, and it needs no place of its own
        assert start is not None
        assert end is not None
        return Span(self.source, self.offset + start, self.offset + end)

    # ------------------------------------------------------------ names

    def name(self, token: Token) -> Name:
        """A name where it is used."""
        return Name(str(token), self.span(token))

    def declared_name(self, token: Token) -> Name:
        """The name of something that a statement declares: no word of the language."""
        return self._unreserved(self.name(token), OPERATOR_WORDS | STATEMENT_WORDS)

    def attribute_name(self, token: Token) -> Name:
        """The name of an attribute, column or value: no word that an expression would read otherwise."""
        return self._unreserved(self.name(token), OPERATOR_WORDS)

    def declared_id(self, token: Token) -> Name:
        """The id of a rule, table or wish: lower case."""
        name = self.declared_name(token)
        if name.text != name.text.lower():
            lower = name.text.lower()
            self.report(
                "E0109",
                f"the id `{name.text}` is not in lower case",
                name.span,
                help=(f"write `{lower}`",),
                replacements=(Replacement(name.span, lower),),
            )
        return name

    def _unreserved(self, name: Name, reserved: frozenset[str]) -> Name:
        if name.text in reserved:
            self.report(
                "E0109",
                f"`{name.text}` is a word of the language and cannot be a name here",
                name.span,
                help=(f"choose another name, for example `{name.text}_`",),
            )
        return name

    def path(self, tree: Tree[Token]) -> PathReference:
        """`cpu.socket`, or a rule's dotted id."""
        names = tuple(self.name(token) for token in child_tokens(tree, "NAME", "ID"))
        return PathReference(names, self.span(tree))

    # ------------------------------------------------------------ literals

    def text(self, token: Token) -> TextLiteral:
        r"""A text between quotes; `\"` and `\\` are the only escapes."""
        span = self.span(token)
        body = token[1:-1]
        if "\\" not in body:
            return TextLiteral(body, span)

        def resolved(match: re.Match[str]) -> str:
            char = match[1]
            if char not in '"\\':
                start = span.start + 1 + match.start()
                self.report(
                    "E0106",
                    f"`{match[0]}` is no escape",
                    Span(self.source, start, start + 2),
                    label='expected `\\"` or `\\\\`',
                    help=("write a backslash as `\\\\`",),
                )
            return char

        return TextLiteral(re.sub(r"\\(.)", resolved, body), span)

    def fraction(self, token: Token) -> Fraction:
        """The exact value of a number without a sign."""
        if len(token) > MOST_DIGITS:
            self.report(
                "E0107",
                f"a number of {len(token)} digits is too long",
                self.span(token),
                label=f"at most {MOST_DIGITS} digits",
            )
            return Fraction(1)
        return Fraction(str(token))

    def whole(self, token: Token, what: str) -> int:
        """A number without a sign or fraction; `what` names it in the message."""
        value = self.fraction(token)
        if value.denominator != 1:
            self.report("E0107", f"{what} is a whole number, not `{token}`", self.span(token))
        return int(value)

    def day(self, token: Token) -> date:
        """A date that the calendar has."""
        try:
            return date.fromisoformat(str(token))
        except ValueError:
            self.report(
                "E0108",
                f"`{token}` is not a day of the calendar",
                self.span(token),
                label="expected year-month-day",
            )
            return _STAND_IN_DATE

    def number(self, tree: Tree[Token]) -> NumberLiteral:
        """`65 W`, or `-60.00 EUR` where the grammar allows a sign."""
        written = needed(child_token(tree, "NUMBER"))
        value = self.fraction(written)
        unit = child_token(tree, "UNIT")
        if unit is not None and unit.start_pos == written.end_pos and _EXPONENT.fullmatch(unit):
            self.report(
                "E0107",
                f"`{written}{unit}` has an exponent",
                self.span(tree),
                help=("write the number out, for example `1200` for `1.2e3`",),
            )
        if child_token(tree, "NEGATIVE") is not None:
            value = -value
        return NumberLiteral(value, self.name(unit) if unit is not None else None, self.span(tree))

    def scalar(self, branch: Branch) -> Scalar:
        """A single value of a field, a list or a choice."""
        if isinstance(branch, Tree):
            return self.number(branch)
        if branch.type != "NAME":
            return self.literal(branch)
        name = self.name(branch)
        self.check_value(name)
        return name

    def check_value(self, name: Name, *, in_expression: bool = False) -> None:
        """Report a name that is a value of other languages, such as `true`."""
        ours = VALUE_HABITS.get(name.text)
        if ours is None:
            return
        # What is absent has no value that could be compared.
        asks = in_expression and ours == "none"
        self.report(
            "E0103",
            f"`{name.text}` is not part of the language",
            name.span,
            help=("write `x is absent`, or `x is chosen`",) if asks else (f"write `{ours}`",),
            replacements=() if asks else (Replacement(name.span, ours, safe=True),),
        )

    def literal(self, token: Token) -> TextLiteral | DateLiteral | BooleanLiteral:
        """A value that is one token and no name."""
        match token.type:
            case "TEXT":
                return self.text(token)
            case "DATE":
                return DateLiteral(self.day(token), self.span(token))
            case _:
                return BooleanLiteral(token == "yes", self.span(token))  # noqa: S105 - a token of text
