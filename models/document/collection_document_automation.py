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

#: Triggers that the clock pulls: days after or before a day.
CLOCK = ("after", "before_due")


class CollectionDocumentAutomation(models.Model):
    """What happens by itself in the requests of a template: a trigger and an action (C-011, C-024).

    It is read when it happens: what is changed here holds for the requests under way, too.
    """

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
    subject = fields.Char(
        translate=True, help="Of the e-mail or the activity. Empty: a standard subject for the "
        "trigger, or the automation's name.")
    body = fields.Html(
        translate=True, help="It is the same for whoever is concerned: word it so that it fits "
        "all of them. The list of documents and the personal link follow it. Empty: "
        "a standard text for the trigger.")

    _days_check = models.Constraint(
        "CHECK(days >= 0 AND repeat_days >= 0 AND (\"trigger\" <> 'after' OR days > 0))",
        "Days cannot be negative, and the first reminder comes one day after the invitation at "
        "the earliest.")

    # === APPLYING === #

    def _pick(self, contributors):
        """:return: those of the contributors that it is for"""
        self.ensure_one()
        return contributors.filtered(lambda contributor: (
            contributor.request_id.template_id == self.template_id
            and self.function_id in (contributor.function_id, self.function_id.browse())))

    def _get_notice_kind(self):
        """:return: kind of the message that it writes, one of
        :data:`~.collection_document_notice.KINDS`"""
        self.ensure_one()
        return {"invited": "invitation", "after": "reminder", "before_due": "reminder"}.get(
            self.trigger, "news")

    def _get_summary(self):
        """:return: str, summary of its activity, in the language of the context"""
        return self.subject or self.name

    def _notify_reviewers(self, requests):
        """Raise the automation's activity on these requests: one is open at most on each.

        :param requests: ``collection.document.request``

        :return: the requests
        """
        self.ensure_one()
        requests._open_activity(
            f"automation:{self.id}", lambda request: self.with_context(
                lang=request._get_reviewer().lang)._get_summary())
        return requests
