"""The one object of a catalog: immutable, shared between threads, pickled by its source, within limits."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest

from configurator.configuration.enumeration import Count
from configurator.configuration.validation import Incomplete
from configurator.configurator import MOST_INTERVALS, Configurator
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError, EngineUnavailableError, SearchLimitError

CATALOG = """catalog t version "3"
family cpu choose one { component "C1" { x = 1 } component "C2" { x = 2 } }
family disk choose 0..3 mixed { from csv "disk.csv" }
option a : whole 0..9
rule r: require a < 5 or cpu.x = 2
"""
FILES = {"disk.csv": "sku,size\nD1,1\nD2,2\n"}
DAY = date(2026, 6, 15)


def asked(engine: str | None = None) -> Configurator:
    """The catalog."""
    return Configurator.from_text(CATALOG, files=FILES, engine=engine)


def large(engine: str) -> Configurator:
    """A catalog that cannot be counted by trying."""
    options = "\n".join(f"option o{at} : whole 0..9" for at in range(12))
    total = " + ".join(f"o{at}" for at in range(12))
    product = " * ".join(f"(o{at} + 1)" for at in range(12))
    return Configurator.from_text(
        f"catalog t\n{options}\nrule r: require {total} > 3 and {product} != 7", engine=engine
    )


def test_a_pickled_configurator_gives_the_same_answers() -> None:
    before = asked("exhaustive")
    after = pickle.loads(pickle.dumps(before))  # noqa: S301 - our own bytes

    assert isinstance(after, Configurator)
    assert before.digest == after.digest
    assert list(before.configurations(as_of=DAY)) == list(after.configurations(as_of=DAY))
    assert repr(before) == repr(after)


@pytest.mark.parametrize("method", ["validate", "count", "options", "complete", "cheapest", "sample"])
def test_the_time_limit_holds_for_an_engine_that_compiles_first(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[object] = []
    monkeypatch.setattr("configurator.engines.diagram.search.compile_problem", compiled.append)
    catalog = Configurator.from_text(f"{CATALOG}calc price = a", files=FILES, engine="diagram")
    question = {"sample": partial(catalog.sample, 3)}.get(method, getattr(catalog, method))

    assert question(seconds=0) == Unknown("the time limit of 0 s was reached")
    assert compiled == []


def test_a_pickled_configurator_from_disk_reads_its_file_again(tmp_path: Path) -> None:
    file = tmp_path / "t.pcat"
    file.write_text("catalog t\noption a : yesno\n")
    pickled = pickle.dumps(Configurator.load(file))
    after = pickle.loads(pickled)  # noqa: S301 - our own bytes

    assert Count(2, 2) == after.count()


def test_many_threads_ask_one_configurator() -> None:
    shared = asked()
    days = [date(2026, 1, 1 + at % 20) for at in range(64)]
    with ThreadPoolExecutor(8) as pool:
        counts = set(pool.map(lambda day: shared.count({}, as_of=day), days))
        verdicts = set(pool.map(lambda day: shared.validate({"cpu": "C2"}, as_of=day), days))

    assert counts == {Count(150, 200)}
    assert verdicts == {Incomplete(("disk", "a"))}


def test_choices_are_not_changed_by_asking() -> None:
    choices = MappingProxyType({"cpu": "C1"})
    asked().validate(choices)
    asked().complete(choices)

    assert {"cpu": "C1"} == dict(choices)


def test_days_on_which_the_same_is_in_force_share_what_is_prepared() -> None:
    shared = asked()

    assert shared.product(date(2026, 1, 1)).prepared is shared.product(date(2027, 1, 1)).prepared
    assert shared.product(date(2027, 1, 1)).lowered.as_of == date(2027, 1, 1)


def test_only_so_many_runs_of_days_are_remembered_and_forgotten_ones_are_prepared_again() -> None:
    components = "".join(
        f'component "C{day}" effective from 2026-01-{day:02} {{ x = 1 }}\n'
        for day in range(1, MOST_INTERVALS + 2)
    )
    changing = Configurator.from_text(f"catalog t\nfamily cpu choose one {{\n{components}}}")
    first = changing.product(date(2026, 1, 1))
    for day in range(2, MOST_INTERVALS + 2):
        changing.product(date(2026, 1, day))

    last = date(2026, 1, MOST_INTERVALS + 1)
    assert changing.product(last) is changing.product(last)
    assert changing.product(date(2026, 1, 1)) is not first


def test_a_limit_in_time_gives_unknown_and_its_reason() -> None:
    counted = large("exhaustive").count(seconds=0.01)

    assert counted == Unknown("the time limit of 0.01 s was reached")


def test_a_list_that_a_limit_cuts_short_says_so() -> None:
    found = large("exhaustive").configurations({"o0": 9}, seconds=0.05)

    with pytest.raises(SearchLimitError, match=r"^the time limit of 0.05 s was reached$"):
        list(found)


def test_a_verdict_that_a_limit_leaves_open_is_unknown() -> None:
    verdict = large("exhaustive").validate({"o0": 0}, seconds=0)

    assert isinstance(verdict, Unknown)
    with pytest.raises(SearchLimitError):
        verdict.or_raise()


def test_an_unknown_engine_is_told_with_those_there_are() -> None:
    with pytest.raises(EngineUnavailableError) as caught:
        asked("magic").count()

    assert str(caught.value) == (
        "unknown engine `magic`, known are `auto`, `diagram`, `backtracking`, `sat`, `cp-sat`, `exhaustive`"
    )


def test_a_list_tells_bad_choices_at_once_and_not_when_it_is_read() -> None:
    with pytest.raises(ChoiceError):
        asked().configurations({"gpu": "X"})


def test_a_list_is_lazy() -> None:
    found = large("backtracking").configurations()

    assert next(found)["o0"] == 0


def test_the_clock_is_asked_anew_for_every_question() -> None:
    times = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)])
    shared = Configurator.from_text("catalog t", clock=lambda: next(times))

    assert [date(2026, 1, 1), date(2027, 1, 1)] == [shared.today(), shared.today()]


def test_a_catalog_without_places_has_one_configuration() -> None:
    empty = Configurator.from_text("catalog t")

    assert Count(1, 1) == empty.count()
    assert [{}] == [found.to_dict() for found in empty.configurations()]


def test_a_configuration_is_a_mapping_in_catalog_order() -> None:
    (first, *_) = asked().configurations()

    assert ["cpu", "disk", "a"] == list(first)
    assert len(first) == 3
    assert first["cpu"] == "C1"
    with pytest.raises(KeyError):
        first["gpu"]
    assert hash(first) == hash(next(iter(asked().configurations())))
