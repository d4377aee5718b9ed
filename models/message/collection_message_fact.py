from dataclasses import dataclass
from datetime import date

from odoo import models
from odoo.fields import Domain
from odoo.tools import formataddr


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs a message.

    :ivar partner: the colleague, or the company itself
    """

    partner: models.BaseModel
    name: str
    email: str
    phone: str

    @property
    def email_from(self):
        return formataddr((self.name, self.email)) if self.email else ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says, before it is put in words.

    :ivar recipient: the contact that it goes to
    :ivar lang: the language of its words
    :ivar account: open items of the customer that the message may speak of
    :ivar items: those among them that it is about
    :ivar leader: the oldest of these, empty where nothing is due
    :ivar claims: late-payment claims by item id
    :ivar instalments: (number, how many) by item id, for invoices with several due dates
    """

    day: date
    recipient: models.BaseModel
    lang: str
    sender: Sender
    account: models.BaseModel
    items: models.BaseModel
    leader: models.BaseModel
    claims: dict
    instalments: dict

    @property
    def overdue(self):
        """What of the account is overdue; credits count from the start."""
        return self.account.filtered(lambda line: (
            line.amount_residual < 0 or line._get_collection_due() < self.day
        )).with_prefetch(self.account._prefetch_ids)


class CollectionMessageFact(models.Model):
    """What the messages of many actions speak of, read for all of them at once."""

    _inherit = "collection.action"

    def _get_message_facts(self):
        """Facts of the messages of these actions, which are of one company.

        The number of queries does not depend on how many they are.

        :return: dict of :class:`Facts` by action id
        """
        company = self.company_id
        day = company._get_collection_day()
        actions = self.sudo().with_company(company)
        recipients = actions._get_message_recipients()
        senders = actions._get_message_senders()
        langs = actions._get_message_langs(recipients)
        accounts, chosen = actions._get_message_items(day)
        lines = self.env["account.move.line"].sudo().union(*accounts.values())
        claims = lines._get_collection_penalties(day)
        instalments = self.env["collection.statement"]._get_instalments(lines)
        return {
            action.id: Facts(
                day=day, recipient=recipients[action.id], lang=langs[action.id],
                sender=senders[action.customer_id.id], account=accounts[action.id],
                items=chosen[action.id], claims=claims, instalments=instalments,
                leader=action._get_message_leader(chosen[action.id]))
            for action in actions}

    # -- in which language, from whom ----------------------------------------------------

    def _get_message_langs(self, recipients):
        """:return: dict of the language of each message, by action id"""
        langs = self.env["res.partner"].union(
            *recipients.values())._get_collection_langs(self.company_id)
        return {action_id: langs[partner.id] for action_id, partner in recipients.items()}

    def _get_message_senders(self):
        """M-044: the collector signs, else the company's credit manager, else the company,
        else the administrator.

        :return: dict of :class:`Sender` by customer id
        """
        company = self.company_id
        administrator = self.env.ref("base.user_admin", raise_if_not_found=False)
        nobody = self.env["res.users"]
        senders = {}
        for user in [*self.customer_id.collector_id, company.collection_manager_id, nobody]:
            signer = user.filtered("active")
            if not signer and not company.email and administrator:
                signer = administrator.sudo()
            senders[user] = Sender(
                signer.partner_id or company.partner_id, signer.name or company.name or "",
                signer.email_normalized or company.email or "",
                signer.phone or company.phone or "")
        return {
            customer.id: senders[
                customer.collector_id.filtered("active") or company.collection_manager_id]
            for customer in self.customer_id}

    # -- about what --------------------------------------------------------------------

    def _get_message_items(self, day):
        """The open items that each message speaks of.

        A scenario leaves out what is disputed, promised and the like. A specific action is about
        the items it was created for, a sequence about its own, or all where it has none.

        :param date day: the company's day
        :return: two dicts of ``account.move.line`` by action id: the account, and the items that
            the message is about
        """
        lines = self.customer_id._get_collection_items(self.company_id)
        causes = lines._get_exclusions(day)
        by_customer = lines.grouped(lambda line: line.partner_id.commercial_partner_id)
        accounts, chosen = {}, {}
        for action in self:
            account = by_customer.get(action.customer_id, lines.browse())
            if action.origin == "scenario":
                account = account.filtered(lambda line: not causes.get(line.id))
            # narrowed down one by one, they are still read together
            account = account.with_prefetch(lines.ids)
            chosen[action.id] = action._choose_items(account, day).with_prefetch(lines.ids)
            accounts[action.id] = account
        return accounts, chosen

    def _choose_items(self, account, day):
        """:return: those of the customer's open items that the message is about"""
        own = self.item_ids if self.origin != "sequence" else self.sequence_id.item_ids
        if self.origin != "scenario":
            return account & own if own else account
        last = max(day, self.leader_id._get_collection_due() if self.leader_id else day)
        return account.filtered(
            lambda line: line.amount_residual < 0 or line._get_collection_due() <= last)

    def _get_message_leader(self, items):
        """:return: the item whose due date carries the message: the oldest that is owed"""
        if self.leader_id in items:
            return self.leader_id
        return items.filtered(lambda line: line.amount_residual > 0)[:1]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_collection_items(self, company):
        """:return: open items of these customers in a company, the oldest first"""
        lines = self.env["account.move.line"]
        return lines.search(
            lines._get_open_item_domain(company) & Domain(
                "partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
            order="date_maturity, id")

    def _get_collection_langs(self, company):
        """In which language each partner is written to: its own, where that is installed; the
        company's for one without, or whose language was uninstalled since.

        :return: dict of language codes by partner id
        """
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        own = company.partner_id.lang
        fallback = own if own in installed else self.env.lang or "en_US"
        return {
            partner.id: partner.lang if partner.lang in installed else fallback
            for partner in self}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_collection_due(self):
        """:return: the day on which the item is due; entries by hand may have none of their own"""
        return self.date_maturity or self.date
