import html
import re
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import polib
from lxml import etree
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL, file_path, mute_logger

from ...engine.hashtags import find
from ...models.library import collection_library
from ...models.library.collection_library import LOCK
from ...models.library.examples import EXAMPLES
from ...models.message.hashtags import HASHTAGS
from ..common import CollectionCase
from .library_case import LibraryCase

MODULE = "account_collection"
ROOT = Path(__file__).parents[2]
CLAIMING = {name for name, tag in HASHTAGS.items() if tag.claims}


@tagged("post_install", "-at_install")
class TestLibraryTexts(BaseCase):
    """What the texts of the examples say, in English and French."""

    def test_claims_are_conditional(self):
        """L16: a consumer who gets an example reads nothing of interest and indemnity."""
        french = {term.msgid: term.msgstr for term in polib.pofile(
            file_path("account_collection/i18n/fr.po"))}
        texts = {
            html.unescape(text) for path in (ROOT / "data" / "library").glob("*.xml")
            for field in etree.parse(path).iter("field")
            if field.get("name") in ("subject", "body", "beside_subject", "beside_body")
            for text in (field.text or "", *(
                re.sub(r"</?p>", "", etree.tostring(paragraph, encoding="unicode"))
                for paragraph in field.iter("p")))}
        self.assertTrue(any("#penalties_amount" in text for text in texts))
        for text in texts | {french[text] for text in texts & set(french)}:
            left = re.sub("#if_claimed.*?#end_if", "", text, flags=re.DOTALL)
            self.assertFalse(CLAIMING & set(find(left)), text)
            self.assertNotRegex(
                left, "(?i)late-payment interest|fixed indemnity|de retard|moratoires|forfaitaire")


