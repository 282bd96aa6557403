"""A catalog over 58,000 real components, made from twelve CSV files that lie outside the project.

Nothing is left out: all 58,203 rows become components of twelve families, of up to 13,553. What the rules
need and the files lack is filled by the rules below; `Cleaning.filled` counts how many prices are.

- A *price* is missing in 44,806 rows. The k-th such row of a group of like components (same chipset, same
  modules, same micro-architecture, …) takes the price of the group's k-th priced row, beginning again after
  the last one; where a whole group has no price, the family stands for it. So prices are as different from
  each other as real ones are, and a dear thing stays dear.
- A card without a *length* (660) is 267 mm long, the length that most have; a screen without a *refresh
  rate* (866) has 60 Hz. A cooler without a *size* (1,558) cools with air: its radiator is 0 mm long.
- The *M.2 slots* of a mainboard, whether it is *wireless* and which memory its name *marks* are stated by
  `m2_slots`, `wireless` and `marked`; the *draw* of a card by its chipset, in `DRAWS`.

What fits what is a handful of facts about kinds (`SOCKETS`, `GENERATIONS`, `BOARDS_IN_CASES`, …), simplified
where the files do not say more: they are variant tables of the catalog, and are read again, by other means,
in `pc_parts_truth`.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from attrs import field, frozen

DATA = Path(os.environ.get("CONFIGURATOR_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FOLDER = DATA / "pc-parts"
MISSING = f"no real components in {FOLDER}: set CONFIGURATOR_DATA to the folder that holds `pc-parts`"
"""Why a test is skipped where the data are absent."""

Raw = Mapping[str, str]
"""A row of a file as it is."""
Row = dict[str, str]
"""A row as the catalog reads it, with `sku` and `price`."""
Components = Mapping[str, tuple[Row, ...]]
"""The rows of every family."""

# ---------------------------------------------------------------- facts about kinds

SOCKETS: dict[str, tuple[str, ...]] = {
    "Zen 5": ("AM5",),
    "Zen 4": ("AM5",),
    "Zen 3": ("AM4",),
    "Zen 2": ("AM4", "sTRX4"),
    "Zen+": ("AM4", "sTR4"),
    "Zen": ("AM4", "sTR4"),
    "Excavator": ("AM4", "FM2+"),
    "Steamroller": ("FM2+",),
    "Piledriver": ("FM2", "FM2+", "AM3+", "AM3+/AM3"),
    "Bulldozer": ("AM3+", "AM3+/AM3"),
    "K10": ("AM3", "AM3+", "AM3+/AM3", "AM3/AM2+", "AM3/AM2+/AM2", "AM2+/AM2"),
    "Lynx": ("FM1",),
    "Jaguar": ("AM1",),
    "Puma+": ("AM1",),
    "Arrow Lake": ("LGA1851",),
    "Raptor Lake Refresh": ("LGA1700",),
    "Raptor Lake": ("LGA1700",),
    "Alder Lake": ("LGA1700",),
    "Rocket Lake": ("LGA1200",),
    "Comet Lake": ("LGA1200",),
    "Cascade Lake": ("LGA2066",),
    "Coffee Lake Refresh": ("LGA1151",),
    "Coffee Lake": ("LGA1151",),
    "Kaby Lake": ("LGA1151", "LGA2066"),
    "Skylake": ("LGA1151", "LGA2066"),
    "Broadwell": ("LGA1150", "LGA2011-3", "LGA2011-3 Narrow"),
    "Haswell Refresh": ("LGA1150",),
    "Haswell": ("LGA1150", "LGA2011-3", "LGA2011-3 Narrow"),
    "Ivy Bridge": ("LGA1155", "LGA2011"),
    "Sandy Bridge": ("LGA1155", "LGA2011"),
    "Westmere": ("LGA1156", "LGA1366"),
    "Nehalem": ("LGA1156", "LGA1366"),
    "Yorkfield": ("LGA775",),
    "Wolfdale": ("LGA775",),
    "Core": ("LGA775",),
}
"""By micro-architecture the sockets its processors come for."""

GENERATIONS: tuple[tuple[tuple[str, ...], str | None, tuple[str, ...]], ...] = (
    (("AM5", "LGA1851"), None, ("DDR5",)),
    (("LGA1700",), "DDR4", ("DDR4",)),
    (("LGA1700",), "not DDR4", ("DDR5",)),
    (("LGA1151",), "DDR3", ("DDR3",)),
    (("LGA1151",), "not DDR3", ("DDR4",)),
    (("AM4", "LGA1200", "LGA2066", "LGA2011-3", "LGA2011-3 Narrow", "sTR4", "sTRX4"), None, ("DDR4",)),
    (("LGA1150", "LGA1155", "LGA1156", "LGA1366", "LGA2011"), None, ("DDR3",)),
    (("FM1", "FM2", "FM2+", "AM1", "AM3", "AM3+", "AM3+/AM3"), None, ("DDR3",)),
    (("AM3/AM2+", "AM3/AM2+/AM2"), None, ("DDR2", "DDR3")),
    (("AM2+/AM2",), None, ("DDR2",)),
    (("LGA775",), "DDR3", ("DDR3",)),
    (("LGA775",), "not DDR3", ("DDR2",)),
)
"""Sockets, what the board's name marks (`None` for anything), and the memory such boards take."""

