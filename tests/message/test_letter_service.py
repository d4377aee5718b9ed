from unittest import SkipTest
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CollectionCase

SERVICE = "odoo.addons.iap.tools.iap_tools.iap_jsonrpc"
#: What Odoo's letter service may answer, apart from an address that it is never asked of.
CODES = ("CREDIT_ERROR", "TRIAL_ERROR", "NO_PRICE_AVAILABLE", "FORMAT_ERROR", "UNKNOWN_ERROR",
         "ATTACHMENT_ERROR", "SOMETHING_NEW")


@tagged("post_install", "-at_install")
class TestLetterService(CollectionCase):
    """S-001: letters that Odoo's letter service posts, from the step to what became of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "snailmail.letter" not in cls.env:
            raise SkipTest("the module snailmail is not installed")
        cls.customer.write({
            "street": "1 Main Street", "city": "Lyon", "zip": "69001",
            "country_id": cls.env.ref("base.fr").id})
        cls.make_invoice(cls.customer, 500, due="2026-02-01")

    def setUp(self):
        super().setUp()
        self.asked, self.error = [], ""
        self.enterContext(patch(SERVICE, self.answer))
        self.planned = self.chase(self.customer, self.make_scenario(
            steps=[{"offset": 3, "kind": "letter", "post_by": "snailmail"}, {"offset": 40}]))
        self.process_due("2026-03-02 10:00:00")
        self.env.invalidate_all()
        self.dispatch = self.planned.dispatch_ids

    def answer(self, _url, params, **_options):
        """Answer as the service does: each document was sent, or has an error."""
        self.asked += params["documents"]
        if self.error == "silent":
            raise AccessError("The service does not answer.")
        return {"request_code": 200, "request": {"documents": [
            {"letter_id": document["letter_id"], "sent": not self.error, "send_id": 7,
             "error": self.error} for document in params["documents"]]}}

    def get_letter(self):
        """:return: the letter in the service's outbox that the dispatch refers to"""
        return self.env["snailmail.letter"].browse(self.dispatch.letter_ref)

    def post(self, error=""):
        """Have the service's cron post what waits, and ask what became of it."""
        self.error = error
        self.run_cron("_snailmail_cron", model="snailmail.letter", autocommit=False)
        self.run_cron("_follow_letters", model="collection.dispatch")
        self.env.invalidate_all()

    def test_it_is_handed_over_with_its_file(self):
        """S-001: decided and traced; it waits in the outbox of the service, which nobody has
        asked yet."""
        self.assertEqual((self.planned.state, self.planned.outcome), ("closed", "done"))
        self.assertEqual(
            (self.dispatch.channel, self.dispatch.post_by, self.dispatch.state),
            ("letter", "snailmail", "claimed"))
        letter = self.get_letter()
        self.assertEqual((letter.state, letter.partner_id, letter.company_id, letter.zip),
                         ("pending", self.customer, self.company, "69001"))
        self.assertEqual(letter.attachment_id, self.dispatch.attachment_ids)
        self.assertFalse(self.asked)
        [closed] = self.env["collection.history"].search([
            ("action_id", "=", self.planned.id), ("kind", "=", "action_closed")])
        self.assertEqual(closed.customer_id, self.customer)

    def test_it_is_sent(self):
        """S-001: the file and the address that the service gets; once."""
        self.post()
        self.post()
        [document] = self.asked
        self.assertEqual(document["pdf_bin"], self.dispatch.attachment_ids.datas.decode())
        self.assertEqual(document["address"]["city"], "Lyon")
        self.assertEqual((self.dispatch.state, self.planned.error), ("sent", False))
        self.assertTrue(self.dispatch.sent_at)

    def test_what_fails_is_said_and_does_not_leave_later(self):
        """S-001: whatever the reason, the action says it; the service's outbox tries some of them
        again by itself, so it is taken out; a person sends it once more."""
        for code in CODES:
            with self.subTest(code):
                self.post(code)
                self.assertEqual(self.dispatch.state, "failed")
                self.assertIn("An error occurred", self.planned.error)
                self.assertNotIn("http", self.planned.error, "an address with the account's key")
                self.assertEqual(self.get_letter().state, "canceled")
                tried = len(self.asked)
                self.post()
                self.assertEqual((len(self.asked), self.dispatch.state), (tried, "failed"))
                self.dispatch.with_user(self.collector).action_retry()
                self.assertEqual((self.dispatch.state, self.planned.error), ("claimed", False))
        self.post()
        self.assertEqual((self.dispatch.state, len(self.asked)), ("sent", len(CODES) + 1))

    def make_action(self, name, post_by="snailmail", **vals):
        """:return: the closed or open action of a customer without postcode and country, after
            its day"""
        customer = self.make_customer(name, street="2 Main Street", city="Lyon", **vals)
        self.make_invoice(customer, 500, due="2026-02-01")
        planned = self.chase(customer, self.make_scenario(
            steps=[{"offset": 3, "kind": "letter", "post_by": post_by}, {"offset": 40}]))
        self.process_due("2026-03-02 10:00:00")
        self.env.invalidate_all()
        return planned

    def test_an_address_that_the_service_would_not_take_is_not_handed_over(self):
        """S-001: who sends hears at once whose address lacks what; corrected, it leaves."""
        planned = self.make_action("Incomplete")
        self.assertFalse(planned.dispatch_ids)
        self.assertEqual(planned.error, (
            "The postal address of Incomplete is not complete for Odoo's letter service. Missing: "
            "postcode and country."))
        self.assertTrue(planned.lacks_address)
        customer = planned.customer_id
        customer.zip = "69001"
        with self.assertRaisesRegex(UserError, "of Incomplete .* Missing: country"):
            planned.with_user(self.collector).send_now()
        customer.country_id = self.env.ref("base.fr")
        planned.with_user(self.collector).send_now()
        self.assertEqual(planned.dispatch_ids.state, "claimed")

    def test_a_letter_that_the_company_posts_needs_no_country(self):
        """S-001: postcode and country are the service's concern."""
        planned = self.make_action("At home", "print")
        self.assertEqual((planned.error, planned.dispatch_ids.state), (False, "pending"))

    def test_instead_of_an_e_mail(self):
        """S-017: where the letter that would leave instead cannot be posted either, it waits."""
        customer = self.make_customer("Nowhere", email=False, street="2 Main Street", city="Lyon")
        self.make_invoice(customer, 500, due="2026-02-01")
        planned = self.chase(customer, self.make_scenario(
            steps=[{"offset": 3, "letter_instead": True, "post_by": "snailmail"}, {"offset": 40}]))
        self.process_due("2026-03-02 10:00:00")
        self.env.invalidate_all()
        self.assertEqual((planned.kind, len(planned.dispatch_ids)), ("email", 0))
        customer.write({"zip": "69001", "country_id": self.env.ref("base.fr").id})
        planned.with_user(self.collector).send_now()
        self.assertEqual((planned.kind, planned.dispatch_ids.state), ("letter", "claimed"))

    def test_sent_again_to_an_address_that_is_not_complete_any_more(self):
        """S-001: who sends it again hears at once."""
        self.post("CREDIT_ERROR")
        self.customer.country_id = False
        with self.assertRaisesRegex(UserError, "Missing: country"):
            self.dispatch.with_user(self.collector).action_retry()

    def test_an_address_that_the_service_does_not_take(self):
        """S-001: it needs postcode and country, and is not asked without; corrected, the letter
        leaves when somebody sends it again."""
        self.get_letter().zip = False
        self.post()
        self.assertEqual(self.dispatch.state, "failed")
        self.assertIn("address of the recipient is not complete", self.planned.error)
        self.assertFalse(self.asked)
        self.dispatch.with_user(self.collector).action_retry()
        self.post()
        self.assertEqual((self.dispatch.state, len(self.asked)), ("sent", 1))

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_a_service_that_does_not_answer(self):
        """S-001: nothing is said to have failed; the letter waits, and leaves the next day."""
        with self.assertRaises(AccessError):
            self.post("silent")
        self.run_cron("_follow_letters", model="collection.dispatch")
        self.env.invalidate_all()
        self.assertEqual((self.get_letter().state, self.dispatch.state), ("pending", "claimed"))
        self.post()
        self.assertEqual(self.dispatch.state, "sent")

    def test_somebody_cancels_it_there(self):
        """S-001: it did not leave, and the action says so."""
        self.get_letter().cancel()
        self.post()
        self.assertEqual(self.dispatch.state, "cancelled")
        self.assertIn("Cancelled by its carrier", self.planned.error)
        self.assertFalse(self.asked)

    def test_somebody_deletes_it_there(self):
        """S-001: nobody knows whether it left: a person finds out."""
        self.get_letter().unlink()
        self.post()
        self.assertEqual(self.dispatch.state, "to_verify")
        self.assertIn("no longer knows", self.planned.error)

    def test_what_was_sent_stays_sent_there(self):
        """Bad input: whoever cancels in our outbox changes nothing of what has left."""
        self.get_letter().state = "sent"
        self.dispatch._cancel_carriers()
        self.assertEqual(self.get_letter().state, "sent")

    def test_somebody_has_posted_it(self):
        """S-001: a letter that a person has posted meanwhile is not posted by the service too."""
        self.dispatch.with_user(self.collector).action_mark_sent()
        self.post()
        self.assertEqual((self.dispatch.state, self.asked), ("sent", []))
