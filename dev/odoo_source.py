"""Find an Odoo 19, or fetch one. All fetching of Odoo is in this file.

Odoo is no Python package; Debian's unstable suite has it. Fonts and three
JavaScript files in it are relative links into other Debian packages, so those
are unpacked into the same folder, and nothing is installed.
"""

import re
import shutil
import sys
from os import environ
from pathlib import Path

from . import debian, paths, process
from .ui import Failure

SERIES = (19, 0)
SUITE = "sid"
PACKAGES = (
    "odoo-19",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    # unstable's 7.x lacks the files that Odoo links to
    "fonts-font-awesome/stable",
)
PLACE = Path("usr/lib/python3/dist-packages")
#: The package carries every add-on a second time, beside those that Odoo reads.
UNUSED = (f"./{PLACE}/addons", f"./{PLACE}/doc", "./usr/share/doc")
#: Left out of the package for its licence (it blurs the background of video
#: calls). The web client logs its absence as an error, which fails every test
#: in a browser; an empty file is as good.
MISSING = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"

BRING_ONE = (
    "name an Odoo 19 that you have: ODOO_PATH=/path/to/odoo "
    "(the folder that holds the package `odoo`: a checkout of branch 19.0, or an "
    "unpacked dist-packages)"
)


def ensure(steps):
    """Link an Odoo 19 into the runtime's library, fetching it if need be."""
    source = _named() or _unpacked() or _on_system()
    steps.say(f"in place, {source}" if source else "fetched")
    _link(source or _fetch())


def _named():
    """The Odoo that ODOO_PATH names."""
    if not environ.get("ODOO_PATH"):
        return None
    source = Path(environ["ODOO_PATH"]).expanduser().resolve()
    if series(source) != SERIES:
        raise Failure(f"ODOO_PATH={source} holds no Odoo 19", BRING_ONE)
    return source


def _unpacked():
    source = paths.ODOO / PLACE
    return source if series(source) == SERIES else None


def _on_system():
    """An Odoo 19 that this machine's Python, or its `odoo` command, imports."""
    for python in _interpreters():
        found = process.output(
            [python, "-c", "import odoo.release as r; print(r.__file__)"], cwd="/"
        )
        source = Path(found).parents[1] if found else None
        if source and series(source) == SERIES:
            return source
    return None


def _interpreters():
    """Pythons that may have Odoo: this one, the system's, the `odoo` script's."""
    candidates = [sys.executable, "/usr/bin/python3"]
    script = shutil.which("odoo") or shutil.which("odoo-bin")
    if script:
        with open(script, "rb") as file:
            first = file.readline().decode(errors="replace")
        candidates += re.findall(r"^#!\s*(\S*python\S*)", first)
    return dict.fromkeys(candidates)


def series(source):
    """The version of the Odoo in a folder, as (19, 0); None if there is none."""
    release = source / "odoo" / "release.py"
    if not release.is_file():
        return None
    found = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text(), re.M)
    return tuple(map(int, found.groups())) if found else None


def _fetch():
    """Unpack Odoo 19 from Debian into the runtime's folder."""
    if not debian.is_here():
        raise Failure("this is no Debian, which Odoo 19 is fetched from", BRING_ONE)
    unfinished = paths.ODOO.with_name("odoo.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        debian.fetch(PACKAGES, (SUITE, "stable"), unfinished, UNUSED)
    except Failure as failure:
        failure.remedy += f"; or {BRING_ONE}"
        raise
    stand_in = unfinished / PLACE / MISSING
    stand_in.parent.mkdir(parents=True, exist_ok=True)
    stand_in.touch()
    shutil.rmtree(paths.ODOO, ignore_errors=True)
    unfinished.rename(paths.ODOO)
    return paths.ODOO / PLACE


def _link(source):
    """Point the library at Odoo's package, and at nothing that lies beside it."""
    link, target = paths.LIBRARY / "odoo", source / "odoo"
    if link.resolve() == target.resolve():
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)
