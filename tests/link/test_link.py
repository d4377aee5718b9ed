from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ...models.link import collection_link
from ...models.link.collection_action import PLACE
from ...models.link.link_kinds import KINDS
from ..common import COLLECTOR, CollectionCase
from ..scenario.test_branches import BranchCase


class LinkCase(CollectionCase):
    """A tenant with two overdue invoices and interactive messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.older = cls.make_invoice(cls.customer, 300, due="2026-01-10")
        cls.newer = cls.make_invoice(cls.customer, 500, due="2026-02-10")
        cls.customer.collection_interactive_email = True
        cls.colleague = cls.make_user("colleague", "base.group_user").partner_id

    @classmethod
    def make_link(cls, customer=None, partner=None, **vals):
        """:return: a customer's link, and its token"""
        customer = customer or cls.customer
        (link, url), = cls.env["collection.link"]._make([{
            "kind": "customer", "customer_id": customer.id, "company_id": cls.company.id,
            "partner_id": (partner or customer).id, **vals}])
        return link, url.rpartition("/")[2]

    @classmethod
    def make_internal_link(cls, items, partner=None):
        """:return: a colleague's link on items, and its token"""
        return cls.make_link(
            partner=partner or cls.colleague, kind="internal", user_id=cls.collector.id,
            item_ids=[(6, 0, items.ids)], subject="What do we know?")

    def find(self, token):
        return self.env["collection.link"]._find(token)

    def send_due(self, customer=None, repeat_days=0, **step):
        """Send a customer's first reminder.

        :return: (dispatch, what left as HTML)
        """
        scenario = self.make_scenario([{"offset": 3, **step}], repeat_days=repeat_days)
        action = self.chase(customer or self.customer, scenario)
        self.process_due()
        dispatch = action.dispatch_ids
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "=", dispatch.mail_message_id.id)])
        return dispatch, mail.body_html

    def get_token(self, html):
        return html.partition("/collection/")[2].partition('"')[0]