_SMALL = ("Mini ITX", "Thin Mini ITX")
_MICRO = ("Micro ATX", "Flex ATX", "Mini DTX", *_SMALL)
_ATX = ("ATX", *_MICRO)
_LARGE = ("EATX", "XL ATX", "SSI CEB", "SSI EEB", *_ATX)

BOARDS_IN_CASES: dict[str, tuple[str, ...]] = {
    "ATX Full Tower": _LARGE,
    "ATX Mid Tower": _ATX,
    "ATX Mini Tower": _ATX,
    "ATX Desktop": _ATX,
    "ATX Test Bench": _LARGE,
    "HTPC": _MICRO,
    "MicroATX Mid Tower": _MICRO,
    "MicroATX Mini Tower": _MICRO,
    "MicroATX Desktop": _MICRO,
    "MicroATX Slim": _MICRO,
    "Mini ITX Tower": _SMALL,
    "Mini ITX Desktop": _SMALL,
    "Mini ITX Test Bench": _SMALL,
}
"""By type of case the form factors of mainboards it holds."""

SUPPLIES_IN_CASES: dict[str, tuple[str, ...]] = {
    "ATX Full Tower": ("ATX", "SFX"),
    "ATX Mid Tower": ("ATX", "SFX"),
    "ATX Mini Tower": ("ATX", "SFX"),
    "ATX Desktop": ("ATX", "SFX", "TFX"),
    "ATX Test Bench": ("ATX", "SFX"),
    "HTPC": ("ATX", "SFX", "TFX"),
    "MicroATX Mid Tower": ("ATX", "SFX"),
    "MicroATX Mini Tower": ("ATX", "SFX"),
    "MicroATX Desktop": ("ATX", "SFX", "TFX"),
    "MicroATX Slim": ("TFX", "Flex ATX"),
    "Mini ITX Tower": ("ATX", "SFX"),
    "Mini ITX Desktop": ("SFX", "Flex ATX", "Mini ITX"),
    "Mini ITX Test Bench": ("ATX", "SFX"),
}
"""By type of case the types of power supply it holds."""

ROOM_IN_CASES: dict[str, tuple[int | None, int | None]] = {
    "ATX Full Tower": (None, None),
    "ATX Mid Tower": (400, 360),
    "ATX Mini Tower": (330, 280),
    "ATX Desktop": (330, 280),
    "ATX Test Bench": (None, None),
    "HTPC": (280, 120),
    "MicroATX Mid Tower": (330, 280),
    "MicroATX Mini Tower": (330, 280),
    "MicroATX Desktop": (280, 120),
    "MicroATX Slim": (180, 0),
    "Mini ITX Tower": (330, 280),
    "Mini ITX Desktop": (280, 120),
    "Mini ITX Test Bench": (None, None),
}
"""By type of case the longest card and the longest radiator it takes, in mm; `None` for any."""

