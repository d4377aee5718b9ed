from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .document_case import DocumentCase


@tagged("post_install", "-at_install")
class TestDocumentTemplate(DocumentCase):
    """What a manager sets in a template, as the form saves it."""

    def make(self, **vals):
        return self.env["collection.document.template"].with_user(self.manager).create({
            "name": "Loan", "item_ids": [
                Command.create({"name": "Bank details"}),
                Command.create({"name": "Payslip", "function_id": self.cau.id})],
            "function_ids": [Command.create({"function_id": self.cau.id, "most": 0})], **vals})

    def test_documents_and_contributors_are_saved_at_once(self):
        """C-004, C-007: in one form, whichever tab was filled first."""
        template = self.make()
        self.assertEqual(template.item_ids.mapped("function_id"), self.cau)
        self.assertEqual(template.contributor_function_ids, self.cau)

    def test_a_copy_asks_for_the_same(self):
        """C-007: duplicated with its contributors."""
        copy = self.make().copy()
        self.assertEqual(copy.item_ids.mapped("name"), ["Bank details", "Payslip"])
        self.assertEqual(copy.function_ids.function_id, self.cau)

    def test_a_contributor_leaves_together_with_its_documents(self):
        """C-004: the document is given to somebody else in the same save."""
        template = self.make()
        line, item = template.function_ids, template.item_ids[1]
        with self.assertRaises(ValidationError):
            template.write({"function_ids": [Command.delete(line.id)]})
        template.write({"function_ids": [Command.delete(line.id)],
                        "item_ids": [Command.update(item.id, {"function_id": False})]})
        self.assertFalse(template.function_ids)

    def test_the_form_sets_the_contributor_of_a_document(self):
        """C-009: among the functions of the tab Contributors."""
        with Form(self.env["collection.document.template"].with_user(self.manager)) as form:
            form.name = "Rental"
            with form.function_ids.new() as line:
                line.function_id = self.cau
                line.can_see_approved = True
            with form.item_ids.new() as item:
                item.name = "Payslip"
                item.function_id = self.cau
        template = form.record
        self.assertEqual(template.item_ids.function_id, self.cau)
        self.assertTrue(template.function_ids.can_see_approved)

    def test_permissions_are_those_of_the_function(self):
        """C-010, C-021: set in the template, copied to whoever is invited."""
        self.template.function_ids.write({"can_download": True, "can_invite": True})
        contributor = self.start().invite(self.cau, self.guarantor)
        self.assertTrue(contributor.can_download and contributor.can_invite)
        self.assertFalse(contributor.can_represent)

    def test_the_example_is_previewed_by_its_type(self):
        """C-009: a PDF in the reader, a picture as one, anything else not."""
        item = self.template.item_ids[0]
        kinds = {}
        for name in ("a.PDF", "b.jpeg", "c.docx", False):
            item.example_name = name
            kinds[name] = item.example_kind
        self.assertEqual(kinds, {
            "a.PDF": "pdf", "b.jpeg": "image", "c.docx": False, False: False})

    def test_an_automation_of_a_function_writes_to_its_holders_only(self):
        """B37: whoever else is invited hears nothing by itself."""
        self.assertFalse(self.template._writes_to_invited())
        automation = self.env["collection.document.automation"].create({
            "template_id": self.template.id, "name": "Invitation", "function_id": self.cau.id,
            "subject": "Your documents", "body": "<p>Hello</p>"})
        self.assertTrue(self.template._writes_to_invited(self.cau))
        self.assertFalse(self.template._writes_to_invited())
        automation.function_id = False
        self.assertTrue(self.template._writes_to_invited())
        automation.active = False
        self.assertFalse(self.template._writes_to_invited())
