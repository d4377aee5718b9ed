"""The versions that have landed: their files, and databases with their demo data."""

import ast
import io
import json
import subprocess
import tarfile
from dataclasses import dataclass

from . import database, odoo, paths, process, templates
from .ui import Failure

LIST = paths.REPOSITORY / "dev" / "versions.txt"
WORKER = paths.REPOSITORY / "dev" / "lifecycle" / "worker.py"
#: Odoo's own add-ons alone.
CORE = paths.LIBRARY / "odoo" / "addons"
#: Parts of a version that its database needs nothing of.
NOT_NEEDED = ("dev", "benchmarks", "guide", "readme", "tests")


@dataclass(frozen=True)
class Version:
    """A version that has landed.

    :ivar name: as in its manifest
    :ivar commit: the last one that has it
    """

    name: str
    commit: str

    @property
    def addons(self):
        """The add-ons path that holds the module as it was."""
        return paths.DEV / "versions" / self.commit[:12]

    def fetch_files(self):
        """Have its files on its add-ons path; returns the manifest as a dict."""
        place = self.addons / paths.MODULE
        if not place.exists():
            unfinished = self.addons / "unfinished"
            unfinished.mkdir(parents=True, exist_ok=True)
            with tarfile.open(fileobj=io.BytesIO(self._read_archive())) as archive:
                archive.extractall(unfinished, filter="data")
            unfinished.rename(place)
        return ast.literal_eval((place / "__manifest__.py").read_text())

    def _read_archive(self):
        leave_out = [f":(exclude){part}" for part in NOT_NEEDED]
        done = subprocess.run(
            ["git", "archive", self.commit, "--", ".", *leave_out],
            cwd=paths.REPOSITORY, capture_output=True)
        if done.returncode:
            raise Failure(
                f"the files of {self.name} are not in this copy: {done.stderr.decode().strip()}",
                "fetch the whole history: git fetch --unshallow")
        return done.stdout

    def ensure(self, steps):
        """Make a database with this version and its demo data; returns its name."""
        depends = sorted(self.fetch_files()["depends"])
        base = templates.get_base_name("demo", depends)
        template = database.name(
            "upgrade", self.name.replace(".", ""), templates.make_digest(base, self.commit))
        if not database.exists(template):
            templates.ensure_base(steps, demo=True, depends=depends)
            with steps.step(f"Database with {self.name}"):
                with templates.in_the_making(template) as unfinished:
                    database.copy(base, unfinished)
                    odoo.install(
                        unfinished, [paths.MODULE], f"version-{self.name}", demo=True,
                        addons=self.addons)
        return template


def read_all():
    """:return: list of :class:`Version`, the oldest first"""
    lines = [line.split() for line in LIST.read_text().splitlines()]
    return [Version(*line) for line in lines if line and line[0] != "#"]


def work(task, name, addons, log=None, **arguments):
    """Run a task of the worker on a database.

    :param addons: the add-ons path
    :param log: what its log is called
    :return: (dict, the task's result; path of what it logged)
    """
    log = process.run(
        [paths.python(), WORKER, task, name, addons, json.dumps(arguments)],
        log or f"lifecycle-{task}",
        (f"the task {task} failed", odoo.FIX),
        env=odoo.environment(),
        cwd=paths.DATA,
    )
    return json.loads(log.read_text().splitlines()[-1]), log
