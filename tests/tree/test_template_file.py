import base64
import json

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestTemplateFile(CollectionCase):
    """A version travels as a file, and is checked on the way in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.make_option("SERVED")
        cls.make_option("PV659", "refused")
        cls.truce = cls.env["collection.truce"].create({
            "name": "Winter", "start_month": 11, "start_day": 1, "end_month": 3, "end_day": 31})
        cls.label = cls.env["collection.label"].create({"name": "Litigation"})
        cls.template = cls.make_template("TRIP", [
            step("serve", [
                action("deed", "CJ", needs_validation=True, validator_function_id="RC",
                       recipient_function_id="LOC", option_ids=["SERVED", "PV659"],
                       deadline_days=8, expires=True, subject="Notice", body="<p>Pay.</p>"),
                action("note", required=False, keep=True, delay_days=2),
            ], [
                row("serve", "deed", options=["PV659"], at_once=True),
                {"condition": "event", "timing": "at_once", "event_code": "payment",
                 "since": "launch", "minimum": 10.5, "target": "end", "end_label": "Paid"},
                {"condition": "level", "timing": "at_once", "level_code": "balance",
                 "below": 100.0, "target": "end", "end_label": "Nearly paid",
                 "guard": "[('situation', '!=', False)]"},
                {"condition": "deadline", "timing": "at_once", "base": "marker",
                 "marker": "Served on", "delay_amount": 2, "delay_unit": "months",
                 "procedural": True, "nature": "legal", "truce_id": cls.truce.id,
                 "target": "step", "target_key": "judge"},
                row("judge"),
            ], join="any", max_visits=5),
            step("judge", [action("verdict", "RC", needs_validation=True)], [
                {"condition": "outcome", "content_key": "verdict", "outcome_ids": ["refused"],
                 "target": "launch", "target_template_code": "TRIP2", "target_key": "serve",
                 "wait": True},
                row("end:Settled")]),
        ], publish=False, suspends="items", label_ids=[(6, 0, cls.label.ids)],
            marker_definition=[{"name": "served_on", "string": "Served on", "type": "date"}])

    def export(self, template=None):
        """What a file holds, having been JSON on the way."""
        return json.loads(json.dumps((template or self.template)._export_file()))

    def load(self, data, user=None):
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        wizard = self.env["collection.template.import"].with_user(user or self.manager).create(
            {"file": base64.b64encode(content)})
        return self.env["collection.sequence.template"].browse(wizard.action_import()["res_id"])

    def parts(self, template):
        """The definition but its version: what a file must carry."""
        definition = template._get_definition()
        return definition.code, definition.steps, definition.kinds, definition.markers

    def test_it_comes_back_as_it_left(self):
        """D-061: the same tree, as a draft of the next version."""
        draft = self.load(self.export())
        self.assertEqual(self.parts(draft), self.parts(self.template))
        self.assertEqual((draft.version, draft.state), (2, "draft"))
        self.assertEqual((draft.suspends, draft.label_ids), ("items", self.label))
        self.assertEqual(draft.marker_definition[0]["string"], "Served on")
        self.assertEqual(draft.step_ids[0].transition_ids.truce_id, self.truce)

    def test_exporting_what_came_back_gives_the_same_file(self):
        """D-061: nothing is lost on the way, whatever the field."""
        first, second = self.export(), self.export(self.load(self.export()))
        second["version"] = first["version"]
        self.maxDiff = None
        self.assertEqual(second, first)

    def test_texts_travel_in_every_language(self):
        """D-012: each colleague reads it in the own one, here and there."""
        for lang, words in (("en_US", "Serve"), ("fr_FR", "Signifier")):
            self.template.step_ids[0].with_context(lang=lang).name = words
        content = self.template.step_ids[0].content_ids[0]
        content.with_context(lang="en_US").body = "<p>Pay now.</p>"
        content.update_field_translations("body", {"fr_FR": {"Pay now.": "Payez."}})
        draft = self.load(self.export())
        first = draft.step_ids.sorted("position")[0]
        self.assertEqual([first.with_context(lang=lang).name for lang in ("en_US", "fr_FR")],
                         ["Serve", "Signifier"])
        self.assertEqual(
            [str(first.content_ids[0].with_context(lang=lang).body)
             for lang in ("en_US", "fr_FR")], ["<p>Pay now.</p>", "<p>Payez.</p>"])

    def test_a_published_version_is_never_overwritten(self):
        """D-012: the next version is made; the sequences under way notice nothing."""
        template = self.make_short_template()
        before = template._get_definition()
        draft = self.load(self.export(template))
        self.assertEqual((draft.version, draft.state, template.state), (2, "draft", "published"))
        self.assertEqual(template._get_definition(), before)
        draft.action_publish()

    def test_a_code_that_is_new_here_starts_at_version_one(self):
        """D-012: whatever its version was where it came from."""
        data = self.export()
        data["template"]["code"], data["version"] = "ELSEWHERE", 7
        self.assertEqual(self.load(data).version, 1)

    def test_options_truces_and_labels_are_made_when_missing(self):
        """D-061: they are words, and travel with the tree."""
        data = json.loads(
            json.dumps(self.export()).replace("PV659", "PV660").replace("Winter", "Cold")
            .replace("Litigation", "Court"))
        draft = self.load(data)
        option = draft.step_ids.content_ids.option_ids.filtered(lambda o: o.code == "PV660")
        self.assertEqual(option.outcome, "refused")
        self.assertEqual(draft.step_ids.transition_ids.truce_id.name, "Cold")
        self.assertEqual(draft.label_ids.name, "Court")

    def test_functions_must_exist(self):
        """D-004: listed by code and name, so that they can be made."""
        data = json.loads(json.dumps(self.export()).replace('"CJ"', '"AVOC"'))
        with self.assertRaisesRegex(UserError, r"do not exist here: AVOC \(Bailiff\)"):
            self.load(data)

    def test_a_function_named_but_not_listed_is_looked_for_too(self):
        """D-004: the list is a help for the reader, no more."""
        data = self.export()
        data["functions"] = []
        data["template"]["step_ids"][0]["content_ids"][0]["function_id"] = "NOBODY"
        with self.assertRaisesRegex(UserError, "do not exist here: NOBODY"):
            self.load(data)

    def test_an_option_that_means_something_else_is_refused(self):
        """D-069: an outcome is what the tree routes on."""
        data = self.export()
        data["options"][0]["outcome"] = "validated"
        with self.assertRaisesRegex(UserError, "stands for"):
            self.load(data)

    def test_what_is_no_file_of_ours_is_refused(self):
        """D-061: the message says what is wrong with it."""
        good = self.export()
        for content, message in (
            (b"\xff\xfe", "not JSON"),
            (b"{", "not JSON"),
            (b'{"format": NaN}', "not JSON"),
            (b"[]", "not an exported sequence template"),
            (b'{"format": "other"}', "not an exported sequence template"),
            ({**good, "number": 99}, "format number 99"),
            ({**good, "template": []}, "holds no template"),
            ({**good, "options": {"a": 1}}, "“options” is no list"),
        ):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self.load(content)

    def test_no_file_is_asked_for(self):
        """D-061: the dialog says so."""
        wizard = self.env["collection.template.import"].with_user(self.manager).create({})
        with self.assertRaisesRegex(UserError, "Choose a file"):
            wizard.action_import()

    def test_a_bad_value_is_named_with_its_place(self):
        """D-061: so that it is found in the file."""
        def first(data):
            return data["template"]["step_ids"][0]

        def rows(data):
            return first(data)["transition_ids"]

        for change, message in (
            (lambda d: first(d).update(join="most"), "Step “serve”: “join” cannot be \"most\""),
            (lambda d: first(d).update(max_visits="3"), "“max_visits” cannot be"),
            (lambda d: first(d).update(colour=3), "says “colour”, which this module does not"),
            (lambda d: first(d).update(name={}), "Step “serve” lacks “name”"),
            (lambda d: first(d).update(name="Serve"), "“name” cannot be"),
            (lambda d: d["template"].pop("code"), "The template lacks “code”"),
            (lambda d: d["template"].update(code=" "), "needs a code"),
            (lambda d: d["template"].update(step_ids="x"), "“step_ids” cannot be"),
            (lambda d: first(d)["content_ids"][0].update(required=1),
             "Step “serve”, action “deed”: “required” cannot be 1"),
            (lambda d: first(d)["content_ids"][0].update(option_ids=["NEW"]),
             "names “NEW” without saying what it is"),
            (lambda d: first(d)["transition_ids"][2].update(guard="[('nofield', '=', 1)]"),
             "its guard is no domain"),
            (lambda d: d["template"]["step_ids"].append(first(d)),
             "Step “serve” stands in the file twice"),
            (lambda d: rows(d).append(rows(d)[0]), "Step “serve”, row “.*” stands in the file"),
            (lambda d: rows(d)[0].update(condition="hope"), "“condition” cannot be \"hope\""),
            (lambda d: rows(d)[3].update(delay_amount=-2), "row “.*”: “delay_amount” cannot be -2"),
            (lambda d: rows(d)[3].update(delay_amount=10 ** 12), "“delay_amount” cannot be"),
            (lambda d: d["template"].update(check_ids=[
                {"name": "Paid", "start": "2026-03-02", "moves": [{}], "expected": {"path": 5}}]),
             "Check “Paid” holds no run"),
            (lambda d: d["template"].update(check_ids=[
                {"name": "Paid", "start": "2026-03-02", "moves": "x", "expected": {"path": []}}]),
             "Check “Paid” holds no run"),
            (lambda d: first(d)["content_ids"][0].update(deadline_days=-1),
             "Step “serve”, action “deed”: “deadline_days” cannot be -1"),
            (lambda d: d["template"].update(step_ids=[
                {**first(d), "key": f"s{n}", "name": {"en_US": "S"}} for n in range(10_000)]),
             "too big|“step_ids” holds 10000, and can hold 1000"),
            (lambda d: first(d).update(content_ids=[
                {**first(d)["content_ids"][0], "key": f"c{n}"} for n in range(201)]),
             "Step “serve”: “content_ids” holds 201, and can hold 200"),
        ):
            data = self.export()
            change(data)
            with self.subTest(message=message), self.env.cr.savepoint(), \
                    self.assertRaisesRegex((UserError, ValidationError), message):
                self.load(data)

    def test_a_base_that_names_nothing_is_told_when_it_is_published(self):
        """D-061: a draft may be unfinished; the row and the remedy are named."""
        data = self.export()
        data["template"]["step_ids"][0]["transition_ids"][3]["marker"] = "Heard on"
        draft = self.load(data)
        with self.assertRaisesRegex(
                UserError, "Step “Serve”, row 4 counts its deadline from nothing: choose"):
            draft.action_publish()

    def test_the_database_takes_no_negative_delay(self):
        """Bad input: whoever writes it."""
        rows = self.template.step_ids.transition_ids
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), \
                self.env.cr.savepoint():
            rows[:1].delay_amount = -1
            self.env.flush_all()

    def test_markup_is_cleaned_on_the_way_in(self):
        """D-061: a file may come from anyone."""
        data = self.export()
        data["template"]["step_ids"][0]["content_ids"][0]["body"] = {
            "en_US": "<p>Pay<script>alert(1)</script></p>", "fr_FR": "<p onclick='x()'>Payez</p>"}
        content = self.load(data).step_ids.sorted("position")[0].content_ids[0]
        for lang in ("en_US", "fr_FR"):
            body = str(content.with_context(lang=lang).body)
            self.assertNotIn("script", body)
            self.assertNotIn("onclick", body)

    def test_only_a_manager_imports(self):
        """D-002: templates are made in the settings."""
        with self.assertRaises(AccessError):
            self.load(self.export(), user=self.collector)
        with self.assertRaises(AccessError):
            self.env["collection.template.file"].with_user(self.collector)._import_file(
                json.dumps(self.export()).encode())

    def test_it_is_downloaded_under_its_name(self):
        """D-061: the button leads to the file."""
        action = self.template.with_user(self.manager).action_export_file()
        self.assertIn("/export_file/TRIP-v1.json", action["url"])
        data = json.loads(base64.b64decode(self.template.with_user(self.manager).export_file))
        self.assertEqual(data["template"]["code"], "TRIP")
