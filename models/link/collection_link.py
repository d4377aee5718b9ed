import hashlib
import hmac
import logging
import re
import secrets
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, html2plaintext, is_html_empty

from ...engine import hashtags
from ...tools.records import as_records, as_text
from ..action.channels import get_channel
from ..item.holders import Holder, register
from ..statement.statement_line import PAGE
from .link_kinds import KINDS
from .page import PageCell, PageItem, PageSection

_logger = logging.getLogger(__name__)

#: Items of a currency shown at most: a page is read on a telephone.
MOST_ITEMS = 200

#: Bytes of the part by which a link is found, and of the secret part.
_SELECTOR, _SECRET = 9, 33

_TOKEN = re.compile(r"([\w-]{12})([\w-]{44})", re.ASCII)

# a colleague who was asked about an invoice goes on seeing it
register(Holder("collection.link", "item_ids", is_traced=False))


class CollectionLink(models.Model):
    """A personal link: what a message lets its reader see and answer, without login.

    It shows one customer's account in one company, or to a colleague chosen items of it, for as
    long as it lasts. Nobody can read it back: only a digest of its secret is kept, and the
    message is kept with a placeholder for the link. Kinds of links: :mod:`~.link_kinds`.
    """

    _name = "collection.link"
    _inherit = ["collection.portfolio", "collection.upload"]
    _description = "Personal Collection Link"
    _order = "id desc"
    _owner_fields = ("customer_id", "company_id", "action_id")
    _copied_pages = ("body",)

    kind = fields.Selection(
        [(kind.code, kind.label) for kind in KINDS.values()], required=True, readonly=True)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Recipient", required=True, readonly=True, index=True,
        ondelete="restrict")
    action_id = fields.Many2one("collection.action", readonly=True, ondelete="restrict")
    dispatch_id = fields.Many2one(
        "collection.dispatch", readonly=True, index="btree_not_null", ondelete="restrict")
    item_ids = fields.Many2many(
        "account.move.line", string="Items concerned", readonly=True,
        help="What a colleague is asked about; the customer sees the whole account.")
    subject = fields.Char(readonly=True)
    body = fields.Html(string="Message", readonly=True)
    user_id = fields.Many2one("res.users", string="Asked by", readonly=True)
    expires_at = fields.Datetime(string="Valid until", required=True, readonly=True)
    revoked_at = fields.Datetime(string="Revoked on", readonly=True)
    revoked_by_id = fields.Many2one("res.users", string="Revoked by", readonly=True)
    use_count = fields.Integer(string="Times opened", readonly=True)
    used_at = fields.Datetime(string="Last opened", readonly=True)
    answer_ids = fields.One2many("collection.answer", "link_id", readonly=True)
    state = fields.Selection(
        [("open", "Valid"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state")
    selector = fields.Char(
        required=True, readonly=True, copy=False, groups="base.group_system")
    digest = fields.Char(required=True, readonly=True, copy=False, groups="base.group_system")
    _selector_unique = models.UniqueIndex("(selector)", "Links are told apart by it.")
    _items_check = models.Constraint(
        "CHECK(kind = 'customer' OR user_id IS NOT NULL)", "A colleague is asked by somebody.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("partner_id", "create_date")
    def _compute_display_name(self):
        for link in self:
            link.display_name = link.partner_id.display_name or ""

    @api.depends("expires_at", "revoked_at")
    def _compute_state(self):
        for link in self:
            link.state = link._get_state()

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A link that was sent is kept: revoke it instead."))

    # === LINKS === #

    def _get_state(self):
        """:return: str, the state at this moment, whatever the cache holds"""
        self.ensure_one()
        if self.revoked_at:
            return "revoked"
        expired = self.expires_at and self.expires_at < fields.Datetime.now()
        return "expired" if expired else "open"

    @api.model
    def _make(self, vals_list):
        """Make links, all at once.

        :param vals_list: list of dicts of field values; validity is the company's
        :return: list of (link, its URL): the only moment at which the URL is known
        """
        companies = self.env["res.company"].browse(
            {vals["company_id"] for vals in vals_list})
        days = {company.id: company.collection_link_days for company in companies}
        now, tokens, prepared = fields.Datetime.now(), [], []
        for vals in vals_list:
            selector, secret = secrets.token_urlsafe(_SELECTOR), secrets.token_urlsafe(_SECRET)
            tokens.append(selector + secret)
            prepared.append({
                **vals, "selector": selector, "digest": _digest(secret),
                "expires_at": now + timedelta(days=days[vals["company_id"]])})
        links = self.sudo().create(prepared)
        return [(link, f"{link.company_id.get_base_url()}/collection/{token}")
                for link, token in zip(links, tokens)]

    @api.model
    def _find(self, token):
        """Find the link of a token.

        :param str token: as a stranger gave it
        :return: the link, in superuser mode; empty for an unknown, forged, expired or revoked
            one, and for one whose recipient may no longer see what it shows
        """
        match = _TOKEN.fullmatch(token or "")
        if not match:
            return self.sudo().browse()
        link = self.sudo().search([("selector", "=", match[1])], limit=1)
        known = hmac.compare_digest(link.digest or _digest(""), _digest(match[2]))
        if not link or not known or not link._is_valid():
            if link:
                _logger.info("%s was refused: %s", link, link._get_state() if known else "forged")
            return link.browse()
        return link

    def _is_valid(self):
        """:return: bool, whether its recipient may still see what it shows"""
        self.ensure_one()
        return (self._get_state() == "open" and self.partner_id.active
                and getattr(self, f"_is_valid_{self.kind}")())

    def _is_valid_customer(self):
        return self.partner_id.commercial_partner_id == self.customer_id

    def _is_valid_internal(self):
        return not self.partner_id._find_not_internal(self.customer_id)

    def _use(self):
        """Count that it was opened; two uses at a time take turns."""
        self.ensure_one()
        self.write({"use_count": self.use_count + 1, "used_at": fields.Datetime.now()})

    def _revoke(self):
        """Revoke these links, and trace it."""
        links = self.filtered(lambda link: link._get_state() == "open")
        links.write({"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid})
        rows = {}
        for link in links:
            rows.setdefault((link.customer_id, link.company_id), []).append({
                "kind": "link_revoked", "new_value": link.partner_id.display_name,
                "cause": "person", "command": "revoke"})
        self.env["collection.history"]._append_many(rows)

    # === COLLEAGUES === #
    # Internal interactive messages: colleagues without rights in Odoo see and answer.

    @api.model
    def send_internal(self, items, recipients, subject, body=""):
        """Ask colleagues about open items of one customer, by e-mail with a personal link.

        They see the items with status and comment; what they answer waits for the collector.

        :param items: ``account.move.line``
        :param recipients: ``res.partner`` of colleagues
        :param str subject: of the e-mail
        :param str body: what is asked, HTML
        :return: the links, one a recipient
        :raise UserError: nobody, no subject, no open item, items of several customers or
            companies, a recipient without e-mail address, or who is no colleague
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = as_records(self.env, "account.move.line", items)
        items._check_open_items()
        recipients = as_records(self.env, "res.partner", recipients)
        recipients.check_access("read")
        recipients = recipients.sudo()
        customer, company = items.sudo()._get_single_customer()
        subject, body = as_text(self.env, subject), as_text(self.env, body)
        if not subject:
            raise UserError(self.env._("The message needs a subject."))
        if not recipients:
            raise UserError(self.env._("Choose a colleague to ask."))
        for partner in recipients:
            problem = partner._find_not_internal(customer) or (
                get_channel("email").find_address_problem(partner))
            if problem:
                raise UserError(problem)
        langs = recipients._get_collection_langs(company)
        made = self._make([{
            "kind": "internal", "customer_id": customer.id, "company_id": company.id,
            "partner_id": partner.id, "item_ids": [(6, 0, items.ids)],
            "subject": subject, "body": body, "user_id": self.env.uid,
        } for partner in recipients])
        for link, url in made:
            link.with_context(lang=langs[link.partner_id.id])._send_internal(url)
        self.env["collection.history"]._append(customer, company, [{
            "kind": "internal_sent", "data": {"item": items.sudo()._name_items()},
            "new_value": ", ".join(recipients.mapped("name")), "cause": "person",
            "command": "internal", "text": "\n".join(
                part for part in (subject, html2plaintext(made[0][0].body or "").strip())
                if part)}])
        return self.browse([link.id for link, _url in made])

    def _send_internal(self, url):
        """Queue the e-mail of a link, in the language of the context.

        It belongs to no thread: replies by e-mail go to whoever asked, never to the customer's
        conversation.
        """
        self.ensure_one()
        before, after = self.company_id._get_collection_mail_layout()
        customer = Markup("<p><b>%s</b></p>") % self.customer_id.display_name
        text = Markup() if is_html_empty(self.body) else self.body
        content = text + customer + Markup("").join(
            Markup(hashtags.render_table(table))
            for table in self.item_ids._get_statement_tables())
        button = self.company_id._get_collection_button(url, self.env._("Open and answer"))
        user = self.user_id
        self.env["mail.mail"].sudo().with_company(self.company_id).create({
            "subject": self.subject,
            "body": before + content + after,
            "body_html": before + content + button + after,
            "author_id": user.partner_id.id,
            "email_from": user.email_formatted or self.company_id.email_formatted,
            "reply_to": user.email_formatted or self.company_id.email_formatted,
            "recipient_ids": [(4, self.partner_id.id)],
            "message_type": "email_outgoing",
            "auto_delete": True,
            "record_company_id": self.company_id.id,
        })

    # === PAGE === #

    def _get_shown_items(self):
        """:return: ``account.move.line`` that the link shows: the customer's open items, with what
            other companies of the same root owe the customer, as messages net it; or those that a
            colleague is asked about, settled or not; none for other kinds"""
        self.ensure_one()
        if not KINDS[self.kind].shows_account:
            return self.item_ids.browse()
        if self.kind == "internal":
            return self.item_ids.sorted(lambda item: (item._get_collection_due(), item.id))
        customer, company = self.customer_id, self.company_id
        return customer._get_collection_items(company) | customer._get_collection_offset_items(
            company, company._get_collection_day())

    def _get_sections(self):
        """:return: list of :class:`~.page.PageSection`, in the language of the context"""
        self.ensure_one()
        items, day = self._get_shown_items(), self.company_id._get_collection_day()
        statement = self.env["collection.statement"]
        labels = statement._get_labels(items, statement._get_instalments(items))
        claims = items._get_collection_penalties(day)
        notes, open_items = self._get_notes(items), self._get_answerable_items()
        return [
            self._get_section(own, day, labels, claims, notes, open_items)
            for own in items.grouped("currency_id").values()]

    def _get_section(self, items, day, labels, claims, notes, open_items):
        statement, currency = self.env["collection.statement"], items.currency_id
        late = items.filtered(lambda item: item._get_collection_days_late(day))
        credits = items.filtered(lambda item: item.amount_residual_currency < 0)
        ordered = late + (items - late - credits) + credits
        overdue = statement._sum_items(late + credits).get(currency, 0.0)
        shown = ordered[:MOST_ITEMS]
        columns = statement._get_columns_at(PAGE, statement._has_claims(items, claims))
        return PageSection(
            currency=currency, more=len(ordered) - len(shown),
            total=statement._format_amounts(statement._sum_items(items), currency=currency),
            overdue=late and currency.compare_amounts(overdue, 0) > 0
            and statement._format_amount(overdue, currency) or "",
            claims=self._format_claims(late, claims),
            items=tuple(
                self._get_page_item(
                    line, columns, notes[line.items.id], line.items in open_items)
                for line in statement._get_lines(shown, day, labels, claims)))

    def _get_page_item(self, line, columns, note, answerable):
        item, move, internal = line.items, line.items.move_id, self.kind == "internal"
        cells = [(column, PageCell(column.code, column.get_card_text(line)))
                 for column in columns]
        return PageItem(
            item=item, note=note, late=line.days_late > 0,
            titles=tuple(cell for column, cell in cells if column.is_title and cell.text),
            details=tuple(cell for column, cell in cells if not column.is_title and cell.text),
            printed=move.is_sale_document(), answerable=answerable,
            payable=not internal and answerable and self._is_payable(move),
            status=internal and self._describe_status(item) or "",
            comment=internal and item.collection_comment or "")

    def _is_payable(self, move):
        """Whether Odoo's online payment, where it is installed, takes this invoice."""
        return hasattr(move, "_has_to_be_paid") and move._has_to_be_paid()

    def _format_claims(self, late, claims):
        """:return: str, what may be claimed for late payment on top of what is owed"""
        statement = self.env["collection.statement"]
        sums = [statement._sum_interest(late, claims), statement._sum_indemnities(late, claims)]
        if not any(sums):
            return ""
        return statement._format_amounts(*sums, currency=self.company_id.currency_id)

    def _describe_status(self, item):
        if item.reconciled:
            return self.env._("Settled")
        return item._describe_status() or self.env._("Normal")

    def _get_notes(self, items):
        """:return: dict of str, what the reader should know of items, by id"""
        last = {
            answer.item_id: answer for answer in self.env["collection.answer"].search([
                ("item_id", "in", items.ids), ("link_kind", "=", self.kind),
                *([("partner_id", "=", self.partner_id.id)] if self.kind == "internal" else []),
            ], order="id")}
        return {item.id: self._describe_note(item, last.get(item)) for item in items}

    def _describe_note(self, item, answer):
        if answer and answer.state == "waiting":
            return self.env._(
                "Your answer of %(day)s is being checked: %(answer)s",
                day=format_date(self.env, answer.create_date), answer=answer._describe())
        if self.kind == "internal":
            return ""
        if item.collection_status_id.kind == "promise" and item.collection_promise_date:
            return self.env._("Payment promised for %(day)s. Thank you.", day=format_date(
                self.env, item.collection_promise_date))
        if item.collection_status_id.kind == "dispute":
            return self.env._("You do not agree with it: we are looking into it.")
        if answer and answer.state == "refused":
            return self.env._(
                "We could not accept your answer of %(day)s (%(answer)s). Please contact us.",
                day=format_date(self.env, answer.create_date), answer=answer._describe())
        return ""

    def _get_contact(self):
        """:return: ``res.partner`` to turn to: whoever asked, else the collector, else the
            company"""
        self.ensure_one()
        collector = self.customer_id.with_company(self.company_id).collector_id
        user = self.user_id or collector.filtered("active") or (
            self.company_id._get_collection_manager())
        return user.partner_id or self.company_id.partner_id

    def _get_choices(self):
        """:return: dict of the choices that the page's template offers"""
        self.ensure_one()
        if self.kind == "customer":
            return {"reasons": self.env["collection.dispute.reason"].search([])}
        disputed = self.env["collection.dispute"].search_count(
            [("state", "=", "open"), ("item_ids", "in", self.item_ids.ids)], limit=1)
        return {
            "statuses": self._get_proposable_statuses(),
            "results": disputed and self.env["collection.answer"]._fields[
                "result"]._description_selection(self.env) or [],
        }

    def _get_invoice(self, item_id):
        """:param int item_id: as a stranger gave it
        :return: ``account.move`` of an item that the link shows; empty for any other"""
        item = self._get_shown_items().filtered(lambda item: item.id == item_id)
        return item.move_id.filtered(lambda move: move.is_sale_document())

    def _get_payment_address(self, item_id):
        """:param int item_id: as a stranger gave it
        :return: URL where an invoice that the link shows is paid online; None for any other"""
        move = self._get_invoice(item_id)
        if self.kind == "customer" and move and self._is_payable(move):
            return move._get_portal_payment_link()
        return None

    def _get_answerable_items(self):
        """:return: open items that the link's reader may answer for, the oldest first"""
        self.ensure_one()
        open_items = self.env["account.move.line"]._get_open_item_domain(self.company_id)
        if self.kind == "internal":
            return self.item_ids.filtered_domain(open_items)
        return self.customer_id._get_collection_items(self.company_id).filtered(
            lambda item: item.amount_residual_currency > 0)

    def _get_proposable_statuses(self):
        """:return: statuses that a colleague may propose; disputes need more than a status"""
        return self.env["collection.item.status"].search(
            Domain("kind", "not in", ("dispute", "resolved")))

    # === BUTTONS === #

    def action_revoke(self):
        """Button *Revoke*: these links show nothing any more.

        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_portfolio()
        self.sudo()._revoke()


def _digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
