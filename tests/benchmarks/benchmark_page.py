"""Figures as tables in Markdown, and their place in a page that says more than figures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SECTIONS = {
    "Valid domains": ("domains",),
    "Cheapest completion": ("cheapest",),
    "Lists": ("listing", "dicts", "page"),
    "Counts": ("count",),
    "Many configurations at once": ("validate", "sample"),
    "What is done once": ("prepare", "load", "feasible"),
    "A fresh process": ("restore",),
}
"""Which questions share a table."""

Plain = Mapping[str, Any]
"""A result as `benchmark_report` puts it into JSON."""


def joined(before: Plain, after: dict[str, Any], order: Sequence[str]) -> dict[str, Any]:
    """Two runs as one: the later figures where both have measured, in the order of these names."""
    found = {each["measurement"]["name"]: each for each in (*before.get("results", ()), *after["results"])}
    places = {name: at for at, name in enumerate(order)}
    names = sorted(found, key=lambda name: places.get(name, len(places)))
    return {**after, "results": [found[name] for name in names]}


def figures(plain: Plain) -> str:
    """A table for each kind of question, and what has become of the goals."""
    lines = [f"{plain['surroundings']}."]
    lines += [f"Absent: {module} ({reason})." for module, reason in sorted(plain["absent"].items())]
    for title, questions in SECTIONS.items():
        results = [each for each in plain["results"] if each["question"] in questions]
        if results:
            lines += ["", f"### {title}", "", *table(results)]
    return "\n".join([*lines, "", *_outcomes(plain["results"])])


def table(results: Sequence[Plain]) -> Iterator[str]:
    """One line for each measurement, one column for each who was asked in any of them."""
    subjects = dict.fromkeys(each["subject"] for each in results)
    asked = dict.fromkeys(cell["peer"] for each in results for cell in each["cells"])
    columns = [*subjects, *(peer for peer in asked if peer not in subjects)]
    yield f"| | {' | '.join(columns)} | goals |"
    yield f"|---|{'--:|' * len(columns)}---|"
    for each in results:
        cells = {cell["peer"]: cell for cell in each["cells"]}
        told = [_cell(cells[name], own=name in subjects) if name in cells else "" for name in columns]
        goals = "; ".join(f"{goal['goal']}: {goal['outcome']}" for goal in each["goals"])
        yield f"| {each['measurement']['name']} | {' | '.join(told)} | {goals} |"


def put_between(page: str, name: str, text: str) -> str:
    """A page with the text between the marks of that name, or at its end with new ones."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    block = f"{begin}\n{text.strip()}\n{end}"
    if begin not in page or end not in page:
        return f"{page}\n{block}\n" if page else f"{block}\n"
    before, rest = page.split(begin, 1)
    return before + block + rest.split(end, 1)[1]


def write_between(file: Path, name: str, text: str) -> None:
    """The same in a file, which is made if there is none."""
    page = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(put_between(page, name, text), encoding="utf-8")


def read_plain(file: Path) -> Plain:
    """What an earlier run has left; nothing if there is no file."""
    plain: Plain = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return plain


def _cell(cell: Plain, *, own: bool) -> str:
    told = str(cell["told"])
    return f"**{told}**" if own else f"{told}, {cell['times']}" if cell["times"] else told


def _outcomes(results: Sequence[Plain]) -> Iterator[str]:
    goals = [(each, goal) for each in results for goal in each["goals"]]
    yield f"{sum(goal['reached'] is True for _, goal in goals)} of {len(goals)} goals reached. The others:"
    yield ""
    for each, goal in goals:
        if not goal["reached"]:
            yield f"- {each['measurement']['name']}: {goal['goal']}: {goal['outcome']}"
    for each in results:
        if each["disagreement"]:
            yield f"- **{each['measurement']['name']}: {each['disagreement']}**"
