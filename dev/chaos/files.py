"""The disk that holds the files: a small one of its own, which can be full."""

import subprocess
from contextlib import suppress

from .. import process

SIZE = "400M"


class Files:
    """:param Path folder: where it is mounted; without the right to mount, an ordinary folder"""

    def __init__(self, folder):
        self.folder = folder
        self.ballast = folder / "ballast"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.mounted = subprocess.call(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "chaos", str(self.folder)],
            stderr=subprocess.DEVNULL) == 0
        return self

    def __exit__(self, *_exception):
        if self.mounted:
            process.output(["umount", "-l", self.folder])

    def fill(self):
        """:return: whether nothing more fits"""
        if not self.mounted:
            return False
        with suppress(OSError), self.ballast.open("ab") as ballast:
            while True:
                ballast.write(bytes(2**22))
        return True

    def free(self):
        self.ballast.unlink(missing_ok=True)