@tagged("post_install", "-at_install")
class TestLibrary(LibraryCase):
    """Issue 17: examples are loaded on demand, and never over what a company has made of them."""

    def ref(self, name):
        return self.env.ref(f"{MODULE}.{name}")

    def load(self, *keys, user=None):
        return self.library.with_user(user or self.manager)._load(keys)

    def count(self):
        """:return: dict of the number of records of each model that the library has"""
        return {model: self.env[model].with_context(active_test=False).search_count([])
                for model in (*{example.model for example in EXAMPLES.values()},
                              "collection.scenario.step", "collection.sequence.step",
                              "collection.sequence.content", "collection.sequence.transition",
                              "collection.document.template.item")}

    def test_a_manager_loads(self):
        """Collection managers load examples, without any right of the system."""
        self.assertFalse(self.manager.has_group("base.group_system"))
        loaded = self.load("scenario_tenants", "functions")
        self.assertEqual(loaded["scenario_tenants"], self.ref("example_scenario_tenants"))
        self.assertEqual(len(loaded["scenario_tenants"].step_ids), 6)
        self.assertIn("GEST", loaded["functions"].mapped("code"))

    def test_a_collector_is_refused(self):
        """Collectors load nothing, by whatever way."""
        with self.assertRaises(AccessError):
            self.load("functions", user=self.collector)
        with self.assertRaises(AccessError):
            self.library.with_user(self.collector).browse(1).action_load()

    def test_another_companys_manager_is_refused(self):
        """One loads for companies of one's own."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(AccessError):
            self.library._load(["functions"], other)

    def test_an_unknown_key(self):
        """The refusal says where those stand that there are."""
        with self.assertRaisesRegex(UserError, "no_such_thing.*Library of examples"):
            self.load("functions", "no_such_thing")
        self.assertFalse(self.env.ref(f"{MODULE}.example_function_gest", False))

    def test_two_managers_at_once(self):
        """The one who comes second is told so, and nothing is doubled."""
        lock = f"{LOCK}.test"  # that of the product is held since the class was set up
        with closing(self.registry.cursor()) as other, patch.object(
                collection_library, "LOCK", lock):
            other.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [lock])
            with self.assertRaisesRegex(UserError, "Somebody else is loading"):
                self.load("functions")
        self.assertTrue(self.load("functions"))

    def test_who_began_before_the_other_ended_begins_anew(self):
        """What a transaction cannot see yet, its external id refuses; the platform repeats it."""
        name = "example_calendar_sending"
        self.env.execute_query(SQL("SELECT 1"))  # it sees what there is now
        with closing(self.registry.cursor()) as other:
            other.execute(
                "INSERT INTO ir_model_data (module, name, model, res_id, noupdate)"
                " VALUES (%s, %s, 'resource.calendar', 1, TRUE)", [MODULE, name])
            other.commit()
            try:
                with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_model"), (
                        self.assertRaises(SerializationFailure)), self.env.cr.savepoint():
                    self.load("sending_window")
            finally:
                other.execute(
                    "DELETE FROM ir_model_data WHERE module = %s AND name = %s", [MODULE, name])
                other.commit()

    def test_what_is_there_is_said_to_be(self):
        """Who loads what a colleague has just loaded is not told that it was loaded now."""
        row = self.library.search([("key", "=", "functions")])
        self.assertIn("Loaded.", row.action_load()["params"]["message"])
        self.env.invalidate_all()
        self.assertIn("already", row.action_load()["params"]["message"])

    def test_what_is_required_comes_along(self):
        """A template brings its functions, options and the templates that it leads to."""
        [template] = self.load("template_ctx").values()
        self.assertEqual((template.code, template.state), ("CTX", "published"))
        self.assertTrue(self.ref("example_function_cr"))
        self.assertEqual(self.ref("example_template_decl").state, "published")

    def test_the_whole_library_twice(self):
        """Nothing is doubled, and every sequence template is published."""
        self.library._load_all()
        before = self.count()
        loaded = self.library._load_all()
        self.assertEqual(self.count(), before)
        self.assertEqual(loaded.keys(), EXAMPLES.keys())
        for key, records in loaded.items():
            with self.subTest(key=key):
                self.assertTrue(records)
                self.assertEqual(records._name, EXAMPLES[key].model)

    def test_own_changes_stay(self):
        """Texts, amounts, steps taken out and put in: loaded again, nothing of it is touched."""
        [scenario] = self.load("scenario_tenants").values()
        scenario.write({"name": "Our tenants", "minimum_amount": 99, "active": False})
        self.ref("example_scenario_tenants_sms").unlink()
        scenario.step_ids[0].write({"subject": "Dear tenant", "offset": 4})
        own = self.env["collection.scenario.step"].create({
            "scenario_id": scenario.id, "name": "Ours", "kind": "task", "offset": 11})
        steps = scenario.step_ids
        self.assertEqual(self.load("scenario_tenants"), {"scenario_tenants": scenario})
        self.assertEqual((scenario.name, scenario.minimum_amount, scenario.active),
                         ("Our tenants", 99, False))
        self.assertEqual(scenario.step_ids, steps)
        self.assertIn(own, steps)
        self.assertEqual(min(steps.mapped("offset")), 4)

    def test_what_was_deleted_comes_back(self):
        """An example that was deleted is loaded again with all its parts."""
        [scenario] = self.load("scenario_tenants").values()
        scenario.unlink()
        [again] = self.load("scenario_tenants").values()
        self.assertNotEqual(again, scenario)
        self.assertEqual(len(again.step_ids), 6)

    def test_one_of_many_comes_back(self):
        """Of a list, what was deleted comes back, and the rest is left alone."""
        [functions] = self.load("functions").values()
        lawyer = self.ref("example_function_av")
        self.ref("example_function_rc").name = "Head of litigation"
        lawyer.unlink()
        [again] = self.load("functions").values()
        self.assertEqual(len(again), len(functions))
        self.assertEqual(self.ref("example_function_rc").name, "Head of litigation")

    def test_a_renamed_code_is_not_doubled(self):
        """A function whose code was changed is still the example's."""
        self.load("functions")
        self.ref("example_function_gest").code = "MANAGER"
        self.load("functions", "template_conv")
        self.assertFalse(self.env["collection.function"].search([("code", "=", "GEST")]))
        template = self.ref("example_template_conv")
        self.assertIn(self.ref("example_function_gest"), template.function_ids)

    def test_a_new_version_is_what_is_there(self):
        """A template that was worked on: its newest published version, and no second one."""
        [first] = self.load("template_conv").values()
        first.with_user(self.manager).action_new_version()
        draft = self.env["collection.sequence.template"].search(
            [("code", "=", "CONV"), ("state", "=", "draft")])
        self.assertEqual(self.load("template_conv")["template_conv"], first)
        draft.with_user(self.manager).action_publish()
        self.assertEqual(self.load("template_conv")["template_conv"], draft)

    def test_amounts_are_in_the_companys_currency(self):
        """An example takes the currency of the company that loads it, wherever it is."""
        company = self.env["res.company"].create({
            "name": "Alpine AG", "country_id": self.env.ref("base.ch").id,
            "currency_id": self.env.ref("base.CHF").id})
        self.manager.company_ids += company
        scenario = self.library._load(["scenario_tenants"], company)["scenario_tenants"]
        self.assertEqual(scenario.currency_id.name, "CHF")
        self.assertFalse(scenario.company_id)

    def test_a_second_company(self):
        """What may be shared is shared; of the rest the second company gets its own."""
        company = self.env["res.company"].create({"name": "Second"})
        self.manager.company_ids += company
        first = self.load("assignment_rules", "scenario_tenants")
        second = self.library._load(["assignment_rules", "scenario_tenants"], company)
        self.assertEqual(second["scenario_tenants"], first["scenario_tenants"])
        self.assertEqual(len(second["assignment_rules"]), len(first["assignment_rules"]))
        self.assertEqual(first["assignment_rules"].company_id, self.company)
        self.assertEqual(second["assignment_rules"].company_id, company)
        again = self.library._load(["assignment_rules"], company)
        self.assertEqual(again["assignment_rules"], second["assignment_rules"])

    def test_rules_wait_to_be_run(self):
        """No customer changes before a manager says so."""
        rules = self.load("assignment_rules")["assignment_rules"]
        self.assertFalse(any(rules.mapped("automatic")))
        self.assertEqual(rules.author_id, self.manager)

    def test_missing_semesters_stay_missing(self):
        """A rate that nobody has published is not in the library; an own one is left alone."""
        self.env.ref(f"{MODULE}.penalty_rate_business_2026_1").unlink()
        own = self.env["collection.penalty.rate"].create({
            "regime": "business", "date_from": "2026-01-01", "date_to": "2026-03-31", "rate": 12})
        rates = self.load("penalty_rates")["penalty_rates"]
        self.assertIn(own, rates)
        self.assertFalse(rates.filtered(lambda rate: str(rate.date_from) > "2026-06-30"))

    def test_an_example_that_cannot_be_loaded(self):
        """What the database refuses is said of the example, not of a line in a file."""
        [rate] = self.env.ref(f"{MODULE}.penalty_rate_public_2023_1")
        rate.unlink()
        self.patch(type(self.env["collection.penalty.rate"]), "create", self.refuse)
        with self.assertRaisesRegex(UserError, "“Penalty rates” cannot be loaded here: Not today"):
            self.load("penalty_rates")

    @staticmethod
    def refuse(records, vals_list):
        raise UserError("Not today")


