"""Half a minute of faults, audited: the short form of `make chaos`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import skipUnless

from odoo.tests import BaseCase, tagged

try:
    from ..dev.chaos.run import find_resumptions
except ImportError:
    find_resumptions = None

COMMAND = Path(__file__).resolve().parents[1] / "dev" / "cli.py"


@tagged("post_install", "-at_install")
class TestChaos(BaseCase):
    """Real workers on a real server; whoever has no runtime has nothing to run."""

    @skipUnless(COMMAND.exists(), "the development runtime is not there")
    @skipUnless(os.environ.get("COLLECTION_CHAOS"), "minutes of its own: COLLECTION_CHAOS=1")
    def test_half_a_minute_of_faults(self):
        """Issue 20: nothing is lost, doubled, stuck or forked, whatever is killed meanwhile."""
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("PYTHONPATH", "LD_PRELOAD")}
        done = subprocess.run(
            [sys.executable, str(COMMAND), "chaos"], capture_output=True, text=True, timeout=600,
            env={**environment, "SHORT": "1", "MINUTES": "0.3", "SEED": "20"})
        said = (done.stdout + done.stderr)[-3000:]
        *_steps, last = done.stdout.splitlines() or [""]
        self.assertTrue(last.startswith("{"), said)
        result = json.loads(last)
        self.assertEqual(result["violations"], {}, said)
        self.assertEqual(done.returncode, 0)
        self.assertGreater(result["business"]["messages"], 0)
        self.assertGreater(sum(result["faults"].values()), 3)


@tagged("post_install", "-at_install")
class TestResumption(BaseCase):
    """How long nobody is answered after something was killed."""

    @skipUnless(find_resumptions, "the development runtime is not there")
    def test_the_longest_of_each_kind(self):
        """Issue 20: from a kill to the next call that is answered; other faults do not count."""
        def call(at, result="ok"):
            return {"kind": "action.close", "result": result, "at": at}

        def fault(name, began):
            return {"kind": "fault", "result": name, "began": began, "at": began + 1}
        self.assertEqual(find_resumptions([
            call(1), fault("kill_worker", 2), call(3, "unknown"), call(4.5), fault("no_room", 5),
            fault("kill_worker", 6), call(7), fault("kill_postmaster", 8), call(11),
            fault("kill_host", 12),
        ]), {"worker": 2.5, "postmaster": 3})
