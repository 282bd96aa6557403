"""Catalogs compiled, saved, loaded, shared: equal answers, or a refusal that says why."""

import io
import json
import os
import pickle
import random
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from math import comb
from pathlib import Path

import numpy as np
import pytest

from configurator.configuration.completion import NotCompletable
from configurator.configuration.domains import ValidDomains
from configurator.configuration.enumeration import Count
from configurator.configuration.pricing import PriceRange
from configurator.configuration.validation import Invalid
from configurator.configurator import Choices, Configurator
from configurator.engines.engine import Unknown
from configurator.errors import ArtefactError, SearchLimitError

DAY, LATER = date(2026, 6, 15), date(2027, 6, 15)

SHOP = """catalog shop version "3" currency EUR
unit W
family cpu choose one {
  component "C1" { tdp = 65 W, socket = "A", price = 99.90 EUR }
  component "C2" { tdp = 125 W, socket = "B", price = 240.05 EUR }
  component "C3" effective until 2026-12-31 { tdp = 35 W, socket = "A", price = 81.00 EUR }
}
family board choose one {
  component "B1" { socket = "A", price = 70.00 EUR }
  component "B2" { socket = "B", price = 120.00 EUR }
  component "B3" { socket = "A", price = 199.99 EUR }
}
family disk choose 0..3 mixed {
  component "D1" { watts = 5 W, price = 40.00 EUR }
  component "D2" { watts = 9 W, price = 61.11 EUR }
  component "D3" { watts = 5 W, price = 40.00 EUR }
}
family psu choose one {
  component "P1" { watts = 100 W, price = 35.00 EUR }
  component "P2" { watts = 160 W, price = 55.00 EUR }
}
option colour : one of { black, white, red }
option extras : some 0..2 of { light, wheels, lock }
calc price in EUR = sum(price)
rule socket: require cpu.socket = board.socket
rule power: require cpu.tdp + sum(disk.watts) + 20 W <= psu.watts
"""
BUDGET = "rule budget: require sum(price) <= 380.00 EUR\n"
VOID = "rule never: require psu.watts > 500 W\n"
CHOICES: tuple[Choices, ...] = (
    {},
    {"cpu": "C1"},
    {"cpu": "C2", "disk": ["D1", "D3"]},
    {"cpu": "C2", "board": "B1"},
    {"disk": {"includes": ["D2"]}, "colour": "red"},
)


