"""A step of a dialogue: one more choice, then every value of every place with its state and price delta.

    python tests/benchmarks/session.py [S M5 Mc L0 L3 …] [--states N] [--deltas N] [--peers] [--peer NAME]

Figures are milliseconds of the processor, medians over the states. *Engine* is what the engine needs for
valid domains and price deltas; *step* is all of it, from the choice to the offers written out, on the same
instance as a catalog. Where several sums stay outside the diagram, price deltas are told as far as they are
settled at once, of which the share is told; a second line adds up those left, one by one. Peers are asked
the same, at fewer states: valid domains, and for each value that is left the cheapest configuration. What is
multiplied from a few is marked with `~`. Everybody's answers are compared. Lines are told as soon as they
are known, since a peer may take hours over one of them: end it when you have waited long enough.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TypeVar

from attrs import frozen
from engine_session import known
from instance_catalogs import catalog_text, sku, slot
from instance_problems import (
    ABSENT,
    Instance,
    State,
    assumptions_of,
    instances_present,
    named_instance,
    partial_choices,
)
from peers.peer import Session as Peer

from configurator.configuration.domains import ValueOffers
from configurator.configuration.offer_writing import Offers
from configurator.configuration.pricing import Amount
from configurator.configuration.session import Session
from configurator.configurator import Configurator
from configurator.engines.diagram.search import DiagramEngine, DiagramSearch
from configurator.engines.engine import Domains, Unknown

T = TypeVar("T")

PEERS = (("ortools", "peers.cp_sat", "CpSatTuned"), ("clingo", "peers.answer_sets", "Clingo"))
"""Who else is asked, each in its fastest form: the package that must be there, and the peer."""


@frozen
class Line:
    """A figure of one who was asked.

    Attributes:
        milliseconds: the median.
        estimated: whether it was multiplied from a few.
        worst: the slowest state.
    """

    name: str
    milliseconds: float
    worst: float
    estimated: bool = False


def main(arguments: Sequence[str]) -> int:
    """Measure and tell; 1 where answers differ."""
    parser = argparse.ArgumentParser(description="What a step of a dialogue costs.")
    parser.add_argument("instances", nargs="*", default=["M5", "Mc", "L0", "L3"])
    parser.add_argument("--states", type=int, default=12, help="states of a dialogue")
    parser.add_argument("--deltas", type=int, default=4, help="price deltas that peers are timed at")
    parser.add_argument("--peers", action="store_true", help="ask CP-SAT and clingo as well")
    parser.add_argument("--peer", choices=[name for name, *_ in PEERS], help="ask one of them alone")
    parser.add_argument("--strategy", help="how clingo looks for the cheapest, such as `bb` or `usc`")
    parser.add_argument("--peer-states", type=int, default=3, help="states at which peers are timed")
    options = parser.parse_args(arguments)
    if not instances_present():
        sys.stderr.write(f"{ABSENT}\n")
        return 2
    differing = 0
    for name in options.instances:
        instance = named_instance(name)
        # A step adds a choice: there must be one.
        states = [state for state in partial_choices(instance, options.states) if state]
        variables = instance.problem.variables
        say(f"{name}: {len(variables)} places, {sum(variable.size for variable in variables)} values")
        ours = list(our_lines(instance, states))
        for line in ours:
            say(told(line, None))
        step = ours[-1].milliseconds
        for package, module, peer in PEERS:
            if not options.peers and options.peer != package:
                continue
            if find_spec(package) is None:
                say(f"  {peer:<38}  not installed")
                continue
            asked = getattr(import_module(module), peer)(instance)
            if options.strategy and package == "clingo":
                asked.strategy = options.strategy
            for line, differs in peer_lines(asked, instance, states[: options.peer_states], options.deltas):
                differing += differs
                say(told(line, step))
    return 1 if differing else 0


def told(line: Line, step: float | None) -> str:
    """One line of the table."""
    mark = "~" if line.estimated else " "
    times = "" if step is None else f"   {line.milliseconds / step:>9,.0f} times a step"
    return f"  {line.name:<38} {mark}{line.milliseconds:>11,.2f} ms   worst {line.worst:>11,.2f} ms{times}"


# ---------------------------------------------------------------- ours


def our_lines(instance: Instance, states: Sequence[State]) -> Iterator[Line]:
    """Yield the engine's part and the whole step."""
    engine = DiagramEngine().prepare(instance.problem)
    yield timed("engine: valid domains", lambda state: engine.domain_flags(assumptions_of(state)), states)
    delta = None
    yield timed(
        "engine: least cost of every value",
        lambda state: engine.least_costs(instance.price, assumptions_of(state)),
        states,
    )
    left = [values_left(instance, engine, state) for state in states]
    if any(left_open for _, left_open in left):
        shares = [1 - left_open / values for values, left_open in left]
        say(
            f"    settled at once: {sum(values - left_open for values, left_open in left):,} of "
            f"{sum(values for values, _ in left):,}, "
            f"median {statistics.median(shares):.0%}, worst {min(shares):.0%}"
        )
        delta = timed("engine: one price delta", lambda state: one_delta(engine, instance, state), states[:4])
        yield delta
    catalog = Configurator.from_text(catalog_text(instance), engine="diagram")
    begun = catalog.session()
    dict(begun.options().or_raise())
    before = {id(state): begun.choose(chosen(dict(list(state.items())[:-1]))) for state in states}
    for session in before.values():
        session.options()
    last = {id(state): chosen(dict(list(state.items())[-1:])) for state in states}
    name = "step: choice, offers of all places"
    whole = timed(name, lambda state: step(before[id(state)], last[id(state)]), states)
    yield whole
    if delta is not None:
        # The offers came without some price deltas, which are told one by one.
        yield Line(
            "step, with every price delta asked for",
            whole.milliseconds + statistics.median(number for _, number in left) * delta.milliseconds,
            whole.worst + max(number for _, number in left) * delta.worst,
            estimated=True,
        )


