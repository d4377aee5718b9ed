from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.portfolio import sees_own_only

#: Commands of a many2many or one2many that name one record, and those that name several.
NAMES_ONE = (Command.UPDATE, Command.DELETE, Command.UNLINK, Command.LINK)


#: Models that accountants read of every customer: what a dialog tells of them besides is the
#: collector's alone.
BOOKED = ("account.move", "account.move.line")


class CollectionDialog(models.AbstractModel):
    """What every dialog of the module has in common: it shows its user nothing new (X-12).

    What a dialog is about comes from the caller, who may name any record. So whatever records
    are given are read with the caller's rights, wherever values come in: from the context, from
    a form that is being filled, and when the dialog is saved. Related fields are read with these
    rights too. Its rows are seen by who made them alone (``security/collection_dialog_rules.xml``).
    """

    _name = "collection.dialog"
    _description = "Dialog"

    #: The fields that hold customers of whom the dialog tells more than their names, so that they
    #: have to be in the user's portfolio, in the dialog's company; each with the field of a record
    #: that may be read, and whose customer it may be, or None.
    _customer_fields = {}

    @api.model
    def default_get(self, fields):
        """:raise AccessError: a default names a record that the user may not read"""
        defaults = super().default_get(fields)
        self._check_about(defaults)
        return defaults

    def onchange(self, values, field_names, fields_spec):
        """:raise AccessError: the form names a record that the user may not read"""
        self._check_about(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model_create_multi
    def create(self, vals_list):
        """:raise AccessError: the values name a record that the user may not read"""
        for vals in vals_list:
            self._check_about(vals)
        dialogs = super().create(vals_list)
        if not self.env.su:
            for dialog in dialogs:  # of what it has become, defaults included
                dialog._check_customers({
                    name: dialog[name].ids for name in dialog._customer_fields})
        return dialogs

    def write(self, vals):
        """:raise AccessError: the values name a record that the user may not read"""
        self._check_about(vals)
        return super().write(vals)

    @api.model
    def _check_about(self, vals):
        """:param dict vals: values as a caller gives them, in any of the forms that Odoo takes
        :raise AccessError: they name a record that the user may not read
        """
        if self.env.su:
            return
        self.browse().check_access("create")
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or not field.relational or not value:
                continue
            records = self.env[field.comodel_name]
            if records._transient:
                for line in _find_lines(value):
                    records._check_about(line)
            else:
                named = records.browse(self._find_named(value))
                named.check_access("read")
                if records._name in BOOKED and sees_own_only(self.env):
                    named._check_collection_portfolio()
        self._check_customers(vals)

    def _find_named(self, value):
        """:return: list of the ids that a relational value names
        :raise UserError: it is none of the forms that Odoo takes
        """
        try:
            return _find_ids(value)
        except (IndexError, TypeError, ValueError) as error:
            raise UserError(self.env._(
                "“%(value)s” names no record. Give its id, a number.", value=value)) from error

    @api.model
    def _check_customers(self, vals):
        company = self._find_company(vals)
        for name, voucher in self._customer_fields.items():
            customers = self.env["res.partner"].browse(self._find_named(vals.get(name) or []))
            if "company_id" in vals and name not in vals:  # the same ones, somewhere else
                customers = self[name]
            customers = customers.commercial_partner_id
            if customers and voucher:
                records = self[voucher].browse(self._find_named(vals.get(voucher) or []))
                customers -= (records or self[voucher]).sudo().customer_id
            customers.with_company(company)._check_collection_portfolio()

    def _find_company(self, vals):
        """:return: ``res.company`` in which the dialog works: that of the values, or its own"""
        if "company_id" not in self._fields:
            return self.env.company
        named = self.env["res.company"].browse(
            self._find_named(vals.get("company_id") or []))
        return named or self.company_id[:1] or self.env.company


def _find_ids(value):
    """:return: list of the ids that a relational value names"""
    if isinstance(value, (int, str)):
        return [int(value)]
    if isinstance(value, dict):
        return _find_ids(value.get("id") or [])
    found = []
    for part in getattr(value, "ids", value):
        if isinstance(part, int):
            found.append(part)
        elif part[0] in NAMES_ONE:
            found.append(part[1])
        elif part[0] == Command.SET:
            found += part[2]
    return found


def _find_lines(value):
    """:return: list of the dicts of values in the commands of a one2many"""
    return [command[2] for command in value if isinstance(command, (list, tuple))
            and command[0] in (Command.CREATE, Command.UPDATE)] if isinstance(value, (
                list, tuple)) else []
