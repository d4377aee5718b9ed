"""`make bench-page`: benchmarks/README.md and its pictures, from the benchmarks' record."""

import json
import re
import subprocess
from string import Template

from . import packages, paths
from .benchmark_bars import AGED, BENCH, CREDIT_CONTROL, GROUPS, GROWTH, NIGHT, NO_BAR
from .benchmark_record import find, read, to_number
from .ui import Failure

FOLDER = paths.REPOSITORY / "benchmarks"
RECORD, TEXT, PAGE = FOLDER / "RECORD.md", FOLDER / "page.md", FOLDER / "README.md"
README = paths.REPOSITORY / "README.md"
#: What of the add-on's README is ours.
MARKED = re.compile(r"(?s)(?<=<!-- make bench-page -->\n).*?(?=<!-- end -->)")
PICTURES, DRAW = FOLDER / "pictures", FOLDER / "draw.py"
HEADS = ("what", "figure", "bar", "met", "beside it", "measured by")
NOT_MEASURED = "not measured"
#: How many steps :func:`make` takes.
STEPS = 3


def make(steps):
    """Write the page and its part of the add-on's README, and draw the pictures.

    :param steps: gets :data:`STEPS` steps
    """
    records = read(RECORD.read_text())
    pictures = get_pictures(records)
    with steps.step("The benchmarks' packages"):
        packages.ensure(steps, paths.BENCH_VENV, paths.BENCH_PACKAGES)
    with steps.step("Pictures of growth"):
        _draw(pictures)
        steps.say(f"{len(pictures)} of them")
    with steps.step("Page"):
        PAGE.write_text(render(TEXT.read_text(), records))
        README.write_text(MARKED.sub(lambda _old: render_telling(records), README.read_text()))


# -- tables ---------------------------------------------------------------------------------------


def render(text, records):
    """:return: the page's Markdown: the text, with tables and pictures of the records

    :param str text: with `$table_<group>` and `$picture_<name>` where they belong
    :param records: list of :class:`~.benchmark_record.Record`
    """
    drawn = {picture["name"]: picture for picture in get_pictures(records)}
    names = {f"table_{name}": _render_table(bars, records) for name, bars in GROUPS.items()}
    names |= {f"picture_{name}": _render_picture(drawn.get(name)) for name in PICTURED}
    return Template(text).substitute(
        names, summary=_sum_up(records), machines=_render_machines(records))


def _render_table(bars, records):
    columns = zip(HEADS, *(_render_bar(bar, records) for bar in bars))
    head, *rows = zip(*(column for column in columns if any(column[1:])))
    rows = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def render_telling(records):
    """:return: Markdown of the few figures for the add-on's README, those that are measured"""
    bars = [bar for bars in GROUPS.values() for bar in bars if bar.telling]
    rows = [_render_bar(bar, records) for bar in bars]
    rows = [HEADS, ["---"] * len(HEADS), *(row for row in rows if row[1] != NOT_MEASURED)]
    return "".join(f"| {what} | {figure} | {bar} | {peer} |\n"
                   for what, figure, bar, _met, peer, _measured in rows)


def _render_bar(bar, records):
    record = find(records, bar.title)
    value = bar.read(record)
    figure, peer = "", ""
    if value is not None:
        figure, peer = bar.show(record, value)
    elif not bar.is_tested:
        figure = NOT_MEASURED
    measured = [_refer(record)] if value is not None else [f"`{bar.title}`"] if bar.title else []
    held = [_refer_test(bar.test)] if bar.test else []
    return [bar.what, figure, bar.bar, judge(bar, value), peer, "; ".join(measured + held)]


def judge(bar, value):
    """:return: whether a bar is met, for people; with the reason where it is not"""
    if value is None:
        return "yes, by a test" if bar.is_tested else bar.why
    met = bar.is_met(value)
    if met is None:
        return ""
    return "yes" if met else f"**no**: {bar.why or 'nobody has looked why'}"


def _refer(record):
    day = f", {record.day}" if record.day else ""
    commit = f", {record.commit}" if record.commit else ""
    return f"[`{record.title}`](RECORD.md#{record.anchor}){day}{commit}"


def _refer_test(test):
    """:raise Failure: when there is no such test"""
    path, name = test.split()
    if f"def {name}(" not in (paths.REPOSITORY / path).read_text():
        raise Failure(f"{path} has no {name}", "name another in dev/benchmark_bars.py")
    return f"[`{name}`](../{path})"


