"""`make guide`: the pictures of the guide, taken from a running system.

A copy of the demo data is started, so that nobody's own demo database is touched; each person of
the pictures works in both languages.
"""

import os

from . import odoo, paths, process, programs, server, templates
from .guide_scenes import SCENES
from .ui import Failure, tell

FOLDER = paths.REPOSITORY / "static" / "guide"
WORKER = paths.REPOSITORY / "dev" / "guide_worker.py"
#: How many steps :func:`take_pictures` takes.
STEPS = 4


def take_pictures(steps, names):
    """Start a copy of the demo data, take the pictures, tell what they take.

    :param steps: gets :data:`STEPS` steps
    :param names: of the pictures to take; all of them where there is none
    :return: exit code
    :raise Failure: there is no such picture
    """
    if unknown := {*names} - {scene.name for scene in SCENES}:
        raise Failure(
            f"there is no picture {', '.join(sorted(unknown))}",
            f"one of {', '.join(scene.name for scene in SCENES)}")
    with templates.copied(steps, "guide", demo=True) as copy:
        port = server.find_port()
        with steps.step("Odoo starts"):
            child = server.start(copy, port, ["--max-cron-threads=0"])
        try:
            with steps.step("Pictures"):
                _run_worker(f"http://{server.HOST}:{port}", names)
        finally:
            child.terminate()
            child.wait()
    _tell_sizes()
    return 0


def _run_worker(address, names):
    process.run(
        [paths.python(), WORKER, address, FOLDER, *names],
        "guide",
        ("the pictures could not be taken", f"is {programs.BROWSER.package} there? Read the log"),
        env={**os.environ, **odoo.environment()},
        cwd=paths.DATA,
    )


def _tell_sizes():
    """One line a language: how many pictures, how large together."""
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        sizes = [path.stat().st_size for path in folder.glob("*.webp")]
        tell(f"{folder.relative_to(paths.REPOSITORY)}: {len(sizes)} pictures, "
             f"{sum(sizes) / 1024:.0f} KiB")
