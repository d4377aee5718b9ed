from ..common import CollectionCase, action, row, step


class TestSequenceMessages(CollectionCase):
    """Messages that a sequence asks for: sent as any other, and the tree goes on."""

    def launch_message(self, **vals):
        template = self.make_template("MAIL", [
            step("write", [action(
                "notice", kind="email", recipient_function_id="LOC", subject="Notice",
                body="<p>#customer_name, please pay.</p>", **vals)], [row("wait")]),
            step("wait", [action("call", kind="call")], [row("end")]),
        ])
        return self.launch(template)

    def test_an_automatic_one_leaves_and_the_tree_goes_on(self):
        """D-064: to whoever holds the recipient function; closed as done, by the clock."""
        sequence = self.launch_message(mode="automatic")
        self.process_due()
        notice = self.get_action(sequence, "notice")
        self.assertEqual((notice.state, notice.outcome), ("closed", "done"))
        self.assertEqual(notice.dispatch_ids.partner_id, self.customer)
        self.assertIn("Tenant One, please pay.", notice.dispatch_ids.body)
        self.assertAt(sequence, "wait")
        self.assertReplays(sequence)

    def test_one_by_hand_is_sent_by_its_holder(self):
        """D-064: the responsible sends it from the action."""
        sequence = self.launch_message()
        self.process_due()
        notice = self.get_action(sequence, "notice")
        self.assertEqual(notice.state, "todo")
        notice.with_user(self.collector).send_now()
        self.assertEqual((notice.outcome, notice.closed_by_id), ("done", self.collector))
        self.assertAt(sequence, "wait")

    def test_nothing_leaves_while_it_is_paused(self):
        """D-028: a paused sequence sends nothing; resumed, it does."""
        sequence = self.launch_message(mode="automatic")
        sequence.action_pause()
        self.process_due()
        self.assertFalse(self.get_action(sequence, "notice").dispatch_ids)
        sequence.action_resume()
        self.process_due()
        self.assertTrue(self.get_action(sequence, "notice").dispatch_ids)
