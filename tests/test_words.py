"""What a person reads is words: no code of a selection reaches a screen, a page or a sentence."""

import ast
import re
from collections import defaultdict

from odoo.tests import TransactionCase, tagged

from ..models.history.kinds import KINDS, SENTENCES
from ..tools.clauses import join_clauses, join_label
from .source_code import ROOT

#: Attributes of a page or of a screen that show what they name.
SHOWN = re.compile(r't-(?:out|esc)="([^"]*)"')
#: A value read from a record, or from what a template was given of one, and nothing else.
READ = re.compile(r"^[\w.]+\.(\w+)$")
#: Widgets to which the server sends words already, under the names of the fields.
SENT_AS_WORDS = {"static/src/tree/dry_run/dry_run.xml"}
#: What has no label: it is none of the values that the selection offers.
NO_LABEL = {("models/action/collection_action_kind.py", "kind")}
#: Texts with a colon that no reader's language joins: one is read back, one stands alone.
COLONS = {"models/sequence/collection_sequence_commands.py", "report/case_file/verify.py"}
#: Arguments of the history that are shown as they are.
VALUES = {"old", "new", "old_value", "new_value", "text"}


@tagged("post_install", "-at_install")
class TestWords(TransactionCase):
    """Issue 16: selections are shown by their labels, wherever they are shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        types = defaultdict(set)
        for model in cls.env.registry.models.values():
            if model._name.startswith("collection."):
                for name, field in model._fields.items():
                    types[name].add(field.type)
        #: names that are selections on whatever model of ours has them
        cls.codes = {name for name, found in types.items() if found == {"selection"}}

    def find_read(self, node):
        """:return: str, the selection that an expression reads, or None"""
        return node.attr if isinstance(node, ast.Attribute) and node.attr in self.codes else None

    def get_calls(self):
        """:return: generator of (place, ``ast.Call``) in the module's own code"""
        for room in ("models", "wizards", "controllers", "report"):
            for path in sorted((ROOT / room).rglob("*.py")):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Call):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", node

    def test_colons_are_joined_by_the_language(self):
        """In French a space goes before a colon: ``join_label`` knows."""
        self.assertEqual({
            str(path.relative_to(ROOT)) for room in ("models", "wizards", "controllers", "report")
            for path in (ROOT / room).rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.JoinedStr) and any(
                isinstance(part, ast.Constant) and part.value == ": " for part in node.values)
        }, COLONS)
        self.assertEqual(join_label(self.env, "Rent %", "100 %"), "Rent %: 100 %")

    def test_semicolons_are_joined_by_the_language(self):
        """In French a space goes before a semicolon: ``join_clauses`` knows."""
        self.assertEqual([
            place for place, call in self.get_calls()
            if isinstance(call.func, ast.Attribute) and call.func.attr == "join"
            and isinstance(call.func.value, ast.Constant) and call.func.value.value == "; "], [])
        self.assertEqual(join_clauses(self.env, iter(["a", "b, 100 %", "%(c)s"])),
                         "a; b, 100 %; %(c)s")
        self.assertEqual(join_clauses(self.env, ()), "")

    def test_sentences_of_code(self):
        """What a translated sentence is filled with, and what the history keeps as old and new."""
        raw = []
        for place, call in self.get_calls():
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            for keyword in call.keywords:
                shown = name == "_" or (name == "TraceRow" and keyword.arg in VALUES)
                excused = (place.rpartition(":")[0], keyword.arg) in NO_LABEL
                if shown and self.find_read(keyword.value) and not excused:
                    raw.append(f"{place} {keyword.arg}={ast.unparse(keyword.value)}")
        self.assertEqual(raw, [])

    def test_pages_and_screens(self):
        """What templates of pages, letters, e-mails and widgets print."""
        raw = []
        for room in ("views", "wizards", "report", "data", "static/src"):
            for path in sorted((ROOT / room).rglob("*.xml")):
                if str(path.relative_to(ROOT)) in SENT_AS_WORDS:
                    continue
                for shown in SHOWN.findall(path.read_text()):
                    found = READ.match(shown)
                    if found and found[1] in self.codes:
                        raw.append(f"{path.relative_to(ROOT)}: {shown}")
        self.assertEqual(raw, [])

    def test_every_kind_of_the_history(self):
        """Its sentence shows no code of what the row holds: outcome, incident, event, part."""
        held = {"outcome": ("collection.action", "outcome"),
                "code": ("collection.sequence", "incident")}
        labels = {
            key: dict(self.env[model]._fields[name]._description_selection(self.env))
            for key, (model, name) in held.items()}
        for kind, _label in KINDS:
            self.assertIn(kind, SENTENCES)
            empty = self.describe(kind, {})
            for key, offered in labels.items():
                for code in offered if key != "code" or kind == "incident_raised" else ():
                    said = self.describe(kind, {key: code})
                    self.assertEqual(self.count(code, said), self.count(code, empty), kind)

    def describe(self, kind, data):
        """:return: str, the sentence of a row of history that holds these data"""
        return self.env["collection.history"].new({
            "kind": kind, "data": {"item": "INV/1", **data}, "old_value": "Old", "new_value": "New",
            "step_name": "Step", "action_name": "Action"})._describe()

    def count(self, code, text):
        """:return: int, how often a text says a code as it is stored"""
        return len(re.findall(rf"\b{code}\b", text))

    def test_events_of_the_history(self):
        """An event is called as the catalogue has it; one recorded by hand by its own name."""
        history = self.env["collection.history"]
        offered = self.env["collection.signal"]._fields["code"]._description_selection(self.env)
        for code, label in offered:
            row = history.new({"kind": "event_received", "data": {"code": code}})
            self.assertEqual(row._describe(), f"Event: {label}")

    def test_parts_of_a_message(self):
        """What was edited of a message is called by a word."""
        history = self.env["collection.history"]
        for part in ("subject", "body", "to_partner_id", "copy_partner_ids", "added_file_ids"):
            row = history.new({
                "kind": "message_edited", "data": {"part": part}, "action_name": "Reminder"})
            self.assertNotIn("_", row._describe())
            self.assertNotIn("–", row._describe(), part)
