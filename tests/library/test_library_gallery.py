import re

from lxml import etree, html

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.library import data_file
from ...models.library.examples import EXAMPLES, SHELVES, get_examples
from .library_case import LibraryCase

#: Queries to list the gallery, whatever is loaded.
MOST_QUERIES = 40


@tagged("post_install", "-at_install")
class TestLibraryGallery(LibraryCase):
    """Issue 17: each example is shown before it is loaded, from its file, and afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls.library.search([])

    def get_row(self, key):
        return self.rows.filtered(lambda row: row.key == key)

    def show(self):
        """:return: dict of what the gallery shows of each example, by its key"""
        self.env.invalidate_all()
        return {row.key: {
            "sketch": row.sketch,
            "picture": row.picture and [box["lines"] for box in row.picture["boxes"]],
            "labels": row.picture and [
                label["sentence"] for edge in row.picture["edges"] for label in edge["labels"]],
            "outline": self.read(row.outline), "note": self.read(row.note),
        } for row in self.rows}

    @staticmethod
    def read(markup):
        """:return: str, what a reader sees of some markup"""
        return " ".join(html.fromstring(f"<div>{markup or ''}</div>").text_content().split())

    def test_each_example_stands_on_a_shelf(self):
        """One row an example, in the order of the shelves."""
        self.assertEqual(self.rows.mapped("key"), list(EXAMPLES))
        shelves = list(dict.fromkeys(self.rows.mapped("shelf")))
        self.assertEqual(shelves, [code for code, _label in SHELVES])
        self.assertTrue(all(row.name and row.summary for row in self.rows))

    def test_the_same_before_and_after(self):
        """What is shown from the file is what the loaded records show: picture, days, texts."""
        installed = {"item_statuses", "dispute_reasons", "penalty_rates", "notice_texts"}
        self.assertEqual({row.key for row in self.rows if row.state == "loaded"}, installed)
        before = self.show()
        self.library._load_all()
        after = self.show()
        self.maxDiff = None
        for key in EXAMPLES:
            with self.subTest(key=key):
                self.assertEqual(self.get_row(key).state, "loaded")
                self.assertTrue(before[key]["outline"])
                self.assertEqual(before[key], after[key])

    def test_nothing_is_written_by_looking(self):
        """A gallery that is looked at has loaded nothing."""
        self.show()
        self.assertFalse(self.env["collection.sequence.template"].search([]))
        self.assertFalse(self.env["collection.function"].search([]))

    def test_a_tree_is_drawn_from_its_file(self):
        """The engine's picture, with names and conditions in the reader's words; its steps
        cannot be opened yet."""
        picture = self.get_row("template_cdp").picture
        boxes = [box for box in picture["boxes"] if not box["is_end"]]
        self.assertIn("File check", [box["name"] for box in boxes])
        self.assertFalse(any(box["step_id"] for box in boxes))
        self.assertIn("Bailiff", str([box["functions"] for box in boxes]))

    def test_a_scenario_is_a_line_of_days(self):
        """Day, kind and name of each step."""
        steps = self.get_row("scenario_companies").sketch["steps"]
        self.assertEqual([step["day"] for step in steps], [-5, 3, 15, 30, 45])
        self.assertEqual(steps[3]["name"], "Formal notice")

    def test_law_of_another_country_is_said(self):
        """A company elsewhere reads that an example follows French law."""
        self.assertFalse(self.get_row("template_cdp").is_foreign)
        self.company.country_id = self.env.ref("base.be")
        self.env.invalidate_all()
        self.assertTrue(self.get_row("template_cdp").is_foreign)
        self.assertFalse(self.get_row("template_recl").is_foreign)

    def test_every_example_is_called_one(self):
        """Whatever has a note asks to have it checked."""
        self.library._load_all()
        for key, example in EXAMPLES.items():
            if example.shelf in ("scenario", "template", "document"):
                with self.subTest(key=key):
                    self.assertIn("checked by your counsel",
                                  self.read(self.get_row(key).note))

    def test_partly_loaded(self):
        """Of a list some are there: the rest can be loaded."""
        row = self.get_row("functions")
        self.assertEqual(row.state, "available")
        row.action_load()
        self.env.ref("account_collection.example_function_av").unlink()
        self.env.invalidate_all()
        self.assertEqual(row.state, "partly")

    def test_loaded_it_opens(self):
        """One record opens as a form, several as a list; nothing cannot be opened."""
        row = self.get_row("scenario_gentle")
        with self.assertRaisesRegex(UserError, "not loaded yet"):
            row.action_open_records()
        row.action_load()
        action = row.action_open_records()
        self.assertEqual((action["res_model"], action["res_id"]), (
            "collection.scenario", self.env.ref("account_collection.example_scenario_gentle").id))
        self.assertEqual(self.get_row("item_statuses").action_open_records()["domain"], [
            ("id", "in", self.env["collection.item.status"].search([]).ids)])

    def test_another_companys_own_is_drawn_from_its_file(self):
        """D-077: a company that made an example its own takes it from no other's gallery."""
        [scenario] = self.library._load(["scenario_gentle"]).values()
        scenario.company_id = self.company
        self.env["collection.sequence.template"].create(
            {"name": "Ours", "code": "CONV", "company_id": self.company.id})
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.company.country_id.id})
        self.manager.company_ids += other
        self.manager.company_id = other
        rows = self.rows.with_context(allowed_company_ids=other.ids)
        self.env.invalidate_all()
        shown = {row.key: (row.sketch, row.outline) for row in rows}
        self.assertEqual(len(shown["scenario_gentle"][0]["steps"]), 4)
        self.assertIn("interview", str(shown["template_conv"][1]))

    def test_search(self):
        """By a word of the name or summary, and by what is loaded."""
        self.assertEqual(
            self.library.search([("name", "ilike", "winter")]).mapped("key"), ["truces"])
        self.assertEqual(
            self.library.search([("state", "=", "loaded")]).mapped("key"),
            ["item_statuses", "dispute_reasons", "penalty_rates", "notice_texts"])

    def test_the_list_costs_the_same(self):
        """The cards' state is found for all of them at once."""
        def read():
            self.env.invalidate_all()
            self.rows.mapped("state")
        for load in (list, self.library._load_all):
            load()
            read()
            with self.assertQueryCount(MOST_QUERIES):
                read()

    def test_what_is_named_is_required(self):
        """Files name only what they hold themselves, or what their example requires."""
        for key, example in EXAMPLES.items():
            known = {
                record.get("id") for needed in get_examples(self.env, [key])
                for record in data_file.read_tree(needed.paths).iter("record")}
            named = set(re.findall(
                r"\bexample_\w+", etree.tostring(data_file.read_tree(example.paths)).decode()))
            with self.subTest(key=key):
                self.assertLessEqual(named, known)


