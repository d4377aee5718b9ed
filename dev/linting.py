"""The linters, over the module under its technical name."""

import subprocess

from . import module, paths

CONFIGURATION = paths.REPOSITORY / "dev"


def run(steps):
    """Run both linters to their end; returns 1 if either has something to say."""
    module.link()
    programs = paths.LINT_VENV / "bin"
    ruff = [programs / "ruff", "check", "--config", CONFIGURATION / "ruff.toml", "."]
    pylint = [programs / "pylint", "--rcfile", CONFIGURATION / "pylintrc", paths.MODULE]
    return max(
        _check(steps, "ruff", ruff, paths.REPOSITORY),
        _check(steps, "pylint-odoo", pylint, paths.ADDONS),
    )


def _check(steps, title, command, folder):
    """Run one linter and show what it says; returns 0 when it is content."""
    with steps.step(title):
        done = subprocess.run(
            [str(word) for word in command], cwd=folder, capture_output=True, text=True
        )
        steps.say("clean" if done.returncode == 0 else f"\n{done.stdout}{done.stderr}")
    return int(done.returncode != 0)
