"""How many examples the laws are tried on.

In the suite each law sees the same small number of examples every time, so that its answer depends
on nothing but the code. A campaign tries many more, new ones in each run:

    LAWS_SCALE=50 pytest tests/laws -n 2
"""

import os

from hypothesis import HealthCheck, settings

SCALE = int(os.environ.get("LAWS_SCALE", "1"))
"""By how much a campaign multiplies the number of examples."""


def examples(number: int) -> settings:
    """Settings of a law that the suite tries on so many examples."""
    return settings(
        max_examples=number * SCALE,
        derandomize=SCALE == 1,
        deadline=None,
        # A catalog is a large example; that it takes a moment to make is no mistake.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
