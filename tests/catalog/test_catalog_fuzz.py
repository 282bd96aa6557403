"""Whatever is handed over as a catalog: it loads or is refused with diagnostics; nothing else happens.

A longer campaign: `LAWS_SCALE=100 pytest tests/catalog/test_catalog_fuzz.py`.
"""

import os
import re
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from configurator.configuration.completion import Completed
from configurator.configuration.validation import Valid
from configurator.configurator import Configurator
from configurator.errors import CatalogError

SCALE = int(os.environ.get("LAWS_SCALE", "1"))
FUZZ = settings(
    max_examples=250 * SCALE,
    derandomize=SCALE == 1,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

EVERYTHING = """catalog all "All" version "1" currency EUR timezone "Europe/Berlin"
  tested on 2026-06-15 language 1
import "units.pcat"
import "part.pcat" as part
unit kg = 1000 g
family cpu "Processor" choose one {
  attribute tier "Tier" : ordered of { low, high } default low
  attribute fits : set of { a, b }
  attribute note : text optional
  | sku | tdp [W] | tier | fits | igpu | made       | price [EUR] | note |
  |-----|---------|------|------|------|------------|-------------|------|
  | C1  | 65      | low  | a    | yes  | 2026-01-01 | 99.90       |      |
  | C2  | 95      | high | a, b | no   | 2026-02-01 | 199         | x y  |
  component "C3" "Third" effective from 2026-01-01 until 2026-12-31 {
    tdp = 35 W, fits = { b }, igpu = yes, made = 2026-03-01, price = 1 EUR,
  }
}
family drive choose 0..2 mixed not stocked {
  from csv "drives.csv" separator ";" decimal comma
    columns "No" as sku, "Bus" as bus, "Size" as size, "EUR" as price [EUR] ignore others
}
family ram { component "R" { size = 8 } component "S" { size = 16 } }
slot memory "Memory" : ram choose 1..2 identical
slot spare : ram choose optional
option usage "Usage" : one of { office, games, 4 }
option wishes : some 0..2 of { quiet, fast }
option gift : yesno
option budget : whole 0..3 in EUR
option load : number 0..1 step 0.5 in kg
calc price "Price" in EUR = sum(price) + bundles.price
calc big = if memory.size * memory.quantity > 16 then yes else no
rule first "First" warn effective from 2026-01-01: cpu.tier >= high requires spare is chosen
  because "{cpu.sku} {price}"
rule second: for each drive as d when d.bus = SATA
  require gift = yes and not (cpu = "C2" or cpu.tdp between 1 W and 5 W)
rule third: require quiet in wishes or usage != office forbid count(drive where size > 1) > 1 and big
rule fourth: part.colour = red excludes cpu.tdp / 2 <= -3 W + max(tdp)
resource power "Power" in W {
  supply 100 W demand sum(tdp), 10 W * count(drive) keep 10 % spare because "{power.left}"
}
table t1 "T" allow partial { | cpu | memory.quantity | load [kg] |
  |-----|---|-----|
  | C1, C2 | 1..2 | any |
  | C* | not 3 | other |
} because "no"
table t2 forbid { | spare | cpu.tier |
  |---|---|
  | absent | >= high |
}
default memory = 2 x "R"
default drive = ["D1", "D1"] when gift = yes
prefer cheap : price < 100 EUR weight 2 because "cheap"
minimise price weight 1
maximise cpu.tdp
bundle b "B" effective until 2026-12-31 { choose cpu = "C1", memory = 2 x "R" price -5.00 EUR about "x" }
scenario "s" tags smoke {
  given date 2026-01-01 given stock "C1" = 3 given bundle b choose cpu = "C1" expect valid
  expect invalid because only first expect solutions >= 3 expect always cpu.tdp > 1 W
  expect forced gift = yes
}
todo scenario "later" { choose nothing expect valid }
"""
FILES = {
    "units.pcat": "unit W\nunit g\n",
    "part.pcat": "option colour : one of { red, blue }\n",
    "drives.csv": "No;Bus;Size;EUR;x\nD1;SATA;1;9,90;y\nD2;NVMe;2;19;z\n",
}
TOKENS = re.findall(r'"[^"\n]*"|\|[^\n]*|[\w.]+|\S', EVERYTHING)


def loads_or_is_refused(text: str, files: dict[str, str | bytes] | None = None) -> Configurator | None:
    """The configurator, or `None` if the catalog is refused as it should be."""
    try:
        return Configurator.from_text(text, files=files or {})
    except CatalogError as error:
        refusal = error
    assert refusal.diagnostics
    assert str(refusal)
    return None


def answers(configurator: Configurator | None) -> None:
    """Whatever loads can be asked."""
    if configurator is None:
        return
    configurator.count(seconds=0.2)
    configurator.options(seconds=0.2)
    answer = configurator.complete(seconds=0.2)
    if isinstance(answer, Completed):
        assert isinstance(configurator.validate(answer.configuration.to_dict()), Valid)


@st.composite
def mutated(draw: DrawFn, pieces: list[str], joint: str, *, most: int) -> str:
    """The pieces with some left out, doubled, swapped, or taken from elsewhere."""
    found = list(pieces)
    positions = st.integers(0, len(pieces) - 1)
    for _ in range(draw(st.integers(1, most))):
        at, other = draw(positions) % len(found), draw(positions) % len(found)
        match draw(st.sampled_from(("drop", "double", "swap", "copy", "spoil"))):
            case "drop" if len(found) > 1:
                del found[at]
            case "double":
                found.insert(at, found[at])
            case "swap":
                found[at], found[other] = found[other], found[at]
            case "copy":
                found[at] = pieces[other % len(pieces)]
            case _:
                piece = found[at]
                cut = draw(st.integers(0, len(piece)))
                found[at] = (
                    piece[:cut] + draw(st.sampled_from(("", "x", "0", "-", '"', "|", "}", "é"))) + piece[cut:]
                )
    return joint.join(found)


def test_the_catalog_that_is_mutated_loads() -> None:
    configurator = loads_or_is_refused(EVERYTHING, {**FILES})

    assert configurator is not None
    answers(configurator)


@FUZZ
@given(text=mutated(EVERYTHING.splitlines(), "\n", most=3))
def test_catalogs_with_mutated_lines_load_or_are_refused(text: str) -> None:
    answers(loads_or_is_refused(text, {**FILES}))


@FUZZ
@given(text=mutated(TOKENS, "\n", most=3))
def test_catalogs_with_mutated_words_load_or_are_refused(text: str) -> None:
    answers(loads_or_is_refused(text, {**FILES}))


@FUZZ
@given(data=mutated(FILES["drives.csv"].split("\n"), "\n", most=4))
def test_mutated_csv_files_load_or_are_refused(data: str) -> None:
    answers(loads_or_is_refused(EVERYTHING, {**FILES, "drives.csv": data}))


@settings(FUZZ, max_examples=100 * SCALE)
@given(data=st.binary(max_size=200))
def test_random_bytes_are_refused_in_a_catalog_an_import_and_a_csv(data: bytes) -> None:
    loads_or_is_refused(EVERYTHING, {**FILES, "part.pcat": data})
    loads_or_is_refused(EVERYTHING, {**FILES, "drives.csv": data})
    loads_or_is_refused('catalog t\nimport "all.pcat"\n', {**FILES, "all.pcat": data})


@settings(FUZZ, max_examples=100 * SCALE)
@given(text=st.text(max_size=200))
def test_random_texts_load_or_are_refused(text: str) -> None:
    loads_or_is_refused(text)
    loads_or_is_refused(f"catalog t\n{text}")


SENTENCE = (
    'catalog family a b choose one { } rule : require = ( ) not and 1 2.5 "x" | [ ] , .. option yesno calc - '
    "sum where because # table allow resource supply demand default slot if then else is absent"
)
WORDS = st.sampled_from(SENTENCE.split())


@FUZZ
@given(words=st.lists(WORDS, max_size=25), joint=st.sampled_from((" ", "\n")))
def test_random_sentences_load_or_are_refused(words: list[str], joint: str) -> None:
    loads_or_is_refused(f"catalog t\noption a : yesno\n{joint.join(words)}")


def deep(opening: str, closing: str = "") -> Callable[[int], str]:
    """Something nested in itself so many times."""
    return lambda depth: opening * depth + "1 = 1" + closing * depth


def test_things_nested_beyond_all_sense_are_refused() -> None:
    shapes = [deep("(", ")"), deep("not "), deep("if 1 = 1 then 1 = 1 else "), deep("any(", ")"), deep("- ")]
    for shape in shapes:
        for depth in (10, 99, 1000, 20_000):
            loads_or_is_refused(f"catalog t\nrule r: require {shape(depth)}")
    loads_or_is_refused(f"catalog t\ndefault a = {'[' * 5000}")
    loads_or_is_refused("catalog t\n" + "assembly a choose one {\n" * 3000)
    loads_or_is_refused("catalog t\nrule r: require " + " + ".join(["1"] * 5000) + " > 0")
    loads_or_is_refused("catalog t\nrule r: require " + " and ".join(["1 = 1"] * 5000))
