"""The PC of `catalogs/pc.pcat` once more, written down by hand: which configurations are valid.

Nothing of the library is used; tables and rules stand here as plain Python.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations_with_replacement, product

Row = dict[str, object]

BOARDS = {
    "MB-B650-ATX": ("AM5", "ATX", 4, "DDR5", 3, 45),
    "MB-B650-ITX": ("AM5", "ITX", 2, "DDR5", 2, 35),
    "MB-B760-ATX": ("LGA1700", "ATX", 4, "DDR5", 2, 45),
    "MB-H610-MATX": ("LGA1700", "MATX", 2, "DDR4", 1, 30),
}
LATER_BOARDS = {"MB-X870-ATX": ("AM5", "ATX", 4, "DDR5", 4, 55)}
LATER = date(2027, 1, 15)
CPUS = {
    "CPU-7600": ("AM5", 65, "entry", True),
    "CPU-7800X": ("AM5", 120, "high", True),
    "CPU-14400": ("LGA1700", 65, "entry", False),
    "CPU-14700": ("LGA1700", 125, "high", True),
}
MEMORY = {"RAM-D5-16": ("DDR5", 4), "RAM-D5-32": ("DDR5", 5), "RAM-D4-16": ("DDR4", 4)}
DRIVES = {"SSD-1T": ("NVMe", 6), "SSD-2T": ("NVMe", 7), "HDD-8T": ("SATA", 9)}
GPUS = {None: (0, 0), "GPU-4060": (240, 115), "GPU-4070": (285, 220), "GPU-4090": (336, 450)}
CASES = {
    "CASE-T": ({"ATX", "MATX", "ITX"}, 360),
    "CASE-TW": ({"ATX", "MATX", "ITX"}, 360),
    "CASE-MINI": ({"ITX"}, 300),
}
SUPPLIES = {"PSU-450": 450, "PSU-650": 650, "PSU-850": 850, "PSU-1200": 1200}
WARRANTIES = ("WAR-2", "WAR-5")


def valid_computers(day: date) -> Iterator[Row]:
    """Every valid computer on a day, in the order of the catalog and in canonical JSON."""
    boards = BOARDS | (LATER_BOARDS if day >= LATER else {})
    drive_sets = sorted(
        picked for size in range(1, 5) for picked in combinations_with_replacement(range(len(DRIVES)), size)
    )
    names = tuple(DRIVES)
    for warranty, board, cpu in product(WARRANTIES, boards, CPUS):
        if CPUS[cpu][0] != boards[board][0]:
            continue
        for memory, sticks in product(MEMORY, range(1, 5)):
            if MEMORY[memory][0] != boards[board][3] or sticks > boards[board][2]:
                continue
            for picked, gpu, case, supply in product(drive_sets, GPUS, CASES, SUPPLIES):
                drives = [names[at] for at in picked]
                if fits(boards[board], cpu, drives, gpu, case) and suffices(
                    SUPPLIES[supply], boards[board][5], cpu, MEMORY[memory][1] * sticks, drives, gpu
                ):
                    yield {
                        "services.warranty": warranty,
                        "board": board,
                        "cpu": cpu,
                        "memory": {"component": memory, "quantity": sticks},
                        "storage": [
                            {"component": name, "quantity": drives.count(name)}
                            for name in names
                            if name in drives
                        ],
                        "gpu": gpu,
                        "chassis": case,
                        "psu": supply,
                    }


def fits(
    board: tuple[str, str, int, str, int, int], cpu: str, drives: list[str], gpu: str | None, case: str
) -> bool:
    """Whether everything finds its place."""
    forms, longest = CASES[case]
    length, tier = GPUS[gpu][0], CPUS[cpu][2]
    small = case == "CASE-MINI"
    too_hot = small and gpu is not None and ((tier == "high" and length >= 280) or length > 300)
    return (
        board[1] in forms
        and (gpu is None or length <= longest)
        and (CPUS[cpu][3] or gpu is not None)
        and not (small and "HDD-8T" in drives)
        and sum(DRIVES[drive][0] == "NVMe" for drive in drives) <= board[4]
        and not too_hot
    )


def suffices(watts: int, board: int, cpu: str, memory: int, drives: list[str], gpu: str | None) -> bool:
    """Whether the supply has 30 % more than what is drawn."""
    drawn = board + CPUS[cpu][1] + memory + sum(DRIVES[drive][1] for drive in drives) + GPUS[gpu][1]
    return watts * 10 >= drawn * 13