def chosen(state: State) -> dict[str, object]:
    """A state as choices."""
    return {slot(variable): sku(variable, value) for variable, value in state.items()}


def step(session: Session, choice: dict[str, object]) -> dict[str, object]:
    """One step, everything written out."""
    return dict(session.choose(choice).options().or_raise())


def values_left(instance: Instance, engine: DiagramSearch, state: State) -> tuple[int, int]:
    """How many values are left for the open places, and of how many of them the least cost is not settled."""
    domains = known(engine.domains(assumptions_of(state)))
    places = [variable for variable in range(len(instance.problem.variables)) if variable not in state]
    values = sum(len(domains[variable]) for variable in places)
    found = engine.least_costs(instance.price, assumptions_of(state))
    if isinstance(found, Unknown):
        return values, values
    return values, sum(int(found.open[variable].sum()) for variable in places) if found.open else 0


def one_delta(engine: DiagramSearch, instance: Instance, state: State) -> object:
    """The cheapest configuration with some value of an open place."""
    variable = next(v for v in range(len(instance.problem.variables)) if v not in state)
    domains = known(engine.domains(assumptions_of(state)))
    return engine.cheapest(instance.price, assumptions_of({**state, variable: domains[variable][0]}))


# ---------------------------------------------------------------- peers


def peer_lines(
    peer: Peer, instance: Instance, states: Sequence[State], deltas: int
) -> Iterator[tuple[Line, bool]]:
    """Yield a peer's figures for valid domains, then with price deltas, and whether it differs from us."""
    catalog = Configurator.from_text(catalog_text(instance), engine="diagram")
    sessions = [catalog.session(chosen(state)) for state in states]
    found, taken = [], []
    differs = False
    for state, session in zip(states, sessions, strict=True):
        domains, seconds = measured(lambda: peer.domains(state))  # noqa: B023 - called at once
        options = session.options()
        assert isinstance(options, Offers)
        differs |= domains != our_domains(instance, options)
        found.append(domains)
        taken.append(1e3 * seconds)
    yield line_of(f"{peer.name}: valid domains", taken, differs=differs), differs
    ones: list[float] = []
    for at, (state, session, domains) in enumerate(zip(states, sessions, found, strict=True)):
        left = [(v, value) for v, values in enumerate(domains) if v not in state for value in values]
        now, for_now = measured(lambda: peer.cheapest(state))  # noqa: B023 - called at once
        each = []
        for variable, value in left[:: max(1, len(left) // deltas)][:deltas]:
            cost, seconds = measured(lambda: peer.cheapest({**state, variable: value}))  # noqa: B023 - called at once
            each.append(1e3 * seconds)
            differs |= delta_of(session, variable, value) != (cost or 0) - (now or 0)
        ones += [1e3 * for_now, *each]
        taken[at] += 1e3 * for_now + len(left) * statistics.median(each)
    yield line_of(f"{peer.name}: a single cheapest", ones, differs=differs), differs
    yield line_of(f"{peer.name}: step", taken, differs=differs, estimated=True), differs


def line_of(name: str, taken: Sequence[float], *, differs: bool, estimated: bool = False) -> Line:
    """The figure of some measurements."""
    told_name = f"{name}{'   DIFFERS' if differs else ''}"
    return Line(told_name, statistics.median(taken), max(taken), estimated)


def our_domains(instance: Instance, options: Offers) -> Domains:
    """What is not excluded, by number."""
    found = []
    for variable in range(len(instance.problem.variables)):
        offers = options[slot(variable)]
        assert isinstance(offers, ValueOffers)
        found.append(tuple(at for at, offer in enumerate(offers.offers) if offer.state != "excluded"))
    return tuple(found)


def delta_of(session: Session, variable: int, value: int) -> int:
    """Our price delta, as the instance counts."""
    found = session.price_delta(slot(variable), sku(variable, value))
    assert isinstance(found, Amount)
    return int(found.number)


# ---------------------------------------------------------------- the clock


def timed(name: str, act: Callable[[State], object], states: Sequence[State]) -> Line:
    """The median over the states, after a first one that is not counted."""
    act(states[0])
    taken = [1e3 * measured(lambda: act(state))[1] for state in states]  # noqa: B023 - called at once
    return Line(name, statistics.median(taken), max(taken))


def measured(act: Callable[[], T]) -> tuple[T, float]:
    """An answer, and the seconds of the processor it took."""
    begun = time.process_time()
    answer = act()
    return answer, time.process_time() - begun


def say(text: str) -> None:
    """At once, since each line takes its time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
