"""The curves as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import matplotlib as mpl
from matplotlib.figure import Figure

LABELS = {"prepare_ms": "compile", "domains_ms": "valid domains after one choice", "count_ms": "count"}
AXES = {
    "families": "families (9 rules each)",
    "components": "components in a family",
    "rules": "rules",
    "sums": "sums over 12 families",
}


class DrawnPoint(Protocol):
    """What is drawn of a point."""

    @property
    def size(self) -> int:
        """What is varied."""

    @property
    def medians(self) -> Mapping[str, float]:
        """Milliseconds by step."""


def draw(curves: Mapping[str, Sequence[DrawnPoint]], file: Path) -> None:
    """Write one panel for each curve. The same figures give the same file."""
    mpl.rcParams["svg.hashsalt"] = "curves"
    mpl.rcParams["svg.fonttype"] = "none"  # letters as text: a third of the size
    figure = Figure(figsize=(9, 3.2 * -(-len(curves) // 2)), layout="constrained")
    panels = figure.subplots(-(-len(curves) // 2), 2, squeeze=False).flat
    for panel in list(panels)[len(curves) :]:
        panel.remove()
    for panel, (name, points) in zip(figure.axes, curves.items(), strict=True):
        for step, label in LABELS.items():
            drawn = [(point.size, point.medians[step]) for point in points if step in point.medians]
            if drawn:
                panel.plot(*zip(*drawn, strict=True), marker="o", label=label)
        panel.set_xlabel(AXES.get(name, name))
        panel.set_ylabel("milliseconds")
        panel.set_yscale("log")
        if name != "sums":
            panel.set_xscale("log")
        sizes = [point.size for point in points]
        panel.set_xticks(sizes, [str(size) for size in sizes])
        panel.set_xticks([], minor=True)
        panel.grid(visible=True, alpha=0.3)
    lines, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside upper center", ncols=len(labels))
    figure.savefig(file, format="svg", metadata={"Date": None})
