"""Rule coverage as a page for a browser: one file, nothing loaded from elsewhere, no scripts."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from configurator.authoring.coverage.report import Coverage, ElementCoverage, RuleCoverage
from configurator.authoring.coverage.telling import (
    line_of,
    long_tables_told,
    share_in_words,
    total_in_words,
)
from configurator.source import SourceFile

SIGNS: dict[Coverage, str] = {"decided": "✓", "undecided": "?", "missing": "✗"}
"""What stands beside a line: colours alone are not for everybody."""
WORST: tuple[Coverage, ...] = ("missing", "undecided", "decided")
MOST_SCENARIOS = 20
"""How many scenarios are named for one element."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and nothing is run, even if something should slip through."""

STYLE = """
:root { color-scheme: light dark; --decided: #2e7d32; --missing: #c62828; --undecided: #b26a00; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; }
tr { border-bottom: 1px solid #8884; }
pre { overflow-x: auto; line-height: 1.35; border: 1px solid #8884; padding: .5rem 0; }
pre span { display: block; padding: 0 .5rem; border-left: 4px solid transparent; }
.decided { color: var(--decided); }
.missing { color: var(--missing); }
.undecided { color: var(--undecided); }
pre .decided, pre .missing, pre .undecided { color: inherit; }
pre .decided { border-color: var(--decided); background: #2e7d3214; }
pre .missing { border-color: var(--missing); background: #c6282822; }
pre .undecided { border-color: var(--undecided); background: #b26a0022; }
"""


def coverage_page(coverages: Mapping[str, RuleCoverage]) -> str:
    """The whole page: for each catalog its elements with their scenarios, then its sources with marked lines.

    Whatever comes from a catalog is escaped. Sources are shown as far as the elements know where they stand.

    Args:
        coverages: by the name of the catalog.
    """
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Rule coverage: {total_in_words(coverages.values())}</title>",
        f"<style>{STYLE}</style></head><body>",
        "<h1>Rule coverage</h1>",
    ]
    for name, coverage in coverages.items():
        parts += _catalog(name, coverage)
    return "\n".join([*parts, "</body></html>", ""])


def _catalog(name: str, coverage: RuleCoverage) -> Iterator[str]:
    yield f"<h2>{escape(name)}: {share_in_words(coverage)}</h2>"
    yield from (f"<p>{escape(told)}.</p>" for told in long_tables_told(coverage.long_tables))
    yield "<table><thead><tr><th></th><th>What</th><th>Where</th><th>Decides in</th></tr></thead><tbody>"
    yield from (_row(each) for each in coverage.elements)
    yield "</tbody></table>"
    for file, lines in _marked(coverage.elements).items():
        yield f"<h3>{escape(file.name)}</h3>"
        yield _source(file, lines)


def _row(covered: ElementCoverage) -> str:
    element, state = covered.element, covered.state
    return (
        f'<tr><td class="{state}" title="{state}">{SIGNS[state]}</td>'
        f"<td>{element.kind} <code>{escape(element.id)}</code></td>"
        f"<td>{escape(line_of(covered))}</td><td>{_scenarios(covered)}</td></tr>"
    )


def _scenarios(covered: ElementCoverage) -> str:
    named = [
        f'<span title="{escape(each.location)}">{escape(each.title or each.location)}</span>'
        for each in covered.scenarios[:MOST_SCENARIOS]
    ]
    more = len(covered.scenarios) - len(named)
    named += [f"and {more:,} more"] if more else []
    return "; ".join(named or map(escape, covered.reasons))


Line = tuple[int, int, Coverage, str]
"""How many characters the element takes, how good its state is, the state, what to tell."""


def _marked(elements: Iterable[ElementCoverage]) -> dict[SourceFile, dict[int, Line]]:
    """By file the lines of elements; where several share one, the narrowest counts, then the worst."""
    found: dict[SourceFile, dict[int, Line]] = {}
    for each in elements:
        span = each.element.span
        if span is None:
            continue
        lines = found.setdefault(span.file, {})
        first = span.position.line
        last = span.file.position(max(span.start, span.end - 1)).line
        told = f"{each.element.id}: {each.state}"
        mark = (span.end - span.start, WORST.index(each.state), each.state, told)
        for line in range(first, last + 1):
            lines[line] = min(lines.get(line, mark), mark)
    return found


def _source(file: SourceFile, lines: Mapping[int, Line]) -> str:
    """The text of a file, numbered."""
    width = len(str(file.line_count))
    told: list[str] = []
    for number in range(1, file.line_count + 1):
        marked, sign = "", " "
        if number in lines:
            *_, state, title = lines[number]
            marked, sign = f' class="{state}" title="{escape(title)}"', SIGNS[state]
        told.append(f"<span{marked}>{number:>{width}} {sign} {escape(file.line_text(number))}</span>")
    # Each line is a block of its own: a line end would stand for an empty one.
    return f"<pre>{''.join(told)}</pre>"
