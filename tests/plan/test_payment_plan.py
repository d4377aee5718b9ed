import io
from datetime import date
from unittest.mock import patch

import pikepdf
from psycopg2 import DatabaseError
from reportlab.graphics.renderPM import RenderPMError
from werkzeug.exceptions import HTTPException

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger
from odoo.tools.pdf import PdfFileReader

from ...models.plan import plan_text
from ...report.collection_print import _read
from ...tools.page_numbers import number_pages
from .plan_case import PlanCase


def lock_pdf(**passwords):
    """:return: PDF of one page that is locked, as bytes"""
    locked = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(locked, encryption=pikepdf.Encryption(**passwords))
    return locked.getvalue()


@tagged("post_install", "-at_install")
class TestOffer(PlanCase):
    """Issue 19: a plan is offered with its terms, and sealed."""

    def test_the_text_is_kept_with_its_digest(self):
        """Schedule, terms and default clause; the history has the SHA-256; nothing is promised."""
        plan = self.offer()
        text = html2plaintext(plan.text)
        for words in ("266.67", "05/20/2026", "800.00", "unpaid 8 days after its day",
                      "no novation", "recognises the debt"):
            self.assertIn(words, text)
        self.assertTrue(plan.is_whole)
        self.assertEqual(self.get_rows("plan_offered").data["sha256"], plan.digest)
        self.assertFalse(self.items.collection_status_id)
        self.assertEqual(plan.valid_until, date(2026, 3, 17))

    def test_a_consumer_reads_no_reserve(self):
        """L8: no costs; of a professional, interest and costs stay reserved."""
        self.assertIn("stay reserved", html2plaintext(self.offer().text))
        self.customer.collection_debtor_kind = "consumer"
        self.assertIn("No costs are added", html2plaintext(self.offer().text))

    def test_it_is_the_whole_to_the_cent(self):
        """Bad input: a cent less, days gone by, one day twice, an offer beyond the first day."""
        for instalments, vals in (
                ([("2026-03-20", 799.99)], {}), ([("2026-03-20", 800.01)], {}),
                ([("2026-03-01", 800)], {}),
                ([("2026-03-20", 400), ("2026-03-20", 400)], {}),
                ([("2026-03-20", 800)], {"valid_until": "2026-03-21"}),
                ([("2026-03-20", 800)], {"valid_until": "2026-03-01"}),
                ([("2026-03-20", 800)], {"default_days": -1})):
            with self.assertRaises(UserError):
                self.offer(instalments, **vals)
        with self.assertRaisesRegex(UserError, "for which day"):
            self.env["collection.payment.plan"].with_user(self.collector).offer(
                self.items.with_user(self.collector), [])

    def test_one_currency_a_plan(self):
        """Bad input: items of two; those of the second have a plan of their own."""
        other = (self.env.ref("base.CHF") | self.env.ref("base.USD")) - self.company.currency_id
        other[:1].active = True
        foreign = self.get_items(self.make_invoice(self.customer, 90, currency_id=other[:1].id))
        with self.assertRaisesRegex(UserError, "one currency"):
            self.offer([("2026-03-20", 890)], self.items | foreign)
        plan = self.offer([("2026-03-20", 90)], foreign)
        self.assertEqual(plan.currency_id, other[:1])
        self.assertFalse(self.accept(plan))
        self.assertEqual(plan.promise_id.currency_id, other[:1])

    def test_a_new_version_takes_its_place(self):
        """The former one is withdrawn, and its text stays."""
        first = self.offer()
        second = self.offer([("2026-03-25", 800)])
        self.assertEqual((first.state, second.version, second.former_id), ("withdrawn", 2, first))
        self.assertIn("new version", first.ended_because)
        self.assertTrue(first.is_whole)
        self.assertIn("not offered any more", self.accept(first))

    def test_why_it_ended_is_in_the_words_of_the_company(self):
        """The history keeps one language, whatever that of whoever offers the next version."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.collector.lang = "fr_FR"
        first = self.offer()
        plans = self.env["collection.payment.plan"].with_user(self.collector)
        plans.with_context(lang="fr_FR").offer(
            self.items.with_user(self.collector), [("2026-03-25", 800)])
        self.assertEqual(first.ended_because, "A new version takes its place.")

    def test_what_was_offered_never_changes(self):
        """Security: not by the ORM's users, not by an administrator's SQL."""
        plan = self.offer()
        with self.assertRaises(AccessError):
            plan.with_user(self.manager).write({"text": "Nothing"})
        for words in ("SET text = 'Nothing'", "SET digest = 'x'", "SET amount = 1"):
            with self.assertRaises(DatabaseError), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(
                    f"UPDATE collection_payment_plan {words} WHERE id = %s", [plan.id])
        with self.assertRaises(DatabaseError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.cr.execute("DELETE FROM collection_payment_plan_line WHERE plan_id = %s; "
                            "DELETE FROM collection_payment_plan WHERE id = %s", [plan.id] * 2)
        with self.assertRaises(UserError):
            plan.sudo().unlink()

    def test_it_is_withdrawn_with_a_reason(self):
        """Traced; it cannot be accepted any more, nor withdrawn twice."""
        plan = self.offer()
        with self.assertRaisesRegex(UserError, "Say why"):
            plan.withdraw(" ")
        plan.withdraw("Paid by a relative")
        self.assertEqual(self.get_rows("plan_withdrawn").text, "Paid by a relative")
        self.assertIn("not offered", self.accept(plan))
        with self.assertRaisesRegex(UserError, "not offered any more"):
            plan.withdraw("Again")

    def test_strangers(self):
        """Security: another collector neither offers, reads, withdraws nor sends."""
        with self.assertRaises(AccessError):
            self.offer(user=self.litigator)
        plan = self.offer()
        other = plan.with_user(self.litigator)
        for call in (lambda: other.read(["text"]), lambda: other.withdraw("Mine"), other.send,
                     other.action_print, lambda: other.accept_on_paper("A B", "2026-03-02", [])):
            with self.assertRaises(AccessError):
                call()
        stranger = self.make_partner("Stranger", email="stranger@example.com")
        with self.assertRaisesRegex(UserError, "offered to the debtor"):
            self.offer(partner=stranger)

    def test_it_is_sent_with_a_link(self):
        """The PDF and the personal page go along, whatever the customer's option."""
        self.customer.collection_interactive_email = False
        plan = self.offer()
        message = plan.send()
        self.assertEqual((message.state, plan.action_id), ("closed", message))
        dispatch = message.sudo().dispatch_ids
        self.assertEqual(dispatch.attachment_ids.mapped("mimetype"), ["application/pdf"])
        self.assertEqual(dispatch.link_ids.kind, "customer")
        self.assertIn("March 17, 2026", dispatch.body)

    def test_it_is_sent_by_what_takes_files(self):
        """Bad input: an SMS, a channel that there is not; nothing is made of it."""
        plan = self.offer()
        for channel in ("sms", "pigeon"):
            with self.assertRaisesRegex(UserError, "send it by E-mail, Letter"):
                plan.send(channel)
        self.assertFalse(plan.action_id)

    def test_it_is_sent_by_letter(self):
        """It waits to be posted, to be signed and sent back: the plan stands behind the letter,
        and nothing speaks of a page."""
        self.customer.write({"street": "1 Main Street", "city": "Lyon", "zip": "69001"})
        plan = self.offer()
        self.assertEqual(plan.with_user(self.collector).action_send_letter()["tag"],
                         "display_notification")
        letter = plan.action_id.sudo().dispatch_ids
        self.assertEqual((letter.channel, letter.state, letter.post_by),
                         ("letter", "pending", "print"))
        self.assertIn("sign it by March 17, 2026", letter.body)
        self.assertFalse(letter.link_ids)
        pages = [_read(page) for page in PdfFileReader(
            io.BytesIO(letter.attachment_ids.raw)).pages]
        self.assertGreater(len(pages), 1)
        self.assertIn(plan.digest[:20], "".join(pages))

    def test_a_letter_needs_an_address(self):
        """Bad input: nobody is reached by post; the offer stands."""
        self.customer.write({"street": False, "city": False})
        plan = self.offer()
        with self.assertRaisesRegex(UserError, "street or city"):
            plan.send("letter")
        self.assertEqual(plan.state, "offered")

    def test_an_enclosure_that_cannot_be_printed_is_named(self):
        """Bad input: whoever sends the letter is told which file it is, and what helps; a lock
        against editing alone hinders nothing."""
        self.customer.write({"street": "1 Main Street", "city": "Lyon", "zip": "69001"})
        plan = self.offer()
        for content, problem in (
                (lock_pdf(user="secret", owner="secret"), "enclosed.pdf is protected"),
                (b"%PDF-1.4 cut off", "enclosed.pdf cannot be read"),
                (lock_pdf(user="", owner="secret"), None)):
            with patch.object(plan_text, "print_plan", return_value=content), patch.object(
                    plan_text, "get_filename", return_value="enclosed.pdf"):
                if problem:
                    with self.assertRaisesRegex(UserError, problem):
                        plan.send("letter")
                else:
                    self.assertEqual(plan.send("letter").state, "closed")

    def test_the_code_of_the_next_instalment(self):
        """Where the company wants QR codes on its invoices: offered, of the first instalment;
        accepted, of the next one; once it has ended, of none."""
        account = self.env["res.partner.bank"].create({
            "acc_number": "FR7630006000011234567890189", "partner_id": self.company.partner_id.id})
        self.items.move_id.partner_bank_id = account
        self.company.qr_code = False
        plan = self.offer().sudo()
        asked = []

        def build(bank, amount, words, *_others):
            asked.append((bank, amount, words))
            return "data:image/png;base64,AAAA"
        with patch.object(self.registry["res.partner.bank"], "build_qr_code_base64", build):
            self.assertIsNone(plan_text.prepare_payment(plan))
            self.company.qr_code = True
            self.assertIn("by 03/20/2026", plan_text.prepare_payment(plan)["due"])
            self.accept(plan)
            self.assertEqual(plan_text.prepare_payment(plan)["code"], "data:image/png;base64,AAAA")
            plan.promise_id.with_user(self.collector).cancel("Paid at once")
            self.assertIsNone(plan_text.prepare_payment(plan))
        self.assertEqual({(bank, amount) for bank, amount, _words in asked}, {(account, 266.67)})
        self.assertEqual(asked[0][2].split(), [
            move.payment_reference or move.name for move in (self.older, self.newer)],
            "as the plan lists them")

    def test_the_code_of_invoices_older_than_the_account(self):
        """They bear no account: the plan names the one that letters name."""
        self.items.move_id.partner_bank_id = False
        self.company.partner_id.bank_ids.unlink()
        account = self.env["res.partner.bank"].create({
            "acc_number": "FR7630006000011234567890189", "partner_id": self.company.partner_id.id})
        self.items.move_id.partner_bank_id = False
        self.company.qr_code = True
        plan, asked = self.offer().sudo(), []

        def build(bank, *_others):
            asked.append(bank)
            return "data:image/png;base64,AAAA"
        with patch.object(self.registry["res.partner.bank"], "build_qr_code_base64", build):
            self.assertTrue(plan_text.prepare_payment(plan))
        self.assertEqual(asked, [account])

    def test_each_of_several_pages_has_its_number(self):
        """And says which plan it is of: the PDF program prints no running footer."""
        def read(content):
            return [_read(page).strip() for page in PdfFileReader(io.BytesIO(content)).pages]
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            alone, several = io.BytesIO(), io.BytesIO()
            pdf.save(alone)
            pdf.add_blank_page()
            pdf.save(several)
        self.assertEqual(
            read(number_pages(several.getvalue(), "Plan 3")), ["Plan 3 · 1 / 2", "Plan 3 · 2 / 2"])
        self.assertEqual(number_pages(alone.getvalue(), "Plan 3"), alone.getvalue())

    def test_the_code_pays_the_company(self):
        """A credit note bears the account of the debtor, to whom nothing is to be paid."""
        own, ours = self.env["res.partner.bank"].create([
            {"acc_number": "FR1420041010050500013M02606", "partner_id": self.customer.id},
            {"acc_number": "FR7630006000011234567890189",
             "partner_id": self.company.partner_id.id}])
        credit = self.make_invoice(self.customer, 100, move_type="out_refund")
        self.assertEqual(credit.partner_bank_id, own)
        self.items.move_id.partner_bank_id = ours
        self.company.qr_code = True
        plan = self.offer([("2026-03-20", 700)], self.get_items(credit) | self.items).sudo()
        asked = []

        def build(bank, *_others):
            asked.append(bank)
            return "data:image/png;base64,AAAA"
        with patch.object(self.registry["res.partner.bank"], "build_qr_code_base64", build):
            plan_text.prepare_payment(plan)
        self.assertEqual(asked, [ours])

    @mute_logger("odoo.addons.account_collection.models.plan.plan_text")
    def test_a_code_that_cannot_be_drawn_hinders_nothing(self):
        """Some machines have nothing that draws: the plan is to be had without the code."""
        account = self.env["res.partner.bank"].create({
            "acc_number": "FR7630006000011234567890189", "partner_id": self.company.partner_id.id})
        self.items.move_id.partner_bank_id = account
        self.company.qr_code = True
        plan = self.offer().sudo()
        for error in (RenderPMError("no backend"), HTTPException("Cannot convert into barcode.")):
            with patch.object(
                    self.registry["res.partner.bank"], "build_qr_code_base64", side_effect=error):
                self.assertIsNone(plan_text.prepare_payment(plan))

    def test_the_dialog_names_what_it_replaces(self):
        """Whatever is offered for one of its items, whoever offered it."""
        plan = self.offer()
        for chosen, replaced in ((self.items, True), (self.items[:1], True),
                                 (self.items[:0], False)):
            dialog = self.env["collection.payment.plan.offer"].with_user(self.collector).new({
                "customer_id": self.customer.id, "company_id": self.company.id,
                "item_ids": chosen.ids})
            self.assertEqual(
                dialog.replaced or "",
                f"{plan.display_name} ({self.collector.name})" if replaced else "")

    def test_the_dialog_proposes_equal_parts(self):
        """Three monthly instalments that come to the whole; what is missing is said."""
        action_vals = self.items.with_user(self.collector).action_offer_plan()
        dialog = Form(self.env[action_vals["res_model"]].with_user(self.collector).with_context(
            **action_vals["context"]))
        self.assertEqual(dialog.balance, 800)
        self.assertFalse(dialog.difference)
        dialog.count = 6
        offer = dialog.save()
        self.assertEqual(offer.instalment_ids.sorted("date").mapped("amount"),
                         [133.33] * 5 + [133.35])
        plan = self.env["collection.payment.plan"].browse(offer.action_apply()["res_id"])
        self.assertEqual(len(plan.line_ids), 6)


    def test_the_dialog_knows_the_currencys_coins(self):
        """Money: in a currency of five cents, parts of five cents; nothing below one each."""
        other = ((self.env.ref("base.CHF") | self.env.ref("base.USD"))
                 - self.company.currency_id)[:1]
        other.write({"active": True, "rounding": 0.05})
        for amount, parts in ((100, [33.3, 33.3, 33.4]), (0.1, [])):
            items = self.get_items(self.make_invoice(
                self.customer, amount, currency_id=other.id))
            action_vals = items.with_user(self.collector).action_offer_plan()
            dialog = self.env[action_vals["res_model"]].with_user(self.collector).with_context(
                **action_vals["context"]).create({})
            self.assertEqual(dialog.instalment_ids.sorted("date").mapped("amount"), parts)
            self.assertEqual(bool(dialog.difference), not parts)
