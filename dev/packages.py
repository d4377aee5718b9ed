"""The runtime's own Python environments, with pinned packages."""

import hashlib
import os
import platform
import re
import shutil
import sys

from . import debian, paths, process
from .ui import Failure

OLDEST, NEWEST = (3, 10), (3, 13)
PIP_FROM_DEBIAN = paths.DEV / "pip"


def choose_python():
    """Restart under a Python that Odoo 19 runs on, if this one is not.

    :raise Failure: when the machine has none
    """
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            os.execv(other, [other, *sys.argv])
    raise Failure(
        f"Odoo 19 runs on Python 3.10 to 3.13, this is {platform.python_version()}",
        "install one of them, then run the same command again",
    )


def ensure(steps, venv=paths.VENV, requirements=paths.PYTHON_PACKAGES):
    """Make the environment hold exactly what its list of packages says."""
    stamp, wanted = venv / "installed", _fingerprint(requirements)
    if stamp.is_file() and stamp.read_text() == wanted:
        steps.say("in place")
        return
    _create(venv)
    process.run(
        [*pip(venv), "install", "--disable-pip-version-check", "-r", requirements],
        "pip",
        (
            "the Python packages could not be installed",
            "check the network and pip's configuration; what has no wheel for this machine is built"
            " here and needs a C++ compiler; then run the same command again",
        ),
    )
    stamp.write_text(wanted)


def _fingerprint(requirements):
    """What an environment is made from: the list of packages and the Python."""
    return hashlib.sha256(requirements.read_bytes()).hexdigest() + " " + sys.version


def _create(venv):
    """Make an environment, anew if it was made by another Python."""
    stamp = venv / "installed"
    if stamp.is_file() and not stamp.read_text().endswith(sys.version):
        shutil.rmtree(venv)
    if paths.python(venv).exists():
        return
    without_pip = [] if _has_pip() else ["--without-pip"]
    process.run(
        [sys.executable, "-m", "venv", *without_pip, venv],
        "venv",
        ("no Python environment could be made", "apt install python3-venv"),
    )


def _has_pip():
    """Debian keeps the pip for new environments in a package of its own."""
    return bool(process.output([sys.executable, "-c", "import ensurepip; print(1)"]))


def pip(venv):
    """The command that runs pip for an environment."""
    if list(venv.glob("lib/*/site-packages/pip")):
        return [paths.python(venv), "-m", "pip"]
    wheel = _debian_pip()
    return [paths.python(venv), f"{wheel}/pip", "--python", paths.python(venv)]


def _debian_pip():
    """The wheel of pip, fetched as a Debian package that needs no installing."""
    if not debian.is_here():
        raise Failure("this Python comes without pip", "install pip for it (python3-venv)")
    if not PIP_FROM_DEBIAN.exists():
        debian.fetch(["python3-pip-whl"], ["stable"], PIP_FROM_DEBIAN)
    wheels = PIP_FROM_DEBIAN.glob("usr/share/python-wheels/pip-*.whl")
    return max(wheels, key=lambda wheel: re.findall(r"\d+", wheel.name))