@tagged("post_install", "-at_install")
class TestLibraryLanguages(LibraryCase):
    """Issue 17: both languages, also where French is the only one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")

    def test_texts_come_in_each_language(self):
        """A collector reads French, another one English."""
        function = self.library._load(["functions"])["functions"].filtered(
            lambda function: function.code == "GEST")
        self.assertEqual(function.name, "Case manager")
        self.assertEqual(function.with_context(lang="fr_FR").name, "Gestionnaire")

    def test_one_name_is_in_the_companys_language(self):
        """What the platform does not translate is in the company's language."""
        self.company.partner_id.lang = "fr_FR"
        loaded = self.library._load(["searches", "template_cdp"])
        self.assertIn("Clients particuliers", loaded["searches"].mapped("name"))
        labels = [marker["string"] for marker in loaded["template_cdp"].marker_definition]
        self.assertIn("Date d’audience", labels)
        self.assertIn("Clés remises", loaded["template_cdp"].step_ids.transition_ids.mapped(
            "event_name"))

    def test_french_alone(self):
        """A database without English: everything reads French."""
        self.env["res.users"].with_context(active_test=False).search([]).lang = "fr_FR"
        self.env["res.partner"].with_context(active_test=False).search([]).lang = "fr_FR"
        self.env.ref("base.lang_en").active = False
        library = self.library.with_context(lang="fr_FR")
        self.assertIn("Gestionnaire", str(library.search([("key", "=", "functions")]).outline))
        loaded = library._load(["functions", "sending_window"])
        self.assertIn("Gestionnaire", loaded["functions"].mapped("name"))
        self.assertEqual(loaded["sending_window"].name, "Fenêtre d’envoi : heures de bureau")
