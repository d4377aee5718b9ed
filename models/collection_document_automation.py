from odoo import fields, models

TRIGGERS = [
    ("invited", "Somebody is invited"),
    ("opened", "Somebody looks for the first time"),
    ("provided", "A document is provided"),
    ("approved", "A document is approved"),
    ("refused", "A document is refused"),
    ("finished", "Somebody says finished"),
    ("completed", "The request is complete"),
    ("after", "Days after the invitation"),
    ("before_due", "Days before the last day"),
    ("button", "A colleague asks for it"),
]


class CollectionDocumentAutomation(models.Model):
    """What happens by itself in the requests of a template: a trigger and an action (C-011, C-024)."""

    _name = "collection.document.automation"
    _description = "Automation of Document Requests"
    _order = "template_id, position, id"

    template_id = fields.Many2one(
        "collection.document.template", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True, translate=True)
    position = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    trigger = fields.Selection(TRIGGERS, required=True, default="invited")
    days = fields.Integer(help="How many days after the invitation, or before the last day.")
    repeat_days = fields.Integer(
        string="Repeat every", help="Days until it is done again, for as long as documents are "
        "missing. 0: once.")
    action = fields.Selection(
        [("email", "E-mail to the contributor"), ("activity", "Activity for the reviewer")],
        required=True, default="email")
    function_id = fields.Many2one(
        "collection.function", string="Only for", ondelete="restrict",
        help="Empty: for every contributor.")
    subject = fields.Char(translate=True)
    body = fields.Html(
        translate=True, help="It is the same for whoever is concerned: word it so that it fits "
        "all of them (C-012). The list of documents and the personal link follow it.")


class CollectionDocumentTemplate(models.Model):
    _inherit = "collection.document.template"

    automation_ids = fields.One2many(
        "collection.document.automation", "template_id", string="Automations", copy=True)


class CollectionDocumentContributor(models.Model):
    _inherit = "collection.document.contributor"

    def _automate(self, trigger, items=None):
        """Do what the template says for a trigger.

        :param items: ``collection.document.item`` that it is about, if any
        :return: whether an e-mail was written to somebody
        """
        return False

    def _send_invitation(self):
        """Write to these contributors, with their personal links, although no automation does."""
