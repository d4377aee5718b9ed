import hashlib
import hmac
import logging
import re
import secrets
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, is_html_empty

from ...engine import hashtags
from ...tools.records import as_record
from ..action.channels import get_channel

_logger = logging.getLogger(__name__)

KINDS = [("customer", "The customer's"), ("internal", "A colleague's")]

#: Bytes of the part by which a link is found, and of the secret part.
_SELECTOR, _SECRET = 9, 33

_TOKEN = re.compile(r"([\w-]{12})([\w-]{44})", re.ASCII)


class CollectionLink(models.Model):
    """A personal link: what a message lets its reader see and answer, without login.

    It shows one customer's account in one company, or to a colleague chosen items of it, for as
    long as it lasts. Nobody can read it back: only a digest of its secret is kept, and what is
    kept of the message has a place where the link was.
    """

    _name = "collection.link"
    _inherit = ["collection.upload"]
    _description = "Personal Collection Link"
    _order = "id desc"

    kind = fields.Selection(KINDS, required=True, readonly=True)
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
        "account.move.line", string="Open items", readonly=True,
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
        """:return: the state as it is now; time passes without the field being told"""
        self.ensure_one()
        if self.revoked_at:
            return "revoked"
        expired = self.expires_at and self.expires_at < fields.Datetime.now()
        return "expired" if expired else "open"

    @api.model
    def _make(self, vals_list):
        """Make links, all at once.

        :param vals_list: list of dicts of field values; validity is the company's
        :return: list of (link, its address): the only moment at which that is known
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

        :param str token: whatever a stranger gave
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
        """Whether what was sent may still be seen by whom it was sent to."""
        self.ensure_one()
        if self._get_state() != "open" or not self.partner_id.active:
            return False
        if self.kind == "customer":
            return self.partner_id.commercial_partner_id == self.customer_id
        return not self.partner_id._find_not_internal(self.customer_id)

    def _use(self):
        """Note that it was opened; two uses at a time take turns."""
        self.ensure_one()
        self.write({"use_count": self.use_count + 1, "used_at": fields.Datetime.now()})

    def _revoke(self):
        """Take these links back, and trace it."""
        links = self.filtered(lambda link: link._get_state() == "open")
        links.write({"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid})
        facts = {}
        for link in links:
            facts.setdefault((link.customer_id, link.company_id), []).append({
                "kind": "link_revoked", "new_value": link.partner_id.display_name,
                "cause": "person", "command": "revoke"})
        self.env["collection.history"]._append_many(facts)

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
        items = as_record(self.env, "account.move.line", items)
        items._check_open_items()
        recipients = as_record(self.env, "res.partner", recipients).sudo()
        customer, company = items.sudo()._get_single_customer()
        if not (subject or "").strip():
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

        It belongs to no thread: answers by e-mail go to whoever asked, never to the customer's
        conversation.
        """
        self.ensure_one()
        before, after = self.company_id._get_collection_mail_layout()
        statement = self.env["collection.statement"]
        items = self.item_ids
        tables = statement._get_tables(
            items, self.company_id._get_collection_day(),
            statement._get_words(items, statement._get_instalments(items)),
            items._get_collection_penalties(self.company_id._get_collection_day()))
        who = Markup("<p><b>%s</b></p>") % self.customer_id.display_name
        words = Markup() if is_html_empty(self.body) else self.body
        content = words + who + Markup("").join(
            Markup(hashtags.render_table(table)) for table in tables)
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

    # === BUTTONS === #

    def action_revoke(self):
        """A person takes links back: they show nothing any more.

        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        for company, own in self.grouped("company_id").items():
            own.customer_id.with_company(company)._check_collection_portfolio()
        self.sudo()._revoke()


def _digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
