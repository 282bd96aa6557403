"""Our engine by decision diagrams, with all it answers beyond other engines."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from itertools import repeat
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from engine_session import EngineSession, known
from instance_problems import Instance, Rows
from numpy.typing import NDArray

from configurator.csp.problem import ConstraintProblem
from configurator.engines.diagram.artefact import Artefact, read_artefact, write_artefact
from configurator.engines.diagram.compiling.compilation import Compilation
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.diagram.walks.listing import sorted_blocks
from configurator.engines.diagram.walks.ranking import FastOrder
from peers.peer import Question, Session

SEED = 1


class Diagram(EngineSession):
    """Compiled once; lists come as columns of numpy. Without numba, whether or not it is there."""

    name = "engine diagram"
    distributions: ClassVar[tuple[str, ...]] = ("pcat-configurator", "numpy")
    environment: ClassVar[Mapping[str, str]] = {"CONFIGURATOR_FAST": "0"}
    engine = DiagramEngine()
    prepared: DiagramSearch

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.content = b""

    def listing(self, limit: int | None) -> object:
        """Columns: in the fast order, or ascending where a sum outside the diagram leaves no other."""
        if not self.prepared.compiled.side_sums:
            kept = known(self.prepared.fast_order({}))
            # A fresh one: the kept one has the ends of configurations written out since the last
            # time, of S all of them, and would hand over a finished answer.
            order = FastOrder(kept.compiled, kept.counts)
            return order.page(0, order.size if limit is None else limit)
        blocks: list[Columns] = []
        missing = limit
        for block in sorted_blocks(self.prepared.compiled, {}):
            blocks.append(block[:, :missing])
            if missing is not None:
                missing -= blocks[-1].shape[1]
                if not missing:
                    break
        return np.concatenate(blocks, axis=1)

    def rows_of(self, listing: Any) -> Rows:
        """From columns."""
        return np.ascontiguousarray(listing.T, dtype=np.int16)

    def dicts(self, limit: int | None) -> Sequence[Mapping[Any, int]]:
        """From columns: made by `map` alone, which is twice as fast as a loop."""
        names = [variable.name for variable in self.instance.problem.variables]
        columns: Any = self.listing(limit)
        return list(map(dict, map(zip, repeat(names), zip(*columns.tolist(), strict=True))))

    def page(self, place: tuple[int, int]) -> object:
        """In the fast order, from a rank on."""
        rank, length = place
        return known(self.prepared.fast_order({})).page(rank, length)

    def validate(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Down the diagram."""
        return self.prepared.validate(rows.T)

    def sample(self, number: int) -> NDArray[Any]:
        """Exactly uniform."""
        return known(self.prepared.sample(number, SEED, {})).T

    def load(self, _: None) -> Session:
        """From the bytes of a file."""
        self.content = self.content or written(self.prepared)
        return loaded(type(self), self.content)

    @classmethod
    def store(cls, instance: Instance, folder: Path) -> Path:
        """The compiled artefact alone."""
        file = folder / f"{instance.name}.npz"
        file.write_bytes(written(cls(instance).prepared))
        return file

    @classmethod
    def restore(cls, file: Path) -> Session:
        """Nothing is compiled, and the problem is not even read."""
        return loaded(cls, file.read_bytes())


def written(search: DiagramSearch) -> bytes:
    """A compiled problem as the content of a file."""
    return write_artefact(Artefact({}, search.compiled))


def loaded(session: type[Diagram], content: bytes) -> Session:
    """A session that knows its diagram and neither the instance nor the problem."""
    restored = session.__new__(session)
    restored.prepared = DiagramSearch(_no_problem, read_artefact(content).compiled, Compilation())
    return restored


def _no_problem() -> ConstraintProblem:
    raise AssertionError("the artefact was not enough")


class DiagramFast(Diagram):
    """The same with loops compiled by numba, loaded at the first question."""

    name = "engine diagram, numba"
    distributions = ("pcat-configurator", "numpy", "numba")
    environment: ClassVar[Mapping[str, str]] = {"CONFIGURATOR_FAST": "1"}

    @classmethod
    def answers(cls, question: Question) -> bool:
        """Where numba is installed."""
        return find_spec("numba") is not None and super().answers(question)


PEERS = (Diagram, DiagramFast)
