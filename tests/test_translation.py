import ast
import re
from collections import Counter
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import code_translations

MODULE = "account_collection"
ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
TAG = re.compile(r"</?\w+[^>]*>")
#: Attributes of markup that a reader sees, and so may read differently in French.
SHOWN = re.compile(r'\b(title|aria-label|alt|placeholder)="[^"]*"')
#: What must stand before or within French punctuation: a space that does not break the line.
BREAKING = re.compile(r" [:;!?»]|« ")

#: Types of fields that say something.
SAYING = {"char", "html", "json", "text"}
#: Fields computed anew that read alike in every language: codes, numbers, names of people and
#: files, addresses, what somebody wrote, and what is in a language of its own.
ALIKE = {
    "account.move.collection_comment",
    "collection.action.callee_phone",
    "collection.action.wording_body",
    "collection.action.wording_lang",
    "collection.action.wording_subject",
    "collection.action.close.on_behalf_of",
    "collection.action.draft.lang",
    "collection.anchor.certificates_name",
    "collection.anchor.root_name",
    "collection.anchor.token_name",
    "collection.assignment.rule.filter_owner",
    "collection.assignment.rule.value_field",
    "collection.call.reply_text",
    "collection.case.file.lang_name",
    "collection.dispatch.lang_name",
    "collection.dispatch.letter_code",
    "collection.document.file.contributor_name",
    "collection.item.wizard.lang",
    "collection.new.action.lang",
    "collection.payment.plan.offer.lang",
    "collection.payment.plan.offer.lang_name",
    "collection.reply.excerpt",
    "collection.scenario.ladder",
    "collection.sequence.manual_events",
    "collection.sequence.transition.position_label",
}

#: Words of the trade that users know by heart, as the interface names them.
GLOSSARY = {
    "Bailiff": "Commissaire de justice",
    "Case manager": "Gestionnaire",
    "Collector": "Chargé de recouvrement",
    "Contributor": "Contributeur",
    "Document request": "Demande de documents",
    "Function": "Fonction",
    "Functions": "Fonctions",
    "History": "Historique",
    "Incident": "Incident",
    "Launch": "Lancer",
    "Litigation manager": "Responsable contentieux",
    "Moot": "Sans objet",
    "Outcome": "Résultat",
    "Participant": "Intervenant",
    "Participants": "Intervenants",
    "Primary recipient": "Destinataire principal",
    "Refuse": "Refuser",
    "Resume": "Reprendre",
    "Sequence": "Séquence",
    "Sequence template": "Modèle de séquence",
    "Skip": "Ignorer",
    "Step": "Étape",
    "Supporting Document": "Pièce justificative",
    "Validate": "Valider",
    "Ways out": "Issues",
}

#: What one English word once said of two things, which are two words in French: the two terms.
TWO_SENSES = [
    ("All open items", "Items concerned"),
    ("Open items", "Items concerned"),
    ("Close", "Close…"),
    ("Unresolved", "Under way"),
    ("Due date", "Due"),
    ("Sending failed", "Refused"),
    ("Not accepted", "Refused"),
    ("Act now", "To do"),
]
#: Terms that would say two things again: one of the above is meant.
AMBIGUOUS = {"Open", "Whose turn", "What it is", "How it leaves"}


