"""Odoo's own tests, with the module installed and without it.

What the module must not change is best said by those who wrote the core. Their tests run
twice, all of them in the complete registry of a database that differs in the module alone;
a test that ends differently is a difference, whichever way.

Odoo's lint tests look at the files of the module, and at its registry; its clicking opens each
menu, view and filter as who works with the module.
"""

import json
import os
import subprocess
from contextlib import contextmanager

from . import database, odoo, paths, process, templates
from .testing import PLUGINS, SETTINGS
from .ui import Failure

#: The add-ons whose tests are run; of `base`, those of merging.
ADDONS = ("account", "account_payment", "portal", "mail")
FILES = ("base/tests/test_res_partner_merge.py", "web/tests/test_click_everywhere.py")
#: Odoo's own linters.
LINT = "test_lint/tests"
#: The one that the module does not follow: Odoo holds `base` alone to it, and our docstrings go on
#: below `:return:` without an indent.
NOT_FOLLOWED = f"--deselect={LINT}/test_docstring.py"
CLICKING = paths.REPOSITORY / "dev" / "clicking"
#: Of the tests in FILES: they click for an hour, and on demo data (`make click`).
LEFT_OUT = ("TestMenusAdmin::", "TestMenusDemo::")
#: What Odoo's tests of accounts expect to find beside `account`.
MODULES = ("account_payment",)
SIDES = ("without", "with")
#: Seconds after which a test is ended, on either side: one that waits would keep all others.
LIMIT = 300


def compare(steps, arguments):
    """Run Odoo's tests on both sides.

    :param arguments: list of str, options of pytest such as `-k reconcile`; paths below
        Odoo's add-ons (`mail/tests`) are run in place of ADDONS and FILES
    :return: dict with `tests` (how many ran), `seconds` and `endings` by side, and
        `different`: {test: [ending without, ending with]}
    """
    results, seconds = {}, {}
    for side in SIDES:
        with _copied(steps, side) as name, steps.step(f"Odoo's own tests {side} the module"):
            results[side], seconds[side] = read(_run(side, name, arguments))
            steps.say(f"{len(results[side]):,} tests")
    return {
        "tests": len(results["without"]),
        "seconds": seconds,
        "endings": {side: _count(results[side]) for side in SIDES},
        "different": find_differences(results["without"], results["with"]),
    }


def lint(steps):
    """Run Odoo's lint tests on the module.

    :return: dict with `tests`, `endings` and `failed`: list of tests
    """
    with _copied(steps, "lint") as name, steps.step("Odoo's lint tests of the module"):
        linters = next((paths.LINT_VENV / "lib").glob("python*/site-packages"))
        path = os.pathsep.join([str(paths.LINT_VENV / "bin"), odoo.environment()["PATH"]])
        endings = _run(
            "lint", name, [LINT, NOT_FOLLOWED, "-p", "only_ours"], LINTED=paths.MODULE,
            LINTERS=str(linters), PATH=path)
        results, _seconds = read(endings)
        failed = [test for test, ending in results.items() if ending not in ("passed", "skipped")]
        steps.say(f"{len(results)} tests, {len(failed)} failed")
    return {"tests": len(results), "endings": _count(results), "failed": failed}


def click(steps, arguments):
    """Click everywhere, on a copy of a database with demo data; returns pytest's exit code.

    :param arguments: list of str, options of pytest such as `-k collector`
    """
    with templates.copied(steps, "bench_click", demo=True) as name:
        child = subprocess.Popen(
            [
                *(str(paths.python()), "-m", "pytest", "-c", str(SETTINGS)),
                *("-p", "frozen_clock", "-p", "no:cacheprovider"),
                *(f"--rootdir={CLICKING}", f"--confcutdir={CLICKING}"),
                *(f"--odoo-config={paths.CONFIGURATION}", f"--odoo-database={name}"),
                *("--odoo-log-level=warn", "--odoo-http", *arguments, str(CLICKING)),
            ],
            env=odoo.environment(), cwd=paths.DATA)
        return process.foreground(child)


def find_differences(without, with_module):
    """The tests that end differently, or that only one side has.

    :param without: dict {test: ending}
    :param with_module: dict {test: ending}
    :return: dict {test: [ending without, ending with]}, None where a side has no such test
    """
    tests = sorted(without.keys() | with_module.keys())
    pairs = {test: [without.get(test), with_module.get(test)] for test in tests}
    return {test: pair for test, pair in pairs.items() if pair[0] != pair[1]}


def read(endings):
    """Read what the tests of one side came to, also of a run that broke off.

    :param endings: path of a file of JSON lines with `test`, `ending`, `seconds`
    :return: ({test: ending}, seconds)
    """
    lines = [json.loads(line) for line in endings.read_text().splitlines()]
    seconds = sum(line["seconds"] for line in lines)
    return {line["test"]: line["ending"] for line in lines}, round(seconds)


def _count(endings):
    return {word: list(endings.values()).count(word) for word in sorted(set(endings.values()))}


def _run(side, name, arguments, **variables):
    """Run them on a database; returns the path of the file that says how each ended.

    :param variables: of the environment, besides
    """
    endings, log = paths.LOGS / f"core-{side}.jsonl", paths.LOGS / f"core-{side}.log"
    endings.unlink(missing_ok=True)
    libraries = os.pathsep.join([str(paths.LIBRARY), str(PLUGINS)])
    own = {"PYTHONPATH": libraries, "ENDINGS": str(endings), "LIMIT": str(LIMIT), **variables}
    with log.open("w") as output:
        child = subprocess.Popen(
            _command(name, arguments),
            env={**odoo.environment(), **own},
            cwd=paths.DATA,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        process.foreground(child)
    if not endings.exists():
        raise Failure(f"Odoo's tests {side} the module ran no test", odoo.FIX, log)
    return endings


@contextmanager
def _copied(steps, side):
    """A database for one side, removed afterwards."""
    ensure = templates.ensure_base if side == "without" else templates.ensure
    name = templates.copy(lambda: ensure(steps), f"core{side}")
    try:
        with steps.step(f"Copy of it with {', '.join(MODULES)}"):
            odoo.install(name, list(MODULES), f"core-{side}")
        yield name
    finally:
        database.drop(name)


def _command(name, arguments):
    addons = paths.LIBRARY / "odoo" / "addons"
    # not the word after `-k`, which may be the name of an add-on
    places = [one for one in arguments if "/" in one and (addons / one).exists()]
    options = [argument for argument in arguments if argument not in places]
    if not places:
        places = [*(f"{addon}/tests" for addon in ADDONS), *FILES]
        options += [f"--deselect={FILES[-1]}::{test}" for test in LEFT_OUT]
    return [
        *(str(paths.python()), "-m", "pytest", "-c", str(SETTINGS)),
        *("-p", "frozen_clock", "-p", "endings", "-p", "no:cacheprovider", "-q"),
        *(f"--rootdir={addons}", f"--confcutdir={addons}"),
        *(f"--odoo-config={paths.CONFIGURATION}", f"--odoo-database={name}"),
        *("--odoo-log-level=critical", "--odoo-http"),
        *options,
        *(str(addons / place) for place in places),
    ]


def to_text(result):
    """The result as one line of JSON."""
    return json.dumps(result, sort_keys=True)
