"""The linters, over the module under its technical name."""

import subprocess

from . import module, paths
from .ui import tell

SETTINGS = paths.REPOSITORY / "pyproject.toml"
PYLINT = paths.REPOSITORY / "dev" / "pylintrc"
#: All checks of pylint-odoo, mandatory and optional, are followed but these; a line that has a
#: reason of its own to be spared says so beside the code.
NOT_FOLLOWED = {
    "manifest-required-author": "the module is not the OCA's",
    "missing-readme": "the README is in Markdown",
    "consider-merging-classes-inherited": "what a domain adds to a model stands in that domain",
    "no-search-all": "what is searched for is what somebody has set up: companies, ladders",
    "missing-return": "hooks of ours return nothing, and say so",
    "prefer-env-translation": "it takes `_ = env._` for the function that it warns of",
    "translation-not-lazy": "a lazy text takes no arguments: it is filled in once translated",
    "attribute-string-redundant": "a label stands beside its field, also if it is the name",
    "unknown-option-value": "Odoo's own checkers (make core-lint) have names unknown to it",
}
#: What of them tests and benchmarks do not follow: they play people who write in one language,
#: other workers that commit, files that are read, and faults.
NOT_IN_TESTS = ",".join((
    "context-overridden", "except-pass", "invalid-commit", "method-required-super",
    "sql-injection", "translation-required"))
IN_TESTS = ("tests", "benchmarks")


def run(steps):
    """Run every linter to its end; returns 1 if one has something to say."""
    module.link()
    ruff = ["ruff", "check", "--output-format=concise", "--config", SETTINGS]
    ruff += ["--cache-dir", paths.DEV / "ruff-cache"]
    pylint = ["pylint", "--rcfile", PYLINT, f"--disable={','.join(NOT_FOLLOWED)}"]
    tests = [f"--disable={NOT_IN_TESTS}", *_name_in_addons(IN_TESTS)]
    # what it checks, and how strictly, stands in its settings
    mypy = ["mypy", "--config-file", SETTINGS, "--cache-dir", paths.DEV / "mypy-cache"]
    return max(
        _check(steps, "ruff", ruff, paths.REPOSITORY),
        _check(steps, "pylint-odoo", [*pylint, paths.MODULE, *_find_folders()], paths.ADDONS),
        _check(steps, "pylint-odoo, tests", [*pylint, *tests], paths.ADDONS),
        _check(steps, "mypy", mypy, paths.REPOSITORY),
    )


def _find_folders():
    """The folders of the module that hold code: pylint does not follow the links to them."""
    folders = sorted(path.name for path in (paths.ADDONS / paths.MODULE).iterdir())
    return _name_in_addons(
        name for name in folders
        if name not in IN_TESTS and any((paths.REPOSITORY / name).rglob("*.py")))


def _name_in_addons(names):
    return [f"{paths.MODULE}/{name}" for name in names]


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
