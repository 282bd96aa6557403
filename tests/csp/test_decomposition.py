"""Parts of a problem that have nothing to do with each other."""

from configurator.csp.decomposition import independent_parts


def test_variables_of_one_scope_belong_together() -> None:
    assert independent_parts(range(6), [(4, 1), (1, 5), (2, 3)]) == ((0,), (1, 4, 5), (2, 3))


def test_scopes_join_only_the_variables_asked_for() -> None:
    assert independent_parts({0, 2}, [(0, 1), (1, 2)]) == ((0,), (2,))


def test_nothing_has_no_parts() -> None:
    assert independent_parts((), [(0, 1)]) == ()
