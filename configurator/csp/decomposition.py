"""A problem in parts that have nothing to do with each other: their counts multiply."""

from collections.abc import Collection, Iterable


def independent_parts(
    variables: Collection[int], scopes: Iterable[Iterable[int]]
) -> tuple[tuple[int, ...], ...]:
    """The connected components of the graph that joins variables of one scope.

    Each part ascending, parts in the order of their smallest variable; a variable
    in no scope is a part of its own. Members of a scope that are not among the variables are passed over.
    """
    leader = {variable: variable for variable in variables}

    def find(variable: int) -> int:
        while leader[variable] != variable:
            leader[variable] = leader[leader[variable]]
            variable = leader[variable]
        return variable

    for scope in scopes:
        present = [find(variable) for variable in scope if variable in leader]
        for variable in present[1:]:
            leader[find(variable)] = find(present[0])
    parts: dict[int, list[int]] = {}
    for variable in sorted(variables):
        parts.setdefault(find(variable), []).append(variable)
    return tuple(tuple(part) for part in parts.values())
