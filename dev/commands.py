"""What each `make` target does."""

import os
import subprocess

from . import (
    axe,
    benchmark,
    benchmark_assignment,
    benchmark_beside,
    benchmark_case,
    benchmark_desk,
    benchmark_figures,
    benchmark_night,
    benchmark_page,
    benchmark_payments,
    benchmark_seal,
    benchmark_takeover,
    chaos_command,
    comparison,
    core_tests,
    demo,
    guide,
    linting,
    locks,
    mutation,
    odoo,
    packages,
    paths,
    process,
    programs,
    resetting,
    runtime,
    server,
    templates,
    testing,
    translations,
    uninstall,
    upgrade,
)
from .ui import Steps, tell


def run(arguments):
    """start Odoo with demo data on http://127.0.0.1:8069 (PORT=… for another port)"""
    port = int(os.environ.get("PORT") or 8069)
    server.check_port(port)
    steps = Steps(7)
    with runtime.alone(), runtime.ready(steps, programs.PDF):
        demo.ensure(steps)
        with steps.step("Odoo starts"):
            child = server.start(demo.DATABASE, port, arguments)
        tell(demo.welcome(server.HOST, port))
        process.foreground(child)
    return 0


def test(arguments):
    """run every test, on every core (ARGS="-k name", and any other option of pytest)"""
    steps = Steps(8)
    with runtime.ready(steps, programs.BROWSER, programs.PDF):
        with steps.step(axe.PACKAGE), locks.exclusive("setup"):
            axe.ensure(steps)
        workers = testing.get_workers(arguments)
        with templates.copied(steps, "test", workers=workers) as copy:
            return testing.run(copy, arguments, workers)


def run_core_tests(arguments):
    """run Odoo's own tests of the core without the module and with it (ARGS="-k merge")"""
    steps = Steps(12)
    with runtime.ready(steps, programs.BROWSER, programs.PDF):
        result = core_tests.compare(steps, arguments)
    tell(core_tests.to_text(result))
    return 1 if result["different"] else 0


def lint_as_odoo(_arguments):
    """run Odoo's own lint tests (test_lint) on the module"""
    steps = Steps(10)
    with runtime.ready(steps, programs.BROWSER, programs.PDF):
        with steps.step("Linters"), locks.exclusive("setup"):
            packages.ensure(steps, paths.LINT_VENV, paths.LINT_PACKAGES)
        result = core_tests.lint(steps)
    tell(core_tests.to_text(result))
    return 1 if result["failed"] else 0


def click(arguments):
    """open each menu, view and filter as each role (ARGS="-k collector")"""
    steps = Steps(7)
    with runtime.ready(steps, programs.BROWSER, programs.PDF):
        return core_tests.click(steps, arguments)


def shell(arguments):
    """open Odoo's Python shell on the database of `make run`"""
    with runtime.ready(Steps(3)):
        demo.check()
        quiet = ("--log-handler=:WARNING", "--log-handler=py.warnings:ERROR")
        command = odoo.command("shell", "-d", demo.DATABASE, "--no-http", *quiet, *arguments)
        return process.foreground(subprocess.Popen(command, env=odoo.environment(), cwd=paths.DATA))


def execute(arguments):
    """run a command (ARGS="…") with Odoo, PostgreSQL and their programs at hand"""
    with runtime.ready(Steps(3)):
        return process.foreground(subprocess.Popen(arguments, env=odoo.environment()))


def pot(_arguments):
    """write i18n/account_collection.pot and bring the translations up to date"""
    translations.FOLDER.mkdir(exist_ok=True)
    steps = Steps(6)
    with runtime.ready(steps), templates.copied(steps, "pot", demo=True) as copy:
        with steps.step("Translations"):
            translations.export(copy)
            steps.say(translations.summary())
    return 0


def guide_pictures(arguments):
    """take the pictures of the guide from the demo data (ARGS="call promise": some of them)"""
    steps = Steps(4 + guide.STEPS)
    with runtime.ready(steps, programs.BROWSER):
        return guide.take_pictures(steps, arguments)


def lint(_arguments):
    """check the code with ruff and pylint-odoo, and its types with mypy"""
    steps = Steps(5)
    with steps.step("Linters"), locks.exclusive("setup"):
        packages.ensure(steps, paths.LINT_VENV, paths.LINT_PACKAGES)
    return linting.run(steps)


