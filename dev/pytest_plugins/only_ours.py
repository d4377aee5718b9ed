"""Have Odoo's own lint tests look at one module, the one that LINTED names.

They were written for all add-ons there are. What they merely warn of counts as well. LINTERS is
where the packages of pylint lie.
"""

import logging
import os
import subprocess
import sys

import pytest

from odoo.modules import Manifest
from odoo.tools import config as odoo_config

#: Fields that are the first of a constraint's index.
COVERED = {"collection.assignment.customer_id"}


class Refuser(logging.Handler):
    """Makes a failure of a warning."""

    def emit(self, record):
        raise AssertionError(record.getMessage())


def pytest_sessionstart():
    linted = os.environ["LINTED"]
    every, run = Manifest.all_addon_manifests, subprocess.run
    Manifest.all_addon_manifests = staticmethod(
        lambda: [manifest for manifest in every() if manifest.name == linted])
    sys.path.append(os.environ["LINTERS"])

    def run_on_ours(command, *arguments, **options):
        """Have pylint look at the module's folders, which are links, and at none of Odoo's; and
        take Python's own `calendar` for that, not the add-on."""
        ours = next((word for word in command if os.path.basename(word) == linted), None)
        if ours and os.path.basename(command[0]) == "pylint":
            command = [word for word in command if word != odoo_config.root_path]
            command += [entry.path for entry in os.scandir(ours) if entry.is_dir()]
            places = options["env"]["PYTHONPATH"].split(os.pathsep)
            options["env"]["PYTHONPATH"] = os.pathsep.join(
                place for place in places
                if not os.path.exists(os.path.join(place, "calendar", "__manifest__.py")))
        return run(command, *arguments, **options)

    subprocess.run = run_on_ours
    logging.getLogger("odoo.addons.test_lint").addHandler(Refuser(logging.WARNING))


def pytest_collection_modifyitems(items):
    for item in items:
        if item.module.__name__.endswith("test_index"):
            item.module.BTREE_INDEX_IGNORE_FIELDS |= COVERED


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    """Say which of the tools that a test calls is not there."""
    if report.skipped:
        sys.stdout.write(f"{report.nodeid} skipped: {report.longrepr}\n")
