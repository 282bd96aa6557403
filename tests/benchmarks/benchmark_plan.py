"""What is measured, who is asked, and what is to be reached."""

from attrs import field, frozen
from instance_problems import Dialogue
from peers.peer import Question

BEST = "pc2 at its best"
USERS = "pc2 as users write it"
CPSAT = "CP-SAT"
LOOP = "CP-SAT, any new value"
TUNED = "CP-SAT tuned"
CLINGO = "clingo"
DUCKDB = "DuckDB"
NUMPY = "numpy rule by rule"
BACKTRACKING = "engine backtracking"
FAST = "engine diagram, numba"
SUBJECTS = ("engine diagram", BACKTRACKING)
"""Whose goals they are: the first of these that is there. It is asked everything that it can answer."""


@frozen
class TimesFaster:
    """The subject takes at most a `ratio`-th of the peer's time."""

    peer: str
    ratio: float


@frozen
class Within:
    """The subject takes at most so many milliseconds."""

    milliseconds: float


@frozen
class Lighter:
    """The subject's process holds at most so many MB."""

    megabytes: float


Goal = TimesFaster | Within | Lighter


@frozen
class Measurement:
    """One question on one instance.

    Attributes:
        peers: who is asked besides the subject.
        goals: what the subject is to reach.
        dialogue: for questions about states, which; `None` for nothing chosen.
        limit: for lists how many configurations, `None` for all; for rows, samples and pages how many.
        rank: where a page begins.
        inputs: how many states, or how often the same is asked.
        cold: preparation included.
    """

    name: str
    instance: str
    question: Question
    peers: tuple[str, ...]
    goals: tuple[Goal, ...] = ()
    dialogue: Dialogue | None = None
    limit: int | None = None
    rank: int = field(default=0, kw_only=True)
    inputs: int = field(default=5, kw_only=True)
    cold: bool = field(default=False, kw_only=True)


CP_SATS = (CPSAT, LOOP, TUNED)


def domains(
    instance: str, peers: tuple[str, ...], *goals: Goal, dialogue: Dialogue = Dialogue.EARLY
) -> Measurement:
    """Valid domains over states of a dialogue."""
    peers = (FAST, *peers)
    when = "early" if dialogue is Dialogue.EARLY else "late"
    name = f"{instance} valid domains, {when} in a dialogue"
    return Measurement(name, instance, Question.DOMAINS, peers, goals, dialogue, inputs=60)


def listing(instance: str, limit: int | None, peers: tuple[str, ...], *goals: Goal) -> Measurement:
    """Configurations in columns, or what comes nearest to it."""
    name = f"{instance} list, {'all' if limit is None else f'first {limit:,}'}"
    return Measurement(name, instance, Question.LIST, peers, goals, limit=limit)


def count(instance: str, peers: tuple[str, ...], *goals: Goal) -> Measurement:
    """The exact count, from the problem to the number."""
    return Measurement(f"{instance} count, cold", instance, Question.COUNT, peers, goals, cold=True, inputs=3)


def cheapest(instance: str, peers: tuple[str, ...], *goals: Goal) -> Measurement:
    """The price of the cheapest completion."""
    name = f"{instance} cheapest completion"
    peers = (FAST, *peers)
    return Measurement(name, instance, Question.CHEAPEST, peers, goals, Dialogue.EARLY, inputs=40)


def feasible(instance: str, peers: tuple[str, ...]) -> Measurement:
    """From the problem to the first solution."""
    name = f"{instance} first solution, cold"
    return Measurement(name, instance, Question.FEASIBLE, peers, cold=True)


def validate(instance: str, *goals: Goal) -> Measurement:
    """A million rows, half of them valid."""
    name = f"{instance} validate 1,000,000"
    return Measurement(name, instance, Question.VALIDATE, (NUMPY,), goals, limit=1_000_000)


def sample(instance: str, *goals: Goal) -> Measurement:
    """Uniform samples."""
    peers = (FAST, NUMPY)
    name = f"{instance} 10,000 uniform samples"
    return Measurement(name, instance, Question.SAMPLE, peers, goals, limit=10_000)


def page(instance: str, rank: int) -> Measurement:
    """A hundred configurations from far down the list."""
    power = len(str(rank)) - 1
    told = f"10^{power}" if rank == 10**power else f"{rank:,}"
    name = f"{instance} page of 100 at rank {told}"
    return Measurement(name, instance, Question.PAGE, (), limit=100, rank=rank, inputs=20)


def load(instance: str) -> Measurement:
    """From the bytes of what was compiled."""
    return Measurement(f"{instance} load the compiled artefact", instance, Question.LOAD, (), inputs=20)


def prepare(instance: str, peers: tuple[str, ...] = (CPSAT, TUNED, CLINGO)) -> Measurement:
    """What is done once."""
    return Measurement(f"{instance} prepare", instance, Question.PREPARE, peers, inputs=3)


