"""The laws of completion: what is found is what trying everything finds, in every engine."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

from asked_catalogs import TABLE_LIMITS, loaded, named, named_object, tables_up_to
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from made_choices import MadeChoice, made_choices
from wished_catalogs import Direction, MadeWish, WishedCatalog, completion, some_aims, wished_catalogs

from configurator.configuration.completion import Completed, NotCompletable
from configurator.explanation.conflict import Conflict
from configurator.explanation.evidence import DecisionEvidence, RuleEvidence, WishEvidence
from configurator.testing.made.catalogs import made_catalogs, plain_names, with_names
from configurator.testing.made.meanings import truth
from configurator.testing.made.products import DAY, MadeDefault, Scene

engines = st.sampled_from(["exhaustive", "backtracking", "sat", "cp-sat", "diagram"])
made = wished_catalogs(made_catalogs(largest=150))


@examples(120)
@given(made=made, data=st.data(), rows=st.sampled_from(TABLE_LIMITS), engine=engines)
def test_a_completion_is_the_best_there_is(
    made: WishedCatalog, data: st.DataObject, rows: int, engine: str
) -> None:
    choices = data.draw(made_choices(made.catalog))
    aims = data.draw(some_aims(made))
    with tables_up_to(rows):
        answer = loaded(made.catalog, engine).complete(
            named_object(choices.given), as_of=DAY, minimise=aims["minimise"], maximise=aims["maximise"]
        )
    possible = [scene for scene in made.catalog.valid if choices.in_force and choices.keep(scene)]
    meant = dict(made.goals)
    directions: tuple[Direction, ...] = ("minimise", "maximise")
    ordered = [(direction, meant[name]) for direction in directions for name in aims[direction]]
    expected = completion(made, possible, [c.place.name for c in choices.choices], ordered)

    if expected.scene is None:
        assert isinstance(answer, NotCompletable)
        return
    assert isinstance(answer, Completed)
    assert named(dict(made.catalog.canonical(expected.scene))) == answer.configuration.to_dict()
    for kept, wish in zip(expected.kept, answer.wishes, strict=True):
        if wish.kind in {"minimise", "maximise"}:
            assert (wish.state == "kept") is kept
        else:
            assert (wish.state == "not kept") is not kept


def test_made_wishes_are_of_every_kind() -> None:
    seen: set[str] = set()

    @examples(200)
    @given(made=made)
    def look(made: WishedCatalog) -> None:
        seen.update(kinds_of(made))

    look()

    assert seen >= {
        "kept",
        "never kept",
        "decides",
        "minimise",
        "maximise",
        "several values",
        "not always known",
        "equal weights",
        "other weights",
        "defaults",
    }


def kinds_of(made: WishedCatalog) -> set[str]:
    """What there is about the wishes of a catalog."""
    seen: set[str] = set()
    for wish in made.wishes:
        worths = {wish.meant(scene) for scene in made.catalog.valid}
        if wish.direction is None:
            seen.add("kept" if True in worths else "never kept")
            seen.update(["decides"] if worths >= {True, False} else [])
        else:
            seen.add(wish.direction)
            seen.update(["several values"] if len(worths) > 1 else [])
            seen.update(["not always known"] if any(not isinstance(w, Fraction) for w in worths) else [])
    weights = [wish.weight for wish in made.wishes]
    seen.add("equal weights" if len(set(weights)) < len(weights) else "other weights")
    seen.update(["defaults"] if made.catalog.defaults and made.wishes else [])
    return seen


@examples(100)
@given(made=made, data=st.data())
def test_what_stands_against_a_wish_leaves_it_no_room_and_nothing_of_it_is_superfluous(
    made: WishedCatalog, data: st.DataObject
) -> None:
    choices = data.draw(made_choices(made.catalog))
    answer = loaded(made.catalog, "auto").complete(named_object(choices.given), as_of=DAY, reasons=True)
    if not isinstance(answer, Completed):
        return
    chosen = {choice.place.name.strip("«»"): choice for choice in choices.choices}
    rules = {with_names(rule.name, plain_names): rule for rule in made.catalog.restrictions}
    defaults = [each for each in made.catalog.defaults if each.place.strip("«»") not in chosen]
    told = [wish for wish in answer.wishes if wish.kind == "default"]
    meant: dict[str, Callable[[Scene], bool]] = {
        wish.location: partial(keeps_default, default) for wish, default in zip(told, defaults, strict=True)
    }
    for number, wish in enumerate(made.wishes):
        meant |= {
            each.location: partial(prefers, wish) for each in answer.wishes if each.name == f"wish-{number}"
        }
    for outcome in answer.wishes:
        if not isinstance(outcome.why, Conflict) or outcome.why.not_in_force:
            continue
        members: list[Callable[[Scene], bool]] = []
        for each in outcome.why.evidence:
            match each:
                case RuleEvidence(rule=rule):
                    members.append(rules[rule].kept)
                case DecisionEvidence(place=place):
                    members.append(partial(keeps_choice, chosen[place]))
                case WishEvidence(location=location) if location in meant:
                    members.append(meant[location])
                case _:
                    # An objective: how good it can be is decided by all rules together.
                    break
        else:
            assert outcome.why.minimal
            assert not room(made, [meant[outcome.location], *members])
            for left_out in members:
                others = [member for member in members if member is not left_out]
                assert room(made, [meant[outcome.location], *others])


def room(made: WishedCatalog, members: Sequence[Callable[[Scene], bool]]) -> bool:
    """Whether something that can be put together keeps them all."""
    return any(all(member(scene) for member in members) for scene in made.catalog.scenes)


def keeps_default(default: MadeDefault, scene: Scene) -> bool:
    """Whether a default is kept, or says nothing."""
    return not default.guard(scene) or default.meant(scene)


def keeps_choice(choice: MadeChoice, scene: Scene) -> bool:
    """Whether a configuration is what was chosen for a place."""
    return choice.keeps(scene[choice.place.name])


def prefers(wish: MadeWish, scene: Scene) -> bool:
    """Whether the condition of a preference is true."""
    return truth(wish.meant(scene)) is True