DRAWS: tuple[tuple[str, int], ...] = (
    (r"GeForce RTX 5090", 575),
    (r"GeForce RTX (4090|3090 Ti)|Radeon R9 295X2|.* X2$|GeForce GTX Titan Z", 450),
    (r"GeForce RTX (5080|3090|3080 Ti|3080 12GB)|Radeon RX (7900 XTX|6950)", 360),
    (r"GeForce RTX (4080|3080)|Radeon RX (9070 XT|7900|6900|6800 XT)|Radeon R9 (390|290)|Radeon VII", 320),
    (
        r"GeForce RTX (5070 Ti|4070 Ti|3070 Ti|2080)|Radeon RX (7800|VEGA)|Radeon R9|GeForce GTX (480|580)",
        290,
    ),
    (r"GeForce (RTX (5070|4070|3070)|GTX (1080 Ti|980 Ti|Titan|780))|Radeon RX (9070|7700|67|6800|57)", 250),
    (
        r"GeForce RTX (5060 Ti|4060 Ti|3060|2070|2060)|Arc (A7|B5)|Radeon (HD 79|HD 69|RX 5[789]0|RX 4[78]0)",
        200,
    ),
    (r"GeForce (RTX|GTX (10[78]|9[78]|[4567][678]0))|Radeon (RX|HD [567][89])|Arc|RTX [A456]", 165),
    (r"GeForce GTX|Radeon R7|Quadro (RTX|[KMP]?[56]000)|FirePro [SW][789]", 120),
    (r".*", 60),
)
"""Watts of a card by the first pattern with which its chipset begins."""

FAST_PIXELS, FAST_RATE, FAST_MEMORY = 8_000_000, 120, 8
"""A screen with so many pixels and pictures a second wants a card with so many GB."""
RESERVE, SPARE_PERCENT = 75, 30
"""Watts for the rest of the PC, and what is kept spare."""
BOXED, HOT, HOT_RADIATOR = 65, 170, 240
"""Up to so many watts a processor comes with a cooler; from so many on it wants a radiator of so many mm."""


def m2_slots(socket: str, form: str) -> int:
    """How many M.2 drives a mainboard holds: newer and larger ones hold more."""
    small = form in _MICRO
    if socket in {"AM5", "LGA1851", "LGA1700"}:
        return 2 if small else 3
    if socket in {"AM4", "LGA1200", "LGA2066", "sTRX4", "sTR4"}:
        return 1 if small else 2
    return 1 if socket in {"LGA1151", "LGA2011-3"} else 0


def wireless(name: str) -> bool:
    """Whether a mainboard's name tells of a wireless network, and so of Bluetooth."""
    return re.search(r"wi-?fi|\bAX\b|/ac|\bAC\b", name, re.IGNORECASE) is not None


def marked(name: str) -> str:
    """The generation of memory that a mainboard's name tells; `none` where it tells none."""
    found = re.search(r"DDR([2345])|[ /]D([345])\b", name)
    return f"DDR{found[1] or found[2]}" if found else "none"


def draw(chipset: str) -> int:
    """Watts of a card."""
    return next(watts for pattern, watts in DRAWS if re.match(pattern, chipset))


def bus(interface: str) -> str:
    """How a drive is connected: `M.2`, `SATA`, `PCIe`, or `other` for what no mainboard here has."""
    kind = interface.split(maxsplit=1)[0]
    return kind if kind in {"M.2", "SATA", "PCIe"} else "other"


def link(connection: str) -> str:
    """What a keyboard or mouse needs at least: `wired`, `wireless` (has its own receiver) or `bluetooth`."""
    kinds = [kind.strip() for kind in connection.split(",")]
    if "Wireless" in kinds and "Wired" not in kinds:
        return "wireless"
    return "bluetooth" if kinds == ["Bluetooth Wireless"] else "wired"


# ---------------------------------------------------------------- the files


@frozen(eq=False)
class FamilySource:
    """One family of the catalog and the file it is made from.

    Attributes:
        prefix: what its SKUs begin with.
        group: the columns of the file that make components alike, for prices.
        read: the columns of the catalog but `sku`, `name` and `price`, from a row of the file.
    """

    key: str
    file: str
    prefix: str
    group: tuple[str, ...]
    read: Callable[[Raw], Row]


