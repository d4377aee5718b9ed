"""The linters, over the module under its technical name."""

import subprocess

from . import module, paths
from .ui import tell

SETTINGS = paths.REPOSITORY / "pyproject.toml"
#: The README is in Markdown, and the module is not the OCA's.
NOT_OURS = "--disable=missing-readme,manifest-required-author"


def run(steps):
    """Run every linter to its end; returns 1 if one has something to say."""
    module.link()
    ruff = ["ruff", "check", "--output-format=concise", "--config", SETTINGS]
    ruff += ["--cache-dir", paths.DEV / "ruff-cache"]
    pylint = ["pylint", "--rcfile", paths.REPOSITORY / "dev" / "pylintrc", NOT_OURS, paths.MODULE]
    # what it checks, and how strictly, stands in its settings
    mypy = ["mypy", "--config-file", SETTINGS, "--cache-dir", paths.DEV / "mypy-cache"]
    return max(
        _check(steps, "ruff", ruff, paths.REPOSITORY),
        _check(steps, "pylint-odoo", pylint, paths.ADDONS),
        _check(steps, "mypy", mypy, paths.REPOSITORY),
    )


def _check(steps, title, command, folder):
    """Run one linter and show what it says; returns 0 when it is content."""
    with steps.step(title):
        done = subprocess.run(
            [paths.LINT_VENV / "bin" / command[0], *command[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        steps.say("has remarks" if done.returncode else "clean")
    if done.returncode:
        tell(done.stdout + done.stderr)
    return int(done.returncode != 0)
