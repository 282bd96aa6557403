"""The modules of the package with the first lines of their docstrings, for the architecture page.

`python tests/architecture/module_table.py` writes the list into the page.
"""

import ast
import re

from house_rules import FLOORS, PACKAGE, top_name

PAGE = PACKAGE.parent / "docs" / "explanation" / "architecture.md"
BEGIN = "<!-- modules: written by tests/architecture/module_table.py -->"
END = "<!-- end of modules -->"


def module_table() -> str:
    """A table per floor, lowest first; packages before their modules, sorted."""
    lines: list[str] = []
    for level, floor in enumerate(FLOORS):
        lines += ["", f"### Floor {level}", "", "| Module | What it is for |", "|---|---|"]
        for path in sorted(PACKAGE.rglob("*.py")):
            relative = path.relative_to(PACKAGE).as_posix()
            if top_name(relative) in floor:
                shown = relative.removesuffix("__init__.py")
                lines.append(f"| `{shown}` | {purpose(path.read_text(encoding='utf-8'))} |")
    return "\n".join(lines) + "\n\n"


def purpose(source: str) -> str:
    """The first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(source)) or "").splitlines()[0].replace("|", "\\|")


def shown_table(page: str) -> str:
    """What the page shows now."""
    return page.partition(BEGIN)[2].partition(END)[0].removeprefix("\n")


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    table = f"{BEGIN}\n{module_table()}{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, text, flags=re.DOTALL), encoding="utf-8")
