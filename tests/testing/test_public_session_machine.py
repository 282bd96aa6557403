"""The state machine for dialogues: sound sessions and services pass, faulty ones fail in few steps."""

import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from configurator import Configurator
from configurator.configuration.enumeration import Count, count_configurations
from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.session import Session
from configurator.configuration.validation import Verdict, validate
from configurator.engines.engine import Unknown
from configurator.testing import SessionMachine, offered

PC = """
catalog pc "PC" version "1" currency EUR

family cpu "Processor" choose one {
  | sku   | socket | price [EUR] |
  |-------|--------|-------------|
  | CPU-A | AM5    |         200 |
  | CPU-I | LGA    |         250 |
}
family board "Mainboard" choose one {
  | sku  | socket | price [EUR] |
  |------|--------|-------------|
  | MB-A | AM5    |         100 |
  | MB-I | LGA    |         120 |
}
family memory "Memory" choose 1..4 identical {
  | sku   | gb | price [EUR] |
  |-------|----|-------------|
  | RAM-8 |  8 |          30 |
}
family drives "Drives" choose 0..2 mixed {
  | sku | price [EUR] |
  |-----|-------------|
  | SSD |          60 |
  | HDD |          40 |
}
option usage "Usage" : one of { office, games }
option extras "Extras" : some 0..2 of { light, lock }
option cable "Cable" : number 0..3 step 1
assembly bag "Bag" choose 0..2 {
  option size "Size" : one of { small, large }
}
calc price "Price" in EUR = sum(price)
default usage = office
bundle fast "Fast" { choose cpu = "CPU-I", usage = games }
rule socket: require cpu.socket = board.socket because "{cpu.sku} needs {cpu.socket}."
rule games: usage = games requires memory.gb * 2 <= 16
rule light: light in extras requires cable > 0
rule bags: for each bag when bag.size = large require usage = office
"""

SMALL = """
catalog small "Small" version "1"

family cpu "Processor" choose one {
  | sku   | socket |
  |-------|--------|
  | CPU-A | AM5    |
  | CPU-I | LGA    |
}
family board "Mainboard" choose one {
  | sku  | socket |
  |------|--------|
  | MB-A | AM5    |
  | MB-I | LGA    |
}
family memory "Memory" choose 0..4 identical {
  | sku   | gb |
  |-------|----|
  | RAM-8 |  8 |
}
option games "Games" : yesno
rule socket: require cpu.socket = board.socket
rule games: games = yes requires memory.gb * 2 <= 16
"""

MOST_STEPS = 4
"""Steps of a falsifying sequence, the end left out."""


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.from_text(PC)


@pytest.fixture(scope="module")
def small() -> Configurator:
    return Configurator.from_text(SMALL)


def run(machine: type[SessionMachine], examples: int, steps: int = 12) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def found_by(machine: type[SessionMachine]) -> tuple[str, list[str]]:
    """What a machine has against something, and its steps."""
    with pytest.raises(AssertionError) as found:
        run(machine, 300, steps=8)
    told = [line for line in found.value.__notes__ if line.startswith("state.")]
    own = [line for line in told if "as_if_asked" not in line and "the_subject" not in line]
    return str(found.value), [line for line in own if "teardown" not in line]


# ---------------------------------------------------------------- the library's sessions


def test_sessions_of_a_catalog_of_all_kinds_keep_the_laws(pc: Configurator) -> None:
    run(SessionMachine.for_catalog(pc), 20)


@pytest.mark.parametrize("name", ["bicycle", "coffee_machine", "desktop_pc", "kitchen", "lift"])
def test_sessions_of_shipped_catalogs_keep_the_laws(name: str) -> None:
    run(SessionMachine.for_catalog(Configurator.load(f"package:{name}")), 3, steps=8)


def retract_nothing(self: Session, *places: str) -> Session:
    del places
    return self._step(self.given)


def save_but_the_last(self: Session) -> SavedConfiguration:
    last = list(self.choices)[-1:]
    return original_save(self.retract(*last))


def undo_too_far(self: Session) -> Session:
    return (self.earlier or self).earlier or self


def verdict_of_before(self: Session) -> Verdict:
    return (self.earlier or self)._answered(self._verdict, validate)


def count_one_more(self: Session) -> Count | Unknown:
    found = self._answered(self._count, count_configurations)
    return evolve(found, value=found.value + 1) if isinstance(found, Count) and len(self.given) > 1 else found


original_save = Session.save


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("retract", retract_nothing),
        ("save", save_but_the_last),
        ("undo", undo_too_far),
        ("verdict", property(verdict_of_before)),
        ("count", count_one_more),
    ],
)
def test_a_mistake_in_sessions_is_found_with_a_short_sequence(
    small: Configurator, monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any
) -> None:
    monkeypatch.setattr(Session, name, wrong)

    _, steps = found_by(SessionMachine.for_catalog(small))

    assert len(steps) <= MOST_STEPS


# ---------------------------------------------------------------- a service


