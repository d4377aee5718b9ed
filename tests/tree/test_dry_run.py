import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CollectionCase, action, row, step

DAY = "2026-03-02"


def close(step_key, key, **answer):
    return {"do": "close", "step": step_key, "content": key, **answer}


@tagged("post_install", "-at_install")
class TestDryRun(CollectionCase):
    """A template played in memory, kept as a check, and all its paths."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("SERVED")
        cls.make_option("PV659", "refused")
        cls.template = cls.make_template("DRY", [
            step("serve", [action(
                "deed", "CJ", recipient_function_id="LOC", option_ids=["SERVED", "PV659"],
                deadline_days=8, kind="letter", subject="Notice", body="<p>Pay.</p>")], [
                {"key": "paid", "condition": "event", "timing": "at_once",
                 "event_code": "payment", "minimum": 10, "target": "end", "end_label": "Paid"},
                {"key": "low", "condition": "level", "timing": "at_once",
                 "level_code": "balance", "below": 100.0, "target": "end", "end_label": "Little",
                 "guard": "[('situation', '!=', False)]"},
                {"key": "late", "condition": "deadline", "timing": "at_once", "base": "marker",
                 "marker": "Served on", "delay_amount": 2, "delay_unit": "months",
                 "nature": "legal", "target": "step", "target_key": "judge"},
                row("serve", "deed", options=["PV659"]), row("judge")]),
            step("judge", [action("verdict", "RC", needs_validation=True,
                                  validator_function_id="GEST")], [row("end:Settled")]),
        ], publish=False, marker_definition=[
            {"name": "served_on", "string": "Served on", "type": "date"}])
        cls.moves = [close("serve", "deed", option="SERVED"),
                     close("judge", "verdict", outcome="done"),
                     close("judge", "verdict", outcome="validated")]

    def run_moves(self, *moves, user=None, template=None):
        return self.env["collection.sequence.dry.run"].with_user(user or self.manager).read_run(
            (template or self.template).id, DAY, list(moves))

    def count_rows(self):
        """:return: dict of the rows of every table of the module"""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'collection%'"
            " UNION SELECT unnest(ARRAY['mail_mail', 'mail_message', 'mail_activity'])")
        counts = {}
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = self.env.cr.fetchone()[0]
        return counts

    def test_it_writes_nothing(self):
        """D-061: a run is in no table, and nothing of it leaves."""
        before = self.count_rows()
        self.run_moves(*self.moves)
        self.run_moves({"do": "wait", "days": 90}, {"do": "event", "code": "payment"})
        self.env["collection.sequence.dry.run"].with_user(self.manager).read_paths(
            self.template.id)
        self.assertEqual(self.count_rows(), before)

    def test_it_shows_the_open_actions_and_whose_they_are(self):
        """D-004, D-012: by function; who holds it, no customer says."""
        act = self.run_moves()["actions"][0]
        self.assertEqual((act["name"], act["function"], act["date"], act["due"]),
                         ("Deed", "Bailiff", DAY, "2026-03-10"))
        self.assertEqual([answer["label"] for answer in act["answers"]],
                         ["Pv659", "Served", "Cancelled", "Ignored"])

    def test_an_answer_moves_it(self):
        """D-054, D-055: the path says by which row."""
        run = self.run_moves(self.moves[0])
        self.assertEqual([visit["name"] for visit in run["path"]], ["Serve", "Judge"])
        self.assertEqual(run["path"][0]["because"],
                         self.template.step_ids[0].transition_ids[-1].sentence)
        self.assertEqual(run["closed"][0]["outcome"], "Done (Served)")

    def test_a_validator_has_the_next_word(self):
        """D-058: the screen asks the validating function."""
        act = self.run_moves(*self.moves[:2])["actions"][0]
        self.assertEqual((act["validating"], act["function"]), (True, "Case manager"))
        self.assertEqual(act["answers"][0]["outcome"], "validated")

    def test_an_end_is_named(self):
        """D-041: with nothing left to do."""
        run = self.run_moves(*self.moves)
        self.assertEqual((run["status"], run["end"], run["actions"]), ("done", "Settled", []))

    def test_the_clock_goes_on(self):
        """D-060: what is late shows."""
        run = self.run_moves({"do": "wait", "days": 10})
        self.assertEqual((run["today"], run["days"], run["actions"][0]["late"]),
                         ("2026-03-12", 10, True))

    def test_a_date_starts_its_deadline(self):
        """D-060: legal ones say so."""
        run = self.run_moves({"do": "marker", "name": "served_on", "value": DAY})
        self.assertEqual([(d["due"], d["legal"]) for d in run["deadlines"]],
                         [("2026-05-02", True)])
        self.assertEqual(run["markers"][0]["value"], DAY)
        later = self.run_moves({"do": "marker", "name": "served_on", "value": DAY},
                               {"do": "wait", "days": 62})
        self.assertEqual(later["path"][-1]["name"], "Judge")

    def test_what_the_tree_waits_for_can_happen(self):
        """D-059: only that is offered, under its label."""
        run = self.run_moves()
        self.assertEqual([(e["code"], e["label"], e["has_amount"]) for e in run["events"]],
                         [("payment", "Payment received", True)])
        self.assertEqual([(l["code"], l["is_amount"]) for l in run["levels"]],
                         [("balance", True)])
        self.assertEqual([(g["step"], g["row"]) for g in run["guards"]], [
            ("serve", self.template.step_ids[0].transition_ids[1].key)])
        guard = {"do": "guard", "step": "serve", "row": run["guards"][0]["row"], "value": True}
        self.assertEqual(self.run_moves(
            {"do": "level", "code": "balance", "value": 50}, guard)["end"], "Little")
        self.assertEqual(
            self.run_moves({"do": "event", "code": "payment", "amount": 20})["end"], "Paid")

    def test_messages_are_shown_and_not_sent(self):
        """D-081: what would leave, to whom, and when."""
        message = self.run_moves()["messages"][0]
        self.assertEqual((message["subject"], message["body"], message["to"], message["state"]),
                         ("Notice", "<p>Pay.</p>", "Tenant", "open"))
        self.assertEqual(self.run_moves(self.moves[0])["messages"][0]["state"], "sent")
        self.assertEqual(self.run_moves(
            close("serve", "deed", outcome="cancelled"))["messages"][0]["state"], "dropped")

    def test_a_refused_move_is_explained(self):
        """D-066: as a translated sentence."""
        self.assertIn("not possible now", self.run_moves({"do": "resume"})["refused"])
        self.assertIn("not possible here", self.run_moves({"do": "dance"})["refused"])

    def test_a_draft_without_steps_says_so(self):
        """D-061: instead of failing."""
        empty = self.make_template("EMPTY", [], publish=False)
        self.assertTrue(self.run_moves(template=empty)["empty"])

    def test_a_published_version_is_played_too(self):
        """D-061: by those who apply it, who may look and not keep."""
        run = self.run_moves(user=self.collector, template=self.make_short_template())
        self.assertFalse(run["may_keep"])

    def test_outsiders_play_nothing(self):
        """D-079: templates are the company's own."""
        outsider = self.make_user("outsider", "base.group_portal")
        for name in ("read_run", "read_paths"):
            with self.assertRaises(AccessError):
                getattr(self.env["collection.sequence.dry.run"].with_user(outsider), name)(
                    self.template.id)

    def test_all_paths_are_listed_in_words(self):
        """D-061: with their longest duration, and the ends never reached."""
        found = self.env["collection.sequence.dry.run"].with_user(self.manager).read_paths(
            self.template.id)
        first = found["paths"][0]
        self.assertEqual((first["end"], [leg["step"] for leg in first["legs"]]),
                         ("Paid", ["Serve"]))
        self.assertEqual((found["unreached"], found["truncated"]), ([], False))

    # -- checks ----------------------------------------------------------------------

    def keep(self, name="Served and settled", moves=None, user=None):
        return self.env["collection.template.check"].browse(
            self.template.with_user(user or self.manager).keep_dry_run(
                name, DAY, self.moves if moves is None else moves))

    def test_a_kept_run_is_repeated_by_publishing(self):
        """D-061: and lets pass what still leads there."""
        check = self.keep()
        self.assertEqual(check.description, "Serve → Judge (Settled)")
        self.template.action_publish()
        self.assertEqual(self.template.state, "published")

    def test_publishing_refuses_another_result(self):
        """D-061: with the check's name, and both paths."""
        self.keep(moves=self.moves[:1])
        self.template.step_ids[0].transition_ids[-1].write({"target": "end"})
        with self.assertRaisesRegex(
                UserError, "Check “Served and settled” should lead to Serve → Judge"):
            self.template.action_publish()

    def test_publishing_refuses_a_move_that_is_no_longer_possible(self):
        """D-061: which one, it says."""
        self.keep()
        self.template.step_ids[0].content_ids.option_ids = self.options["PV659"]
        with self.assertRaisesRegex(UserError, "its move 1 is refused"):
            self.template.action_publish()

    def test_renaming_breaks_no_check(self):
        """D-012: words may change, paths count."""
        self.keep()
        self.template.step_ids[1].transition_ids.end_label = "Over"
        self.template.step_ids[0].name = "Service"
        self.template.action_publish()

    def test_the_next_version_is_checked_too(self):
        """D-012: and a file carries its checks along."""
        self.keep()
        self.template.action_publish()
        draft = self.env["collection.sequence.template"].browse(
            self.template.action_new_version()["res_id"])
        self.assertEqual(draft.check_ids.name, "Served and settled")
        draft = self.env["collection.template.file"]._import_file(
            json.dumps(self.template._export_file()).encode())
        self.assertEqual(draft.check_ids.moves, self.moves)
        draft.action_publish()

    def test_a_check_needs_a_name_of_its_own_and_a_run(self):
        """D-061: each refusal says why."""
        self.keep()
        for name, moves, message in (
            (" ", self.moves, "Give the check a name"),
            ("Served and settled", self.moves, "already"),
            ("New", [{"do": "resume"}], "cannot be kept"),
        ):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self.keep(name, moves)

    def test_only_a_manager_keeps(self):
        """D-002: checks belong to the settings."""
        with self.assertRaises(AccessError):
            self.keep(user=self.collector)

    def test_checks_of_a_published_version_may_change(self):
        """D-012: they say what it does; they do not make it."""
        check = self.keep()
        self.template.action_publish()
        self.template.with_user(self.manager).write({
            "check_ids": [(1, check.id, {"name": "Renamed"})]})
        self.assertEqual(check.name, "Renamed")

    def test_a_check_opens_its_run(self):
        """D-061: where it left off."""
        action = self.keep().with_user(self.manager).action_open_run()
        self.assertEqual((action["params"]["start"], action["params"]["moves"]),
                         (DAY, self.moves))
