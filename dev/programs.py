"""The two programs taken from the system: a browser and a PDF printer."""

import os
import shutil

from . import debian
from .ui import warn

#: The names that Odoo looks for, in its order.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def ensure_browser(steps):
    """Have a browser for the tests that drive one."""
    _ensure(steps, "chromium", BROWSERS, "tests in a browser will be skipped")


def ensure_pdf(steps):
    """Have what Odoo makes PDF files with."""
    _ensure(steps, "wkhtmltopdf", ("wkhtmltopdf",), "letters and reports will be made without PDF")


def _ensure(steps, package, names, without):
    """Install a package where that is possible, else say what goes missing."""
    if any(map(shutil.which, names)):
        steps.say("in place")
    elif os.geteuid() == 0 and debian.is_here():
        debian.install(package)
        steps.say("installed")
    else:
        steps.say("not there")
        warn(f"{without}; to have them: apt install {package} (as root)")