class Service:
    """A service that holds a dialogue, without the library's sessions; subclasses get something wrong."""

    catalog: Configurator

    def __init__(self) -> None:
        self.choices: dict[str, object] = {}

    def choose(self, place: str, value: object) -> None:
        session = self.catalog.session(self.choices).choose({place: value})
        self.choices = dict(session.choices)

    def take_back(self, place: str) -> None:
        self.choices = dict(self.catalog.session(self.choices).retract(place).choices)

    def valid(self) -> bool:
        return bool(self.catalog.count(self.choices).value)  # type: ignore[union-attr]  # no limit

    def offers(self) -> Mapping[str, Collection[object]]:
        options = self.catalog.options(self.choices, excluded=True)
        return offered(options.of)  # type: ignore[union-attr]  # no limit


class ForgetsToTakeBack(Service):
    """What was taken back stays."""

    def take_back(self, place: str) -> None:
        """Do nothing."""


class IsAlwaysValid(Service):
    """It does not look."""

    def valid(self) -> bool:
        return True


class OffersWhatItOffered(Service):
    """Offers are not looked at again."""

    def __init__(self) -> None:
        super().__init__()
        self.first = super().offers()

    def offers(self) -> Mapping[str, Collection[object]]:
        return self.first


class KeepsTheFirstChoice(Service):
    """A second choice for a place is not taken."""

    def choose(self, place: str, value: object) -> None:
        if place not in self.choices:
            super().choose(place, value)


class LosesNothing(Service):
    """An empty place is taken for an open one."""

    def choose(self, place: str, value: object) -> None:
        if value is None:
            self.take_back(place)
        else:
            super().choose(place, value)


class HidesNothing(Service):
    """That a place can stay empty is not offered."""

    def offers(self) -> Mapping[str, Collection[object]]:
        return {
            place: [each for each in found if each is not None] for place, found in super().offers().items()
        }


class OffersPlacesThatAreNone(Service):
    """A place by a wrong name."""

    def offers(self) -> Mapping[str, Collection[object]]:
        return {place.upper(): found for place, found in super().offers().items()}


def machine_for(pc: Configurator, kind: type[Service]) -> type[SessionMachine]:
    return SessionMachine.for_catalog(pc, subject=type(kind.__name__, (kind,), {"catalog": pc}))


def test_a_service_that_offers_what_the_library_offers_passes(pc: Configurator) -> None:
    run(machine_for(pc, Service), 10)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ForgetsToTakeBack, "the subject does not offer "),
        (IsAlwaysValid, "`valid()`: expected False, got True"),
        (OffersWhatItOffered, "the subject offers "),
        (KeepsTheFirstChoice, ""),
        (LosesNothing, "the subject offers "),
        (HidesNothing, "the subject does not offer `None` for "),
        (OffersPlacesThatAreNone, "the subject offers something for `CPU`, which is no place"),
    ],
    ids=lambda given: getattr(given, "__name__", " "),
)
def test_a_faulty_service_is_found_with_a_short_sequence(
    small: Configurator, kind: type[Service], told: str
) -> None:
    message, steps = found_by(machine_for(small, kind))

    assert message.startswith(told)
    assert len(steps) <= MOST_STEPS


def test_a_failed_step_is_shown_by_what_was_chosen_alone(small: Configurator) -> None:
    _, steps = found_by(machine_for(small, ForgetsToTakeBack))

    assert steps[0].startswith("state.choose_what_is_offered(offer=<")
    assert max(map(len, steps)) < 100


def test_what_is_right_is_worked_out_once_for_the_same_choices(
    small: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    original = Session._all_offers

    def counted(self: Session, *given: Any) -> Any:
        asked[repr(self.given)] += 1
        return original(self, *given)

    monkeypatch.setattr(Session, "_all_offers", counted)
    run(machine_for(small, Service), 20, steps=4)

    assert {1} == set(asked.values())


# ---------------------------------------------------------------- offers as data


def test_offers_are_told_as_plain_data(pc: Configurator) -> None:
    session = pc.session({"cpu": "CPU-A", "usage": "games"})
    options = session.options()

    told = offered(options)  # type: ignore[arg-type]  # no limit

    assert {
        "cpu": ["CPU-A"],
        "board": ["MB-A"],
        "memory": ["RAM-8"],
        "drives": ["SSD", "HDD"],
        "usage": ["games"],
        "extras": ["light", "lock"],
        "cable": [(0, 3)],
        "bag[1]": [True, None],
        "bag[1].size": ["small"],
    } == told


USE = """
from hypothesis import settings

from configurator import Configurator
from configurator.testing import SessionMachine

BIKE = Configurator.load("package:bicycle")

TestSessions = SessionMachine.for_catalog(BIKE).TestCase
TestSessions.settings = settings(TestSessions.settings, max_examples=3, stateful_step_count=5)


class Deaf:
    def choose(self, place, value): ...
    def take_back(self, place): ...
    def valid(self): return True
    def offers(self): return {"frame": []}


class TestService(SessionMachine.for_catalog(BIKE, subject=Deaf).TestCase):
    settings = settings(max_examples=3, deadline=None)
"""


def test_pytest_runs_it(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(USE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "AssertionError: the subject does not offer " in done.stdout
