from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...models.claim.res_partner import CLAIM_KINDS
from ...models.limitation.collection_limitation_interruption import KINDS
from ...tools.dialogs import RELOAD, notify


class CollectionLimitationNote(models.TransientModel):
    """Dialog that shows how the limitation of items runs, notes what interrupts it, and says what
    kind of claim they are."""

    _name = "collection.limitation.note"
    _description = "Limitation of Items"
    _inherit = ["collection.dialog"]

    item_ids = fields.Many2many("account.move.line", required=True, readonly=True)
    course = fields.Html(string="How it runs", compute="_compute_course", sanitize=False)
    change = fields.Selection(
        [("interruption", "Note what interrupts it"), ("kind", "Change the kind of claim")],
        string="Command", required=True, default="interruption")
    kind = fields.Selection(KINDS, string="What happened")
    date = fields.Date(
        default=lambda self: self.env.company._get_collection_day())
    until = fields.Date(
        help="Until this day the time does not run, as during proceedings. Empty: it runs anew "
        "from the day on which it happened.")
    claim_kind = fields.Selection(CLAIM_KINDS, string="Kind of claim")
    note = fields.Text(string="Proof or reason")

    @api.depends("item_ids")
    @api.depends_context("lang")
    def _compute_course(self):
        for dialog in self:
            items = dialog.item_ids._origin
            items._check_collection_portfolio()
            dialog.course = self.env["ir.qweb"]._render(
                "account_collection.collection_limitation_course", {
                    "lines": items._get_limitation_lines(),
                    "format_date": lambda day: format_date(self.env, day),
                    "describe_act": self._describe_act})

    def _describe_act(self, act):
        """:param act: :class:`~...models.limitation.limitation_lines.InterruptionLine`
        :return: str, translated: what, when, and what proves it"""
        day, until = (format_date(self.env, value) for value in (act.day, act.until))
        when = self.env._("%(day)s to %(until)s", day=day, until=until) if act.until else day
        return " – ".join(filter(None, (act.kind, when, act.note)))

    def action_apply(self):
        """Note the interruption, or change the kind of claim.

        :return: notification
        :raise UserError: something is missing, see ``note_interruption`` and
            ``set_collection_claim_kind``
        """
        self.ensure_one()
        if self.change == "kind":
            self.item_ids.set_collection_claim_kind(self.claim_kind, self.note)
            return notify(self.env._("Kind of claim changed."), then=RELOAD)
        if not self.kind:
            raise UserError(self.env._("Say what interrupts limitation."))
        self.env["collection.limitation.interruption"].note_interruption(
            self.item_ids, self.kind, self.date, until=self.until, note=self.note or "")
        return notify(self.env._("Interruption noted."), then=RELOAD)
