"""The add-ons that ours is measured against: of OCA, from PyPI."""

import shutil
from dataclasses import dataclass

from . import odoo, packages, paths, process


@dataclass(frozen=True)
class Peer:
    """An add-on with what it needs besides Odoo.

    :ivar module: its technical name
    :ivar packages: what pip is asked for
    """

    module: str
    packages: tuple[str, ...]

    @property
    def folder(self):
        return paths.DEV / "peer" / self.module

    @property
    def on_path(self):
        """What an `odoo` command needs to see it."""
        return ["--addons-path", f"{paths.ADDONS},{self.folder / 'odoo' / 'addons'}"]

    def ensure(self, steps):
        """Have the add-on in a folder of its own, where nothing but the benchmark sees it.

        It is installed without what its package asks for, which is Odoo itself.
        """
        stamp, wanted = self.folder / "installed", "\n".join(self.packages)
        if stamp.is_file() and stamp.read_text() == wanted:
            steps.say("in place")
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        process.run(
            [
                *(*packages.pip(paths.VENV), "install", "--disable-pip-version-check"),
                *("--no-deps", "--target", self.folder, *self.packages),
            ],
            "peer",
            (f"{self.module} could not be had", "check the network (and pip's configuration)"),
        )
        stamp.write_text(wanted)

    def install(self, database):
        """Install the add-on in a database."""
        odoo.call(
            "install-peer",
            f"Odoo could not install {self.module}",
            *("server", "-d", database, "-i", self.module, *self.on_path),
            *("--no-http", "--stop-after-init"),
        )


CREDIT_CONTROL = Peer(
    "account_credit_control", ("odoo-addon-account_credit_control==19.0.1.0.0.13",))
FINANCIAL_REPORT = Peer("account_financial_report", (
    "odoo-addon-account_financial_report==19.0.0.0.26.3", "odoo-addon-date_range==19.0.1.0.1",
    "odoo-addon-report_xlsx==19.0.1.0.2.2"))
