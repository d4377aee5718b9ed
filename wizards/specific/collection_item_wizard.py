from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ...tools.clauses import join_clauses
from ...tools.dialogs import RELOAD, notify

STEPS = [("status", "Status"), ("message", "Message"), ("next", "What next")]


class _Rehearsed(Exception):
    """The message was rendered: roll back what was written for it."""


class CollectionItemWizard(models.TransientModel):
    """*Change status…*: three steps for chosen open items.

    Set their status, send a message at once, choose what comes next: the scenario, or a specific
    action. Each step may be left empty. Nothing is done before the end. Items of several
    customers are treated customer by customer, each with an action of its own.
    """

    _name = "collection.item.wizard"
    _inherit = ["collection.dialog", "collection.action.draft"]
    _description = "Change the Status of Open Items"

    step = fields.Selection(STEPS, required=True, default="status")
    applied = fields.Boolean(readonly=True)
    summary = fields.Char(compute="_compute_summary")
    single = fields.Boolean(compute="_compute_summary", help="They are of one customer.")
    company_id = fields.Many2one("res.company", compute="_compute_summary")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_summary", help="Empty where they are of several.")
    balance = fields.Monetary(compute="_compute_summary")
    status_id = fields.Many2one("collection.item.status", string="Status")
    status_kind = fields.Selection(
        related="status_id.kind", related_sudo=False, string="Kind of status")
    status_excludes = fields.Boolean(related="status_id.excludes", related_sudo=False)
    comment = fields.Text(help="Stays on the items and in the customer's history.")
    review_date = fields.Date(
        string="Review on", compute="_compute_review_date", store=True, readonly=False)
    promise_date = fields.Date(string="Promised for")
    promise_amount = fields.Monetary(
        string="Amount promised", compute="_compute_promise_amount", store=True, readonly=False)
    in_instalments = fields.Boolean(string="In instalments")
    instalment_ids = fields.One2many(
        "collection.item.wizard.instalment", "wizard_id", string="Instalments")
    promised_by_id = fields.Many2one(
        "res.partner", string="Promised by",
        domain="[('commercial_partner_id', 'in', customer_ids)]")
    reason_id = fields.Many2one("collection.dispute.reason", string="Why it is disputed")
    owner_id = fields.Many2one(
        "res.users", string="Owner", domain="[('share', '=', False)]",
        compute="_compute_owner_id", store=True, readonly=False)
    next = fields.Selection(
        [("follow", "Follow the scenario"),
         ("specific", "A specific action on these items")],
        string="Next reminder", required=True, default="follow")
    proposed_for_id = fields.Many2one(
        "collection.item.status", help="The status for which an action was proposed last.")

    message = fields.Selection(
        [("none", "No"), ("customer", "Yes, an e-mail to the customer"),
         ("colleagues", "Yes, an internal interactive e-mail to colleagues")],
        string="Write to somebody now?", required=True, default="none")
    message_template_id = fields.Many2one(
        "mail.template", string="Template of the message",
        domain="[('model', '=', 'collection.action')]")
    message_subject = fields.Char(
        string="Subject of the message", compute="_compute_message", store=True, readonly=False)
    message_body = fields.Html(
        string="Text of the message", compute="_compute_message", store=True, readonly=False)
    message_invoices = fields.Boolean(string="Attach the invoices")
    message_statement = fields.Boolean(string="Attach the statement")
    preview_to = fields.Char(readonly=True)
    preview_subject = fields.Char(readonly=True)
    preview_body = fields.Html(readonly=True, sanitize=False)

    colleague_ids = fields.Many2many(
        "res.partner", "collection_item_wizard_colleague_rel", string="Colleagues",
        domain="['|', ('user_ids.share', '=', False), ('collection_internal', '=', True)]",
        help="Users, employees or contacts marked as colleagues; never the customer.")
    question_subject = fields.Char(
        string="Subject of the question", compute="_compute_question", store=True, readonly=False)
    question_body = fields.Html(
        string="Question", compute="_compute_question", store=True, readonly=False)

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("item_ids")
    def _compute_summary(self):
        for wizard in self:
            items = wizard.item_ids._origin.sudo()
            customers = items.partner_id.commercial_partner_id
            wizard.single = len(customers) == 1 and len(items.company_id) == 1
            wizard.company_id = items.company_id[:1]
            wizard.currency_id = items.currency_id if len(items.currency_id) == 1 else False
            wizard.balance = sum(items.mapped("amount_residual_currency"))
            amounts = self.env["collection.statement"]._format_amounts(
                self.env["collection.statement"]._sum_items(items),
                currency=(items.company_id[:1] or self.env.company).currency_id)
            values = {"count": len(items), "amount": amounts, "customer": customers[:1].name,
                      "customers": len(customers)}
            wizard.summary = (
                self.env._("%(customer)s – 1 item, %(amount)s", **values) if len(items) == 1
                else self.env._("%(customer)s – %(count)s items, %(amount)s", **values)
                if len(customers) == 1 else
                self.env._("%(customers)s customers – %(count)s items, %(amount)s", **values))

    @api.depends("status_id", "promise_date")
    def _compute_review_date(self):
        for wizard in self:
            status = wizard.status_id
            day = wizard._get_company()._get_collection_day() + timedelta(days=status.delay_days)
            wizard.review_date = day if status.excludes else False

    @api.depends("item_ids", "in_instalments", "instalment_ids.amount")
    def _compute_promise_amount(self):
        for wizard in self:
            wizard.promise_amount = wizard.balance if not wizard.in_instalments else sum(
                wizard.instalment_ids.mapped("amount"))

    @api.depends("reason_id")
    def _compute_owner_id(self):
        for wizard in self:
            wizard.owner_id = wizard.reason_id.owner_id

    @api.depends("message")
    def _compute_message(self):
        """Propose a text that suits the status, in the customer's language, once."""
        for wizard in self:
            if wizard.message != "customer" or wizard.message_subject or (
                    not is_html_empty(wizard.message_body)):
                wizard.message_subject = wizard.message_subject
                wizard.message_body = wizard.message_body
                continue
            subject, text = wizard.with_context(
                lang=wizard.lang or self.env.lang)._get_proposed_text()
            wizard.message_subject = subject
            wizard.message_body = "".join(f"<p>{line}</p>" for line in text.split("\n"))

    @api.depends("message")
    def _compute_question(self):
        """Propose a text to start from, once."""
        for wizard in self:
            asked = wizard.message == "colleagues"
            wizard.question_subject = wizard.question_subject or (
                asked and wizard._get_question_subject())
            if asked and is_html_empty(wizard.question_body):
                wizard.question_body = self.env._(
                    "Could you look into these items, and answer through the link?")
            else:
                wizard.question_body = wizard.question_body

    # === STATUS === #

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change status"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_status(self):
        """:raise UserError: the promise or dispute lacks something"""
        if self.status_kind == "dispute" and not self.reason_id:
            raise UserError(self.env._("Say why the customer disputes it: choose a reason."))
        if self.status_kind != "promise":
            return
        promises = self.env["collection.promise"]
        for items in self._get_promised_groups():
            plan = self._get_promise(items)
            promises._check_instalments(
                plan, sum(items.mapped("amount_residual_currency")), items.currency_id,
                items.company_id)

    def _propose_next(self):
        """Propose an action that suits the status: after its delay, or on the promised day
        (B32)."""
        status = self.status_id
        if self.proposed_for_id == status:
            return
        today = self._get_company()._get_collection_day()
        names = {
            "promise": self.env._("Check the promised payment"),
            "dispute": self.env._(
                "Follow up the dispute: %(reason)s", reason=self.reason_id.name),
            "litigation": self.env._("Follow up the litigation"),
        }
        self.write({
            "proposed_for_id": status.id,
            "next": "specific" if status.kind in ("dispute", "litigation") else "follow",
            "name": names.get(status.kind) or False,
            "date": self._get_promised_day() or self.review_date or today,
        })

    def _apply_to(self, items, vals):
        """Apply everything to items of one customer and company.

        :param dict vals: of the specific action, None for none
        """
        if self.status_kind == "dispute":
            self.env["collection.dispute"].open(
                items, self.reason_id, owner=self.owner_id, description=self.comment or "",
                follow_up=vals, move=self.move)
            return self._send_message(items)
        promises = self._apply_status(items)
        self._send_message(items)
        if vals:
            action = self.env["collection.action"].create_specific(items, vals, move=self.move)
            promises.sudo().action_id = action
        return None

    def _apply_status(self, items):
        """:return: ``collection.promise`` made, if the status is a promise"""
        promises = self.env["collection.promise"]
        if self.status_kind == "promise":
            for group in items.grouped("currency_id").values():
                plan = self._get_promise(group)
                promises |= promises.make(
                    group, instalments=plan, promised_by=self.promised_by_id,
                    comment=self.comment or "")
        elif self.status_id:
            items.set_collection_status(
                self.status_id, comment=self.comment or "", review_date=self.review_date)
        elif self.comment:
            items.sudo().collection_comment = self.comment
        return promises

    def _get_groups(self):
        """:return: list of ``account.move.line``, those of each customer and company together"""
        return list(self.item_ids.grouped(
            lambda item: (item.sudo().partner_id.commercial_partner_id, item.company_id)
        ).values())

    def _get_promised_groups(self):
        """:return: the same, split by currency: a promise is in one"""
        return [group.sudo() for items in self._get_groups()
                for group in items.grouped("currency_id").values()]

    def _get_promise(self, items):
        """:return: list of (date, amount) promised on items"""
        if self.in_instalments and self._asks_amount():
            return [(line.date, line.amount) for line in self.instalment_ids.sorted("date")]
        owed = sum(items.mapped("amount_residual_currency"))
        return [(self.promise_date, self.promise_amount if self._asks_amount() else owed)]

    def _asks_amount(self):
        """:return: bool, whether an amount can be promised: one customer, one currency"""
        return self.single and bool(self.currency_id)

    def _get_promised_day(self):
        if self.status_kind != "promise":
            return None
        days = self.instalment_ids.mapped("date") if self.in_instalments else []
        return min(days, default=self.promise_date)

    def _describe_done(self, specific):
        """:return: str, translated sentence that describes what was done"""
        _, done = self.env._, []
        if self.status_id:
            done.append(_("%(status)s on %(count)s items", status=self.status_id.name,
                          count=len(self.item_ids)) if len(self.item_ids) > 1
                        else _("%(status)s on 1 item", status=self.status_id.name))
        elif self.comment:
            done.append(_("Comment recorded"))
        if self.message == "customer":
            done.append(_("message on its way"))
        elif self.message == "colleagues":
            done.append(_("colleagues asked"))
        if specific:
            done.append(_("“%(action)s” planned", action=self.name))
        return join_clauses(self.env, done) + "."

    # === MESSAGE TO THE CUSTOMER === #
    # Step 2: a message that leaves at once, or none.

    def _get_proposed_text(self):
        """:return: (subject, text), both str with hashtags, that suit the status"""
        _, kind = self.env._, self.status_kind
        if kind == "promise":
            return _("Your promise to pay"), _(
                "Hello,\nThank you for having promised to pay #items_amount_selected:\n"
                "#items_list_selected\nKind regards,\n#collector_name")
        if kind == "dispute":
            return _("Your objection"), _(
                "Hello,\nWe have taken note of your objection and look into it:\n"
                "#items_list_selected\nKind regards,\n#collector_name")
        return _("Your account with #company_name"), _(
            "Hello,\nThis is about the following items:\n#items_list_selected\n"
            "Kind regards,\n#collector_name")

    def _check_text(self):
        """:raise UserError: the message has no text"""
        if not self.message_template_id and is_html_empty(self.message_body):
            raise UserError(self.env._("Write the text of the message, or choose a template."))

    def _check_message(self):
        """:raise UserError: the message has no text, or nowhere to go to
        :raise ValidationError: a hashtag that nobody knows"""
        self.preview_body = False
        if self.message == "customer":
            self._check_text()
            for items in self._get_groups():
                self._rehearse(items)
        elif self.message == "colleagues":
            self._check_question()

    def _rehearse(self, items):
        """Render the message for items of one customer, and leave nothing behind.

        :return: :class:`~...models.message.message.Message`
        """
        actions = self.env["collection.action"].sudo().with_context(tracking_disable=True)
        items = items.sudo()
        customer, company = items._get_single_customer()
        with suppress(_Rehearsed), self.env.cr.savepoint():
            if self.status_kind == "dispute":  # what is disputed bears no interest
                items.collection_status_id = self.status_id
            action = actions.create({
                **actions._prepare_specific_vals(
                    self._prepare_message_vals(), customer, company),
                "item_ids": [fields.Command.set(items.ids)]})
            problems = action._find_problems()
            message = action._render_messages(attachments=False)[action.id]
            raise _Rehearsed
        if problems:
            raise UserError(next(iter(problems.values())))
        return message

    def _prepare_message_vals(self):
        template = self.message_template_id
        subject = self.message_subject or self.env._("Message")
        return {
            "name": template.name or subject,
            "kind": "email", "subject": subject, "body": self.message_body,
            "mail_template_id": template.id, "attach_invoices": self.message_invoices,
            "attach_statement": self.message_statement, "excludes": False,
        }

    def _send_message(self, items):
        """Send it now: to the customer of these items, or to the colleagues who are asked."""
        if self.message == "customer":
            self._check_text()
            self.env["collection.action"].create_specific(
                items, self._prepare_message_vals()).send_now()
        elif self.message == "colleagues":
            self._check_question()
            self.env["collection.link"].send_internal(
                items, self.colleague_ids, self.question_subject, self.question_body)

    # === QUESTION TO COLLEAGUES === #
    # Step 2: an internal interactive message to colleagues.

    def _get_question_subject(self):
        customer = self.customer_ids[:1].name if self.single else ""
        parts = [self.status_id.name, self.reason_id.name, customer]
        return " – ".join(part for part in parts if part)

    def _check_question(self):
        """:raise UserError: no recipient, no question, or a recipient who is no colleague"""
        if not self.colleague_ids:
            raise UserError(self.env._("Choose a colleague to ask."))
        if is_html_empty(self.question_body):
            raise UserError(self.env._("Write what you ask your colleague."))
        for customer in self._get_customers():
            for colleague in self.colleague_ids:
                problem = colleague._find_not_internal(customer)
                if problem:
                    raise UserError(problem)

    # === BUTTONS === #

    def action_next(self):
        """Button *Next*: check this step, and go on.

        :return: window action on the next step
        :raise UserError: something is missing in this step
        """
        self.ensure_one()
        getattr(self, f"_check_{self.step}")()
        if self.step == "message":
            self._propose_next()
        self.step = "next" if self.step == "message" else "message"
        return self._reopen()

    def action_back(self):
        """Button *Back*.

        :return: window action on the step before
        """
        self.ensure_one()
        self.step = "message" if self.step == "next" else "status"
        return self._reopen()

    def action_apply(self):
        """Button *Apply*: do all of it, or nothing.

        :return: notification that describes what was done
        :raise UserError: nothing was asked for, or something is missing
        :raise ValidationError: items are in another excluding action, and are not to be moved
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["applied"])
        if self.applied:  # a double click
            return RELOAD
        self.applied = True
        self.item_ids._check_chosen_count()
        self.item_ids._check_open_items()
        self._check_status()
        if self.step == "status" or self.status_kind == "dispute":
            self._propose_next()  # nothing else was, where the last step was left out
        specific = self.next == "specific" or self.status_kind == "dispute"
        if not (self.status_id or self.comment or specific or self.message != "none"):
            raise UserError(self.env._(
                "Nothing is changed by this. Choose a status, write a comment or a message, or "
                "ask for an action."))
        vals = self._prepare_action_vals() if specific else None
        for items in self._get_groups():
            self._apply_to(items, vals)
        return notify(self._describe_done(specific), then=RELOAD)

    def action_preview(self):
        """Button *Preview*: show the message as its first recipient would read it.

        :return: window action on the same step
        :raise UserError: it has no text, or nowhere to go to
        """
        self.ensure_one()
        self._check_text()
        message = self._rehearse(self._get_groups()[0])
        self.write({
            "preview_to": message.recipient.email_formatted or message.recipient.name,
            "preview_subject": message.subject,
            "preview_body": message.content,
        })
        return self._reopen()

    def action_edit(self):
        """Button *Change the text*: back from the preview.

        :return: window action on the same step
        """
        self.ensure_one()
        self.preview_body = False
        return self._reopen()


class CollectionItemWizardInstalment(models.TransientModel):
    """An instalment that the customer promises."""

    _name = "collection.item.wizard.instalment"
    _description = "Instalment of a Promise to Record"
    _inherit = ["collection.dialog"]
    _order = "date, id"

    wizard_id = fields.Many2one("collection.item.wizard", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    date = fields.Date(string="Day", required=True)
    amount = fields.Monetary(required=True)
