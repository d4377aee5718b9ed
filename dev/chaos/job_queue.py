"""OCA's `queue_job`, from PyPI: the module hands its batches to it, and its runner does them."""

import os
import shutil
import subprocess

from .. import odoo, packages, paths, process
from ..ui import Failure
from . import hosts

PACKAGE = "odoo-addon-queue-job==19.0.2.4.0.1"
#: What its manifest asks for besides Odoo.
NEEDED = "openupgradelib==3.13.7"
FOLDER = paths.DEV / "queue"
#: What still waits besides, as the database says it.
WAITING = " + (SELECT count(*) FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled'))"
#: Number of the fault that is no fault: one customer whose actions always fail.
POISON = 11


def ensure():
    """Have the add-on and what it needs in a folder of its own."""
    stamp = FOLDER / "installed"
    if stamp.is_file() and stamp.read_text() == PACKAGE:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    for package, folder in ((PACKAGE, FOLDER / "addons"), (NEEDED, FOLDER / "python")):
        process.run(
            [*packages.pip(paths.VENV), "install", "--disable-pip-version-check", "--no-deps",
             "--target", folder, package], "queue",
            (f"{package} could not be had", "check the network (and pip's configuration)"))
    stamp.write_text(PACKAGE)


def prepare(run):
    """Install it in a run's database, and have its runner in each host: two jobs at a time."""
    ensure()
    run.addons += [FOLDER / "addons" / "odoo" / "addons", hosts.ADDONS]
    library = os.pathsep.join((odoo.environment()["PYTHONPATH"], str(FOLDER / "python")))
    run.variables |= {
        "PYTHONPATH": library, "ODOO_QUEUE_JOB_CHANNELS": "root:2",
        "CHAOS_SEEDED": str(run.plan.seeded or POISON)}
    _install(run, ["queue_job"])
    run.loaded += ["queue_job", "collection_chaos"]


def _install(run, modules):
    """Install modules in a run's database."""
    folders = ",".join(map(str, [paths.ADDONS, *run.addons]))
    done = subprocess.run(
        odoo.command("server", "-d", run.database, "-i", ",".join(modules), "--addons-path",
                     folders, "--data-dir", run.data, "--no-http", "--stop-after-init"),
        env={**odoo.environment(), **run.cluster.environment(), **run.variables},
        cwd=paths.DATA, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"Odoo could not install {', '.join(modules)}", odoo.FIX,
                      excerpt=done.stderr[-3000:])
