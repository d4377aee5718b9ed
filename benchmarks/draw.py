"""Draw pictures of growth: `python draw.py FOLDER`, what to draw as JSON on standard input.

For the benchmarks' own environment, the only one that has matplotlib. The same figures give the
same files: no date, no random names, text left as text.
"""

import json
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

#: Paper, ink, what stands back, and a colour for each line, told apart in grey as well.
THEMES = {
    "light": ("#ffffff", "#1f2328", "#6e7781", ("#0550ae", "#bc4c00", "#1a7f37", "#8250df")),
    "dark": ("#0d1117", "#e6edf3", "#8b949e", ("#79c0ff", "#ffa657", "#56d364", "#d2a8ff"))}
MARKERS = "osD^"
#: Inches; and what is kept free beside the axes: left, below, above, right a letter of a label.
SIZE, LEFT, BELOW, ABOVE, LETTER = (7.6, 3.6), 0.75, 0.6, 0.15, 0.088
#: Points between two labels at the lines' ends.
APART = 13
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "account_collection", "font.size": 10,
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "axes.spines.top": False, "axes.spines.right": False}


def draw(picture, theme, path):
    """Draw one picture in the colours of one theme.

    :param dict picture: `x` and `y` name the axes; `lines` have a `label`, `points` and, where
        they are no measurement, `ideal`; `linear` where the axes are not logarithmic
    """
    paper, ink, back, colours = THEMES[theme]
    lines = [line for line in picture["lines"] if line["points"]]
    figure = Figure(figsize=SIZE, facecolor=paper)
    axes = figure.add_axes(_get_place(lines), facecolor=paper)
    _set_axes(axes, picture, ink, back)
    for number, line in enumerate(lines):
        colour = back if line.get("ideal") else colours[number]
        axes.plot(*zip(*line["points"]), color=colour, linewidth=1.8,
                  linestyle="--" if line.get("ideal") else "-",
                  marker="" if line.get("ideal") else MARKERS[number], markersize=5.5)
    if picture.get("linear"):
        axes.set_ylim(bottom=0)
    FigureCanvasSVG(figure).draw()
    _label(axes, lines, [artist.get_color() for artist in axes.get_lines()])
    figure.savefig(path, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})


def _get_place(lines):
    """:return: left, bottom, width and height of the axes, room for names on the right"""
    width, height = SIZE
    last = max(x for line in lines for x, _y in line["points"])
    letters = max(len(line["label"]) for line in lines if line["points"][-1][0] == last)
    right = 0.25 + LETTER * letters
    return (LEFT / width, BELOW / height, 1 - (LEFT + right) / width,
            1 - (BELOW + ABOVE) / height)


def _set_axes(axes, picture, ink, back):
    axes.set_xlabel(picture["x"], color=ink)
    axes.set_ylabel(picture["y"], color=ink)
    axes.tick_params(colors=ink, which="both")
    for spine in axes.spines.values():
        spine.set_color(back)
    axes.grid(axis="y", color=back, alpha=0.25, linewidth=0.6)
    if not picture.get("linear"):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(FixedLocator(sorted(
        {x for line in picture["lines"] for x, _y in line["points"]})))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.9g}"))


def _label(axes, lines, colours):
    """Name each line at its end, the names apart from one another."""
    ends = [axes.transData.transform(line["points"][-1]) for line in lines]
    scale = axes.figure.dpi / 72
    height = -float("inf")
    for number in sorted(range(len(lines)), key=lambda number: ends[number][1]):
        height = max(ends[number][1], height + APART * scale)
        axes.annotate(
            lines[number]["label"], lines[number]["points"][-1], color=colours[number],
            xytext=(9, (height - ends[number][1]) / scale), textcoords="offset points",
            va="center", annotation_clip=False)


def main(folder):
    """Draw each picture in each theme."""
    mpl.rcParams.update(STYLE)
    for picture in json.load(sys.stdin):
        for theme in THEMES:
            draw(picture, theme, Path(folder) / f"{picture['name']}-{theme}.svg")


if __name__ == "__main__":
    main(*sys.argv[1:])
