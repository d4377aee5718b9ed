from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import CollectionCase, action, deadline_row, event_row, level_row, row, step


@tagged("post_install", "-at_install")
class TestSequenceTemplate(CollectionCase):
    """Templates: made in the settings, checked, published, frozen."""

    def test_only_a_manager_makes_templates(self):
        """D-002: collectors apply them, the settings make them."""
        with self.assertRaises(AccessError):
            self.env["collection.sequence.template"].with_user(self.collector).create(
                {"code": "X", "name": "X"})

    def test_a_broken_tree_is_not_published(self):
        """D-051, D-074: each problem is named with its step."""
        for code, steps, message in [
            ("A", [], "has no step"),
            ("B", [step("one", [action("a")], [row("one")])], "No step leads to an end"),
            ("C", [step("one", [], [row("end")])], "Step “One” asks for nothing"),
            ("D", [step("one", [action("a")], [row("end", "a", outcomes=["done"])])],
             "Step “One” has no default row"),
            ("E", [step("one", [action("a")], [row("nowhere"), row("end")])],
             "Step “One” has a row that leads nowhere"),
            ("F", [step("one", [action("a")], [row("end")]),
                   step("two", [action("b")], [row("end")])],
             "Step “Two” is never reached"),
            ("G", [step("one", [action("a")], [
                row("two", "a", outcomes=["done"]), row("end")]),
                step("two", [action("b")], [row("two")])],
             "From step “Two” no end can be reached"),
            ("H", [step("one", [action("a")], [
                row("end", "a", outcomes=["validated"]), row("end")])],
             "Step “One”, row 1 waits for a result that its action cannot have"),
        ]:
            with self.subTest(code=code):
                draft = self.make_template(code, steps, publish=False)
                with self.assertRaisesRegex(UserError, message):
                    draft.action_publish()
                self.assertEqual(draft.state, "draft")

    def test_a_published_structure_never_changes(self):
        """D-012: whatever part of it; the message says how to go on."""
        template = self.make_short_template()
        first = template.step_ids[0]
        for attempt in (
            lambda: first.write({"join": "any"}),
            lambda: first.content_ids.write({"required": False}),
            lambda: first.transition_ids.write({"timing": "at_once"}),
            lambda: first.content_ids.unlink(),
            lambda: template.write({"suspends": "customer"}),
            lambda: self.env["collection.sequence.step"].create(
                {"template_id": template.id, "name": "More"}),
        ):
            with self.assertRaisesRegex(UserError, "Make a new version"), \
                    self.env.cr.savepoint():
                attempt()

    def test_parts_come_into_no_published_version(self):
        """D-012: neither a step of a draft, nor an action or row of its steps."""
        first = self.make_short_template().step_ids[0]
        draft = self.make_short_template(publish=False)
        for part, owner in ((draft.step_ids[1], {"template_id": first.template_id.id}),
                            (draft.step_ids[1].content_ids, {"step_id": first.id}),
                            (draft.step_ids[1].transition_ids[0], {"step_id": first.id})):
            with self.assertRaisesRegex(UserError, "Make a new version"), \
                    self.env.cr.savepoint():
                part.write({**owner, "key": "more"})

    def test_nobody_publishes_by_editing(self):
        """D-012, D-074: what is published has passed its checks, and stays what it is."""
        published = self.make_short_template().with_user(self.manager)
        draft = self.make_template("DRAFT", [], publish=False).with_user(self.manager)
        templates, vals = draft.browse(), {"code": "X", "name": "X"}
        for attempt in (
            lambda: draft.write({"state": "published"}),
            lambda: published.write({"state": "draft"}),
            lambda: published.write({"layouts": {}}),
            lambda: templates.create({**vals, "state": "published"}),
            lambda: templates.with_context(default_state="archived").create(vals),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
        published.action_archive_version()
        self.assertEqual(published.state, "archived")

    def test_the_label_of_an_end_stays(self):
        """D-012: others may wait for it; its translations may change."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.make_short_template()
        end = template.step_ids[1].transition_ids[1].with_context(lang="en_US")
        end.with_context(lang="fr_FR").end_label = "Réglé"
        for attempt in (
            lambda: end.write({"end_label": "Over"}),
            lambda: end.update_field_translations("end_label", {"en_US": "Over"}),
        ):
            with self.assertRaisesRegex(UserError, "Make a new version"), \
                    self.env.cr.savepoint():
                attempt()
        end.update_field_translations("end_label", {"fr_FR": "Soldé"})
        self.assertEqual([end.with_context(lang=lang).end_label for lang in ("en_US", "fr_FR")],
                         ["Settled", "Soldé"])

    def test_a_version_replaces_what_it_stands_for(self):
        """D-012: in each company that may launch it; no other loses its own."""
        branch, stranger = self.env["res.company"].create([
            {"name": "Branch", "parent_id": self.company.id}, {"name": "Stranger"}])
        shared, other, own, below = (
            self.make_short_template(company_id=company.id, publish=False)
            for company in (self.env["res.company"], stranger, self.company, branch))
        versions, none = shared | other | own | below, shared.browse()
        for version, archived in (
                (shared, none), (other, none), (below, none), (own, below),
                (shared.copy({"code": "SHORT"}), versions)):
            version.action_publish()
            self.assertEqual(
                versions.filtered(lambda found: found.state == "archived"), archived)

    def test_a_new_version_is_of_the_same_company(self):
        """D-002: the draft of another company is not opened in its place."""
        company = self.env["res.company"].create({"name": "Other"})
        own = self.make_short_template()
        other = self.make_short_template(company_id=company.id, publish=False)
        draft = own.browse(own.action_new_version()["res_id"])
        self.assertNotEqual(draft, other)
        self.assertEqual((draft.version, draft.company_id), (3, own.company_id))

    def test_wording_may_change(self):
        """D-012: a spelling mistake reaches everyone; the path does not change."""
        template = self.make_short_template()
        template.step_ids[0].content_ids.name = "Check the file"
        self.assertEqual(template.step_ids[0].content_ids.name, "Check the file")

    def test_a_new_version_is_a_draft_copy(self):
        """D-012: the sequences under way stay on theirs."""
        template = self.make_short_template()
        sequence = self.launch(template)
        draft = self.env["collection.sequence.template"].browse(
            template.action_new_version()["res_id"])
        self.assertEqual((draft.code, draft.version, draft.state), ("SHORT", 2, "draft"))
        self.assertEqual(draft._get_definition().steps, template._get_definition().steps)
        draft.step_ids[0].name = "Renamed"
        draft.action_publish()
        self.assertEqual(template.state, "archived")
        self.close(sequence, "file")
        self.assertAt(sequence, "judge")
        self.assertEqual(sequence.template_id, template)

    def test_a_second_new_version_opens_the_same_draft(self):
        """D-002: one draft a code at a time."""
        template = self.make_short_template()
        self.assertEqual(template.action_new_version()["res_id"],
                         template.action_new_version()["res_id"])

    def test_a_template_in_use_is_not_deleted(self):
        """D-044: the message says to archive it."""
        template = self.make_short_template()
        self.launch(template)
        with self.assertRaisesRegex(UserError, "SHORT.*Archive it"):
            template.unlink()

    def test_an_option_in_use_keeps_its_meaning(self):
        """D-012: its code and outcome belong to the published structure."""
        option = self.make_option("YES")
        self.make_template("OPT", [
            step("one", [action("a", option_ids=["YES"])], [row("end")])])
        with self.assertRaisesRegex(ValidationError, "OPT"):
            option.outcome = "refused"

    def make_truce(self, first=(11, 1), last=(3, 31)):
        return self.env["collection.truce"].create({
            "name": "Winter truce", "start_month": first[0], "start_day": first[1],
            "end_month": last[0], "end_day": last[1]})

    def test_a_truce_has_days_of_the_calendar(self):
        """D-060: none on 31 April, and none that never ends."""
        for first, last in (((4, 31), (5, 1)), ((1, 1), (2, 30)), ((1, 1), (12, 31))):
            with self.assertRaisesRegex(ValidationError, "Winter truce"), self.env.cr.savepoint():
                self.make_truce(first, last)

    def test_a_truce_in_use_keeps_its_days(self):
        """D-012: they belong to the published structure."""
        truce = self.make_truce()
        template = self.make_template("EVICT", [step("one", [action("a")], [
            deadline_row("end", 5, truce_id=truce.id), row("end")])], publish=False)
        truce.end_day = 30
        template.action_publish()
        with self.assertRaisesRegex(ValidationError, "EVICT"):
            truce.end_day = 29

    def test_what_a_template_uses_is_not_deleted(self):
        """D-004, D-012: the message names the template and says to archive instead."""
        truce = self.make_truce()
        template = self.make_short_template(publish=False)
        template.step_ids[0].transition_ids.truce_id = truce
        for used in (truce, self.gest):
            with self.assertRaisesRegex(UserError, "SHORT.*Archive it instead"):
                used.unlink()

    def test_a_function_that_somebody_holds_is_not_deleted(self):
        """D-005: the message names the customer."""
        with self.assertRaisesRegex(UserError, "Tenant.*Tenant One"):
            self.loc.unlink()

    def test_the_first_step_is_where_it_starts(self):
        """D-010, D-051: by position, whatever the order of creation."""
        draft = self.make_short_template(publish=False)
        draft.step_ids[1].position = 0
        self.assertEqual(draft._get_definition().start.key, "judge")


@tagged("post_install", "-at_install")
class TestSentences(CollectionCase):
    """A row of a decision table is a sentence, the same in table, picture and deadlines (32)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("LAUNCH")
        deadline = {"condition": "deadline", "timing": "at_once", "target": "end",
                    "end_label": "Late"}
        cls.template = cls.make_template("WORDS", [
            step("check", [action("deed"), action("choice", option_ids=["LAUNCH"])], [
                row("notice", "deed", outcomes=["cancelled", "ignored"], at_once=True),
                row("notice", "choice", options=["LAUNCH"]),
                event_row("end:Paid", "payment"),
                event_row("notice", "manual", event_name="Keys returned"),
                level_row("end", "settled"), level_row("end", "balance", below=1500),
                {**deadline, "delay_amount": 8, "delay_unit": "days"},
                {**deadline, "delay_amount": 1, "delay_unit": "months", "base": "action",
                 "content_key": "deed"},
                row("notice")]),
            step("notice", [action("letter")], [row("end")]),
        ])

    def test_each_row_reads_as_a_sentence(self):
        """When it is read, what it waits for, and where it leads."""
        self.env.company.currency_id = self.env.ref("base.EUR")
        euros = self.env.company.currency_id.format(1500)
        self.assertEqual(self.template.step_ids[0].transition_ids.mapped("sentence"), [
            "As soon as “Deed”: cancelled, ignored, go to Notice",
            "When the step is complete, if “Choice”: Launch, go to Notice",
            "As soon as this happens: payment received, end: Paid",
            "As soon as this happens: “Keys returned”, go to Notice",
            "As soon as nothing is due any more, end: –",
            f"As soon as less than {euros} is due, end: –",
            "As soon as this has passed: 8 days after entering the step, end: Late",
            "As soon as this has passed: 1 month after closing “Deed”, end: Late",
            "Otherwise, when the step is complete, go to Notice",
        ])

    def test_the_picture_has_the_same_wording(self):
        """On the lines shorter, where it says so; the sentence beside it."""
        edges = self.template.picture["edges"]
        labels = {label["sentence"]: " ".join(label["lines"])
                  for edge in edges for label in edge["labels"]}
        self.assertIn(
            "as soon as: Deed: cancelled, ignored",
            labels["As soon as “Deed”: cancelled, ignored, go to Notice"])

    def test_whatever_the_results_are_they_are_awaited(self):
        """D-054: nothing interrupts for results that may be any; the row is the default one."""
        template = self.make_template("ANY", [step("one", [action("a")], [
            {**row("end:Well"), "positive": True}, {**row("end:Any"), "timing": "at_once"}])])
        rows = template.step_ids.transition_ids
        self.assertEqual(rows.mapped("sentence"), [
            "When the step is complete and all went well, end: Well",
            "Otherwise, when the step is complete, end: Any"])
        self.assertEqual([found._describe_briefly() for found in rows],
                         ["When the step is complete and all went well", "otherwise"])
        self.assertEqual(template._get_definition().start.default.key, rows[1].key)

    def test_a_guard_is_a_domain(self):
        """D-059: whatever else is typed is refused, and the row is named."""
        template = self.make_short_template(publish=False)
        for guard in ("5", "'x'", "[5]", "[('nothing', '=', 1)]", "uid", "(" * 200):
            with self.subTest(guard=guard), self.assertRaisesRegex(
                    ValidationError, "row 1: its guard"), self.env.cr.savepoint():
                template.step_ids[0].transition_ids.guard = guard
