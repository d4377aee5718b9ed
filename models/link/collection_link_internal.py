from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext, is_html_empty

from ...engine import hashtags
from ...tools.records import as_record
from ..people.res_partner import COLLECTORS


class ResPartner(models.Model):
    """Who is one of us, and may read what we say of a customer among ourselves (A-015, B36)."""

    _inherit = "res.partner"

    collection_internal = fields.Boolean(
        string="Colleague", groups=COLLECTORS,
        help="A colleague without a login, who may be sent internal interactive messages. "
        "Lawyers and bailiffs are no colleagues.")

    @api.constrains("collection_internal")
    def _check_collection_internal(self):
        for partner in self.filtered("collection_internal"):
            if partner.commercial_partner_id.customer_rank:
                raise ValidationError(self.env._(
                    "%(contact)s belongs to a customer, so it is no colleague.",
                    contact=partner.display_name))

    def _is_collection_internal(self):
        """Whether this is a colleague: an internal user, an employee or flagged as one."""
        self.ensure_one()
        partner = self.sudo()
        if partner.collection_internal or any(
                user.active and not user.share for user in partner.user_ids):
            return True
        return "hr.employee" in self.env and bool(self.env["hr.employee"].sudo().search_count(
            [("work_contact_id", "=", partner.id)], limit=1))

    def _find_not_internal(self, customer):
        """:return: why what is said of a customer must not go to this contact, or None"""
        self.ensure_one()
        partner, customer = self.sudo(), customer.sudo().commercial_partner_id
        own = partner.commercial_partner_id == customer or (
            partner.email_normalized and self.sudo().with_context(active_test=False).search_count([
                ("commercial_partner_id", "=", customer.id),
                ("email_normalized", "=", partner.email_normalized)], limit=1))
        if own:
            return self.env._(
                "%(contact)s is an address of the customer %(customer)s: internal messages show "
                "what is said of it among colleagues. Send an ordinary message instead.",
                contact=partner.display_name, customer=customer.display_name)
        if not partner._is_collection_internal():
            return self.env._(
                "%(contact)s is no colleague: internal messages go to users, employees and "
                "contacts marked as colleagues only.", contact=partner.display_name)
        return None


class CollectionLinkInternal(models.Model):
    """Internal interactive messages: colleagues without rights in Odoo see and answer (A-014)."""

    _inherit = "collection.link"

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
            problem = partner._find_not_internal(customer) or self.env[
                "collection.action"]._find_address_problem(partner, "email")
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