def _processor(raw: Raw) -> Row:
    igpu = "yes" if raw["graphics"] else "no"
    architecture = raw["microarchitecture"]
    return {"architecture": architecture, "cores": raw["core_count"], "tdp": raw["tdp"], "igpu": igpu}


def _mainboard(raw: Raw) -> Row:
    return {
        "socket": raw["socket"],
        "form": raw["form_factor"],
        "marked": marked(raw["name"]),
        "slots": raw["memory_slots"],
        "max_memory": raw["max_memory"],
        "m2_slots": str(m2_slots(raw["socket"], raw["form_factor"])),
        "wireless": "yes" if wireless(raw["name"]) else "no",
    }


def _memory(raw: Raw) -> Row:
    generation, speed = raw["speed"].split(",") if "," in raw["speed"] else ("", raw["speed"])
    modules, size = raw["modules"].split(",")
    capacity = str(int(modules) * int(size))
    return {
        "generation": f"DDR{generation}",
        "speed": speed,
        "modules": modules,
        "capacity": capacity,
        "latency": raw["cas_latency"],
    }


def _card(raw: Raw) -> Row:
    return {
        "chipset": raw["chipset"],
        "memory": raw["memory"],
        "length": raw["length"] or "267",
        "draw": str(draw(raw["chipset"])),
    }


def _case(raw: Raw) -> Row:
    return {"type": raw["type"], "colour": raw["color"] or "none", "bays": raw["internal_35_bays"]}


def _supply(raw: Raw) -> Row:
    return {"type": raw["type"], "wattage": raw["wattage"], "efficiency": raw["efficiency"] or "none"}


def _cooler(raw: Raw) -> Row:
    return {"radiator": raw["size"] or "0", "colour": raw["color"] or "none"}


def _drive(raw: Raw) -> Row:
    bay = "yes" if raw["form_factor"] == "3.5" else "no"
    return {
        "capacity": raw["capacity"],
        "kind": raw["type"] or "none",
        "bus": bus(raw["interface"]),
        "bay": bay,
    }


def _system(raw: Raw) -> Row:
    return {"mode": raw["mode"], "max_memory": raw["max_memory"]}


def _screen(raw: Raw) -> Row:
    width, height = raw["resolution"].split(",")
    pixels, rate = str(int(width) * int(height)), raw["refresh_rate"] or "60"
    return {"size": raw["screen_size"], "pixels": pixels, "rate": rate, "panel": raw["panel_type"] or "none"}


def _keyboard(raw: Raw) -> Row:
    return {"style": raw["style"], "link": link(raw["connection_type"])}


def _mouse(raw: Raw) -> Row:
    return {"hand": raw["hand_orientation"] or "none", "link": link(raw["connection_type"])}


FAMILIES = (
    FamilySource("cpu", "cpu", "CPU", ("microarchitecture",), _processor),
    FamilySource("board", "motherboard", "MB", ("socket",), _mainboard),
    FamilySource("memory", "memory", "MEM", ("modules",), _memory),
    FamilySource("gpu", "video-card", "GPU", ("chipset",), _card),
    FamilySource("chassis", "case", "CASE", ("type",), _case),
    FamilySource("psu", "power-supply", "PSU", ("type", "wattage"), _supply),
    FamilySource("cooler", "cpu-cooler", "COOL", ("size",), _cooler),
    FamilySource("drive", "internal-hard-drive", "DRV", ("capacity", "form_factor"), _drive),
    FamilySource("os", "os", "OS", (), _system),
    FamilySource("monitor", "monitor", "MON", ("resolution",), _screen),
    FamilySource("keyboard", "keyboard", "KBD", ("style",), _keyboard),
    FamilySource("mouse", "mouse", "MOU", (), _mouse),
)


@frozen(eq=False)
class Cleaning:
    """The rows of all families, and what had to be filled.

    Attributes:
        rows: by family, in the order of the files.
        filled: by family how many prices were missing.
    """

    rows: Components = field(repr=False)
    filled: Mapping[str, int]


