"""The two programs taken from the system: a browser and a PDF printer."""

import os
import shutil
from dataclasses import dataclass

from . import debian


@dataclass(frozen=True)
class Program:
    """A Debian package, the commands any of which will do, and what fails without."""

    package: str
    commands: tuple[str, ...]
    without: str

    def ensure(self, steps):
        """Install it where that is possible, else return what goes missing."""
        if any(map(shutil.which, self.commands)):
            steps.say("in place")
        elif os.geteuid() == 0 and debian.is_here():
            debian.install(self.package)
            steps.say("installed")
        else:
            steps.say("not there")
            how = "apt install {} (as root)" if debian.is_here() else "install {}"
            return f"{self.without}; to change that: {how.format(self.package)}"
        return ""


BROWSER = Program(
    "chromium",
    # the names that Odoo looks for
    ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"),
    "the tests that drive a browser will be skipped",
)
PDF = Program("wkhtmltopdf", ("wkhtmltopdf",), "letters and reports will not become PDF files")
