"""Everything asked of apt and dpkg: fetch without root, install with it.

Packages are fetched with apt's state in the runtime's own folder, so that the
system's sources and lists stay as they are and no right is needed. The mirror's
address is the machine's own, whatever it is.
"""

import os
import shutil

from . import paths, process
from .ui import Failure

STATE = paths.DEV / "apt"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
UNPACK = 'dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner -C "$2" "${@:3}"'


def is_here():
    """Whether this is a Debian, whose packages can be fetched and checked."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb")) and os.path.exists(KEYRING)


def fetch(packages, suites, destination, exclude=()):
    """Download packages (`name` or `name/suite`) and unpack them into a folder."""
    shutil.rmtree(STATE, ignore_errors=True)
    archives = STATE / "archives"
    for folder in (archives, STATE / "lists/partial", STATE / "cache/archives/partial"):
        folder.mkdir(parents=True)
    own_sources = _write_sources(suites)
    _apt_get(own_sources, "update")
    _apt_get(own_sources, "download", *packages, cwd=archives)
    destination.mkdir(parents=True, exist_ok=True)
    for archive in sorted(archives.glob("*.deb")):
        _unpack(archive, destination, exclude)
    shutil.rmtree(STATE)


def _apt_get(options, *arguments, **how):
    process.run(
        ["apt-get", *options, *arguments],
        f"apt-{arguments[0]}",
        (
            "Debian's packages could not be fetched",
            "check the network (and any proxy), then run the same command again",
        ),
        **how,
    )


def _write_sources(suites):
    """Name the suites on the machine's own mirror; returns apt's options."""
    mirror = _mirror()
    lines = [f"deb [signed-by={KEYRING}] {mirror} {suite} main\n" for suite in suites]
    sources = STATE / "sources.list"
    sources.write_text("".join(lines))
    return [
        *_own_lists(),
        *("-o", f"Dir::Etc::SourceList={sources}"),
        *("-o", "Dir::Etc::SourceParts=/dev/null"),
    ]


def _own_lists():
    """Options that keep what apt learns in the runtime's folder."""
    settings = {
        "Dir::State": STATE,
        "Dir::State::lists": STATE / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": STATE / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
        # root would otherwise drop to a user that cannot write to this folder
        "APT::Sandbox::User": "root",
    }
    return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]


def _mirror():
    """The address of the Debian mirror in the machine's sources.

    A fresh machine has no package lists yet and apt tells nothing without;
    then they are fetched, still into the runtime's own folder.
    """
    mirror = _mirror_in_lists([])
    if not mirror:
        process.output(["apt-get", *_own_lists(), "update"])
        mirror = _mirror_in_lists(_own_lists())
    if not mirror:
        raise Failure(
            "this machine's apt sources name no Debian mirror that answers",
            "check the network and the apt sources, or name an Odoo 19 with ODOO_PATH",
        )
    return mirror


def _mirror_in_lists(options):
    """The first address that serves Debian itself, not its security updates."""
    wanted = "$(LABEL)|$(REPO_URI)"
    targets = process.output(["apt-get", *options, "indextargets", "--format", wanted])
    for target in targets.splitlines():
        label, _bar, address = target.partition("|")
        if label == "Debian":
            return address
    return ""


def _unpack(archive, destination, exclude):
    """Unpack one .deb; as any user, and without the parts nobody needs."""
    excluded = [f"--exclude={path}" for path in exclude]
    process.run(
        ["bash", "-o", "pipefail", "-c", UNPACK, "unpack", archive, destination, *excluded],
        "unpack",
        (f"{archive.name} could not be unpacked", "free some disk space, then run it again"),
    )


def install(package):
    """Install a package into the system; True when it is there afterwards.

    A machine with old lists or none gets them first.
    """
    command = ["apt-get", "install", "-y", "--no-install-recommends", package]
    how = {"env": dict(os.environ, DEBIAN_FRONTEND="noninteractive")}
    failure = (f"{package} could not be installed", f"install {package} by hand")
    try:
        process.run(command, f"install-{package}", failure, **how)
    except Failure:
        process.run(["apt-get", "update"], "apt-update", failure, **how)
        process.run(command, f"install-{package}", failure, **how)
