from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import notify

STEPS = [("status", "Status"), ("message", "Message"), ("next", "What next")]


class CollectionItemWizard(models.TransientModel):
    """*Change status…*: three steps from chosen open items to what becomes of them.

    Say what is known of them, write to the customer at once, decide what comes next: the
    scenario, or a specific action. Each step may be left empty. Nothing is done before the end.
    Items of several customers are treated customer by customer, each with an action of its own.
    """

    _name = "collection.item.wizard"
    _inherit = ["collection.action.draft"]
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
    status_kind = fields.Selection(related="status_id.kind", string="Kind of status")
    status_excludes = fields.Boolean(related="status_id.excludes")
    comment = fields.Text(help="Stays on the items and in the customer's history.")
    review_date = fields.Date(
        string="Back in view on", compute="_compute_review_date", store=True, readonly=False)
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
        "res.users", string="Resolved by", domain="[('share', '=', False)]",
        compute="_compute_owner_id", store=True, readonly=False)

    next = fields.Selection(
        [("follow", "Follow the scenario"),
         ("specific", "A specific action on these items")],
        string="Next reminder", required=True, default="follow")
    proposed_for_id = fields.Many2one(
        "collection.item.status", help="The status for which an action was proposed last.")

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
            words = {"count": len(items), "amount": amounts, "customer": customers[:1].name,
                     "customers": len(customers)}
            wizard.summary = (
                self.env._("%(customer)s – 1 item, %(amount)s", **words) if len(items) == 1
                else self.env._("%(customer)s – %(count)s items, %(amount)s", **words)
                if len(customers) == 1 else
                self.env._("%(customers)s customers – %(count)s items, %(amount)s", **words))

    @api.depends("status_id", "promise_date")
    def _compute_review_date(self):
        for wizard in self:
            status = wizard.status_id
            day = fields.Date.context_today(wizard) + timedelta(days=status.delay_days)
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

    # -- step by step ------------------------------------------------------------------------

    def action_next(self):
        """Button *Next*: what this step asks for is there, go on.

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
        """An action that suits the status: after its delay, or on the promised day (B32)."""
        status = self.status_id
        if self.proposed_for_id == status:
            return
        today = fields.Date.context_today(self)
        words = {
            "promise": self.env._("Check the promised payment"),
            "dispute": self.env._(
                "Follow up the dispute: %(reason)s", reason=self.reason_id.name),
            "litigation": self.env._("Follow up the litigation"),
        }
        self.write({
            "proposed_for_id": status.id,
            "next": "specific" if status.kind in ("dispute", "litigation") else "follow",
            "name": words.get(status.kind) or False,
            "date": self._get_promised_day() or self.review_date or today,
        })

    # -- at the end --------------------------------------------------------------------------

    def action_apply(self):
        """Do all of it, or nothing: what was typed stays where something is refused.

        :return: notification of what was done
        :raise UserError: nothing was asked for, or something is missing
        :raise ValidationError: items are in another excluding action, and are not to be moved
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["applied"])
        if self.applied:  # a double click
            return self._close("")
        self.applied = True
        self.item_ids._check_open_items()
        self._check_status()
        if self.status_kind == "dispute":
            self._propose_next()  # nothing else was, where the last step was left out
        specific = self.next == "specific" or self.status_kind == "dispute"
        if not (self.status_id or self.comment or specific or self.message != "none"):
            raise UserError(self.env._(
                "Nothing is changed by this. Choose a status, write a comment or a message, or "
                "ask for an action."))
        vals = self._prepare_action_vals() if specific else None
        for items in self._get_groups():
            self._apply_to(items, vals)
        return self._close(self._describe_done(specific))

    def _apply_to(self, items, vals):
        """Carry it out on items of one customer and company.

        :param dict vals: of the specific action, None for none
        """
        if self.status_kind == "dispute":
            self.env["collection.dispute"].open(
                items, self.reason_id, owner=self.owner_id, description=self.comment or "",
                follow_up=vals, move=self.move)
            return self._send_message(items)
        promises = self._say_status(items)
        self._send_message(items)
        if vals:
            action = self.env["collection.action"].create_specific(items, vals, move=self.move)
            promises.sudo().action_id = action
        return None

    def _say_status(self, items):
        """:return: the promises made, if it is one"""
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
        """:return: list of items, those of each customer and company together"""
        return list(self.item_ids.grouped(
            lambda item: (item.sudo().partner_id.commercial_partner_id, item.company_id)
        ).values())

    def _get_promised_groups(self):
        """:return: the same, currency by currency: a promise is in one"""
        return [group.sudo() for items in self._get_groups()
                for group in items.grouped("currency_id").values()]

    def _get_promise(self, items):
        """:return: list of (day, amount) promised on items"""
        if self.in_instalments and self._asks_amount():
            return [(line.date, line.amount) for line in self.instalment_ids.sorted("date")]
        owed = sum(items.mapped("amount_residual_currency"))
        return [(self.promise_date, self.promise_amount if self._asks_amount() else owed)]

    def _asks_amount(self):
        """Whether an amount can be promised: of one customer, in one currency."""
        return self.single and bool(self.currency_id)

    def _get_promised_day(self):
        if self.status_kind != "promise":
            return None
        days = self.instalment_ids.mapped("date") if self.in_instalments else []
        return min(days, default=self.promise_date)

    def _describe_done(self, specific):
        """:return: what was done, in a sentence"""
        _, done = self.env._, []
        if self.status_id:
            done.append(_("%(status)s on %(count)s items", status=self.status_id.name,
                          count=len(self.item_ids)) if len(self.item_ids) > 1
                        else _("%(status)s on 1 item", status=self.status_id.name))
        elif self.comment:
            done.append(_("Comment noted"))
        if self.message == "customer":
            done.append(_("message on its way"))
        elif self.message == "colleagues":
            done.append(_("colleagues asked"))
        if specific:
            done.append(_("“%(action)s” planned", action=self.name))
        return "; ".join(done) + "."

    def _close(self, message):
        """:return: action that closes the dialog, says what was done and shows the new state"""
        refresh = {"type": "ir.actions.client", "tag": "soft_reload"}
        if not message:
            return refresh
        return notify(message, then=refresh)


class CollectionItemWizardInstalment(models.TransientModel):
    """An instalment that the customer promises."""

    _name = "collection.item.wizard.instalment"
    _description = "Instalment of a Promise to Note"
    _order = "date, id"

    wizard_id = fields.Many2one("collection.item.wizard", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    date = fields.Date(string="Day", required=True)
    amount = fields.Monetary(required=True)