@cache
def cleaned() -> Cleaning:
    """All rows, read from the files once."""
    rows: dict[str, tuple[Row, ...]] = {}
    filled: dict[str, int] = {}
    for family in FAMILIES:
        with (FOLDER / f"{family.file}.csv").open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        filled[family.key] = sum(not raw["price"] for raw in found)
        prices = _prices(found, family.group)
        rows[family.key] = tuple(
            {
                "sku": f"{family.prefix}-{number:05}",
                "name": raw["name"].strip(),
                **family.read(raw),
                "price": price,
            }
            for number, (raw, price) in enumerate(zip(found, prices, strict=True), start=1)
        )
    return Cleaning(rows, filled)


def _prices(rows: Iterable[Raw], columns: tuple[str, ...]) -> list[str]:
    """A price for every row; for the missing ones see the module's docstring."""
    known: dict[tuple[str, ...], list[str]] = {}
    everywhere: list[str] = []
    for row in rows:
        if row["price"]:
            known.setdefault(tuple(row[column] for column in columns), []).append(row["price"])
            everywhere.append(row["price"])
    prices = []
    taken: dict[tuple[str, ...], int] = {}
    for row in rows:
        group = tuple(row[column] for column in columns)
        price = row["price"]
        if not price:
            group = group if group in known else ()
            candidates = known.get(group, everywhere)
            price = candidates[taken.get(group, 0) % len(candidates)]
            taken[group] = taken.get(group, 0) + 1
        prices.append(price)
    return prices


# ---------------------------------------------------------------- the catalog


def catalog_text(*, budget: int | None = None, mixed: bool = False) -> str:
    """The catalog in the language.

    Args:
        budget: the most the PC may cost, in cents; `None` for any price.
        mixed: any up to four drives instead of exactly one.
    """
    drives = "0..4 mixed" if mixed else "one"
    limit = (
        f"rule budget: require price <= {budget // 100}.{budget % 100:02} USD\n" if budget is not None else ""
    )
    return _TEXT.replace("$DRIVES", drives) + _tables() + limit


def csv_files(components: Components | None = None) -> dict[str, bytes]:
    """The tables of components by file name; of all components if not told of which."""
    found = components or cleaned().rows
    return {f"{family.key}.csv": _csv(found[family.key]) for family in FAMILIES}


def write_catalog(
    folder: Path,
    *,
    budget: int | None = None,
    mixed: bool = False,
    components: Components | None = None,
) -> Path:
    """Write the catalog and its tables into an existing folder; the path of the catalog comes back."""
    for name, content in csv_files(components).items():
        (folder / name).write_bytes(content)
    path = folder / "pc_parts.pcat"
    path.write_text(catalog_text(budget=budget, mixed=mixed), encoding="utf-8")
    return path


