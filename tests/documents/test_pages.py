"""The pages hang together, stay inside the project, and name what exists."""

import re
from pathlib import Path

import pytest
from pages import DOCS, README, ROOT, blocks_of, pages, prose_of, shown

LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\n]*)\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
INDEX = DOCS / "index.md"

# Where the facts of a shipped catalog come from: their licences ask that it be said.
CREDITED = {
    "https://github.com/buildcores/buildcores-open-db",
    "https://github.com/docyx/pc-part-dataset",
}


def links_of(page: Path) -> list[str]:
    return [found["target"] for found in LINK.finditer(prose_of(page))]


def anchors_of(page: Path) -> set[str]:
    """The names that headings can be linked by, made as code hosts make them."""
    headings = HEADING.findall(prose_of(page))
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_links_lead_to_something(page: Path) -> None:
    broken = []
    for target in links_of(page):
        path, _, anchor = target.partition("#")
        if target in CREDITED:
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)

    assert [] == broken


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_links_stay_inside_the_project(page: Path) -> None:
    outside = [
        target
        for target in links_of(page)
        if target not in CREDITED
        and ("://" in target or not (page.parent / target.partition("#")[0]).resolve().is_relative_to(ROOT))
    ]

    assert [] == outside


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_pages_name_no_place_on_somebodys_machine(page: Path) -> None:
    machine = re.compile(r"(?<![\w.~/])/(?:home|root|Users|tmp|work|opt)/\S*|[A-Z]:\\Users\S*")

    assert [] == machine.findall(page.read_text(encoding="utf-8"))


def test_every_page_can_be_reached_from_the_index() -> None:
    reached = {README, INDEX}
    waiting = [README, INDEX]
    while waiting:
        page = waiting.pop()
        for target in links_of(page):
            file = (page.parent / target.partition("#")[0]).resolve()
            if file.suffix == ".md" and file not in reached and file.exists():
                reached.add(file)
                waiting.append(file)

    assert [] == [shown(page) for page in pages() if page not in reached]


def test_the_readme_leads_to_the_index() -> None:
    assert INDEX in {(ROOT / target).resolve() for target in links_of(README)}


def test_code_and_pages_keep_one_heading_per_page() -> None:
    titles = {shown(page): len(re.findall(r"^# ", prose_of(page), re.MULTILINE)) for page in pages()}

    assert {} == {page: count for page, count in titles.items() if count != 1}


def test_the_readme_gives_two_commands_on_one_line_each() -> None:
    commands = [block.text for block in blocks_of(README) if block.language == "console"][:2]

    assert [1, 1] == [len(command.splitlines()) for command in commands]
    assert all(command.startswith("$ python3 -m venv .venv && ") for command in commands)


def test_the_gate_runs_the_second_command_of_the_readme() -> None:
    _, test_command = [block.text for block in blocks_of(README) if block.language == "console"][:2]

    assert test_command.removeprefix("$ ").strip() in (ROOT / ".ci" / "run").read_text().splitlines()
