import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...models.message.collection_dispatch import LETTER_PREFIX
from ...models.message.letters import find_news, write_news
from ...tools import tracking

ORDERS = [(tracking.DAY_FIRST, "31/12/2026"), (tracking.MONTH_FIRST, "12/31/2026")]

#: What became of a row.
RESULTS = [
    ("recorded", "Recorded"), ("known", "Known already"), ("left", "Not recorded")]


class CollectionLetterImport(models.TransientModel):
    """Dialog that reads a carrier's list of registered letters.

    Each row finds its letter by the number, else by our reference. What finds none, or
    contradicts what is known, is listed and given back as a file: nothing is lost, and the same
    list once more changes nothing.
    """

    _name = "collection.letter.import"
    _description = "Import a List of Registered Letters"
    _inherit = ["collection.dialog"]

    file = fields.Binary(string="List", help="A CSV or XLSX file of the carrier.")
    file_name = fields.Char()
    order = fields.Selection(
        ORDERS, string="Dates are written as", required=True,
        default=lambda self: self._default_order())
    line_ids = fields.One2many("collection.letter.import.line", "import_id", readonly=True)
    summary = fields.Char(readonly=True)
    left_file = fields.Binary(string="Rows not recorded", readonly=True)
    left_name = fields.Char(readonly=True)

    @api.model
    def _default_order(self):
        written = self.env["res.lang"]._get_data(code=self.env.user.lang).date_format or ""
        return tracking.MONTH_FIRST if written.startswith("%m") else tracking.DAY_FIRST

    def action_import(self):
        """Record what the list says, and show what became of each row.

        :return: window action on this dialog
        :raise UserError: no file, or one that cannot be read
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            headings, rows = tracking.read_rows(base64.b64decode(self.file), self.order)
        except tracking.TrackingError as error:
            raise UserError(self._get_errors()[str(error)]) from error
        self._show(headings, self._take_rows(rows))
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "views": [(False, "form")], "target": "new",
            "context": {"dialog_size": "extra-large"},
            "name": self.env._("Import a carrier's list")}

    def _get_errors(self):
        """:return: dict of translated error messages by the code of a file or row"""
        _ = self.env._
        return {
            tracking.UNREADABLE: _("The file cannot be read: give a CSV or XLSX file."),
            tracking.TOO_LONG: _(
                "The list is too long: %(rows)s rows at most. Cut it into parts.",
                rows=tracking.MOST_ROWS),
            tracking.NO_HEADING: _(
                "No column is known. The first row names them: Number or Reference, and "
                "Deposited, Presented, Accepted, Refused or Unclaimed."),
            tracking.BAD_DATE: _(
                "A date cannot be read: correct it, or choose the other way in which dates are "
                "written."),
            tracking.NO_KEY: _("Neither number nor reference."),
        }

    def _find_letters(self, rows):
        """Find the letters of all rows at once, among those of the user's portfolio.

        :return: dict of recordsets of ``collection.dispatch``, in superuser mode, by number and
            by reference
        """
        numbers = {row.number for row in rows if row.number}
        ids = [int(row.reference[len(LETTER_PREFIX):]) for row in rows
               if self._is_reference(row.reference)]
        found, letters = {}, self.env["collection.dispatch"].search([
            ("post_by", "=", "registered"), "|",
            ("registered_number", "in", list(numbers)), ("id", "in", ids)])
        if not letters._is_in_portfolio():
            letters = letters.filtered(lambda letter: letter._is_in_portfolio())
        for letter in letters.sudo():
            for key in (letter.registered_number, letter.letter_code):
                if key:
                    found[key] = (found.get(key, letter.browse()) | letter).with_prefetch(
                        letters.ids)  # read for all rows at once
        return found

    def _is_reference(self, text):
        digits = text[len(LETTER_PREFIX):]
        return text.upper().startswith(LETTER_PREFIX) and digits.isdecimal() and len(digits) < 10

    def _take_rows(self, rows):
        """Record what the rows say, all together.

        :return: list of (row, one of :data:`RESULTS`, the ``collection.dispatch``, why not)
        """
        letters, taken, results = self._find_letters(rows), {}, []
        for row in rows:
            letter, problem = self._find_letter(row, letters)
            try:
                news = None if problem else self._find_news(row, letter, taken)
            except UserError as error:
                problem = str(error)
            results.append((row, "left" if problem else "recorded" if news else "known",
                            letter, problem))
        write_news([news for own in taken.values() for news in own])
        return results

    def _find_news(self, row, letter, taken):
        """:param dict taken: lists of :class:`~...models.message.letters.News` by letter, of the
            rows before; what is new is added
        :return: :class:`~...models.message.letters.News`; None where all of it is known
        :raise UserError: it contradicts what is known, or a row before
        """
        before = taken[letter][-1] if letter in taken else None
        number = before.number if before else letter.registered_number
        if row.number and number and number != row.number:
            raise UserError(self.env._(
                "This letter has another number: %(number)s.", number=number))
        news = find_news(letter, row.dates, number=row.number, before=before)
        if news:
            taken.setdefault(letter, []).append(news)
        return news

    def _find_letter(self, row, letters):
        """Find the letter that a row is of: its number's, its reference's, which must agree.

        :param dict letters: see :meth:`_find_letters`
        :return: (the ``collection.dispatch``, why there is none that it can be, translated)
        """
        nothing = self.env["collection.dispatch"].sudo()
        if row.problem:
            return nothing, self._get_errors()[row.problem]
        numbered = letters.get(row.number, nothing)
        referred = letters.get(row.reference.upper(), nothing)
        if not numbered and not referred:
            return nothing, self.env._("No registered letter has this number or reference.")
        if numbered and referred and referred not in numbered:
            return nothing, self.env._("Number and reference are of two letters.")
        letter = referred or numbered
        if len(letter) > 1:
            return nothing, self.env._("Several letters have this number.")
        return letter, ""

    def _show(self, headings, results):
        counts = {code: sum(result == code for _row, result, *_rest in results)
                  for code, _label in RESULTS}
        left = [(row, why) for row, result, _letter, why in results if result == "left"]
        self.sudo().write({  # a dialog asks of each line what may be read: these were found so
            "file": False,
            "summary": self.env._(
                "Recorded: %(recorded)s. Known already: %(known)s. Not recorded: %(left)s.",
                **counts),
            "left_file": self._write_left(headings, left) if left else False,
            "left_name": self.env._("Rows not recorded.csv"),
            "line_ids": [(5, 0, 0), *((0, 0, {
                "line": row.line, "number": row.number, "reference": row.reference,
                "dates": self._describe_dates(row), "result": result,
                "dispatch_id": letter.id, "reason": why,
            }) for row, result, letter, why in results if result != "known")]})

    def _describe_dates(self, row):
        labels = dict(self.env["collection.dispatch"]._fields[
            "tracking"]._description_selection(self.env))
        return ", ".join(self.env._(
            "%(stage)s: %(day)s", stage=labels[stage], day=format_date(self.env, day))
            for stage, day in row.dates.items())

    def _write_left(self, headings, left):
        """:return: base64 of a CSV file of the rows as they stood, each with why"""
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([*headings, self.env._("Why not")])
        writer.writerows([*row.cells, why] for row, why in left)
        return base64.b64encode(stream.getvalue().encode("utf-8-sig"))


class CollectionLetterImportLine(models.TransientModel):
    """A row of a carrier's list, and what became of it."""

    _name = "collection.letter.import.line"
    _description = "Row of a List of Registered Letters"
    _inherit = ["collection.dialog"]
    _order = "result desc, line"

    import_id = fields.Many2one("collection.letter.import", ondelete="cascade")
    line = fields.Integer(string="Row", readonly=True)
    number = fields.Char(readonly=True)
    reference = fields.Char(readonly=True)
    dates = fields.Char(readonly=True)
    result = fields.Selection(RESULTS, readonly=True)
    dispatch_id = fields.Many2one("collection.dispatch", string="Letter", readonly=True)
    reason = fields.Char(string="Why not", readonly=True)
