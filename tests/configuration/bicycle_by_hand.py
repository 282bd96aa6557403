"""How many bicycles `catalogs/bicycle.pcat` allows, by hand: nothing of the library is used."""

from itertools import combinations_with_replacement, product

FRAMES = {
    "FR-CITY-S": ("city", 28, 47, "post_mount", {0}, False),
    "FR-CITY-M": ("city", 28, 47, "post_mount", {0}, False),
    "FR-GRV-M": ("gravel", 28, 50, "flat_mount", {0}, True),
    "FR-GRV-L": ("gravel", 28, 50, "flat_mount", {0}, True),
    "FR-TRL-M": ("trail", 29, 61, "post_mount", {130, 150}, True),
    "FR-TRL-XL": ("trail", 29, 61, "post_mount", set(range(140, 161)), True),
}
"""Use, wheel size, widest tyre, brake mount, fork travel, whether there is one in raw metal."""
FORKS = ((28, 0, "post_mount"), (28, 0, "flat_mount"), (29, 130, "post_mount"), (29, 150, "post_mount"))
WHEELS = ((28, "micro"), (28, "internal"), (29, "micro"))
TYRES = ((28, 42), (28, 50), (28, 42), (29, 61))
BRAKES = ("post_mount", "flat_mount", "rim")
HUBS = ("internal", "micro", "micro")
BAG_GRAMS = (400, 620)
COLOURS = ("red", "black", "raw")


def count_bicycles() -> int:
    """The number of valid bicycles."""
    return sum(
        rolling(frame) * braking(frame, raw=colour == "raw") * carrying(frame)
        for frame, colour in product(FRAMES, COLOURS)
    )


def rolling(frame: str) -> int:
    """Ways to choose wheels, tyres and gears."""
    size, widest = FRAMES[frame][1:3]
    front = sum(wheel[0] == size for wheel in WHEELS)
    rear = sum(wheel[0] == size and wheel[1] == hub for wheel, hub in product(WHEELS, HUBS))
    return front * rear * sum(tyre[0] == size and tyre[1] <= widest for tyre in TYRES)


def braking(frame: str, *, raw: bool) -> int:
    """Ways to choose fork and brakes, none if the frame is not made in the colour."""
    use, size, _, mount, travel, in_raw_metal = FRAMES[frame]
    if raw and not in_raw_metal:
        return 0
    return sum(
        fork[0] == size
        and fork[1] in travel
        and (use == "city" if brake == "rim" else brake == mount == fork[2])
        for fork, brake in product(FORKS, BRAKES)
    )


def carrying(frame: str) -> int:
    """Ways to choose a carrier and bags: 25 kg hold the bags and 5 kg in each."""
    loads = [bags for number in range(5) for bags in combinations_with_replacement(BAG_GRAMS, number)]
    if FRAMES[frame][0] == "trail":
        return 1
    return 1 + sum(sum(bags) + 5000 * len(bags) <= 25_000 for bags in loads)