def properties(arguments):
    """run the engine's tests without Odoo (ARGS="test_engine_courses" N=1000000 FROM=1)"""
    steps = Steps(1)
    with steps.step("Packages"), locks.exclusive("setup"):
        packages.ensure(steps, paths.MUTATION_VENV, paths.MUTATION_PACKAGES)
    command = [paths.python(paths.MUTATION_VENV), paths.REPOSITORY / "dev" / "pure.py"]
    return process.foreground(subprocess.Popen([*command, *arguments]))


def mutate(arguments):
    """put faults into the engine that its pure tests must find (ARGS="ladder": some of them)"""
    steps = Steps(3)
    with steps.step("Packages"), locks.exclusive("setup"):
        packages.ensure(steps, paths.MUTATION_VENV, paths.MUTATION_PACKAGES)
    return mutation.run(steps, arguments)


def _measuring(what, module, *needed, size=5000):
    """Make a command that measures so many of something.

    :param str what: what it says of itself
    :param module: has `measure`, a function of the size and the steps that returns the report,
        and `STEPS`, how many steps it takes
    :param needed: the :class:`~.programs.Program` that it takes from the system
    :param size: where SIZE does not say
    """
    def command(_arguments):
        steps = Steps(3 + len(needed) + module.STEPS)
        with runtime.ready(steps, *needed):
            _keep(module.measure(int(os.environ.get("SIZE") or size), steps))
        return 0

    command.__doc__ = f"measure {what} (SIZE={size}; RECORD=1 keeps it)"
    return command


bench = _measuring("planning beside bare SQL and OCA's add-on", benchmark, programs.PDF)
bench_assign = _measuring("assignment rules", benchmark_assignment)
bench_desk = _measuring("the work list of debtors", benchmark_desk)
bench_takeover = _measuring("a ledger of so many customers that is taken over", benchmark_takeover)
bench_figures = _measuring("the figures of three years", benchmark_figures)
bench_seal = _measuring("the verification of so many rows of history", benchmark_seal, size=50000)
bench_case = _measuring(
    "a case file of so many messages", benchmark_case, programs.PDF, size=200)
bench_night = _measuring("a night of one worker, two and four", benchmark_night, programs.PDF)
bench_beside = _measuring(
    "Odoo's own work with the module and without", benchmark_beside, size=1000)
bench_payments = _measuring(
    "payments matched in one import", benchmark_payments, size=10000)


def bench_growth(_arguments):
    """measure planning from 1,000 to 100,000 customers (RECORD=1 keeps it)"""
    with runtime.ready(Steps(3)):
        _keep(benchmark.grow())
    return 0


def bench_page(_arguments):
    """write benchmarks/README.md and draw its pictures, from what RECORD=1 has kept"""
    with locks.exclusive("setup"):
        benchmark_page.make(Steps(benchmark_page.STEPS))
    return 0


def compare_ledger(_arguments):
    """do the same business with the module and without it (N=5 SEED=1; RECORD=1 keeps it)"""
    count, first = int(os.environ.get("N") or 5), int(os.environ.get("SEED") or 1)
    steps = Steps(3 + comparison.STEPS)
    with runtime.ready(steps):
        _keep(comparison.compare(first, count, steps))
    return 0


def chaos(_arguments):
    """do business under faults, then audit it (MINUTES=10 SEED=1 HOSTS=2 QUEUE=1 SEEDED=all)"""
    steps = Steps(3 + chaos_command.count_steps())
    with runtime.ready(steps):
        return chaos_command.run(steps)


def upgrade_versions(arguments):
    """upgrade databases of each landed version, with work under way (ARGS="19.0.7.0.0")"""
    steps = Steps(4 + upgrade.count_steps(arguments))
    with runtime.ready(steps, programs.PDF):
        return upgrade.run(steps, arguments)


def uninstall_module(_arguments):
    """uninstall the module from a database with work under way: is anything left of it?"""
    steps = Steps(4 + uninstall.STEPS)
    with runtime.ready(steps, programs.PDF):
        return uninstall.run(steps)


def _keep(report):
    """Put a report into the benchmarks' record where that is asked for."""
    if os.environ.get("RECORD"):
        report.keep()


def reset(_arguments):
    """drop the databases, keep what was fetched (ALL=1: delete the whole folder)"""
    with runtime.alone():
        if os.environ.get("ALL"):
            resetting.delete_everything()
        else:
            resetting.drop_databases()
    return 0
