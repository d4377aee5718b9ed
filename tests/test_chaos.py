"""Half a minute of faults, audited: the short form of `make chaos`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import skipUnless

from odoo.tests import BaseCase, tagged

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
