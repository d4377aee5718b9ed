import base64
import io
import zipfile

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools import tracking
from ..common import COLLECTOR, CollectionCase, action, event_row, row, step

NUMBER = "2C12345678901"


@tagged("post_install", "-at_install")
class TestRegisteredLetters(CollectionCase):
    """issue 19, beyond 23: registered letters, by hand and by a carrier's list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"street": "1 Main Street", "city": "Lyon", "zip": "69001"})
        cls.make_invoice(cls.customer, 500, due="2026-02-01")

    def send(self, customer=None, **vals):
        """:return: the dispatch of a registered letter, by a scenario's step"""
        scenario = self.make_scenario(
            steps=[{"offset": 3, "kind": "registered", **vals}, {"offset": 40}])
        planned = self.chase(customer or self.customer, scenario)
        self.process_due("2026-03-02 10:00:00")
        self.env.invalidate_all()
        return planned.dispatch_ids

    def track(self, letter, user=None, number=None, **dates):
        return letter.with_user(user or self.collector).record_tracking(dates, number=number)

    def get_trace(self):
        return self.env["collection.history"].search([("command", "=", "track")], order="id")

    # -- sending ---------------------------------------------------------------------------

    def test_a_step_asks_for_one(self):
        """It waits to be posted, among the letters, with a reference."""
        letter = self.send()
        self.assertEqual((letter.channel, letter.post_by, letter.state),
                         ("registered", "registered", "pending"))
        self.assertEqual(letter.letter_code, f"L{letter.id}")
        domain = self.env.ref("account_collection.collection_dispatch_letter_action").domain
        self.assertIn("'registered'", domain)
        self.assertTrue(letter.attachment_ids)

    def test_a_tree_waits_for_it(self):
        """Issue 19: the event letter refused moves the sequence of the letter, and no other."""
        template = self.make_template("NOTICE", [step("notice", [
            action("letter", kind="registered", subject="Notice", body="<p>Pay.</p>",
                   recipient_function_id="LOC"), action("file")], [
            event_row("end:Refused", "letter_refused"), row("end")])])
        other = self.make_template("OTHER", [step("wait", [action("file")], [
            event_row("end:Refused", "letter_refused"), row("end")])])
        sequence, bystander = self.launch(template), self.launch(other)
        sent = self.get_action(sequence, "letter")
        sent.with_user(self.manager).send_now()
        self.track(sent.dispatch_ids, deposited="2026-02-20", refused="2026-02-25")
        self.deliver_signals()
        self.env.invalidate_all()
        self.assertEqual((sequence.state, bystander.state), ("done", "running"))
        self.assertReplays(sequence)

    # -- by hand ---------------------------------------------------------------------------

    def test_traced_once(self):
        """Each date is a row of the customer's history; what is known changes nothing."""
        letter = self.send()
        dates = {"deposited": "2026-02-25", "presented": "2026-02-27"}
        self.assertTrue(self.track(letter, number="2C 123 456 7890 1", **dates))
        self.assertFalse(self.track(letter, number=NUMBER, **dates))
        self.assertEqual((letter.registered_number, letter.tracking, letter.state),
                         (NUMBER, "presented", "sent"))
        trace = self.get_trace()
        self.assertEqual(set(trace.mapped("kind")), {"letter_tracked"})
        self.assertEqual(len(trace), 3)
        self.assertEqual(trace.action_id, letter.action_id)
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_a_date_is_taken_back(self):
        """A mistake is corrected, and both stay in the history."""
        letter = self.send()
        self.track(letter, unclaimed="2026-02-27")
        self.track(letter, unclaimed=False, accepted="2026-02-28")
        self.assertEqual((letter.unclaimed_on, letter.tracking), (False, "accepted"))
        self.assertIn("taken back", " ".join(self.get_trace().mapped("new_value")))

    def test_contradictions(self):
        """Accepted and refused, presented before it was deposited, tomorrow: refused."""
        letter = self.send()
        for dates in ({"accepted": "2026-02-20", "refused": "2026-02-20"},
                      {"deposited": "2026-02-20", "presented": "2026-02-19"},
                      {"presented": "2026-03-09"}, {"lost": "2026-02-20"}):
            with self.subTest(dates), self.assertRaises(UserError):
                self.track(letter, **dates)

    def test_other_letters_are_not_tracked(self):
        """A plain letter has no receipt."""
        letter = self.send(kind="letter")
        with self.assertRaises(UserError):
            self.track(letter, deposited="2026-02-25")

    def test_who_may(self):
        """X-01: of one's own customers."""
        letter = self.send()
        with self.assertRaises(AccessError):
            self.track(letter, user=self.make_user("stranger", COLLECTOR),
                       deposited="2026-02-25")

    def test_receipt(self):
        """The receipt is kept with the letter, for whoever sees the letter."""
        letter = self.send()
        receipt = self.env["ir.attachment"].with_user(self.collector).create({
            "name": "receipt.pdf", "raw": b"%PDF-1.4",
            "res_model": "collection.letter.tracking", "res_id": 0})
        dialog = self.env["collection.letter.tracking"].with_user(self.collector).create(
            {"dispatch_id": letter.id, "deposited_on": "2026-02-25",
             "receipt_ids": [(6, 0, receipt.ids)]})
        dialog.action_apply()
        self.assertEqual(letter.receipt_ids, receipt)
        self.assertEqual((receipt.res_model, receipt.res_id), (letter._name, letter.id))
        self.assertEqual(receipt.with_user(self.manager).name, "receipt.pdf")

    def test_a_public_file_is_not_taken_over(self):
        """X-12: such as a bundle of assets, which belongs to nobody."""
        letter = self.send()
        bundle = self.env["ir.attachment"].create(
            {"name": "web.assets.min.js", "raw": b"1", "public": True})
        dialog = self.env["collection.letter.tracking"].with_user(self.collector).create(
            {"dispatch_id": letter.id, "deposited_on": "2026-02-25",
             "receipt_ids": [(6, 0, bundle.ids)]})
        dialog.action_apply()
        self.assertFalse(bundle.res_model or bundle.res_id)

    def test_the_next_step_counts_from_its_presentation(self):
        """Issue 19: the dates of a letter steer the scenario."""
        letter = self.send()
        planned = self.get_planned(self.customer)
        before = planned.date
        with self.at("2026-03-20 08:00:00"):
            self.track(letter, deposited="2026-03-02", presented="2026-03-19")
            self.run_cron("_plan_marked", model="collection.scenario")
        self.env.invalidate_all()
        self.assertEqual((planned.date - before).days, 17)

    # -- by a carrier's list ---------------------------------------------------------------

    def bring(self, content, **vals):
        """:return: the dialog once it has read a list"""
        content = content.encode() if isinstance(content, str) else content
        dialog = self.env["collection.letter.import"].with_user(self.collector).create(
            {"file": base64.b64encode(content), "file_name": "list.csv",
             "order": tracking.DAY_FIRST, **vals})
        dialog.action_import()
        return dialog

    def test_found_by_reference_then_by_number(self):
        """A list gives the letter its number; the next one finds it by that."""
        letter = self.send()
        self.bring(f"Référence;Numéro de suivi;Déposé le\nL{letter.id};{NUMBER};25/02/2026\n")
        self.bring(f"number,presented,refused\n{NUMBER},2026-02-26,2026-02-27\n")
        self.assertEqual(
            (letter.registered_number, str(letter.deposited_on), str(letter.presented_on),
             letter.tracking), (NUMBER, "2026-02-25", "2026-02-26", "refused"))

    def test_twice_changes_nothing(self):
        """Issue 19: the same list once more."""
        letter = self.send()
        content = f"Reference;Deposited\nL{letter.id};2026-02-25\n"
        self.bring(content)
        rows = len(self.get_trace())
        dialog = self.bring(content)
        self.assertEqual(len(self.get_trace()), rows)
        self.assertIn("Known already: 1", dialog.summary)
        self.assertFalse(dialog.line_ids)

    def test_nothing_is_lost(self):
        """What finds no letter, or cannot be read, is listed and given back, with the reason."""
        letter = self.send()
        dialog = self.bring(
            f"Reference;Deposited;Presented\nL{letter.id};25/02/2026;26/02/2026\n"
            "L999999999;25/02/2026;\n;25/02/2026;\n"
            f"L{letter.id};32/02/2026;\nL{letter.id};;01/02/2026\n")
        self.assertEqual(dialog.line_ids.mapped("result").count("left"), 4)
        self.assertTrue(all(dialog.line_ids.filtered(
            lambda line: line.result == "left").mapped("reason")))
        left = base64.b64decode(dialog.left_file).decode("utf-8-sig").splitlines()
        self.assertEqual(len(left), 5)
        self.assertIn("L999999999;25/02/2026", left[1])
        self.assertEqual(str(letter.presented_on), "2026-02-26")

    def test_xlsx(self):
        """A workbook, with dates as dates and numbers as numbers."""
        letter = self.send()
        book, stream = Workbook(), io.BytesIO()
        book.active.append(["Reference", "Number", "Unclaimed"])
        book.active.append([f"L{letter.id}", 12345678901, self.env.cr.now().replace(
            year=2026, month=2, day=27)])
        book.save(stream)
        self.bring(stream.getvalue())
        self.assertEqual((letter.registered_number, str(letter.unclaimed_on)),
                         ("12345678901", "2026-02-27"))

    def test_files_that_are_none(self):
        """An unreadable file is refused with what to do."""
        for content in (b"PK\x03\x04broken", b"\x00\x01", b"a;b\n1;2\n", b""):
            with self.subTest(content), self.assertRaises(UserError):
                self.bring(content)

    def test_a_workbook_that_is_damaged(self):
        """Bad input: whatever the library stumbles over in it."""
        whole, broken = io.BytesIO(), io.BytesIO()
        Workbook().save(whole)
        with zipfile.ZipFile(whole) as book, zipfile.ZipFile(broken, "w") as copy:
            for name in book.namelist():
                cut = name.startswith("xl/worksheets/sheet")
                copy.writestr(name, b"<worksheet><sheetData" if cut else book.read(name))
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.bring(broken.getvalue())

    def test_of_own_customers_only(self):
        """X-01: a list never reaches a colleague's letter."""
        other = self.make_customer(
            "Tenant Two", collector=self.litigator, street="2 Main Street", city="Lyon")
        self.make_invoice(other, 50, due="2026-02-01")
        letter = self.send(other)
        self.bring(f"Reference;Deposited\nL{letter.id};2026-02-25\n")
        self.assertFalse(letter.deposited_on)

    def test_number_and_reference_of_two_letters(self):
        """Bad input: a row that names two letters is given back; neither is touched."""
        letter = self.send()
        other = self.make_customer("Tenant Two", street="2 Main Street", city="Lyon")
        self.make_invoice(other, 50, due="2026-02-01")
        second = self.send(other)
        self.track(letter, number=NUMBER)
        dialog = self.bring(f"Reference;Number;Refused\nL{second.id};{NUMBER};2026-02-27\n")
        self.assertIn("two letters", dialog.line_ids.reason)
        self.assertFalse((letter | second).filtered("refused_on"))

    def test_rows_of_one_letter(self):
        """A row is read after those before it: what goes on is taken, what contradicts is not."""
        letter = self.send()
        dialog = self.bring(
            f"Reference;Number;Deposited;Accepted;Refused\nL{letter.id};{NUMBER};2026-02-25;;\n"
            f"\nl{letter.id};;;2026-02-27;\nL{letter.id};;;;2026-02-28\n"
            f"L{letter.id};9X;;;\n")
        self.assertEqual((str(letter.accepted_on), letter.refused_on, letter.registered_number),
                         ("2026-02-27", False, NUMBER))
        left = dialog.line_ids.filtered(lambda line: line.result == "left")
        self.assertEqual(left.mapped("line"), [5, 6])
        self.assertEqual(len(self.get_trace()), 3)

    def test_no_query_for_each_letter(self):
        """Figures: ten letters more in a list cost less than a query each."""
        counts = []
        for number in (2, 12):
            customers = [self.make_customer(
                f"Tenant {number}-{each}", street="2 Main Street", city="Lyon")
                for each in range(number)]
            for customer in customers:
                self.make_invoice(customer, 50, due="2026-02-01")
            letters = self.env["collection.dispatch"].union(*map(self.send, customers))
            content = "Reference;Number;Deposited;Presented\n" + "".join(
                f"L{letter.id};N{letter.id};2026-02-25;2026-02-26\n" for letter in letters)
            counts.append(self.count_queries(self.bring, content))
            self.assertEqual(set(letters.mapped("state")), {"sent"})
        self.assertLess(counts[1] - counts[0], 10)

    def test_dates_of_another_order(self):
        """The reader says in which order dates are written; ISO is read in any."""
        for order, month in ((tracking.DAY_FIRST, 2), (tracking.MONTH_FIRST, 1)):
            _headings, [found] = tracking.read_rows(b"number;deposited\n1;01/02/2026\n", order)
            self.assertEqual(found.dates["deposited"].month, month)

    def test_dates_with_a_time(self):
        """Issue 19: the time of day is left out, however it is written, in either order."""
        for text in ("25/02/2026 14:30", "25/02/2026 à 14h30", "25.02.2026 09:05:59", "25-02-2026",
                     "2026-02-25T14:30:00", "2026-02-25 14:30:00.000", "2026-02-25T00:30+01:00",
                     "25/02/2026, 2:30 pm", " 25/02/2026  14:30 "):
            with self.subTest(text):
                _headings, [found] = tracking.read_rows(
                    f'number;deposited\n1;"{text}"\n'.encode())
                self.assertEqual((str(found.dates.get("deposited")), found.problem),
                                 ("2026-02-25", ""))
        _headings, [found] = tracking.read_rows(
            b"number;deposited\n1;02/25/2026 2:30 PM\n", tracking.MONTH_FIRST)
        self.assertEqual(str(found.dates["deposited"]), "2026-02-25")

    def test_what_is_no_date_is_no_guess(self):
        """Bad input: too many digits, what is no time of day, a moment that may be of another day.
        """
        for text in ("2026-02-251", "2026-02-25 or later", "25/02/2026 and 14:30", "14:30",
                     "2026-02-25T23:30:00Z", "25/02/26 14:30"):
            with self.subTest(text):
                _headings, [found] = tracking.read_rows(
                    f"number;deposited\n1;{text}\n".encode())
                self.assertEqual((found.dates, found.problem), ({}, tracking.BAD_DATE))
