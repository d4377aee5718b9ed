"""The add-on itself: its manifest, its place on the add-ons path, its fingerprint."""

import ast
import hashlib
import os

from . import paths
from .ui import Failure

#: Parts of the repository that are no part of what Odoo sees of the module.
NOT_LINKED = {"dev", "build", "dist", "Makefile"}
#: Parts that Odoo sees, but that change nothing in an installed database.
NOT_INSTALLED = {"benchmarks", "guide", "readme", "tests", "__pycache__"}
NOT_INSTALLED_ENDINGS = (".md", ".rst", ".txt", ".pyc", ".pot")


def depends():
    """The modules that the manifest asks for."""
    manifest = paths.REPOSITORY / "__manifest__.py"
    if not manifest.is_file():
        raise Failure(f"{manifest} is missing", "run this in a complete working copy")
    return sorted(ast.literal_eval(manifest.read_text()).get("depends", ["base"]))


def link():
    """Show the module under its technical name on an add-ons path.

    A folder of links rather than one link to the repository: Odoo follows links
    when it collects terms to translate, and the repository holds `.dev`, which
    holds this folder.
    """
    place = paths.ADDONS / paths.MODULE
    place.mkdir(exist_ok=True)
    wanted = {entry.name: entry for entry in paths.REPOSITORY.iterdir() if _is_linked(entry)}
    for link_ in place.iterdir():  # a repository that was moved leaves links to where it was
        if link_.readlink() != wanted.get(link_.name):
            link_.unlink(missing_ok=True)
    for name, entry in wanted.items():
        if not (place / name).is_symlink():
            (place / name).symlink_to(entry)
    return place


def _is_linked(entry):
    hidden = entry.name.startswith((".", "_")) and not entry.name.endswith("__.py")
    return not hidden and entry.name not in NOT_LINKED and entry != paths.DEV


def fingerprint():
    """A digest of every file that matters to an installed database."""
    return _digest(_installed_files(link()))


def static_fingerprint():
    """A digest of what goes into the scripts and styles that Odoo compiles."""
    place = link()
    return _digest([str(place / "__manifest__.py"), *_installed_files(place / "static")])


def _digest(files):
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode() + b"\0")
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def _installed_files(folder):
    """Yield the files below a folder, less tests, caches and documentation."""
    for parent, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in NOT_INSTALLED]
        for name in files:
            if not name.endswith(NOT_INSTALLED_ENDINGS):
                yield os.path.join(parent, name)
