"""Laws of covering samples: they show exactly what valid configurations show."""

from datetime import date

from asked_catalogs import loaded, named_object
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from made_choices import made_choices
from made_instances import catalogs
from told_levels import sets_shown

from configurator import Configurator, CoveringSample
from configurator.authoring.covering.arrays import number_of_sets
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.products import DAY

SEEDS = st.integers(0, 3)
STRENGTHS = st.integers(1, 4)


def check_sample(
    asked: Configurator, found: CoveringSample, listed: list[object], t: int, day: date = DAY
) -> None:
    """That a sample is what it says, given all configurations."""
    t = min(t, len(found.factors))
    shown = set().union(*(sets_shown(asked, form, t, day) for form in listed))  # type: ignore[arg-type]
    sampled = [each.to_dict() for each in found.configurations]
    sizes = [len(factor.levels) for factor in found.factors]

    assert all(form in listed for form in sampled)
    assert shown == set().union(*(sets_shown(asked, form, t, day) for form in sampled))
    assert len(shown) == found.covered
    assert number_of_sets(sizes, t) == found.covered + found.impossible
    assert found.at_least <= len(sampled)
    assert bool(listed) == bool(sampled)
    assert found.complete


@examples(15)
@given(catalog=made_catalogs(), t=STRENGTHS, seed=SEEDS)
def test_a_sample_shows_exactly_what_valid_configurations_show(
    catalog: MadeCatalog, t: int, seed: int
) -> None:
    asked = loaded(catalog)
    listed = [each.to_dict() for each in asked.configurations(as_of=DAY)]

    found = asked.covering_sample(t, seed=seed, as_of=DAY)

    assert isinstance(found, CoveringSample)
    check_sample(asked, found, listed, t)  # type: ignore[arg-type]


@examples(10)
@given(text=catalogs(), t=st.integers(1, 3), seed=SEEDS)
def test_a_sample_shows_in_instances_exactly_what_valid_configurations_show(
    text: str, t: int, seed: int
) -> None:
    asked = Configurator.from_text(text)
    listed = [each.to_dict() for each in asked.configurations()]

    found = asked.covering_sample(t, seed=seed)

    assert isinstance(found, CoveringSample)
    check_sample(asked, found, listed, t, asked.today())  # type: ignore[arg-type]


@examples(15)
@given(catalog=made_catalogs(), data=st.data())
def test_a_sample_under_choices_shows_exactly_what_keeps_them(
    catalog: MadeCatalog, data: st.DataObject
) -> None:
    asked = loaded(catalog)
    choices = named_object(data.draw(made_choices(catalog)).given)
    listed = [each.to_dict() for each in asked.configurations(choices, as_of=DAY)]

    found = asked.covering_sample(2, choices, as_of=DAY)

    assert isinstance(found, CoveringSample)
    check_sample(asked, found, listed, 2)  # type: ignore[arg-type]


@examples(15)
@given(catalog=made_catalogs(), seed=SEEDS)
def test_one_seed_gives_one_sample(catalog: MadeCatalog, seed: int) -> None:
    first = loaded(catalog).covering_sample(2, seed=seed, as_of=DAY)
    second = loaded(catalog).covering_sample(2, seed=seed, as_of=DAY)

    assert first == second
