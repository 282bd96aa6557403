"""DuckDB, one thread: a configuration is a row of a join of all families and tables."""

import tempfile
from typing import Any

import duckdb
import numpy as np
from instance_problems import Instance, Rows, State

from configurator.csp.constraints import LinearConstraint, LinearTerm, TableConstraint
from configurator.csp.simplification import fuse
from peers.constraint2 import value_rows
from peers.peer import Session

MEMORY = "2GB"


class DuckDb(Session):
    """One table for each family, with a column for each sum, and one for each table of rules."""

    name = "DuckDB"
    distributions = ("duckdb",)

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.connection = duckdb.connect(
            config={"threads": 1, "memory_limit": MEMORY, "temp_directory": tempfile.gettempdir()}
        )
        self.sources: list[str] = []
        self.conditions: list[str] = []
        constraints = fuse(instance.problem).constraints
        sums = [constraint for constraint in constraints if isinstance(constraint, LinearConstraint)]
        for family, variable in enumerate(instance.problem.variables):
            added = [_weights(each.terms, family, variable.size) for each in sums]
            rows = list(zip(range(variable.size), instance.price[family].weights, *added, strict=True))
            self.add(f"f{family}", ["v", "price", *(f"w{number}" for number in range(len(sums)))], rows)
        for number, constraint in enumerate(constraints):
            if isinstance(constraint, TableConstraint):
                self.add(f"t{number}", [f"v{family}" for family in constraint.scope], value_rows(constraint))
                self.conditions += [f"t{number}.v{family} = f{family}.v" for family in constraint.scope]
        for number, each in enumerate(sums):
            total = " + ".join(f"f{term.variable}.w{number}" for term in each.terms)
            if each.upper is not None:
                self.conditions.append(f"{total} <= {each.upper}")
            if each.lower is not None:
                self.conditions.append(f"{total} >= {each.lower}")

    def add(self, name: str, columns: list[str], rows: Any) -> None:
        """A table with its rows."""
        self.connection.execute(f"create table {name} ({' bigint, '.join(columns)} bigint)")
        marks = ", ".join("?" * len(columns))
        insert = f"insert into {name} values ({marks})"  # noqa: S608 - names of our own
        self.connection.executemany(insert, [list(row) for row in rows])
        self.sources.append(name)

    def query(self, wanted: str, state: State, limit: int | None = None) -> Any:
        """Run the join."""
        conditions = [*self.conditions, *(f"f{family}.v = {value}" for family, value in state.items())]
        where = f" where {' and '.join(conditions)}" if conditions else ""
        end = "" if limit is None else f" limit {limit}"
        query = f"select {wanted} from {', '.join(self.sources)}{where}{end}"  # noqa: S608 - names of our own
        return self.connection.execute(query)

    def listing(self, limit: int | None) -> object:
        """Columns."""
        families = range(len(self.instance.problem.variables))
        columns = ", ".join(f"f{family}.v as v{family}" for family in families)
        return self.query(columns, {}, limit).fetchnumpy()

    def rows_of(self, listing: Any) -> Rows:
        """From columns."""
        return np.stack([listing[f"v{family}"] for family in range(len(listing))], axis=1).astype(np.int16)

    def count(self, state: State) -> int:
        """The rows of the join, not kept."""
        (number,) = self.query("count(*)", state).fetchone()
        return int(number)

    def cheapest(self, state: State) -> int | None:
        """The least total over the join."""
        total = " + ".join(f"f{family}.price" for family in range(len(self.instance.problem.variables)))
        (least,) = self.query(f"min({total})", state).fetchone()
        return None if least is None else int(least)


def _weights(terms: tuple[LinearTerm, ...], family: int, size: int) -> tuple[int, ...]:
    return next((term.weights for term in terms if term.variable == family), (0,) * size)


PEERS = (DuckDb,)