@pytest.fixture(params=["inside", "outside"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where sums are kept: in the diagram, if it likes, or beside it."""
    if request.param == "outside":
        monkeypatch.setattr("configurator.engines.diagram.compiling.compilation.EXPECTED_NODES_OF_LAST", -1)
    return str(request.param)


def shop(rules: str = "", *, engine: str | None = None) -> Configurator:
    """The catalog with some more rules."""
    return Configurator.from_text(SHOP + rules, engine=engine)


def questions(shared: Configurator, as_of: date) -> Mapping[str, Callable[[], object]]:
    """Every question, under some choices; equal answers are equal."""
    found: dict[str, Callable[[], object]] = {}
    rows = len(shared.product(as_of).lowered.layout.variables)
    draw = np.random.default_rng(4)
    columns = draw.integers(-1, 5, (rows, 200)).astype(np.int32)

    def page(choices: Choices) -> object:
        answer = shared.fast_page(3, 40, choices, as_of=as_of)
        if isinstance(answer, Unknown):
            return answer
        return answer.offset, answer.size, answer.order, answer.columns.values.tolist()

    def sampled(choices: Choices) -> object:
        answer = shared.sample(30, choices, seed=5, as_of=as_of)
        return answer if isinstance(answer, Unknown) else answer.values.tolist()

    def valid() -> object:
        answer = shared.validate_columns(columns, as_of=as_of)
        return answer if isinstance(answer, Unknown) else answer.tolist()

    def asked(name: str, choices: Choices) -> object:
        match name:
            case "validate":
                return shared.validate(choices, as_of=as_of)
            case "count":
                return shared.count(choices, as_of=as_of)
            case "options":
                return repr(shared.options(choices, as_of=as_of))
            case "complete":
                return shared.complete(choices, as_of=as_of)
            case "cheapest":
                return shared.cheapest(choices, as_of=as_of)
            case "cheapest three":
                return shared.cheapest(choices, limit=3, as_of=as_of)
            case "ranges":
                return shared.price_ranges(choices, as_of=as_of)
            case "within":
                return shared.count_within([0, 250, 400, 10**30], choices, as_of=as_of)
            case _:
                return list(shared.configurations(choices, as_of=as_of, limit=25))

    names = (
        "validate", "count", "options", "complete", "cheapest", "cheapest three", "ranges", "within", "list",
    )  # fmt: skip
    for number, choices in enumerate(CHOICES):
        for name in names:
            found[f"{name} {number}"] = lambda name=name, choices=choices: asked(name, choices)  # type: ignore[misc]
        found[f"page {number}"] = lambda choices=choices: page(choices)  # type: ignore[misc]
        found[f"sample {number}"] = lambda choices=choices: sampled(choices)  # type: ignore[misc]
    found["columns"] = valid
    return found


def answers(shared: Configurator, as_of: date = DAY) -> dict[str, object]:
    """All questions answered, one after another."""
    return {name: question() for name, question in questions(shared, as_of).items()}


# ---------------------------------------------------------------- what is compiled


@pytest.mark.usefixtures("place")
def test_engines_agree_about_the_catalog() -> None:
    for rules in ("", BUDGET, VOID):
        expected = shop(rules, engine="exhaustive")
        for choices in CHOICES:
            counted = expected.count(choices, as_of=DAY)

            assert counted == shop(rules).count(choices, as_of=DAY)
            assert expected.cheapest(choices, as_of=DAY) == shop(rules).cheapest(choices, as_of=DAY)


@pytest.mark.usefixtures("place")
def test_a_void_catalog_answers_every_question() -> None:
    void = shop(VOID)

    assert isinstance(void.validate({}, as_of=DAY), Invalid)
    counted = void.count({}, as_of=DAY)
    assert isinstance(counted, Count)
    assert counted.value == 0
    assert list(void.configurations({}, as_of=DAY)) == []
    assert isinstance(void.complete({}, as_of=DAY), NotCompletable)
    assert void.cheapest({}, as_of=DAY) == NotCompletable()
    assert void.cheapest({}, limit=3, as_of=DAY) == NotCompletable()
    assert void.count_within([0, 10**30], {}, as_of=DAY) == (0, 0)
    ranges = void.price_ranges({}, as_of=DAY)
    assert not isinstance(ranges, Unknown)
    assert set(ranges.values()) == {()}
    sampled = void.sample(10, as_of=DAY)
    assert not isinstance(sampled, Unknown)
    assert list(sampled) == []
    page = void.fast_page(0, 10, as_of=DAY)
    assert not isinstance(page, Unknown)
    assert (page.size, list(page.columns)) == (0, [])
    assert isinstance(void.options({}, as_of=DAY), ValidDomains)
    assert void.compile(as_of=DAY).nodes == 0


def test_a_catalog_of_one_configuration_answers_every_question() -> None:
    one = Configurator.from_text(
        'catalog one currency EUR\nfamily a choose one { component "A" { price = 1.50 EUR } }\n'
        'family b choose one { component "B" { price = 2.25 EUR } }\n'
        "option o : one of { only }\ncalc price in EUR = sum(price)\nrule r: require a.price < b.price\n"
    )
    expected = {"a": "A", "b": "B", "o": "only"}

    assert one.count() == Count(1, 1)
    cheapest = one.cheapest(limit=5)
    assert isinstance(cheapest, tuple)
    assert [(expected, "3.75 EUR")] == [(each.configuration.to_dict(), each.amount.text) for each in cheapest]
    assert one.count_within([3, 4]) == (0, 1)
    sampled = one.sample(7)
    assert not isinstance(sampled, Unknown)
    assert [expected] * 7 == [found.to_dict() for found in sampled]
    ranges = one.price_ranges()
    assert not isinstance(ranges, Unknown)
    amounts = {amount for of_place in ranges.values() for _, amount in of_place}
    assert all(isinstance(amount, PriceRange) for amount in amounts)
    assert {("3.75 EUR", "3.75 EUR")} == {(a.least.text, a.most.text if a.most else None) for a in amounts}


def test_ten_thousand_components_alike_are_counted_each() -> None:
    rows = "\n".join(f"S{at},{at % 2},{at}" for at in range(10_000))
    many = Configurator.from_text(
        'catalog many\nfamily screw choose one { from csv "s.csv" columns "sku" as sku, "kind" as kind, '
        '"weight" as weight }\noption kind : whole 0..1\ncalc burden = sum(screw.weight)\n'
        "rule r: require screw.kind = kind\n",
        files={"s.csv": f"sku,kind,weight\n{rows}\n"},
    )

    assert many.count() == Count(10_000, 20_000)
    cheapest = many.cheapest({"kind": 1}, by="burden")
    assert isinstance(cheapest, tuple)
    assert [{"screw": "S1", "kind": 1}] == [each.configuration.to_dict() for each in cheapest]
    assert many.count_within([9], by="burden") == (10,)
    assert many.compile().nodes < 10


def test_a_mixed_slot_of_four_over_thirteen_thousand_is_counted_up_to_order() -> None:
    rows = "\n".join(f"S{at},{at % 3}" for at in range(13_000))
    many = Configurator.from_text(
        'catalog many\nfamily disk choose 0..4 mixed { from csv "s.csv" }\noption o : yesno\n'
        "rule r: o = yes requires count(disk) >= 2\n",
        files={"s.csv": f"sku,watts\n{rows}\n"},
    )
    every, few = comb(13_004, 4), comb(13_001, 1)

    assert many.count() == Count(2 * every - few, 2 * every)
    assert many.count({"o": True}) == Count(every - few, every)


# ---------------------------------------------------------------- saved and loaded


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("rules", ["", BUDGET, VOID], ids=["plain", "budget", "void"])
def test_a_loaded_catalog_gives_the_same_answers(rules: str, tmp_path: Path) -> None:
    compiled = shop(rules)
    file = compiled.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    loaded = shop(rules)
    loaded.load_compiled(file, as_of=DAY)

    assert answers(compiled) == answers(loaded)
    assert file.read_bytes() == loaded.save_compiled(tmp_path / "again.npz", as_of=DAY).read_bytes()


def test_a_loaded_catalog_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shop().save_compiled(tmp_path / "shop.npz", as_of=DAY)
    loaded = shop()
    loaded.load_compiled(file, as_of=DAY)

    def never(*_: object) -> object:
        raise AssertionError("it was compiled again")

    monkeypatch.setattr("configurator.engines.diagram.search.compile_problem", never)
    assert isinstance(loaded.count(as_of=DAY), Count)


def test_a_folder_is_given_a_file_for_each_run_of_days_and_finds_it_again(tmp_path: Path) -> None:
    compiled = shop()
    files = {compiled.save_compiled(tmp_path, as_of=day) for day in (DAY, LATER, date(2026, 6, 16))}

    assert len(files) == 2
    for day in (DAY, LATER):
        loaded = shop()
        loaded.load_compiled(tmp_path, as_of=day)
        assert compiled.count(as_of=day) == loaded.count(as_of=day)


def refused(path: Path, shared: Configurator | None = None, day: date = DAY) -> str:
    """Why a file is refused, without its name; and nothing has changed."""
    asked = shared or shop()
    before = asked.count({"cpu": "C1"}, as_of=day)
    with pytest.raises(ArtefactError) as caught:
        asked.load_compiled(path, as_of=day)
    assert before == asked.count({"cpu": "C1"}, as_of=day)
    assert "\n" not in caught.value.reason
    return caught.value.reason.replace(str(path), "F")


def test_a_file_of_another_catalog_is_refused(tmp_path: Path) -> None:
    file = shop(BUDGET).save_compiled(tmp_path / "shop.npz", as_of=DAY)

    assert refused(file) == (
        "`F` is stale: it was compiled from another catalog, or another state of it; "
        "compile the catalog again"
    )


def test_a_file_for_other_days_is_refused(tmp_path: Path) -> None:
    file = shop().save_compiled(tmp_path / "shop.npz", as_of=DAY)

    assert refused(file, day=LATER) == (
        "`F` is stale: it was compiled for other days; compile the catalog again"
    )


def test_a_file_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("configurator.configurator.library_version", lambda: "0.0.0")
        file = shop().save_compiled(tmp_path / "shop.npz", as_of=DAY)

    assert refused(file) == (
        "`F` is stale: it was compiled by another version of this library; compile the catalog again"
    )


def test_what_is_no_file_of_ours_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "shop.npz"
    contents = (b"", b"hello", b"PK\x03\x04" + bytes(200), b"PK\x05\x06" + bytes(18), os.urandom(500))
    for content in contents:
        file.write_bytes(content)
        assert refused(file).startswith("`F` holds no compiled catalog: it is damaged (")
    np.savez(file, about=np.arange(3))
    assert refused(file).startswith("`F` holds no compiled catalog: it is damaged (")
    np.savez(file, **{name: np.array([None]) for name in MEMBERS})  # type: ignore[arg-type]
    assert refused(file).startswith("`F` holds no compiled catalog: it is damaged (")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.npz") == "`F` cannot be read: No such file or directory"
    # A folder is asked for the file named after the catalog.
    name = f"catalog-{shop().digest[7:23]}-2026-12-31.npz"
    assert refused(tmp_path) == f"`F` holds no file `{name}`: this state of the catalog was not compiled"


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "nowhere" / "shop.npz", tmp_path / "file" / "shop.npz"):
        with pytest.raises(ArtefactError, match="cannot be written: "):
            shop().save_compiled(path, as_of=DAY)

    assert [tmp_path / "file"] == list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="whoever runs this may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ArtefactError, match=r"cannot be written: Permission denied$"):
            shop().save_compiled(tmp_path, as_of=DAY)
    finally:
        tmp_path.chmod(0o700)


def test_an_engine_that_compiles_nothing_has_nothing_to_save(tmp_path: Path) -> None:
    told = (
        r"^only the engine `diagram` gives a compiled form to save, and `backtracking` was asked for: "
        r"leave the engine open, or ask for `diagram`$"
    )
    with pytest.raises(ArtefactError, match=told):
        shop(engine="backtracking").save_compiled(tmp_path, as_of=DAY)

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_compiled_within_the_limits_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(SearchLimitError, match="the time limit of 0 s was reached"):
        shop().save_compiled(tmp_path, as_of=DAY, seconds=0)

    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- damaged files

HEADER = 128
"""Bytes before the numbers of an array."""
MEMBERS = ("about", "classes", "starts", "labels", "targets", "weights")


def brief(shared: Configurator) -> object:
    """Some answers that walk all of the diagram and its sums."""
    sampled = shared.sample(20, seed=1, as_of=DAY)
    return (
        shared.count(as_of=DAY),
        repr(shared.options({"cpu": "C1"}, as_of=DAY)),
        shared.cheapest(as_of=DAY),
        sampled if isinstance(sampled, Unknown) else sampled.values.tolist(),
    )


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("rules", ["", BUDGET], ids=["plain", "budget"])
def test_a_file_with_one_byte_changed_is_refused_or_answers_alike(rules: str, tmp_path: Path) -> None:
    shared = shop(rules)
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    content, expected = file.read_bytes(), brief(shared)
    draw = random.Random(len(rules))  # noqa: S311 - chance for a test, not for a secret
    refusals = 0
    for at in sorted(draw.sample(range(len(content)), min(300, len(content)))):
        changed = bytearray(content)
        changed[at] ^= 1 << draw.randrange(8)
        file.write_bytes(changed)
        try:
            shared.load_compiled(file, as_of=DAY)
        except ArtefactError:
            refusals += 1
        else:
            assert expected == brief(shared)

    assert refusals > 200


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    shared = shop()
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    content = file.read_bytes()
    for length in range(0, len(content), 97):
        file.write_bytes(content[:length])
        with pytest.raises(ArtefactError):
            shared.load_compiled(file, as_of=DAY)


def packed(arrays: Mapping[str, bytes]) -> bytes:
    """Members as a file whose checksums are right."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in arrays.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The members of a file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


@pytest.mark.parametrize("member", MEMBERS)
def test_a_header_that_was_changed_is_refused_or_says_the_same(member: str, tmp_path: Path) -> None:
    shared = shop(BUDGET)
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    members, expected = unpacked(file.read_bytes()), brief(shared)
    draw = random.Random(member)  # noqa: S311 - chance for a test, not for a secret
    content, refusals = members[f"{member}.npy"], 0
    for at in range(HEADER):
        changed = bytearray(content)
        changed[at] = draw.randrange(256)
        file.write_bytes(packed({**members, f"{member}.npy": bytes(changed)}))
        try:
            shared.load_compiled(file, as_of=DAY)
        except ArtefactError:
            refusals += 1
        else:
            assert expected == brief(shared)

    assert refusals > 0


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("member", [name for name in MEMBERS if name != "weights"])
def test_a_file_that_was_changed_on_purpose_never_breaks_anything(member: str, tmp_path: Path) -> None:
    # Its checksums are right, so that what it says may be something else; but it stays inside its bounds.
    shared = shop(BUDGET)
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    members = unpacked(file.read_bytes())
    draw = random.Random(member)  # noqa: S311 - chance for a test, not for a secret
    content, refusals = members[f"{member}.npy"], 0
    for _ in range(60):
        changed = bytearray(content)
        for _ in range(draw.choice((1, 1, 8))):
            changed[draw.randrange(HEADER, len(content))] = draw.randrange(256)
        file.write_bytes(packed({**members, f"{member}.npy": bytes(changed)}))
        try:
            shared.load_compiled(file, as_of=DAY)
        except ArtefactError:
            refusals += 1
        else:
            brief(shared)

    assert refusals > 0


def leaves(found: object) -> Iterator[tuple[dict[str, object] | list[object], str | int]]:
    """Where each number, text and truth of parsed JSON stands."""
    pairs = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            assert isinstance(found, dict | list)
            yield found, key


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("absurd", [-1, 0, 7, 10**9, 2**63, 10**30, 1e300, "x", None, [], {}, [1]], ids=repr)
def test_a_file_that_says_something_absurd_never_breaks_anything(absurd: object, tmp_path: Path) -> None:
    shared = shop(BUDGET)
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    members = unpacked(file.read_bytes())
    content = members["about.npy"][HEADER:]
    amount, refusals = len(list(leaves(json.loads(content)))), 0
    for at in range(amount):
        about = json.loads(content)
        where, key = list(leaves(about))[at]
        where[key] = absurd  # type: ignore[index]
        array = io.BytesIO()
        np.save(array, np.frombuffer(json.dumps(about).encode(), np.uint8))
        file.write_bytes(packed({**members, "about.npy": array.getvalue()}))
        try:
            shared.load_compiled(file, as_of=DAY)
        except ArtefactError:
            refusals += 1
        else:
            brief(shared)

    assert refusals > amount // 2


def test_a_file_that_unpacks_to_more_than_memory_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    shared = shop()
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    content = bytearray(file.read_bytes())
    # The directory at the end of the file tells sizes: the first member now claims three gigabytes.
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 3_000_000_000)
    file.write_bytes(content)

    assert refused(file) == "`F` holds no compiled catalog: it unpacks to more than 1,073,741,824 bytes"


def test_a_header_that_claims_more_numbers_than_there_are_is_refused(tmp_path: Path) -> None:
    shared = shop()
    file = shared.save_compiled(tmp_path / "shop.npz", as_of=DAY)
    members = unpacked(file.read_bytes())
    for claimed in (10**6, 10**9, 10**12, 2**62, 2**63, 10**30):
        header = f"{{'descr': '<i4', 'fortran_order': False, 'shape': ({claimed},), }}\n".encode()
        array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(40)
        file.write_bytes(packed({**members, "labels.npy": array}))
        assert refused(file).startswith("`F` holds no compiled catalog: it is damaged (")


# ---------------------------------------------------------------- shared between threads


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("rules", ["", BUDGET], ids=["plain", "budget"])
def test_eight_threads_get_the_answers_that_one_gets(rules: str) -> None:
    expected = answers(shop(rules))
    shared = shop(rules)
    asked = list(questions(shared, DAY).items()) * 2
    random.Random(1).shuffle(asked)  # noqa: S311 - chance for a test, not for a secret
    together = threading.Barrier(8)

    def ask_all(start: int) -> list[tuple[str, object]]:
        together.wait()
        return [(name, question()) for name, question in asked[start::8]]

    with ThreadPoolExecutor(8) as pool:
        told = [pair for found in pool.map(ask_all, range(8)) for pair in found]

    assert len(expected) * 2 == len(told)
    assert all(expected[name] == answer for name, answer in told)


def test_a_pickled_configurator_is_compiled_again_and_answers_alike(tmp_path: Path) -> None:
    before = shop(BUDGET)
    before.load_compiled(before.save_compiled(tmp_path / "shop.npz", as_of=DAY), as_of=DAY)
    pickled = pickle.dumps(before)
    after = pickle.loads(pickled)  # noqa: S301 - our own bytes

    assert isinstance(after, Configurator)
    assert len(pickled) < 4 * len(SHOP + BUDGET)
    assert answers(before) == answers(after)
