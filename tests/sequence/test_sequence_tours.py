from odoo.tests import HttpCase, tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestTours(CollectionCase, HttpCase):
    """What a collector does in the browser, from the customer form."""

    moment = None  # a browser's clock cannot be frozen

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("GO").name = "Launch it"
        cls.make_option("STOP", outcome="refused").name = "Leave it amicable"
        cls.make_template("CDP", [
            step("check", [
                action("clause", name="Check the termination clause"),
                action("launch", name="Launch the procedure?", option_ids=["GO", "STOP"]),
            ], [
                row("end:Left amicable", "launch", options=["STOP"], at_once=True),
                row("serve"),
            ], name="Check of the file"),
            step("serve", [action("deed", "CJ", name="Serve the commandement")],
                 [row("end:Served")], name="Service of the commandement"),
        ], name="Commandement de payer")

    def test_launch_close_decide_pause_resume_and_read_the_history(self):
        """D-007, D-027, D-040, D-071: the collector steers a sequence from launch to a pause."""
        self.start_tour(
            f"/odoo/collection-customers/{self.customer.id}", "collection_sequence_tour",
            login="collector")
        sequence = self.customer.collection_sequence_ids
        self.assertAt(sequence, "serve")
        self.assertEqual(sequence.situation, "Rent of May and June")
        self.assertReplays(sequence)