@tagged("post_install", "-at_install")
class TestLibraryBesideOwn(CollectionCase):
    """Issue 17: a company that has functions and templates of its own, with the same codes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = cls.env["collection.library"].with_user(cls.manager)

    def test_own_functions_are_used(self):
        """The example's templates name the company's own functions of the same codes."""
        template = self.library._load(["template_conv"])["template_conv"]
        self.assertIn(self.gest, template.function_ids)
        self.assertEqual(
            self.env["collection.function"].search_count([("code", "=", "GEST")]), 1)
        self.assertEqual(self.gest.name, "Case manager")

    def test_an_own_template_is_not_doubled(self):
        """A code that is taken stays with its template, and the gallery says so."""
        own = self.env["collection.sequence.template"].create({"name": "Ours", "code": "CONV"})
        self.assertEqual(self.library._load(["template_conv"]), {"template_conv": own})
        self.assertFalse(own.step_ids)
        row = self.library.search([("key", "=", "template_conv")])
        self.assertEqual(row.state, "own")
        self.assertEqual(row.action_open_records()["res_id"], own.id)

    def test_an_own_group_counts_in_any_language(self):
        """A group of the same name is the company's own, whatever its language."""
        own = self.env["collection.group"].create({"name": "Tenants"})
        self.assertIn(own, self.library._load(["groups"])["groups"])
        self.assertEqual(self.env["collection.group"].search_count([("name", "=", "Tenants")]), 1)
