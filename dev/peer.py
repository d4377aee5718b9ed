"""The add-on that ours is measured against: OCA's `account_credit_control`, from PyPI."""

import shutil

from . import odoo, packages, paths, process

MODULE = "account_credit_control"
PACKAGE = "odoo-addon-account_credit_control==19.0.1.0.0.13"
FOLDER = paths.DEV / "peer"
#: What an `odoo` command needs to see it.
ON_PATH = ["--addons-path", f"{paths.ADDONS},{FOLDER / 'odoo' / 'addons'}"]


def ensure(steps):
    """Have the add-on in a folder of its own, where nothing but the benchmark sees it.

    It is installed without what its package asks for, which is Odoo itself.
    """
    stamp = FOLDER / "installed"
    if stamp.is_file() and stamp.read_text() == PACKAGE:
        steps.say("in place")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    process.run(
        [
            *(*packages.pip(paths.VENV), "install", "--disable-pip-version-check"),
            *("--no-deps", "--target", FOLDER, PACKAGE),
        ],
        "peer",
        (f"{PACKAGE} could not be had", "check the network (and pip's configuration)"),
    )
    stamp.write_text(PACKAGE)


def install(database):
    """Install the add-on in a database."""
    odoo.call(
        "install-peer",
        f"Odoo could not install {MODULE}",
        *("server", "-d", database, "-i", MODULE, *ON_PATH),
        *("--no-http", "--stop-after-init"),
    )