def _sum_up(records):
    """:return: how many bars are met, missed and without a figure"""
    bars = [bar for bars in GROUPS.values() for bar in bars if bar.bar != NO_BAR]
    said = [judge(bar, bar.read(find(records, bar.title))) for bar in bars]
    met, missed = (sum(one.startswith(word) for one in said) for word in ("yes", "**no**"))
    return (f"Of {len(bars)} bars: {met} met, {missed} missed,"
            f" {len(bars) - met - missed} not measured.")


def _render_machines(records):
    """:return: what the records were made on, a line each, with the commands"""
    shown = {bar.title for bars in GROUPS.values() for bar in bars if bar.title}
    machines = {}
    for title in sorted(shown):
        record = find(records, title)
        if record and record.machine:
            machines.setdefault(record.machine, []).append(f"`{record.title}`")
    return "\n".join(f"- {machine}: {', '.join(titles)}." for machine, titles in machines.items())


# -- pictures -------------------------------------------------------------------------------------


def get_pictures(records):
    """:return: list of dicts, what is to be drawn; what has fewer than two points is left out"""
    pictures = [build(records) for build in PICTURED.values()]
    return [{"name": name, **picture} for name, picture in zip(PICTURED, pictures)
            if max((len(line["points"]) for line in picture["lines"]), default=0) > 1]


def _picture_planning(records):
    record, bench = find(records, GROWTH), find(records, BENCH)
    rows = record.rows if record else []
    columns = {"plan s": "plan", "bare SQL s": "bare SQL", "again s": "plan again"}
    return {
        "x": "customers with ten overdue items each", "y": "seconds", "lines": [
            *(_line(label, [[to_number(row["customers"]), to_number(row[column])] for row in rows])
              for column, label in columns.items()),
            _line(CREDIT_CONTROL, _find_points([bench], "size", "peer_s"))]}


def _picture_messages(records):
    record = find(records, NIGHT)
    rates = {workers: record.values.get(f"mails_per_s_{workers}")
             for workers in (1, 2, 4)} if record else {}
    return {
        "x": "workers side by side, on two cores", "y": "e-mails a second", "linear": True,
        "lines": [
            _line("measured", [[workers, rate] for workers, rate in rates.items() if rate]),
            {**_line("as many times one worker", [
                [workers, workers * rates[1]] for workers in rates if rates[1]]), "ideal": True}]}


def _picture_figures(records):
    return _picture_sizes(records, "make bench-figures", "size", "items over 36 months", {
        "figure_s": "all figures of a day", "aged_s": "aged balance at a past day",
        "peer_aged_s": AGED})


def _picture_verification(records):
    return _picture_sizes(records, "make bench-seal", "rows", "rows of history, 50 a customer", {
        "verify_s": "verified from the first row on", "again_s": "again, nothing new"})


def _picture_sizes(records, title, size, label, names):
    """A line for each name, a point for each record of a command."""
    found = [record for record in records if record.title.startswith(f"{title} ")]
    return {"x": label, "y": "seconds", "lines": [
        _line(label, _find_points(found, size, name)) for name, label in names.items()]}


def _find_points(records, *names):
    """:return: list of the two figures of each record that has both, in order"""
    return sorted([record.values[name] for name in names] for record in records
                  if record and all(name in record.values for name in names))


def _line(label, points):
    return {"label": label.replace("`", ""), "points": points}


PICTURED = {
    "planning": _picture_planning, "messages": _picture_messages, "figures": _picture_figures,
    "verification": _picture_verification}


def _render_picture(picture):
    if not picture:
        return "*No picture: there are not two points to draw it from.*"
    what = f"{picture['y']} against {picture['x']}"
    points = "; ".join(f"{line['label']}: " + ", ".join(
        f"{y:.9g} at {x:,.9g}" for x, y in line["points"]) for line in picture["lines"]
        if line["points"] and not line.get("ideal"))
    name = picture["name"]
    return (f'<picture><source media="(prefers-color-scheme: dark)"'
            f' srcset="pictures/{name}-dark.svg">'
            f'<img src="pictures/{name}-light.svg" alt="{what}. {points}"></picture>')


def _draw(pictures):
    """Draw the pictures in the benchmarks' own environment; earlier ones go."""
    PICTURES.mkdir(exist_ok=True)
    for path in PICTURES.glob("*.svg"):
        path.unlink()
    done = subprocess.run(
        [paths.python(paths.BENCH_VENV), DRAW, PICTURES], input=json.dumps(pictures),
        capture_output=True, text=True)
    if done.returncode:
        raise Failure("the pictures could not be drawn", excerpt=done.stderr.strip())
