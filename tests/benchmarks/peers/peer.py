"""What a peer is asked.

A module in this folder joins by itself: it names its peers in `PEERS`, each a subclass of `Session` with
a name. This one is imported by every fresh process that is measured, so it imports little.
"""

import pickle
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

from instance_problems import Instance, Rows, State
from numpy.typing import NDArray

Domains = tuple[tuple[int, ...], ...]
"""For every family the values it takes in some valid configuration; all empty when there is none."""


class Question(Enum):
    """What is measured; the value is the method of `Session` that answers."""

    PREPARE = "prepare"
    DOMAINS = "domains"
    LIST = "listing"
    DICTS = "dicts"
    COUNT = "count"
    CHEAPEST = "cheapest"
    FEASIBLE = "feasible"
    VALIDATE = "validate"
    SAMPLE = "sample"
    PAGE = "page"
    LOAD = "load"
    START = "restore"


class Session:
    """An instance as a peer has prepared it, once for all questions.

    A peer overrides what it can answer. Only the methods that answer are timed, never `prepare`, unless
    the measurement says "cold", and never the ones that put an answer into a comparable form.
    """

    name: ClassVar[str]
    """For tables."""
    distributions: ClassVar[tuple[str, ...]] = ()
    """What must be installed, for its versions."""
    environment: ClassVar[Mapping[str, str]] = {}
    """What its process finds in the environment."""

    def __init__(self, instance: Instance) -> None:
        """Prepare."""
        self.instance = instance

    def domains(self, state: State) -> Domains:
        """The valid domains of all families."""
        raise NotImplementedError

    def listing(self, limit: int | None) -> object:
        """All valid configurations or the first ones, in the order and form that cost the peer least."""
        raise NotImplementedError

    def rows_of(self, listing: Any) -> Rows:
        """A listing as rows."""
        raise NotImplementedError

    def dicts(self, limit: int | None) -> Sequence[Mapping[Any, int]]:
        """All valid configurations or the first ones, each a dictionary."""
        raise NotImplementedError

    def count(self, state: State) -> int:
        """How many valid configurations obey the state."""
        raise NotImplementedError

    def cheapest(self, state: State) -> int | None:
        """The price of the cheapest that obeys the state, `None` when none does."""
        raise NotImplementedError

    def feasible(self, state: State) -> bool:
        """Whether any obeys the state."""
        raise NotImplementedError

    def validate(self, rows: NDArray[Any]) -> NDArray[Any]:
        """For each row whether it is valid."""
        raise NotImplementedError

    def sample(self, number: int) -> NDArray[Any]:
        """Valid configurations, each of all with the same probability, with repetition."""
        raise NotImplementedError

    def page(self, place: tuple[int, int]) -> object:
        """The valid configurations from a rank on, so many, in an order of the peer's own."""
        raise NotImplementedError

    def load(self, _: None) -> "Session":
        """The session again, from what was kept of it as bytes."""
        raise NotImplementedError

    @classmethod
    def store(cls, instance: Instance, folder: Path) -> Path:
        """Put what a fresh process is to begin with into a file; here the problem, not yet prepared."""
        file = folder / f"{instance.name}.pickle"
        file.write_bytes(pickle.dumps(instance.stored()))
        return file

    @classmethod
    def restore(cls, file: Path) -> "Session":
        """Begin with what was stored."""
        stored: Instance = pickle.loads(file.read_bytes())  # noqa: S301 - written by `store` a moment ago
        return cls(stored)

    @classmethod
    def answers(cls, question: Question) -> bool:
        """Whether it can."""
        if question is Question.PREPARE:
            return True
        if question is Question.START:
            return cls.answers(Question.DOMAINS)
        return getattr(cls, question.value) is not getattr(Session, question.value)