PLAN: tuple[Measurement, ...] = (
    prepare("S", (BEST, CPSAT, TUNED, CLINGO, DUCKDB, BACKTRACKING)),
    domains("S", (BEST, USERS, *CP_SATS, CLINGO, BACKTRACKING)),
    listing(
        "S",
        None,
        (BEST, USERS, TUNED, CLINGO, DUCKDB, BACKTRACKING),
        TimesFaster(BEST, 50),
        TimesFaster(USERS, 300),
    ),
    Measurement(
        "S list as dictionaries, all",
        "S",
        Question.DICTS,
        (BEST, USERS),
        (TimesFaster(BEST, 3), TimesFaster(USERS, 15)),
    ),
    count("S", (BEST, USERS, CLINGO, DUCKDB, BACKTRACKING)),
    feasible("S", (BEST, USERS, CPSAT, TUNED, CLINGO, BACKTRACKING)),
    cheapest("S", (BEST, CPSAT, TUNED, CLINGO, DUCKDB)),
    Measurement(
        "S fresh process", "S", Question.START, (BEST, TUNED, CLINGO, BACKTRACKING), (Lighter(60),), inputs=3
    ),
    load("S"),
    prepare("M5"),
    domains(
        "Mw",
        (*CP_SATS, CLINGO, BACKTRACKING),
        TimesFaster(CPSAT, 1000),
        TimesFaster(CLINGO, 20),
    ),
    domains(
        "M5",
        (BEST, *CP_SATS, CLINGO, BACKTRACKING),
        TimesFaster(CPSAT, 1000),
        TimesFaster(CLINGO, 20),
    ),
    domains("M5", (CPSAT, TUNED, CLINGO, BACKTRACKING), dialogue=Dialogue.LATE),
    domains("Mc", (TUNED, CLINGO), TimesFaster(CLINGO, 20)),
    listing(
        "M5",
        100_000,
        (BEST, USERS, CLINGO, DUCKDB, BACKTRACKING),
        TimesFaster(BEST, 50),
        TimesFaster(USERS, 300),
    ),
    listing("M5", 1_000_000, (BEST,), TimesFaster(BEST, 50)),
    listing("Mw", 100_000, (BEST, USERS, CLINGO), TimesFaster(BEST, 50), TimesFaster(USERS, 300)),
    listing("Mw", 1_000_000, (BEST,), TimesFaster(BEST, 50)),
    count("Mw", (), Within(1000)),
    count("M5", (BACKTRACKING,), Within(1000)),
    count("Mc", (), Within(10_000)),
    feasible("M5", (BEST, USERS, CPSAT, TUNED, CLINGO, BACKTRACKING)),
    cheapest("Mw", (CPSAT, TUNED, CLINGO), TimesFaster(CPSAT, 30)),
    cheapest("M5", (CPSAT, TUNED, CLINGO), TimesFaster(CPSAT, 30)),
    validate("M5", Within(50), TimesFaster(NUMPY, 10)),
    sample("Mw", Within(10)),
    sample("M5", Within(10)),
    page("Mw", 0),
    page("Mw", 10**10),
    load("M5"),
    prepare("L0"),
    domains("L0", (CPSAT, TUNED, CLINGO, BACKTRACKING), Within(1), TimesFaster(CLINGO, 20)),
    domains("L1", (TUNED, CLINGO), Within(1), TimesFaster(CLINGO, 20)),
    domains("L3", (TUNED, CLINGO), Within(25), TimesFaster(CLINGO, 20)),
    count("L0", (), Within(2000)),
    count("L1", ()),
    cheapest("L0", (CPSAT, TUNED, CLINGO), TimesFaster(CPSAT, 300)),
    cheapest("L1", (CPSAT, TUNED)),
    cheapest("L3", (CPSAT, TUNED)),
    validate("L0", TimesFaster(NUMPY, 10)),
    page("L0", 10**22),
    load("L0"),
)


def in_small(measurement: Measurement) -> Measurement:
    """The same with few inputs, for a test of the programme itself."""
    limit = None if measurement.limit is None else min(measurement.limit, 1_000)
    # All share one process then, in which numba is there or not.
    peers = tuple(peer for peer in measurement.peers if peer != FAST)
    inputs = 3 if measurement.dialogue else 1
    return Measurement(
        measurement.name,
        measurement.instance,
        measurement.question,
        peers,
        measurement.goals,
        measurement.dialogue,
        limit,
        rank=measurement.rank,
        inputs=inputs,
        cold=measurement.cold,
    )


QUICK: tuple[Measurement, ...] = tuple(
    in_small(measurement)
    for measurement in (*PLAN, validate("S"), sample("S"), page("S", 10_000))
    if measurement.instance == "S" and measurement.question is not Question.START
)
