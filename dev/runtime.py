"""Everything in place: what each command does before its own work."""

import shutil
from contextlib import ExitStack, contextmanager

from . import locks, module, odoo, odoo_source, packages, paths, postgres
from .ui import Failure, tell

FREE_GIGABYTES = 4


@contextmanager
def ready(steps, *needed):
    """Have everything in place and the database server running inside the block.

    :param steps: gets three steps, and one more for each program
    :param needed: the :class:`~.programs.Program` that the command takes from the system
    """
    _check_disk()
    with locks.exclusive("setup"):
        with steps.step("Odoo 19"):
            odoo_source.ensure(steps)
        with steps.step("Python packages"):
            packages.ensure(steps)
        for program in needed:
            with steps.step(f"System package {program.package}"):
                missing = program.ensure(steps)
            if missing:
                tell(f"Note: {missing}")
        odoo.configure()
        module.link()
    with ExitStack() as stack:
        with steps.step("PostgreSQL"):
            stack.enter_context(postgres.running())
        yield


def _check_disk():
    """A full disk fails in a hundred ways; say so before the first of them."""
    free = shutil.disk_usage(paths.DEV).free / 10**9
    if free < FREE_GIGABYTES and not paths.VENV.exists():
        raise Failure(
            f"{free:.1f} GB free at {paths.DEV}, {FREE_GIGABYTES} GB needed",
            "free some, or name another place: COLLECTION_DEV_DIR=/some/where",
        )


@contextmanager
def alone():
    """Keep a second `make run` or `make reset` off the same database."""
    with (paths.LOCKS / "run").open("w") as file:
        if not locks.try_lock(file):
            raise Failure("`make run` is running in this working copy", "end it first (Ctrl-C)")
        yield
