"""Entry point: `python3 dev/cli.py <target> [arguments]`, as the Makefile calls it.

Written for the Python standard library alone, 3.10 or later: on a fresh machine
nothing else is there yet.
"""

import errno
import os
import signal
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

TARGETS = {
    "run": "run",
    "test": "test",
    "shell": "shell",
    "reset": "reset",
    "lint": "lint",
    "core-tests": "run_core_tests",
    "core-lint": "lint_as_odoo",
    "click": "click",
    "properties": "properties",
    "mutate": "mutate",
    "compare-ledger": "compare_ledger",
    "pot": "pot",
    "guide": "guide_pictures",
    "exec": "execute",
    "bench": "bench",
    "bench-growth": "bench_growth",
    "bench-assign": "bench_assign",
    "bench-desk": "bench_desk",
    "bench-takeover": "bench_takeover",
    "bench-figures": "bench_figures",
    "bench-seal": "bench_seal",
    "bench-night": "bench_night",
    "bench-beside": "bench_beside",
    "bench-case": "bench_case",
    "bench-payments": "bench_payments",
    "bench-page": "bench_page",
    "chaos": "chaos",
    "upgrade": "upgrade_versions",
    "uninstall": "uninstall_module",
}
TOO_OLD = "Failed: this is Python {}.{}\nRemedy: install Python 3.10 to 3.13"
DISK_TROUBLE = (errno.EACCES, errno.ENOSPC, errno.EPERM, errno.EROFS)
OTHER_PLACE = "make room or get the right to write there, or COLLECTION_DEV_DIR=/elsewhere"


def main(target="help", *arguments):
    """Run a target; returns the exit code."""
    if sys.version_info < (3, 10):
        return TOO_OLD.format(*sys.version_info)
    from dev import commands, packages, paths
    from dev.ui import Failure

    if target not in TARGETS:
        return _help(commands, target)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        packages.choose_python()
        paths.prepare()
        return getattr(commands, TARGETS[target])(list(arguments))
    except Failure as failure:
        return str(failure)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno not in DISK_TROUBLE:
            raise
        return f"Failed: {error.strerror}: {error.filename or paths.DEV}\nRemedy: {OTHER_PLACE}"


def _help(commands, target):
    """List the targets with the first line of what each says of itself."""
    print("Usage: make TARGET (or: python3 dev/cli.py TARGET [arguments])\n")
    for name, function in TARGETS.items():
        print(f"  {name:14} {getattr(commands, function).__doc__}")
    return 0 if target == "help" else f"\nThere is no target {target}."


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
