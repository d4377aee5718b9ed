import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, format_list

from ...tools.dialogs import RELOAD, notify, open_dialog
from ...tools.records import (
    as_day,
    as_instalments,
    as_integer,
    as_record,
    as_records,
    as_text,
    in_company_language,
)
from ..action.channels import CHANNELS, get_channel
from ..item.holders import Holder, register
from ..message.message import PDF
from . import plan_text

#: Days after an unpaid instalment on which the whole falls due, unless told otherwise.
DEFAULT_DAYS = 8
#: Days for which an offer stands, unless told otherwise.
OFFER_DAYS = 15

#: A plan that was offered shows what it is about, also after a correction of the entry.
register(Holder("collection.payment.plan", "item_ids", (("state", "=", "offered"),)))

#: What was offered never changes, and what was accepted stays accepted as it was. Only once the
#: history says that the customer was anonymised, the text and the name go.
GUARD = """
    CREATE OR REPLACE FUNCTION collection_payment_plan_guard() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF OLD.digest IS NULL OR (
                NEW.text IS NOT DISTINCT FROM OLD.text AND NEW.digest = OLD.digest
                AND NEW.amount = OLD.amount
                AND NEW.currency_id = OLD.currency_id
                AND (OLD.accepted_at IS NULL OR (
                     NEW.accepted_at = OLD.accepted_at AND NEW.state = 'accepted'
                     AND NEW.accepted_by = OLD.accepted_by AND NEW.accepted_way = OLD.accepted_way
                     AND NEW.accepted_link_id IS NOT DISTINCT FROM OLD.accepted_link_id
                     AND NEW.accepted_on = OLD.accepted_on))) OR (
                NEW.text IS NULL AND (NEW.accepted_by IS NOT DISTINCT FROM OLD.accepted_by
                                      OR NEW.accepted_by = '–')
                AND to_jsonb(NEW) - 'text' - 'ended_because' - 'accepted_by'
                  = to_jsonb(OLD) - 'text' - 'ended_because' - 'accepted_by'
                AND EXISTS (
                    SELECT FROM collection_history AS said
                      JOIN collection_history_chain AS chain ON chain.id = said.chain_id
                     WHERE chain.customer_id = NEW.customer_id
                       AND said.kind = 'customer_anonymised')) THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'a payment plan stays as it was offered and accepted';
    END $$ LANGUAGE plpgsql;
    CREATE OR REPLACE TRIGGER collection_payment_plan_stays
        BEFORE UPDATE OR DELETE ON collection_payment_plan
        FOR EACH ROW EXECUTE FUNCTION collection_payment_plan_guard();
"""