def _csv(rows: tuple[Row, ...]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, tuple(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _tables() -> str:
    """The facts as variant tables."""
    sockets = [(f'"{name}"', _listed(found)) for name, found in SOCKETS.items()]
    memory = [(_listed(s), mark or "any", _listed(found)) for s, mark, found in GENERATIONS]
    boards = [(f'"{case}"', _listed(found)) for case, found in BOARDS_IN_CASES.items()]
    supplies = [(f'"{case}"', _listed(found)) for case, found in SUPPLIES_IN_CASES.items()]
    cards = [(f'"{case}"', _at_most(card)) for case, (card, _) in ROOM_IN_CASES.items()]
    radiators = [(f'"{case}"', _at_most(radiator)) for case, (_, radiator) in ROOM_IN_CASES.items()]
    return "".join(
        (
            _table("socket", ("cpu.architecture", "board.socket"), sockets),
            _table("memory-type", ("board.socket", "board.marked", "memory.generation"), memory),
            _table("board-size", ("chassis.type", "board.form"), boards),
            _table("supply-size", ("chassis.type", "psu.type"), supplies),
            _table("card-length", ("chassis.type", "gpu.length [mm]"), cards),
            _table("radiator-length", ("chassis.type", "cooler.radiator [mm]"), radiators),
        )
    )


def _table(key: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return f"\ntable {key} allow {{\n" + "".join(f"  | {' | '.join(line)} |\n" for line in lines) + "}\n"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _at_most(limit: int | None) -> str:
    return "any" if limit is None else f"absent, <= {limit}"


_TEXT = f"""# A PC from 58,000 real components.
catalog pc_parts "PC from 58,000 components" version "1" currency USD

unit W
unit GB
unit mm

family cpu "Processor" choose one {{
  from csv "cpu.csv" columns "sku" as sku, "name" as name, "architecture" as architecture, "cores" as cores,
    "tdp" as tdp [W], "igpu" as igpu, "price" as price [USD]
}}
family board "Mainboard" choose one {{
  from csv "board.csv" columns "sku" as sku, "name" as name, "socket" as socket, "form" as form,
    "marked" as marked, "slots" as slots, "max_memory" as max_memory [GB], "m2_slots" as m2_slots,
    "wireless" as wireless, "price" as price [USD]
}}
family memory "Memory kit" choose one {{
  from csv "memory.csv" columns "sku" as sku, "name" as name, "generation" as generation, "speed" as speed,
    "modules" as modules, "capacity" as capacity [GB], "latency" as latency, "price" as price [USD]
}}
family gpu "Graphics card" choose optional {{
  from csv "gpu.csv" columns "sku" as sku, "name" as name, "chipset" as chipset, "memory" as memory [GB],
    "length" as length [mm], "draw" as draw [W], "price" as price [USD]
}}
family chassis "Case" choose one {{
  from csv "chassis.csv" columns "sku" as sku, "name" as name, "type" as type, "colour" as colour,
    "bays" as bays, "price" as price [USD]
}}
family psu "Power supply" choose one {{
  from csv "psu.csv" columns "sku" as sku, "name" as name, "type" as type, "wattage" as wattage [W],
    "efficiency" as efficiency, "price" as price [USD]
}}
family cooler "Cooler" choose optional {{
  from csv "cooler.csv" columns "sku" as sku, "name" as name, "radiator" as radiator [mm], "colour" as colour,
    "price" as price [USD]
}}
family drive "Drives" choose $DRIVES {{
  attribute bus : one of {{ "M.2", SATA, PCIe, other }}
  from csv "drive.csv" columns "sku" as sku, "name" as name, "capacity" as capacity [GB], "kind" as kind,
    "bus" as bus, "bay" as bay, "price" as price [USD]
}}
family os "Operating system" choose optional {{
  from csv "os.csv" columns "sku" as sku, "name" as name, "mode" as mode, "max_memory" as max_memory [GB],
    "price" as price [USD]
}}
family monitor "Screen" choose optional {{
  from csv "monitor.csv" columns "sku" as sku, "name" as name, "size" as size, "pixels" as pixels,
    "rate" as rate, "panel" as panel, "price" as price [USD]
}}
family keyboard "Keyboard" choose optional {{
  attribute link : one of {{ wired, wireless, bluetooth }}
  from csv "keyboard.csv" columns "sku" as sku, "name" as name, "style" as style, "link" as link,
    "price" as price [USD]
}}
family mouse "Mouse" choose optional {{
  attribute link : one of {{ wired, wireless, bluetooth }}
  from csv "mouse.csv" columns "sku" as sku, "name" as name, "hand" as hand, "link" as link,
    "price" as price [USD]
}}

calc price in USD = sum(price)

rule memory-slots: require memory.modules <= board.slots
rule memory-size: require memory.capacity <= board.max_memory
rule picture: cpu.igpu = no requires gpu is chosen
rule cooled: cpu.tdp > {BOXED} W requires cooler is chosen
rule hot: when cpu.tdp >= {HOT} W require cooler.radiator >= {HOT_RADIATOR} mm
rule system-memory: require memory.capacity <= os.max_memory
rule known-plug: require count(drive where bus = other) = 0
rule m2-slots: require count(drive where bus = "M.2") <= board.m2_slots
rule bays: require count(drive where bay = yes) <= chassis.bays
rule fast-picture:
  when monitor.pixels >= {FAST_PIXELS} and monitor.rate >= {FAST_RATE}
  require gpu is chosen and gpu.memory >= {FAST_MEMORY} GB
rule bluetooth-keyboard: keyboard.link = bluetooth requires board.wireless = yes
rule bluetooth-mouse: mouse.link = bluetooth requires board.wireless = yes

resource power in W {{
  supply psu.wattage
  demand cpu.tdp, gpu.draw, {RESERVE} W
  keep {SPARE_PERCENT} % spare
}}
"""
