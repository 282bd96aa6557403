"""Published feature models as constraint problems: a reader for the part of UVL that they are written in."""

import re
from itertools import product
from pathlib import Path

from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint, LinearTerm, Literal
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Variable

GROUPS = {"mandatory", "optional", "alternative", "or"}
TOKEN = re.compile(r'"[^"]*"|[\w.]+|<=>|=>|[!&|()]')

Clause = frozenset[tuple[int, int]]
"""Pairs of a feature and 1 or 0, of which one holds."""


def read_feature_model(path: Path) -> ConstraintProblem:
    """A variable for each feature, 1 where it is in."""
    features: dict[str, int] = {}
    clauses: list[Clause] = []
    sums: list[LinearConstraint] = []
    stack: list[tuple[int, str, int]] = []
    members: dict[tuple[int, int], tuple[str, list[int]]] = {}
    part = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        text, depth = line.strip(), len(line) - len(line.lstrip("\t"))
        if not text or depth == 0:
            part = text or part
        elif part == "constraints":
            clauses += conjunction(text, features)
        elif part == "features":
            while stack and stack[-1][0] >= depth:
                stack.pop()
            if text in GROUPS:
                stack.append((depth, text, number))
                continue
            name = (TOKEN.match(text) or [""])[0].strip('"')
            own = features.setdefault(name, len(features))
            if not stack:
                clauses.append(frozenset({(own, 1)}))
            else:
                around = next(features[word] for _, word, _ in reversed(stack) if word in features)
                kind, found = members.setdefault((around, stack[-1][2]), (stack[-1][1], []))
                found.append(own)
                clauses.append(frozenset({(own, 0), (around, 1)}))
            stack.append((depth, name, number))
    for (around, _), (kind, found) in members.items():
        if kind == "mandatory":
            clauses += [frozenset({(around, 0), (each, 1)}) for each in found]
        elif kind in {"or", "alternative"}:
            clauses.append(frozenset({(around, 0), *((each, 1) for each in found)}))
        if kind == "alternative":
            sums.append(LinearConstraint(tuple(LinearTerm(each, (0, 1)) for each in found), None, 1))
    said: list[Constraint] = [
        ClauseConstraint(tuple(Literal(feature, frozenset({value})) for feature, value in sorted(clause)))
        for clause in dict.fromkeys(clauses)
        if not any((feature, 1 - value) in clause for feature, value in clause)
    ]
    return ConstraintProblem(tuple(Variable(name, 2) for name in features), (*said, *sums))


def conjunction(text: str, features: dict[str, int]) -> list[Clause]:
    """A constraint as clauses."""
    tokens = TOKEN.findall(text)
    clauses = _equivalence(tokens, features)[1]
    assert not tokens, text
    return clauses


Both = tuple[list[Clause], list[Clause]]
"""What says that something does not hold, and what says that it does."""


def _equivalence(tokens: list[str], features: dict[str, int]) -> Both:
    left = _implication(tokens, features)
    while tokens and tokens[0] == "<=>":
        tokens.pop(0)
        right = _implication(tokens, features)
        yes = _any(left[0], right[1]) + _any(left[1], right[0])
        left = (_any(left[0], right[0]) + _any(left[1], right[1]), yes)
    return left


def _implication(tokens: list[str], features: dict[str, int]) -> Both:
    left = _some(tokens, features)
    if tokens and tokens[0] == "=>":
        tokens.pop(0)
        right = _implication(tokens, features)
        return left[1] + right[0], _any(left[0], right[1])
    return left


def _some(tokens: list[str], features: dict[str, int]) -> Both:
    left = _each(tokens, features)
    while tokens and tokens[0] == "|":
        tokens.pop(0)
        right = _each(tokens, features)
        left = left[0] + right[0], _any(left[1], right[1])
    return left


def _each(tokens: list[str], features: dict[str, int]) -> Both:
    left = _one(tokens, features)
    while tokens and tokens[0] == "&":
        tokens.pop(0)
        right = _one(tokens, features)
        left = _any(left[0], right[0]), left[1] + right[1]
    return left


def _one(tokens: list[str], features: dict[str, int]) -> Both:
    word = tokens.pop(0)
    if word == "!":
        no, yes = _one(tokens, features)
        return yes, no
    if word == "(":
        found = _equivalence(tokens, features)
        assert tokens.pop(0) == ")"
        return found
    feature = features[word.strip('"')]
    return [frozenset({(feature, 0)})], [frozenset({(feature, 1)})]


def _any(left: list[Clause], right: list[Clause]) -> list[Clause]:
    return [one | other for one, other in product(left, right)]