@tagged("post_install", "-at_install")
class TestLink(LinkCase):
    """A-049: a personal link shows one account to one reader for a while, and cannot be guessed."""

    def test_each_kind_is_complete(self):
        """Kinds: each has its check of validity, and a reader for each of its answers."""
        answers = self.env["collection.answer"]
        for kind in KINDS.values():
            with self.subTest(kind=kind.code):
                self.assertTrue(hasattr(self.env["collection.link"], f"_is_valid_{kind.code}"))
                for answer in kind.answers:
                    self.assertTrue(hasattr(answers, f"_read_{answer}"))

    def test_the_page_names_how_many_items_it_leaves_out(self):
        """Bad input: a very long account; totals still count all of it."""
        link, _token = self.make_link()
        with patch(f"{collection_link.__name__}.MOST_ITEMS", 1):
            section, = link._get_sections()
        self.assertEqual((len(section.items), section.more), (1, 1))
        self.assertIn("800", section.total)

    def test_a_message_to_the_customer_carries_a_link(self):
        """A-049: the option of the customer puts a button below the text."""
        dispatch, html = self.send_due()
        link = self.find(self.get_token(html))
        self.assertEqual(
            (link.dispatch_id, link.action_id, link.customer_id, link.partner_id, link.company_id),
            (dispatch, dispatch.action_id, self.customer, self.customer, self.company))

    def test_it_stands_where_the_hashtag_stands(self):
        """A-049: #portal_link as words and as the address of a link; no button besides."""
        _dispatch, html = self.send_due(
            body='<p>#portal_link or <a href="#portal_link">here</a></p>')
        self.assertEqual(html.count(self.get_token(html)), 2)
        self.assertNotIn(PLACE, html)

    def test_without_the_option_no_link_is_made(self):
        """A-049: the hashtag then leads to the portal, with login."""
        self.customer.collection_interactive_email = False
        dispatch, html = self.send_due(body="<p>#portal_link</p>")
        self.assertIn("/my/invoices", html)
        self.assertFalse(dispatch.link_ids)

    def test_one_who_is_not_the_customer_gets_no_link(self):
        """B36: a bailiff who is written to does not see the customer's page."""
        action = self.chase(self.customer, self.make_scenario())
        self.assertTrue(action._is_interactive(self.customer))
        self.assertFalse(action._is_interactive(self.bailiff))

    def test_an_sms_can_carry_it(self):
        """A-049: the hashtag is the address itself."""
        self.customer.phone = "+32470123456"
        scenario = self.make_scenario([{"offset": 3, "kind": "sms", "body": "<p>#portal_link</p>"}])
        action = self.chase(self.customer, scenario)
        self.process_due()
        sms = self.env["sms.sms"].search([("uuid", "=", action.dispatch_ids.sms_uuid)])
        self.assertTrue(self.find(sms.body.partition("/collection/")[2].strip()))

    def test_nobody_can_read_it_back(self):
        """Security: what is kept of the message, and of the link, does not hold the secret."""
        dispatch, html = self.send_due()
        token = self.get_token(html)
        kept = (dispatch.whole_body, dispatch.mail_message_id.body, dispatch.link_ids.selector,
                dispatch.link_ids.digest)
        for words in kept:
            self.assertNotIn(token, words)
            self.assertNotIn(token[12:], words)
        self.assertIn(PLACE, dispatch.whole_body)
        with self.assertRaises(AccessError):
            dispatch.link_ids.with_user(self.manager).read(["digest"])

    def test_tokens_differ_and_are_long(self):
        """Security: 33 random bytes of secret, none like another."""
        tokens = {self.make_link()[1] for _number in range(20)}
        self.assertEqual(len({token[:12] for token in tokens}), 20)
        self.assertEqual({len(token) for token in tokens}, {56})

    def test_forged_tokens_find_nothing(self):
        """Bad input: another secret, another link's secret, half a token, a wildcard."""
        link, token = self.make_link()
        _other, another = self.make_link()
        self.assertEqual(self.find(token), link)
        for forged in (
                token[:-1] + ("A" if token[-1] != "A" else "B"), token[:12] + another[12:],
                another[:12] + token[12:], token[:12], token.lower(), token + "a", "%" * 56,
                "", None, "\0" * 56, "é" * 56, link.sudo().selector + link.sudo().digest):
            with self.subTest(forged=forged):
                self.assertFalse(self.find(forged))

    def test_an_expired_link_shows_nothing(self):
        """Bad input: thirty days by default, or as the company says."""
        _link, token = self.make_link()
        with self.at("2026-04-01 08:00:00"):
            self.assertTrue(self.find(token))
        with self.at("2026-04-01 10:00:00"):
            self.assertFalse(self.find(token))
        self.company.collection_link_days = 2
        _link, token = self.make_link()
        with self.at("2026-03-04 10:00:00"):
            self.assertFalse(self.find(token))

    def test_a_revoked_link_shows_nothing(self):
        """Security: the collector takes it back, with a trace; others may not."""
        link, token = self.make_link()
        with self.assertRaises(AccessError):
            link.with_user(self.litigator).action_revoke()
        link.with_user(self.collector).action_revoke()
        self.assertFalse(self.find(token))
        self.assertIn("link_revoked", self.customer.collection_history_ids.mapped("kind"))

    def test_the_option_taken_off_revokes_the_links(self):
        """A-049: whoever gets no more links opens none of the former ones."""
        link, token = self.make_link()
        self.customer.with_user(self.collector).collection_interactive_email = False
        self.assertEqual(link.state, "revoked")
        self.assertFalse(self.find(token))

    def test_a_contact_that_leaves_sees_nothing_any_more(self):
        """Security: archived, or of another company since."""
        contact = self.make_partner("Jean", parent_id=self.customer.id)
        _link, token = self.make_link(partner=contact)
        self.assertTrue(self.find(token))
        contact.active = False
        self.assertFalse(self.find(token))
        contact.write({"active": True, "parent_id": self.bailiff.id})
        self.assertFalse(self.find(token))

    def test_sent_again_the_earlier_link_is_taken_back(self):
        """Security: what bounced may have reached somebody else."""
        dispatch, html = self.send_due()
        dispatch._set_state("bounced", "unknown")
        dispatch.with_user(self.collector).action_retry()
        self.assertFalse(self.find(self.get_token(html)))
        self.assertEqual(sorted(dispatch.link_ids.mapped("state")), ["open", "revoked"])

    def test_links_cost_the_same_for_one_and_for_ten(self):
        """Queries do not grow with the messages."""
        def count(number):
            customers = [self.make_customer(
                f"Debtor {number}-{n}", holders={}, collection_interactive_email=True)
                for n in range(number)]
            scenario, actions = self.make_scenario(), self.env["collection.action"]
            for customer in customers:
                self.make_invoice(customer)
                actions |= self.chase(customer, scenario)
            actions._queue(actions._render_messages())
            dispatches = self.env["collection.dispatch"].browse(actions.dispatch_ids.ids)
            queries = self.count_queries(dispatches._get_leaving_bodies)
            self.assertEqual(len(dispatches.link_ids), 2 * number)
            return queries

        count(1)
        self.assertEqual(count(1), count(10))


