import io
import json
import re
import zipfile
from datetime import date, datetime

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date, format_list, html2plaintext

from .erasures import BELOW

#: What the machinery keeps for itself, and what proves a history.
LEFT_OUT = {
    "collection.plan.mark", "collection.plan.state", "collection.plan.wake",
    "collection.debtor.mark", "collection.item.snapshot", "collection.history.chain"}
#: Fields that open a door or prove a row; they tell nothing of a person.
SECRET = {"selector", "digest", "text_salt", "text_digest", "sms_uuid", "command_ref"}
#: What is read of a contact besides our own fields.
CONTACT = (
    "name", "email", "phone", "street", "street2", "zip", "city", "country_id", "vat", "ref",
    "company_registry", "website", "function", "lang", "is_company", "parent_id", "comment",
    "create_date")
INVOICE = ("name", "move_type", "date", "invoice_date_due", "amount_total", "amount_residual",
           "currency_id", "state", "payment_state", "company_id")


class CollectionPersonalData(models.AbstractModel):
    """All that is held on a person, as a file that the person can be given.

    What is read is what the manager may read, in the companies that he or she works in.
    """

    _name = "collection.personal.data"
    _description = "Personal Data"

    @api.model
    def _make_zip(self, partner):
        """Gather all that is held on a person; traced in the customer's history.

        :param partner: the ``res.partner``; of a customer, its contacts are part of it
        :return: bytes of a ZIP: ``data.json``, ``data.html`` and the files
        :raise AccessError: the user is no collection manager, or may not read the partner
        """
        self._check_manager()
        partner.ensure_one()
        partner.check_access("read")
        sections = self._gather(partner)
        files = self._find_files(sections)
        tables = {name: self._read_records(records) for name, records in sections.items()}
        tables["mail.message"] = self._read_messages(sections)
        tables["ir.attachment"] = [
            {"id": file.id, "name": file.name, "type": file.mimetype, "bytes": file.file_size}
            for file in files]
        self._trace_export(partner)
        return self._pack(partner, tables, files)

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._(
                "Only a collection manager exports or anonymises what is held on a person."))

    # === GATHERING === #

    def _gather(self, partner):
        """:return: dict of recordsets by model: the contacts, what points to them, and what hangs
            below that"""
        persons = partner.with_context(active_test=False)
        if partner == partner.commercial_partner_id:
            persons = persons.search([("id", "child_of", partner.id)])
        found = {"res.partner": persons}
        for name in self._get_models():
            records = self.env[name].with_context(active_test=False)
            pointers = [Domain(pointer, "in", persons.ids) for pointer in self._get_pointers(name)]
            if pointers and (mine := records.search(Domain.OR(pointers))):
                found[name] = mine
        moves = self.env["account.move"]
        if moves.has_access("read") and (invoices := moves.search([
                ("commercial_partner_id", "in", persons.ids),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt"))])):
            found["account.move"] = invoices
        return found

    def _get_models(self):
        """:return: sorted list of the names of our models that keep records"""
        return sorted(
            name for name, model in self.env.registry.items()
            if name.startswith("collection.") and name not in LEFT_OUT
            and not model._abstract and not model._transient and model._auto
            and not getattr(model, "_is_collection_cache", False)
            and self.env[name].has_access("read"))

    def _get_pointers(self, name):
        """:return: list of paths of a model that lead to a person"""
        pointers = [
            field.name for field in self.env[name]._fields.values()
            if field.store and field.comodel_name == "res.partner"
            and field.type in ("many2one", "many2many")
            and self.env[name]._has_field_access(field, "read")]
        return pointers or ([BELOW[name]] if name in BELOW else [])

    def _find_files(self, sections):
        """:return: ``ir.attachment`` of these records, and those that they name"""
        files = self.env["ir.attachment"].sudo().browse()
        for name, records in sections.items():
            if name == "account.move":
                continue
            files |= files.search([("res_model", "=", name), ("res_id", "in", records.ids),
                                   ("res_field", "=", False), ("type", "=", "binary")])
            for field in records._fields.values():
                if field.store and field.comodel_name == "ir.attachment" and (
                        records._has_field_access(field, "read")):
                    files |= records.sudo()[field.name]
        return files

    # === READING === #

    def _read_records(self, records):
        """:return: list of dicts of what the records hold, as it is shown, by name of field"""
        names = CONTACT if records._name == "res.partner" else INVOICE if (
            records._name == "account.move") else self._get_read_fields(records)
        if records._name == "res.partner":
            names = (*names, *sorted(
                name for name, field in records._fields.items()
                if name.startswith("collect") and field.store and field.type not in (
                    "one2many", "many2many") and records._has_field_access(field, "read")))
        return [{"id": record.id, **{
            name: self._show(record, record._fields[name]) for name in names}}
            for record in records]

    def _get_read_fields(self, records):
        return [
            name for name, field in records._fields.items()
            if field.store and name not in SECRET and name not in models.MAGIC_COLUMNS
            and field.type not in ("binary", "one2many", "many2one_reference")
            and field.comodel_name != "ir.attachment"
            and records._has_field_access(field, "read")] + (
                ["create_date"] if records._log_access else [])

    def _show(self, record, field):
        """:return: a value as JSON takes it: names of records, ISO dates, texts without markup"""
        value = record[field.name]
        if field.relational:
            names = value.sudo().mapped("display_name")
            return ", ".join(names) if field.type != "many2one" else (names or [None])[0]
        if field.type == "html":
            return html2plaintext(value) if value else None
        if field.type == "selection" and value:
            return dict(field._description_selection(self.env)).get(value, value)
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        if field.type == "properties":
            return {one["string"]: str(one.get("value") or "") for one in record.read(
                [field.name])[0][field.name]}
        return value if value is not False or field.type == "boolean" else None

    def _read_messages(self, sections):
        """:return: list of dicts of the messages on these records, and of those that the persons
            wrote on others that the manager may read"""
        about = Domain.OR(
            Domain("model", "=", name) & Domain("res_id", "in", records.ids)
            for name, records in sections.items() if name != "account.move")
        messages = self.env["mail.message"]
        written = messages.search([("author_id", "in", sections["res.partner"].ids)])
        return [{
            "id": message.id, "date": message.date.isoformat(),
            "author": message.author_id.name or message.email_from or None,
            "about": message.record_name or None, "subject": message.subject or None,
            "text": html2plaintext(message.body) if message.body else None,
        } for message in (messages.sudo().search(about) | written.sudo()).sorted("id")]

    # === WRITING === #

    def _pack(self, partner, tables, files):
        stream = io.BytesIO()
        about = {
            "person": partner.display_name, "id": partner.id,
            "made_on": self.env.company._get_collection_now().isoformat(timespec="seconds"),
            "made_by": self.env.user.name,
            "companies": self.env.companies.mapped("name")}
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.json", json.dumps(
                {"about": about, "data": tables}, ensure_ascii=False, indent=1, default=str))
            archive.writestr("data.html", self._render(about, tables))
            for file in files:
                content = file.raw
                if content:
                    archive.writestr(f"files/{file.id}-{_plain_name(file.name)}", content)
        return stream.getvalue()

    def _render(self, about, tables):
        """:return: str, the same as a page, with the names of fields in the reader's language"""
        sections = []
        for name, rows in tables.items():
            known = self.env[name]._fields
            labels = {key: known[key]._description_string(self.env) or key if key in known
                      else key for key in (rows[0] if rows else ())}
            sections.append({"title": self.env["ir.model"]._get(name).name, "rows": rows,
                             "labels": labels})
        return str(self.env["ir.qweb"]._render("account_collection.collection_personal_data", {
            "about": about, "sections": sections, "intro": self.env._(
                "All that %(companies)s hold on this person, as of %(day)s. Files are in the "
                "folder “files”.", companies=format_list(self.env, about["companies"]),
                day=format_date(self.env, about["made_on"][:10])),
            "lang": (self.env.lang or "en_US")[:2]}))

    def _trace_export(self, partner):
        """In the history of the customer, in each company of the user that has one."""
        customer = partner.commercial_partner_id
        chains = self.env["collection.history.chain"].sudo().search([
            ("customer_id", "=", customer.id), ("company_id", "in", self.env.companies.ids)])
        self.env["collection.history"].sudo()._append_many({
            (customer, company): [{
                "kind": "data_exported", "cause": "person", "command": "privacy",
                "data": {"partner": partner.id}, "new_value": partner.display_name}]
            for company in chains.company_id or self.env.company})


def _plain_name(name):
    """:return: str, a file's name that stays in its folder wherever it is unpacked"""
    plain = re.sub(r"[^\w ._()-]|\.\.+", "_", name or "")
    return plain.strip(". ")[-120:] or "file"
