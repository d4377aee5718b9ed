import re
from pathlib import Path

import polib
from lxml import html

from odoo.tests import BaseCase, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import file_path

from ..tools import guide
from .accessibility import AccessibilityCase

MODULE = "account_collection"
ROOT = Path(__file__).resolve().parents[1]
#: What a guide has in italics is a label on the screen; these are Odoo's own.
CORE = {
    "en": {
        "Access Rights", "Accounting", "Activate", "Alias Domain", "Apps", "Companies",
        "Email", "Emails", "General Settings", "Invoicing", "Languages", "Outgoing Mail Servers",
        "Scheduled Actions", "Settings", "Technical", "Test Connection", "Translations",
        "Uninstall", "Update Apps List", "Users", "Users & Companies", "Receivables Collection",
        "New", "Next", "Dashboards", "Review", "Control", "Automation",
        "Activate the developer mode",
    },
    "fr": {
        "Activer", "Actions planifiées", "Apps", "Comptabilité", "Désinstaller",
        "Domaine alias", "Droits d’accès", "E-mail", "E-mails", "Facturation", "Langues",
        "Mettre à jour la liste des Apps", "Paramètres", "Paramètres généraux",
        "Receivables Collection", "Serveurs de messagerie sortants", "Sociétés", "Technique",
        "Tableaux de bord", "Révision", "Contrôle", "Automatisation",
        "Activer le mode développeur",
        "Test de connexion", "Traductions", "Utilisateurs", "Utilisateurs & Sociétés",
    },
}
LABEL = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
#: Bytes of all pictures together, and of one.
MOST_ALL, MOST_ONE = 4_000_000, 200_000


def get_pages():
    """:return: list of all pages, in both languages"""
    return [guide.read_page(language, name)
            for language in guide.LANGUAGES for name in guide.PAGES]


def normalize(text):
    """:return: str, with one sort of space and of apostrophe"""
    return text.replace("\u00a0", " ").replace("’", "'")


@tagged("post_install", "-at_install")
class TestGuidePages(BaseCase):
    """Issue 17: the pages as they stand: nothing that they name is missing."""

    maxDiff = None

    def test_both_languages_have_the_same_tasks(self):
        """Issue 17: whoever follows a link finds the task in the own language."""
        for name in guide.PAGES:
            with self.subTest(page=name):
                english, french = (guide.read_page(language, name) for language in ("en", "fr"))
                self.assertEqual(english.anchors, french.anchors)
                self.assertEqual(len(set(english.anchors)), len(english.anchors))
                self.assertEqual([heading.level for heading in english.headings],
                                 [heading.level for heading in french.headings])
                self.assertEqual(english.body.count("<img"), french.body.count("<img"))

    def test_links_lead_somewhere(self):
        """Issue 17: every page, task and picture that a page names is there."""
        places = {(page.language, page.name): page.anchors for page in get_pages()}
        for page in get_pages():
            tree = html.fromstring(page.body)
            for link in tree.xpath("//a/@href"):
                if link.startswith(guide.ASSETS):
                    continue  # a picture, looked at below
                name, _hash, anchor = link.partition("#")
                with self.subTest(page=page.name, language=page.language, link=link):
                    found = places[page.language, name or page.name]
                    self.assertTrue(not anchor or anchor in found)
            for picture in tree.xpath("//img/@src"):
                with self.subTest(picture=picture):
                    self.assertTrue((guide.FOLDER / picture.removeprefix(guide.ASSETS)).is_file())

    def test_pictures_are_shown_and_small(self):
        """Issue 17: none is left over, and a clone stays small."""
        shown = {picture.removeprefix(guide.ASSETS) for page in get_pages()
                 for picture in html.fromstring(page.body).xpath("//img/@src")}
        files = {str(path.relative_to(guide.FOLDER)): path.stat().st_size
                 for path in guide.FOLDER.rglob("*.webp")}
        self.assertEqual(set(files), shown)
        self.assertLessEqual(max(files.values(), default=0), MOST_ONE)
        self.assertLessEqual(sum(files.values()), MOST_ALL)

    def test_labels_are_those_of_the_screens(self):
        """Issue 17: what stands in italics is written on a screen in just these words."""
        terms = polib.pofile(file_path(f"{MODULE}/i18n/fr.po"))
        labels = {"en": {entry.msgid for entry in terms}, "fr": {entry.msgstr for entry in terms}}
        for language, known in labels.items():
            known = {normalize(label) for label in known | CORE[language]}
            for name in guide.PAGES:
                named = {normalize(part)
                         for label in LABEL.findall(guide.get_text(language, name))
                         for part in label.split(" > ")}
                with self.subTest(page=name, language=language):
                    self.assertEqual(named - known, set())

    def test_the_page_of_the_apps_has_its_pictures(self):
        """Issue 17: `static/description/index.html`."""
        folder = ROOT / "static" / "description"
        pictures = html.fromstring((folder / "index.html").read_text()).xpath("//img/@src")
        self.assertGreaterEqual(len(pictures), 2)
        for picture in pictures:
            with self.subTest(picture=picture):
                self.assertTrue((folder / picture).is_file())

    def test_text_is_text(self):
        """What a page says is never read as markup of ours."""
        self.assertEqual(guide._render_inline("a < b, `<b>` *x* **y** [z](managers.md#set-up)"), (
            'a &lt; b, <code>&lt;b&gt;</code> <em>x</em> <strong>y</strong> '
            '<a href="managers#set-up">z</a>'))


