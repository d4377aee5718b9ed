from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.records import as_integer, as_record, as_text
from .attributes import ATTRIBUTES, MANY, get_selection


class CollectionAssignment(models.Model):
    """Where a customer's attribute has its value from: which rule or person, and when (M-022)."""

    _name = "collection.assignment"
    _description = "Assignment"
    _inherit = ["collection.portfolio"]
    _order = "customer_id, attribute, id"
    _log_access = False
    _owner_fields = ("customer_id", "company_id")

    #: found by the unique key, which begins with it
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    attribute = fields.Selection("_selection_attribute", required=True, readonly=True)
    value = fields.Integer(
        readonly=True, required=True, default=0,
        help="Id of the group or function, where a customer has several.")
    source = fields.Selection(
        [("rule", "By a rule"), ("hand", "By hand")], required=True, readonly=True)
    rule_id = fields.Many2one("collection.assignment.rule", readonly=True, ondelete="set null")
    rule_name = fields.Char(readonly=True)
    #: the person; who ran a rule stands in the history
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="set null")
    at = fields.Datetime(string="When", readonly=True)
    locked = fields.Boolean(help="Rules leave this attribute of the customer alone.")
    # a constraint rather than an index: a merge of customers looks for constraints
    _key_unique = models.Constraint(
        "UNIQUE(customer_id, company_id, attribute, value)", "An attribute has one origin.")

    @api.model
    def _selection_attribute(self):
        return get_selection(self.env)

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("Where a value comes from is kept with its customer."))

    # === RECORDING AND LOCKING === #

    @api.model
    def _record(self, company, attribute, customer_ids, *, value=0, rule=None):
        """Record where these customers' attribute has its value from.

        :param company: the ``res.company``
        :param str attribute: its code
        :param customer_ids: ids of commercial partners
        :param int value: id of the group or function, where there are several
        :param rule: the ``collection.assignment.rule``, or None for a person
        """
        if not customer_ids:
            return
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_assignment (
                   customer_id, company_id, attribute, value, source, rule_id, rule_name,
                   user_id, at)
            SELECT customer, %(company)s, %(attribute)s, %(value)s, %(source)s, %(rule)s,
                   %(name)s, %(user)s, %(now)s
              FROM unnest(%(customers)s::int[]) AS customer
       ON CONFLICT (customer_id, company_id, attribute, value) DO UPDATE
               SET source = EXCLUDED.source, rule_id = EXCLUDED.rule_id,
                   rule_name = EXCLUDED.rule_name, user_id = EXCLUDED.user_id,
                   at = EXCLUDED.at
            """,
            company=company.id, attribute=attribute, value=value,
            source="rule" if rule else "hand", rule=rule.id if rule else None,
            name=rule.display_name if rule else None,
            user=None if rule else self.env.uid,
            now=fields.Datetime.now(), customers=list(customer_ids)))
        self.invalidate_model()
        self.env["res.partner"].invalidate_model(
            ["collection_assignment_ids", "collection_origins"])
        self.env["collection.participant"].invalidate_model(["collection_origins"])

    @api.model
    def _get_locked(self, company, attribute, value=0):
        """:return: set of ids of the customers whose attribute rules leave alone"""
        self.flush_model(["locked"])
        return {customer for [customer] in self.env.execute_query(SQL(
            "SELECT customer_id FROM collection_assignment WHERE company_id = %s"
            " AND attribute = %s AND value IN (0, %s) AND locked",
            company.id, attribute, value))}

    @api.model
    def set_lock(self, customer_id, attribute, value, locked):
        """Keep rules from changing an attribute of a customer, or let them, whatever set it.

        :param int customer_id: id of the customer
        :param str attribute: its code
        :param int value: id of the group or function, 0 for the attribute as a whole
        :param bool locked: whether rules leave it alone
        :raise AccessError: a customer outside of the user's portfolio
        """
        customer = as_record(self.env, "res.partner", customer_id).commercial_partner_id
        attribute, value = as_text(self.env, attribute), as_integer(self.env, value)
        customer.check_access("write")
        customer._check_collection_portfolio()
        if not customer or attribute not in ATTRIBUTES:
            raise UserError(self.env._("Choose a customer, and what rules are to leave alone."))
        known = self.sudo().search([
            ("customer_id", "=", customer.id), ("company_id", "=", self.env.company.id),
            ("attribute", "=", attribute), ("value", "=", value)])
        known = known or self.sudo().create({
            "customer_id": customer.id, "company_id": self.env.company.id, "source": "hand",
            "attribute": attribute, "value": value, "user_id": self.env.uid,
            "at": fields.Datetime.now()})
        known.locked = bool(locked)

    def _set_locked(self, locked):
        self.check_access("read")
        self._check_portfolio()
        self.sudo().locked = locked

    # === ORIGINS === #
    # An origin as a translated sentence.

    def _is_shown(self):
        """Whether the customer still has what was assigned: a group it has left is hidden."""
        attribute = ATTRIBUTES[self.attribute]
        return not self.value or self.locked or attribute.how != MANY or (
            self.value in self.sudo().customer_id[attribute.field].ids)

    def _describe(self, automatic, name=""):
        """:param name: of the group or function that it is about, if one
        :return: dict that the icon and its card show
        """
        if self.source == "rule":
            # the rule has its name in the reader's language; what a run kept is in the run's
            rule = self.sudo().rule_id.display_name or self.rule_name
            sentence = self.env._("By the rule %(rule)s", rule=rule or "–")
        else:
            sentence = self.env._("By hand: %(user)s", user=self.sudo().user_id.name or "–")
        return {
            "customer": self.customer_id.id, "attribute": self.attribute, "value": self.value,
            "source": self.source, "locked": self.locked, "sentence": sentence,
            "name": name, "at": fields.Datetime.to_string(self.at) or "",
            "threatened": self.attribute in automatic}

    def _get_value_names(self):
        """:return: dict of str by id: the group or function that each is about; none for others"""
        names, rules = {}, self.env["collection.assignment.rule"]
        for attribute, rows in self.filtered("value").grouped("attribute").items():
            values = self.env[rules._fields[ATTRIBUTES[attribute].value].comodel_name].sudo()
            found = {value.id: value.name for value in values.browse(rows.mapped("value")).exists()}
            names |= {row.id: found.get(row.value, "") for row in rows}
        return names

    # === BUTTONS === #

    def action_lock(self):
        """Keep rules from changing these attributes.

        :raise AccessError: a customer outside of the user's portfolio
        """
        self._set_locked(True)

    def action_unlock(self):
        """Let rules change these attributes again."""
        self._set_locked(False)
