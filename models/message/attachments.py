from markupsafe import Markup

from odoo import models

from ...engine import hashtags

PDF = "application/pdf"


class CollectionAction(models.Model):
    """The files that go along with messages: letters on paper, invoices, statements."""

    _inherit = "collection.action"

    # === FILES === #

    def _get_message_files(self, facts, messages):
        """Files of the messages of actions of one company.

        A letter is one file, with its invoices behind it, ready for the envelope. To an e-mail
        are joined its template's files, the invoices and the statement. What was sent before is
        taken as it was sent; the rest is printed together, and not stored.

        :param dict facts: :class:`~.collection_message_fact.Facts` by action id
        :param dict messages: :class:`~.collection_message.Message` by action id
        :return: dict of lists of (file name, bytes, MIME type) by action id
        """
        files = {action.id: [] for action in self}
        letters = self.filtered(lambda action: action.kind == "letter")
        emails = self.filtered(lambda action: action.kind == "email")
        invoices = (letters | emails)._get_invoice_files(facts)
        printed = letters._print_letters(facts, messages)
        for action in letters:
            behind = [content for _name, content, _type in invoices.get(action.id, ())]
            pdf = self.env["collection.print"]._merge([printed[action.id], *behind])
            files[action.id] = [(action._get_letter_filename(facts), pdf, PDF)]
        statements = emails.filtered("attach_statement")._get_statement_files(facts)
        for action in emails:
            files[action.id] = [
                *((file.name, file.raw, file.mimetype)
                  for file in action.mail_template_id.attachment_ids),
                *invoices.get(action.id, ()), *statements.get(action.id, ())]
        return files

    def _get_invoice_files(self, facts):
        """:return: dict of lists of the invoices that a message is about, by action id"""
        actions = self.filtered("attach_invoices")
        moves = self.env["account.move"].sudo().union(*(
            facts[action.id].items.move_id for action in actions)).filtered(
                lambda move: move.is_sale_document())
        printed = moves._get_collection_pdfs()
        return {
            action.id: [printed[move.id] for move in facts[action.id].items.move_id & moves]
            for action in actions}

    def _get_statement_files(self, facts):
        """:return: dict of the statement of account, in a list, by action id"""
        sheets, names = [], []
        for action in self:
            own, customer = facts[action.id], action.customer_id
            sheets.append(customer._prepare_statement_sheet(
                action.company_id, own.account, own.day, own.claims, own.instalments, own.lang,
                own.recipient))
            names.append(f"{customer._get_statement_filename(own.day, own.lang)}.pdf")
        pdfs = self.env["collection.print"]._print_sheets(sheets)
        return {action.id: [(name, pdf, PDF)] for action, name, pdf in zip(self, names, pdfs)}

    def _get_letter_body(self, text, content, facts):
        """What stands on a letter below its subject, in the language of the context.

        :param str text: the text as written; where it holds no list of items itself and the
            statement is to be joined, the statement stands below it
        """
        self.ensure_one()
        tables = ()
        if self.attach_statement and not any(
                hashtags.CATALOGUE.get(name) == hashtags.BLOCK
                for name in hashtags.find(text, html=True)):
            statement = self.env["collection.statement"]
            tables = statement._get_tables(
                facts.account, facts.day,
                statement._get_labels(facts.account, facts.instalments), facts.claims)
        return self.env["ir.qweb"]._render("account_collection.collection_letter_body", {
            "content": content, "sender": facts.sender, "company": self.company_id,
            "tables": [Markup(hashtags.render_table(table)) for table in tables],
        }, minimal_qcontext=True)

    def _prepare_letter_sheet(self, message, day):
        """:return: a letter as a :class:`~..report.collection_print.Sheet`"""
        self.ensure_one()
        return self.env["collection.print"]._prepare_sheet(
            "account_collection.collection_letter_sheet", self.company_id, message.lang,
            message.recipient, day, message=message, customer=self.customer_id)

    def _print_letters(self, facts, messages):
        """:return: dict of PDF files as bytes by action id, from one run of the PDF program"""
        sheets = [action._prepare_letter_sheet(messages[action.id], facts[action.id].day)
                  for action in self]
        return dict(zip(self.ids, self.env["collection.print"]._print_sheets(sheets)))

    def _get_letter_filename(self, facts):
        self.ensure_one()
        env = self.with_context(lang=facts[self.id].lang).env
        return env._("Letter %(date)s.pdf", date=facts[self.id].day.isoformat())

    # === PREVIEW === #

    def _get_message_page(self, message):
        """:return: a message as its reader sees it: the e-mail, the sheet of paper, the lines"""
        self.ensure_one()
        if self.kind != "letter":
            return Markup('<div style="padding: 16px; font-family: sans-serif;">%s</div>') % (
                message.body)
        sheet = self._prepare_letter_sheet(message, self.company_id._get_collection_day())
        return self.env["collection.print"]._render_document([sheet], screen=True)

    def _describe_files(self, message):
        """:return: generator of the names of what goes along with a message, not printed yet"""
        if self.kind == "email":
            yield from self.mail_template_id.attachment_ids.mapped("name")
        if self.attach_invoices and self.kind != "sms":
            yield from message.items.move_id.filtered(
                lambda move: move.is_sale_document()).mapped("name")
        if self.attach_statement and self.kind == "email":
            yield self.customer_id._get_statement_filename(lang=message.lang)

    # === BUTTONS === #

    def action_open_preview(self):
        """:return: window action on the message as it would leave today"""
        self.ensure_one()
        preview = self.env["collection.message.preview"].create({"action_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("As it would leave today"),
            "res_model": preview._name,
            "res_id": preview.id,
            "views": [(False, "form")],
            "target": "new",
        }
