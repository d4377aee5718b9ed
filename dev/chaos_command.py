"""`make chaos`: what it needs is put in place, then a process of its own does it."""

import json
import os
import subprocess

from . import locks, odoo, paths, process, templates
from .chaos import cluster
from .chaos.plan import Plan
from .ui import tell

#: How many faults there are to put into the product.
SEEDED = 10


def run(steps):
    """Run as the environment says: MINUTES, SEED, HOSTS, SEEDED, QUEUE, SHORT.

    :param steps: gets :func:`count_steps` steps
    :return: int, exit code: 1 where the auditor has found anything
    """
    read = os.environ.get
    arguments = {
        "minutes": float(read("MINUTES") or 10), "seed": int(read("SEED") or 1),
        "hosts": int(read("HOSTS") or 1), "queue": bool(read("QUEUE")),
        "short": bool(read("SHORT"))}
    kind = Plan(**arguments).name
    with locks.exclusive(f"chaos-{kind}"):  # runs of different kinds do not hinder each other
        arguments["templates"] = _bring_templates(steps, kind)
        if read("SEEDED") == "all":
            return _find_all(arguments)
        arguments["seeded"] = int(read("SEEDED") or 0)
        return process.foreground(subprocess.Popen(**_prepare_child(arguments)))


def _prepare_child(arguments):
    """:return: dict of the arguments of the process that does a run"""
    return {
        "args": [str(paths.python()), "-m", "dev.chaos", json.dumps(arguments)],
        "cwd": paths.REPOSITORY, "env": {**odoo.environment(), "PYTHONPATH": ""}}


def _find_all(arguments):
    """Put each of the faults of `chaos/addons` into the product: the auditor finds it, or not.

    :return: int, exit code: 1 where it did not find all of them
    """
    found = {}
    for number in range(1, SEEDED + 1):
        done = subprocess.run(
            **_prepare_child({**arguments, "seeded": number}), capture_output=True, text=True)
        lines = done.stdout.splitlines() or [done.stderr[-500:]]
        found[number] = json.loads(lines[-1])["violations"] if lines[-1][:1] == "{" else lines[-1]
        first = next((line for line in lines if line.startswith("VIOLATION")), "nothing found")
        tell(f"{number}: {found[number]}; first: {first}")
    print(json.dumps({"seeded": found}))
    return 0 if all(isinstance(kinds, dict) and kinds for kinds in found.values()) else 1


def _bring_templates(steps, kind):
    """:return: names of the databases with the module and without it, where the run looks"""
    if kind == "short":
        with locks.exclusive(templates.LOCK):
            return templates.ensure(steps), templates.ensure_base(steps)
    with cluster.Cluster(cluster.FOLDER / f"postgres-{kind}") as server:
        return cluster.bring_templates(server, steps)


def count_steps():
    """How many steps :func:`run` takes."""
    return 3 if os.environ.get("SHORT") else 4
