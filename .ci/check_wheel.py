"""Refuse a wheel that lacks what the library needs, or holds what it does not: `check_wheel.py FILE.whl`."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED_OVER = {"__pycache__", ".pytest_cache"}


def needed() -> set[str]:
    """Every file of the package, the grammars and the catalogs, by its path in the wheel."""
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "configurator").rglob("*")
        if path.is_file() and not PASSED_OVER & set(path.parts)
    }
    beside = {
        f"configurator/{path.relative_to(ROOT).as_posix()}"
        for folder in ("grammars", "catalogs")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in {".lark", ".json", ".pcat", ".csv"}
    }
    return package | beside


def main(wheel: str) -> int:
    """Tell every difference; 1 when there is any."""
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {name for name in names if name.startswith("configurator/")}
    problems = [f"lacks {name}" for name in sorted(needed() - inside)]
    problems += [f"holds {name}" for name in sorted(inside - needed())]
    problems += [
        f"holds {name}"
        for name in sorted(names - inside)
        if not name.startswith("pcat_configurator-") or ".dist-info/" not in name
    ]
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in names):
        problems.append("lacks the licence")
    kinds = ("py.typed", ".lark", ".json", ".pcat", "stock.csv")
    problems += [f"holds no {kind}" for kind in kinds if not any(name.endswith(kind) for name in inside)]
    for problem in problems:
        sys.stderr.write(f"{Path(wheel).name} {problem}\n")
    sys.stdout.write(f"{Path(wheel).name}: {len(names)} files\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
