"""Small and hostile catalogs that strategies are tried on."""

from configurator import Configurator

HEAD = 'catalog made "Made" version "1" currency EUR\n'


def family(head: str, rows: dict[str, int], column: str = "size") -> str:
    """A family of components with one number each."""
    lines = "\n".join(f"  | {sku} | {number} |" for sku, number in rows.items())
    return f"family {head} {{\n  | sku | {column} |\n  |---|---|\n{lines}\n}}\n"


def loaded(*statements: str, engine: str | None = None) -> Configurator:
    """A catalog of these statements."""
    return Configurator.from_text(HEAD + "".join(statements), engine=engine)


SHELF = loaded(
    family("board choose one", {"B1": 1, "B2": 2, "B3": 3}),
    family("drive choose 0..2 mixed", {"D1": 1, "D2": 2}),
    family("fan choose optional", {"F1": 1}),
    "option colour : one of { red, blue }\n",
    'rule enough "Enough" : require sum(drive.size) <= board.size\n',
    'rule cool "Cool" : when board = B3 require fan is chosen\n',
    'rule warm "Warm" warn : forbid colour = red and fan is chosen\n',
)
"""Three rules: two decide, one only warns; of 3 * 6 * 2 * 2 combinations some are valid."""

ONE = loaded(
    family("board choose one", {"B1": 1, "B2": 2}),
    family("fan choose optional", {"F1": 1}),
    "rule last : require board = B2 and fan is chosen\n",
)
"""One valid configuration, the last one."""

NONE = loaded(
    family("board choose one", {"B1": 1, "B2": 2}),
    'rule small "Small" : require board.size <= 1\n  because "small boards alone"\n',
    'rule large "Large" : require board.size >= 2\n  because "large boards alone"\n',
)
"""No valid configuration."""


def needle() -> Configurator:
    """Of 10^12 combinations one is valid."""
    sizes = {0: 0} | {at: at for at in range(1, 10)}
    places = [
        family(f"place_{at} choose one", {f"P{at}-{n}": size for n, size in sizes.items()})
        for at in range(12)
    ]
    alike = [f"rule alike-{at} : require place_{at}.size = place_{at + 1}.size\n" for at in range(11)]
    return loaded(*places, *alike, "rule seven : require place_11.size = 7\n")


def crowd() -> Configurator:
    """A mixed slot of six among a thousand components, with sums that tell them all apart."""
    parts = family("part choose 0..6 mixed", {f"P{at}": at * 37 % 1_009 + 1 for at in range(1_000)})
    return loaded(parts, "rule light : require sum(part.size) <= 2500\n")


def dial() -> Configurator:
    """A number option of a hundred thousand values, of which few are valid."""
    return loaded(
        family("board choose one", {"B1": 1, "B2": 2}),
        "option turns : number 0..99999 step 1\n",
        "rule late : require turns >= 99990\n",
        "rule even : when board = B2 require turns = 99998\n",
    )


def nested() -> Configurator:
    """Assemblies inside assemblies, repeated."""
    return loaded(
        "assembly box choose 0..3 {\n",
        family("  plate choose one", {"P1": 1, "P2": 2}),
        "  assembly tray choose 1..2 {\n",
        family("    cup choose optional", {"C1": 1, "C2": 2}),
        "  }\n}\n",
        family("lid choose one", {"L1": 1, "L2": 3}),
        "rule room : require sum(box.plate.size) <= 4\n",
        "rule lids : when lid = L2 require count(box) >= 2\n",
    )
