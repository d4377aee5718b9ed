from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged

from ..common import CollectionCase

SCRIPTS = Path(__file__).parents[2] / "migrations"


@tagged("post_install", "-at_install")
class TestSequenceMigration(CollectionCase):
    """What an upgrade makes of the sequences of before."""

    def test_who_answers_for_what_was_launched(self):
        """D-048, B9: of those that a cron launched, whoever launched the first."""
        first, second, third = (
            self.launch(self.make_short_template(code)).sudo() for code in ("A", "B", "C"))
        own = self.launch(self.make_short_template("D"), user=self.manager).sudo()
        second.write({"parent_id": first.id, "launched_by_id": self.env.ref("base.user_root").id})
        third.write({"parent_id": second.id, "launched_by_id": self.make_portal_user("cj").id})
        own.parent_id = first
        self.env.flush_all()
        path = SCRIPTS / "19.0.9.0.0" / "post-launchers.py"
        spec = spec_from_file_location("post_launchers", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.8.0.0")
        self.env.invalidate_all()
        self.assertEqual((second | third).launched_by_id, self.collector)
        self.assertEqual(own.launched_by_id, self.manager)