@tagged("post_install", "-at_install")
class TestGuideLinks(TransactionCase):
    """From a screen to the task that it is for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actions = cls.env["ir.actions.act_window"].browse(
            cls.env["ir.model.data"].search([
                ("module", "=", MODULE), ("model", "=", "ir.actions.act_window")]).mapped("res_id"))

    def test_every_list_says_what_it_is_when_empty(self):
        """Issue 17: lists of what people make; the wording of a template is never empty."""
        self.assertEqual(set(self.actions.filtered(lambda action: (
            action.res_model.startswith("collection.") and action.view_mode.startswith("list")
            and action.target != "new" and not action.help)).mapped("xml_id")),
            {f"{MODULE}.collection_sequence_content_action"})

    def test_every_empty_screen_leads_to_its_task(self):
        """Issue 17: in English and in French, the link has the task's title."""
        for language in guide.LANGUAGES:
            titles = {
                f"{guide.ADDRESS}{page.name}#{heading.anchor}": heading.text
                for page in get_pages() if page.language == language
                for heading in page.headings}
            code = {"en": "en_US", "fr": "fr_FR"}[language]
            for action in self.actions.with_context(lang=code).filtered("help"):
                with self.subTest(action=action.xml_id, language=language):
                    links = html.fromstring(action.help).xpath(
                        f"//a[starts-with(@href, '{guide.ADDRESS}')]")
                    self.assertEqual(len(links), 1)
                    self.assertEqual(links[0].get("target"), "_blank")
                    title = titles[links[0].get("href")]
                    self.assertEqual(normalize(links[0].text), normalize(title))


@tagged("post_install", "-at_install")
class TestGuideRoute(HttpCase):
    """Issue 17: the pages as they are served."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.reader = new_test_user(cls.env, "reader", "base.group_user", lang="fr_FR")

    def test_a_page_is_in_the_readers_language(self):
        """Issue 17: the same link is French to one and English to another."""
        self.authenticate("reader", "reader")
        french = html.fromstring(self.url_open("/collection-guide/collectors").content)
        self.assertEqual(french.get("lang"), "fr")
        self.assertTrue(french.xpath("//article//h3[@id='promise']"))
        english = html.fromstring(self.url_open("/collection-guide/en/collectors").content)
        self.assertEqual(english.get("lang"), "en")

    def test_nothing_comes_from_elsewhere(self):
        """Issue 17: the guide can be read without the internet."""
        self.authenticate("reader", "reader")
        for page in guide.PAGES:
            answer = self.url_open(f"/collection-guide/{page}")
            tree = html.fromstring(answer.content)
            with self.subTest(page=page):
                self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
                for place in tree.xpath("//img/@src | //link/@href"):
                    self.assertTrue(place.startswith(f"/{MODULE}/static/"), place)

    def test_an_unknown_page_is_not_found(self):
        """No path of ours reads another file."""
        self.authenticate("reader", "reader")
        for path in ("nothing", "fr/nothing", "de/collectors", "..%2f..%2fREADME"):
            with self.subTest(path=path):
                self.assertEqual(self.url_open(f"/collection-guide/{path}").status_code, 404)


@tagged("post_install", "-at_install")
class TestGuideAccessibility(AccessibilityCase):
    """The pages can be read by everybody (WCAG 2.2 AA), on a telephone and on a desktop."""

    def test_the_pages(self):
        """Issue 17: calm, readable, 390 pixels wide too."""
        new_test_user(self.env, "reader", "base.group_user")
        for page in ("collectors", "glossary"):
            self.assert_accessible(f"/collection-guide/en/{page}", login="reader")