@tagged("post_install", "-at_install")
class TestTranslation(TransactionCase):
    """French is complete: every term of the module and of its library, in the trade's words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = polib.pofile(file_path(f"{MODULE}/i18n/{MODULE}.pot"))
        cls.french = polib.pofile(file_path(f"{MODULE}/i18n/fr.po"))
        cls.by_term = {entry.msgid: entry.msgstr for entry in cls.french}

    def check(self, is_wrong):
        """Fail with every entry of which this function says that it is wrong."""
        wrong = [f"{entry.msgid!r}: {entry.msgstr!r}" for entry in self.french if is_wrong(entry)]
        self.assertFalse(wrong, "\n".join(wrong))

    def test_every_term_is_translated(self):
        """No term is left empty, fuzzy or out of use."""
        self.check(lambda entry: not entry.msgstr.strip() or entry.fuzzy or entry.obsolete)

    def test_french_has_the_terms_of_the_template(self):
        """Neither file knows a term that the other does not, and none twice."""
        terms = Counter(entry.msgid for entry in self.terms)
        self.assertEqual(terms, Counter(entry.msgid for entry in self.french))
        self.assertEqual(set(terms.values()), {1})

    def test_the_library_is_in_the_template(self):
        """French collectors read the examples in French: their terms are among those exported."""
        places = " ".join(place for entry in self.terms for place, _line in entry.occurrences)
        for name in ("function_gest", "option_served_person", "template_cdp", "step_cdp_serve"):
            self.assertIn(f"{MODULE}.example_{name}", places)

    def test_placeholders_are_kept(self):
        """What a sentence fills in is there on both sides, as often and under the same name."""
        self.check(lambda entry: Counter(PLACEHOLDER.findall(entry.msgid))
                   != Counter(PLACEHOLDER.findall(entry.msgstr)))

    def test_markup_is_kept(self):
        """The same tags in the same order, but for the attributes that are read."""
        def tags(text):
            return [SHOWN.sub("", tag) for tag in TAG.findall(text)]
        self.check(lambda entry: tags(entry.msgid) != tags(entry.msgstr))

    def test_spaces_do_not_break(self):
        """French punctuation never starts a line."""
        self.check(lambda entry: BREAKING.search(TAG.sub("", entry.msgstr)))

    def test_one_apostrophe(self):
        """The typographic apostrophe, everywhere; straight ones only within tags."""
        self.check(lambda entry: "'" in TAG.sub("", entry.msgstr))

    def test_assignment_is_no_summons(self):
        """B42: « assignation » is a writ, met in procedures; assignment is « affectation »."""
        self.check(lambda entry: "assign" in TAG.sub("", entry.msgid).lower()
                   and "assign" in TAG.sub("", entry.msgstr).lower())
        self.check(lambda entry: "assignation" in entry.msgstr.lower()
                   and not all("example_" in place or "library" in place
                               for place, _line in entry.occurrences))

    def test_words_of_the_trade(self):
        """B1, B28: each concept has one word, the one that users know."""
        self.assertEqual(GLOSSARY, {term: self.by_term.get(term) for term in GLOSSARY})

    def test_two_senses_have_two_words(self):
        """Screens 21 to 25: each fits its place."""
        for one, other in TWO_SENSES:
            with self.subTest(one=one, other=other):
                self.assertTrue(self.by_term.get(one) and self.by_term.get(other))
                self.assertNotEqual(self.by_term[one], self.by_term[other])
        self.assertFalse(AMBIGUOUS & set(self.by_term))

    def test_no_sentence_hides_within_a_string(self):
        """What is said within a formatted string is found by no translator."""
        for path in ROOT.rglob("*.py"):
            if not {"controllers", "models", "report", "tools", "wizards"}.isdisjoint(
                    path.relative_to(ROOT).parts[:1]):
                hidden = [
                    call.lineno for text in ast.walk(ast.parse(path.read_text()))
                    if isinstance(text, ast.JoinedStr) for call in ast.walk(text)
                    if isinstance(call, ast.Call) and call.args
                    and isinstance(call.args[0], ast.Constant)
                    and ast.unparse(call.func).split(".")[-1] in ("_", "_lt")]
                self.assertFalse(hidden, path.name)

    def test_names_are_those_of_the_reader_s_language(self):
        """What is called one thing in one language is not called so in the next one."""
        for model in self.env.registry.values():
            if model._name.startswith("collection.") and (
                    model._compute_display_name.__module__.startswith("odoo.addons." + MODULE)):
                field = model._fields["display_name"]
                self.assertIn(
                    "lang", self.env.registry.field_depends_context[field], model._name)

    def test_what_is_computed_is_in_the_reader_s_language(self):
        """What was said to one reader in one language is not said so to the next one."""
        registry = self.env.registry
        found = {
            str(field): "lang" in registry.field_depends_context[field]
            for model in registry.values() for field in model._fields.values()
            if MODULE in field._modules and field.type in SAYING
            and field.compute and not (field.store or field.related)}
        self.assertEqual({name for name, speaks in found.items() if not speaks}, ALIKE)

    def test_odoo_finds_the_terms_of_code(self):
        """What Python and JavaScript say is marked so that Odoo loads it for either."""
        python = code_translations.get_python_translations(MODULE, "fr_FR")
        self.assertEqual(python["Sequence launched"], "Séquence lancée")
        web = code_translations.get_web_translations(MODULE, "fr_FR")["messages"]
        self.assertIn({"id": "Nobody", "string": "Personne"}, list(map(dict, web)))