@tagged("post_install", "-at_install")
class TestInternalLink(LinkCase):
    """Colleagues, and nobody else, are asked about items."""

    def send(self, recipients, items=None, user=None, **kwargs):
        items = items or self.get_items(self.older)
        return self.env["collection.link"].with_user(user or self.collector).send_internal(
            items, recipients, kwargs.get("subject", "The heating?"),
            kwargs.get("body", "<p>Was it off?</p>"))

    def get_mail(self, partner):
        return self.env["mail.mail"].search([("recipient_ids", "in", partner.ids)])

    def test_a_colleague_is_asked(self):
        """A-014: an e-mail with a personal link on the chosen items; traced."""
        link = self.send(self.colleague).sudo()
        mail = self.get_mail(self.colleague)
        self.assertEqual(self.find(self.get_token(mail.body_html)), link)
        self.assertEqual(link.item_ids, self.get_items(self.older))
        self.assertNotIn(self.get_token(mail.body_html), mail.mail_message_id.body)
        fact = self.customer.collection_history_ids.filtered(
            lambda row: row.kind == "internal_sent")
        self.assertIn("Was it off?", fact.text)
        self.assertIn("Colleague", fact.summary)

    def test_answers_by_mail_go_to_whoever_asked(self):
        """A-014: not to the customer's conversation, where they would count as its answer."""
        self.send(self.colleague)
        mail = self.get_mail(self.colleague)
        self.assertIn("collector@example.com", mail.reply_to)
        self.assertFalse(mail.model)

    def test_an_address_of_the_customer_is_refused(self):
        """A-015: the customer, its contact, and whoever shares its e-mail address."""
        contact = self.make_partner("Jean", parent_id=self.customer.id, email="j@example.com")
        twin = self.make_partner("Twin", email="Tenant <TENANT@example.com>")
        twin.collection_internal = True
        for partner in (self.customer, contact, twin):
            with self.assertRaisesRegex(UserError, "is an address of the customer"):
                self.send(self.colleague | partner)
        self.assertFalse(self.get_mail(self.colleague))

    def test_a_contact_of_another_company_is_not_named(self):
        """X-12: no message says who it is."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.make_partner("Secret", company_id=elsewhere.id)
        with self.assertRaises(AccessError) as refused:
            self.send(partner.with_user(self.collector))
        self.assertNotIn("is no colleague", str(refused.exception))

    def test_only_colleagues_are_internal(self):
        """B36: users, employees, contacts flagged; no bailiff, no portal user, nobody archived."""
        portal = new_test_user(self.env, "portal_lawyer", groups="base.group_portal").partner_id
        for partner in (self.bailiff, portal):
            with self.assertRaisesRegex(UserError, "is no colleague"):
                self.send(partner)
        flagged = self.make_partner(
            "Caretaker", email="care@example.com", collection_internal=True)
        self.assertTrue(self.send(flagged))

    def test_a_customer_is_never_flagged_as_a_colleague(self):
        """B36: the flag is refused on customers and their contacts."""
        contact = self.make_partner("Jean", parent_id=self.customer.id)
        with self.assertRaises(ValidationError):
            contact.collection_internal = True

    def test_who_is_no_colleague_any_more_sees_nothing(self):
        """B36: read again each time the link is opened."""
        flagged = self.make_partner(
            "Caretaker", email="care@example.com", collection_internal=True)
        self.send(flagged)
        token = self.get_token(self.get_mail(flagged).body_html)
        self.assertTrue(self.find(token))
        flagged.collection_internal = False
        self.assertFalse(self.find(token))

    def test_nothing_is_sent_without_items_subject_address_or_right(self):
        """A-012, bad input."""
        other = self.make_customer("Other")
        foreign = self.get_items(self.make_invoice(other))
        mute = self.make_partner("Mute", collection_internal=True)
        with self.assertRaises(UserError):
            self.send(self.colleague, items=self.env["account.move.line"].browse([]) or foreign
                      | self.get_items(self.older))
        with self.assertRaises(UserError):
            self.send(self.colleague, subject=" ")
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self.send(mute)
        with self.assertRaises(UserError):
            self.send(self.env["res.partner"])
        with self.assertRaises(AccessError):
            self.send(self.colleague, user=self.litigator)
        self.make_user("nobody", COLLECTOR)

    def test_script_in_the_message_is_taken_out(self):
        """A-014, security: neither kept nor sent."""
        link = self.send(self.colleague, body="<p>Hi<script>alert(1)</script></p>")
        self.assertNotIn("script", str(link.sudo().body))
        self.assertNotIn("<script", self.get_mail(self.colleague).body_html)


@tagged("post_install", "-at_install")
class TestBranchLink(BranchCase):
    """A company and its branches are one creditor, on the personal page too."""

    def open_page(self, company):
        """:return: the one section of the customer's page in a company, and its items"""
        (link, _url), = self.env["collection.link"]._make([{
            "kind": "customer", "customer_id": self.customer.id, "company_id": company.id,
            "partner_id": self.customer.id}])
        [section] = link.sudo()._get_sections()
        return section, {shown.item.move_id: shown.answerable for shown in section.items}

    def test_the_page_nets_what_the_branch_owes(self):
        """D, issue 17: as messages do; an answer is given for the company's own items alone."""
        debt = self.make_branch_invoice(self.company, 500)
        credit = self.make_credit(self.branch, 200)
        section, shown = self.open_page(self.company)
        self.assertEqual(shown, {debt: True, credit: False})
        self.assertIn("300.00", section.total)
        self.assertIn("300.00", section.overdue)

    def test_a_sister_is_another_creditor(self):
        """D: neither its debts nor its credits stand there."""
        debt = self.make_branch_invoice(self.branch, 500)
        self.make_branch_invoice(self.other_branch, 100)
        self.assertEqual(self.open_page(self.branch)[1], {debt: True})
