"""An instance written out as a catalog: what a customer's dialogue runs on, and not only an engine.

Every variable is a slot whose components are its values. What tables and sums read of a value stands in a
column: the number of its class, and its weight.
"""

from collections.abc import Iterator, Mapping

from instance_problems import Instance

from configurator.csp.constraints import LinearConstraint, TableConstraint


def catalog_text(instance: Instance) -> str:
    """The catalog; the price of a component is in the currency's units as the instance has it."""
    return "\n".join(
        ["catalog instance currency EUR", *_families(instance), *_rules(instance), *_price(instance)]
    )


def sku(variable: int, value: int) -> str:
    """The component that stands for a value."""
    return f"F{variable}-{value}"


def slot(variable: int) -> str:
    """The slot that stands for a variable."""
    return f"f{variable}"


def _families(instance: Instance) -> Iterator[str]:
    columns = _columns(instance)
    for variable, found in enumerate(instance.problem.variables):
        own = columns[variable]
        yield f"family {slot(variable)} choose one {{"
        yield "  | sku | price [EUR] | " + " | ".join(own) + " |"
        yield "  |---|---|" + "---|" * len(own)
        prices = {term.variable: term.weights for term in instance.price}.get(variable, (0,) * found.size)
        for value in range(found.size):
            cells = [sku(variable, value), prices[value], *(numbers[value] for numbers in own.values())]
            yield "  | " + " | ".join(map(str, cells)) + " |"
        yield "}"


def _columns(instance: Instance) -> list[dict[str, Mapping[int, int] | tuple[int, ...]]]:
    """For each variable its columns: the number of a constraint, and what it reads of each value."""
    columns: list[dict[str, Mapping[int, int] | tuple[int, ...]]] = [{} for _ in instance.problem.variables]
    for number, constraint in enumerate(instance.problem.constraints):
        match constraint:
            case TableConstraint(scope=scope, classes=classes):
                for variable, of in zip(scope, classes, strict=True):
                    columns[variable][f"c{number}"] = of
            case LinearConstraint(terms=terms):
                for term in terms:
                    columns[term.variable][f"c{number}"] = term.weights
            case _:
                raise AssertionError(constraint)
    return columns


def _rules(instance: Instance) -> Iterator[str]:
    for number, constraint in enumerate(instance.problem.constraints):
        match constraint:
            case TableConstraint(scope=scope, rows=rows):
                yield f"table t{number} allow {{"
                yield "  | " + " | ".join(f"{slot(variable)}.c{number}" for variable in scope) + " |"
                yield "  |" + "---|" * len(scope)
                by_begin: dict[tuple[int, ...], list[int]] = {}
                for row in sorted(rows):
                    by_begin.setdefault(tuple(row[:-1]), []).append(row[-1])
                for begin, ends in by_begin.items():
                    yield "  | " + " | ".join([*map(str, begin), ", ".join(map(str, ends))]) + " |"
                yield "}"
            case LinearConstraint(terms=terms, lower=lower, upper=upper):
                total = " + ".join(f"{slot(term.variable)}.c{number}" for term in terms)
                if upper is not None:
                    yield f"rule u{number}: require {total} <= {upper}"
                if lower is not None:
                    yield f"rule l{number}: require {total} >= {lower}"
            case _:
                raise AssertionError(constraint)


def _price(instance: Instance) -> Iterator[str]:
    total = " + ".join(f"{slot(term.variable)}.price" for term in instance.price)
    yield f"calc price in EUR = {total}"