class CollectionPaymentPlan(models.Model):
    """A payment plan: a schedule offered to a debtor, with its terms (A-047).

    What is offered is a text in the debtor's language, kept as it stood with its SHA-256. It is
    accepted on the debtor's personal page or on paper, as long as the debt is the one that was
    offered; its instalments then are a promise, which pauses the items and is found kept or
    broken. Refused, withdrawn, past its day or taken over by a new version, it stays in the
    customer's history.
    """

    _name = "collection.payment.plan"
    _description = "Payment Plan"
    _copied_texts = ("ended_because",)
    _inherit = ["collection.portfolio"]
    _order = "id desc"
    _owner_fields = ("customer_id", "company_id")

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Offered to", required=True, readonly=True, ondelete="restrict")
    item_ids = fields.Many2many("account.move.line", string="Items concerned", readonly=True)
    residuals = fields.Json(
        readonly=True, help="What was owed on each item when it was offered, by its id.")
    line_ids = fields.One2many(
        "collection.payment.plan.line", "plan_id", string="Instalments", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    version = fields.Integer(required=True, readonly=True, default=1)
    former_id = fields.Many2one(
        "collection.payment.plan", string="In place of", readonly=True, ondelete="restrict",
        index="btree_not_null")
    default_days = fields.Integer(
        string="Days of default", required=True, readonly=True, default=DEFAULT_DAYS,
        help="Days after the day of an unpaid instalment, after which the whole is due.")
    lang = fields.Char(string="Language", required=True, readonly=True)
    text = fields.Html(string="As it was offered", readonly=True, sanitize=False)
    digest = fields.Char(string="SHA-256", readonly=True, help="Of the text as it was offered.")
    state = fields.Selection(
        [("offered", "Offered"), ("accepted", "Agreed"), ("refused", "Declined"),
         ("expired", "Lapsed"), ("withdrawn", "Withdrawn")],
        required=True, readonly=True, default="offered")
    offered_on = fields.Date(string="Offered on", required=True, readonly=True)
    offered_by_id = fields.Many2one("res.users", string="Offered by", readonly=True)
    valid_until = fields.Date(
        string="Offer stands until", required=True, readonly=True,
        help="The last day on which it can be accepted.")
    ended_because = fields.Char(string="Why it ended", readonly=True)
    accepted_at = fields.Datetime(string="Accepted at", readonly=True)
    accepted_on = fields.Date(
        string="Accepted on", readonly=True, help="On paper, the day of the signature.")
    accepted_by = fields.Char(
        string="Accepted by", readonly=True, help="The name, as whoever accepted it wrote it.")
    accepted_way = fields.Selection(
        [("page", "On the personal page"), ("paper", "On paper")], string="How", readonly=True)
    accepted_link_id = fields.Many2one(
        "collection.link", string="Through the link", readonly=True, ondelete="restrict")
    signed_ids = fields.Many2many("ir.attachment", string="Signed copy", readonly=True)
    action_id = fields.Many2one(
        "collection.action", string="Sent by", readonly=True, ondelete="restrict")
    promise_id = fields.Many2one(
        "collection.promise", readonly=True, index="btree_not_null", ondelete="restrict")
    promise_state = fields.Selection(related="promise_id.state", string="Kept?")
    summary = fields.Char(compute="_compute_summary")
    is_whole = fields.Boolean(
        compute="_compute_is_whole", help="The text is the one of the SHA-256.")

    #: read by the cron that looks after offers (_process_offers)
    _offered_index = models.Index("(valid_until) WHERE state = 'offered'")
    _sealed_check = models.Constraint(
        "CHECK(state <> 'accepted' OR accepted_at IS NOT NULL AND accepted_by IS NOT NULL"
        " AND digest IS NOT NULL AND (accepted_way <> 'page' OR accepted_link_id IS NOT NULL))",
        "An accepted plan says who accepted which text, and how.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("amount", "line_ids")
    def _compute_summary(self):
        for plan in self:
            plan.summary = plan._describe() if plan.currency_id else ""

    @api.depends_context("lang")
    @api.depends("version", "customer_id")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = plan._get_name()

    @api.depends("text", "digest")
    def _compute_is_whole(self):
        forgotten = self.env["collection.history"].sudo().search([
            ("kind", "=", "customer_anonymised"),
            ("chain_id.customer_id", "in", self.filtered(
                lambda plan: not plan.text).customer_id.ids),
        ]).chain_id.customer_id
        for plan in self:
            plan.is_whole = plan.digest == _digest(plan.text) if plan.text else (
                plan.customer_id in forgotten)

    # === CRUD === #

    def init(self):
        """Guard the rows in the database too."""
        self.env.cr.execute(GUARD)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "A payment plan is part of the customer's history: withdraw it."))

    # === WORDS === #

    def _get_name(self):
        """:return: str, in the reader's language"""
        self.ensure_one()
        return self.env._("Payment plan %(number)s, version %(version)s", number=self._origin.id,
                          version=self.version)

    def _describe(self):
        """:return: str, how much in how many instalments until when, in the reader's language"""
        self.ensure_one()
        return self.env._(
            "%(amount)s in %(count)s instalments until %(day)s", count=len(self.line_ids),
            amount=format_amount(self.env, self.amount, self.currency_id),
            day=format_date(self.env, max(self.line_ids.mapped("date"))))

    # === OFFER === #

    @api.model
    def offer(self, items, instalments, *, valid_until=None, default_days=DEFAULT_DAYS, terms="",
              partner=None, former=None):
        """Offer a payment plan for the whole of some open items.

        Plans that are still offered for one of the items are withdrawn: this one takes their
        place, as their next version.

        :param items: ``account.move.line`` of one customer, company and currency
        :param instalments: list of (date, amount), in order; to the cent what is owed
        :param valid_until: date or ISO string, the last day on which it can be accepted; by
            default some days from now, before the first instalment
        :param int default_days: days after an unpaid instalment after which the whole is due
        :param str terms: a line each, in the debtor's language; by default what is proposed
        :param partner: the ``res.partner`` to whom it is offered, by default the customer
        :param former: the plan that it takes the place of, whatever its items
        :return: the new ``collection.payment.plan``
        :raise UserError: a day gone by, instalments that are not what is owed, an offer that
            stands for longer than until the first instalment, items of several customers…
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = as_records(self.env, "account.move.line", items)
        items._check_open_items()
        former = as_record(self.env, self._name, former)
        former.check_access("read")
        lines = items.sudo()
        customer, company = lines._get_single_customer()
        partner = self._check_partner(as_record(self.env, "res.partner", partner), customer)
        vals = self._prepare_offer_vals(
            lines, company, instalments, as_day(self.env, valid_until), default_days)
        former = former.sudo().filtered(lambda plan: plan.customer_id == customer)
        replaced = self._find_offered(lines) | former.filtered(
            lambda plan: plan.state == "offered")
        replaced._end("withdrawn", in_company_language(replaced, company).env._(
            "A new version takes its place."))
        last = (replaced | former).sorted("version")[-1:]
        plan = self.sudo().create({
            **vals, "customer_id": customer.id, "company_id": company.id,
            "partner_id": partner.id, "former_id": last.id, "version": last.version + 1,
            "offered_by_id": self.env.uid,
            "lang": partner.sudo()._get_collection_langs(company)[partner.id]})
        text = plan_text.render(plan, as_text(self.env, terms) or plan_text.propose_terms(
            plan, plan.amount, plan.currency_id, plan.default_days))
        plan.write({"text": text, "digest": _digest(text)})
        plan._trace("plan_offered")
        return plan.with_env(self.env)

    @api.model
    def _find_offered(self, lines):
        """:return: the plans that are offered for one of these ``account.move.line``"""
        return self.sudo().search([("state", "=", "offered"), ("item_ids", "in", lines.ids)])

    def _prepare_offer_vals(self, lines, company, instalments, valid_until, default_days):
        """:raise UserError: see :meth:`offer`"""
        currency, day = lines.currency_id, company._get_collection_day()
        if len(currency) != 1:
            raise UserError(self.env._(
                "Choose items of one currency; these are of: %(currencies)s.",
                currencies=", ".join(currency.mapped("name"))))
        if isinstance(default_days, int) and default_days < 0:
            raise UserError(self.env._("The days of default cannot be negative."))
        balance = sum(lines.mapped("amount_residual_currency"))
        schedule = as_instalments(self.env, instalments)
        self.env["collection.promise"]._check_instalments(schedule, balance, currency, company)
        total = sum(amount for _day, amount in schedule)
        if currency.compare_amounts(total, balance):
            raise UserError(self.env._(
                "The instalments come to %(total)s, and %(balance)s is owed: a plan covers the "
                "whole, to the cent.", total=format_amount(self.env, total, currency),
                balance=format_amount(self.env, balance, currency)))
        until = valid_until or min(day + timedelta(days=OFFER_DAYS), schedule[0][0])
        if not day <= until <= schedule[0][0]:
            raise UserError(self.env._(
                "The offer cannot stand until %(until)s: choose a day from today to that of the "
                "first instalment.", until=format_date(self.env, until)))
        return {
            "currency_id": currency.id, "item_ids": [(6, 0, lines.ids)], "amount": balance,
            "residuals": {str(line.id): line.amount_residual_currency for line in lines},
            "default_days": as_integer(self.env, default_days), "offered_on": day,
            "valid_until": until,
            "line_ids": [(0, 0, {"date": on, "amount": amount}) for on, amount in schedule],
        }

    def _check_partner(self, partner, customer):
        if partner and partner.sudo().commercial_partner_id != customer:
            raise UserError(self.env._(
                "%(contact)s does not belong to %(customer)s: a plan is offered to the debtor.",
                contact=partner.display_name, customer=customer.name))
        return partner or customer

    def send(self, channel="email"):
        """Send this offer: the text as a PDF; by e-mail with the link to the page where it is
        accepted, by letter to be signed and sent back.

        :param str channel: code of a channel that takes files
        :return: the ``collection.action`` of the message
        :raise UserError: it is no longer offered, the channel takes no files, or nobody is
            reached that way
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        self._check_portfolio()
        self._check_offered()
        self._check_channel(channel)
        plan = self.sudo().with_context(lang=self.lang)
        message = self.env["collection.action"].with_company(self.company_id).with_context(
            lang=self.lang).create_message(
                self.customer_id.id, plan_text.prepare_message_vals(plan, channel))
        file = self.env["ir.attachment"].sudo().create({
            "name": plan_text.get_filename(plan), "raw": plan_text.print_plan(plan),
            "mimetype": PDF, "res_model": message._name, "res_id": message.id})
        plan.action_id = message
        message.sudo().write({
            "offers_page": get_channel(channel).carries_links,
            "item_ids": [(6, 0, plan.item_ids.ids)],
            "to_partner_id": plan.partner_id.id, "added_file_ids": [(6, 0, file.ids)]})
        message.send_now()
        return message.with_env(self.env)

    def _check_channel(self, channel):
        """:raise UserError: there is no such channel, or it takes no files"""
        fit = [known for known in CHANNELS.values() if known.takes_files]
        if channel not in [known.code for known in fit]:
            labels = [self.env._(known.label) for known in fit]
            raise UserError(self.env._(
                "A payment plan cannot be sent by “%(channel)s”, which takes no files: send it "
                "by %(channels)s.", channel=channel, channels=format_list(self.env, labels, "or")))

    # === BUTTONS === #

    def action_print(self):
        """:return: action that downloads this plan as a PDF"""
        self.ensure_one()
        self.check_access("read")
        return self.env["collection.download"]._offer(
            plan_text.get_filename(self), plan_text.print_plan(self), PDF)

    def action_send(self):
        """Button *Send by e-mail*; see :meth:`send`."""
        self.send()

    def action_send_letter(self):
        """Button *Send by letter*; see :meth:`send`.

        :return: notification that says where the letter is
        """
        self.send("letter")
        return notify(self.env._(
            "The letter is ready, among the letters to post."), then=RELOAD)

    def action_open_paper(self):
        """:return: window action on the dialog that notes a signature on paper"""
        self.ensure_one()
        return open_dialog("collection.payment.plan.paper", self.env._("Signed on paper"),
                           default_plan_id=self.id)

    def action_open_withdraw(self):
        """:return: window action on the dialog that asks why it is withdrawn"""
        self.ensure_one()
        return open_dialog("collection.payment.plan.withdraw", self.env._("Withdraw the offer"),
                           default_plan_id=self.id)

    def action_open_version(self):
        """:return: window action on the dialog that offers a new version
        :raise UserError: none of its items is open any more
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        still_open = self.sudo().item_ids.filtered(lambda item: not item.reconciled)
        return still_open.with_env(self.env)._open_plan_offer(default_former_id=self.id)


def _digest(text):
    """:return: str, the SHA-256 of a text"""
    return hashlib.sha256(str(text).encode()).hexdigest()
