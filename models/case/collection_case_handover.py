from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CollectionCaseHandover(models.Model):
    """A case file in the hands of an external partner, who takes it from the portal.

    Portal users have no rights on these models: their pages look through :meth:`_find_portal`.
    """

    _name = "collection.case.handover"
    _description = "Case File Handed Over"
    _inherit = ["collection.owned"]
    _order = "id desc"
    _rec_name = "partner_id"
    _owner_fields = ("case_file_id",)

    case_file_id = fields.Many2one(
        "collection.case.file", required=True, readonly=True, index=True, ondelete="restrict")
    customer_id = fields.Many2one(related="case_file_id.customer_id")
    company_id = fields.Many2one(related="case_file_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", string="External partner", required=True, readonly=True, index=True,
        ondelete="restrict")
    function_id = fields.Many2one("collection.function", readonly=True, ondelete="restrict")
    note = fields.Text(readonly=True, help="What the partner reads beside it.")
    handed_at = fields.Datetime(string="Handed over on", required=True, readonly=True)
    handed_by_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict")
    revoked_at = fields.Datetime(string="Withdrawn on", readonly=True)
    revoked_by_id = fields.Many2one("res.users", string="Withdrawn by", readonly=True)
    taken_count = fields.Integer(string="Downloads", readonly=True)
    taken_at = fields.Datetime(string="Last download", readonly=True)
    portal_access = fields.Selection(
        [("open", "Finds it"), ("left", "Has left"), ("withdrawn", "Withdrawn")],
        string="On the portal", compute="_compute_portal_access", compute_sudo=True,
        help="A partner who does not hold the function any more does not find the file either.")

    # === COMPUTE === #

    @api.depends("revoked_at", "partner_id", "function_id", "case_file_id.customer_id")
    def _compute_portal_access(self):
        """One query, however many there are."""
        lines = self.env["collection.participant"].search([
            ("customer_id", "in", self.customer_id.ids),
            ("function_id", "in", self.function_id.ids)])
        own = lines.grouped(lambda line: (line.customer_id, line.function_id))
        for handover in self:
            holders = handover._find_holders(
                own.get((handover.customer_id, handover.function_id), lines.browse()))
            handover.portal_access = "withdrawn" if handover.revoked_at else (
                "open" if handover.partner_id in holders else "left")

    def _find_holders(self, lines):
        """:param lines: ``collection.participant`` of its customer and function
        :return: ``res.partner`` who hold the function: by default or in a sequence under way; where
            none of these has it, those who held it in one that has ended"""
        own = lines.filtered(
            lambda line: self.company_id._takes_collection_from(line.company_id))
        present = own.filtered(
            lambda line: line.sequence_id.state in (False, "running", "paused"))
        return (present or own).contact_id

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was handed over stays in the history: withdraw it."))

    # === HANDING OVER === #

    @api.model
    def _hand_over(self, case_file, partner, function, note=""):
        """Hand a file over to an external partner, who is written to.

        :param case_file: ``collection.case.file`` that the user may hand over
        :param partner: ``res.partner``, who can log in to the portal
        :param function: the ``collection.function`` that the partner holds
        :param str note: plain text
        :return: the new record
        :raise UserError: nobody there can log in, or the file is the partner's already
        """
        company = case_file.company_id
        readers = self._find_readers(partner, company)
        if not readers:
            raise UserError(self.env._(
                "%(partner)s cannot log in to the portal in %(company)s: invite them first, from "
                "the list of participants.", partner=partner.display_name,
                company=company.name))
        if self.sudo().search_count([
                ("case_file_id", "=", case_file.id), ("partner_id", "=", partner.id),
                ("revoked_at", "=", False)], limit=1):
            raise UserError(self.env._(
                "%(partner)s has this file already.", partner=partner.display_name))
        made = self.sudo().create({
            "case_file_id": case_file.id, "partner_id": partner.id, "function_id": function.id,
            "note": note, "handed_at": fields.Datetime.now(), "handed_by_id": self.env.uid})
        case_file.sudo()._trace(
            "case_file_handed", old=case_file.name, new=partner.display_name)
        made._write_to(readers)
        return made.with_env(self.env)

    def _find_readers(self, partner, company):
        """:return: ``res.partner`` of the users who act for a partner on the portal"""
        users = self.env["res.users"]._search_portal_holders(partner).filtered("share")
        return users.filtered(lambda user: user._holds_for(partner, company)).partner_id

    def _write_to(self, readers):
        """Queue an e-mail to each of these, in their language."""
        mails, company = [], self.company_id
        for lang, own in readers.filtered("email_normalized").grouped("lang").items():
            here = self.with_context(lang=lang or self.env.lang)
            before, after = company.with_context(
                lang=here.env.lang)._get_collection_mail_layout()
            mails.append({
                "subject": here.env._(
                    "%(company)s: case file of %(customer)s", company=company.name,
                    customer=self.customer_id.name),
                "body_html": before + here.env["ir.qweb"]._render(
                    "account_collection.case_handover_mail", {
                        "handover": here, "url": f"{company.get_base_url()}/my/case-files"},
                    minimal_qcontext=True) + after,
                "email_from": self.handed_by_id.email_formatted or company.email_formatted,
                "author_id": self.handed_by_id.partner_id.id,
                "recipient_ids": [(6, 0, own.ids)], "auto_delete": True})
        self.env["mail.mail"].sudo().create(mails)

    def action_revoke(self):
        """Take the file back: the partner does not find it on the portal any more.

        What was downloaded before is theirs; the history says when.

        :raise AccessError: the customer is not the user's to collect from
        """
        self.check_access("read")
        self.case_file_id._check_portfolio()
        for handover in self.sudo().filtered(lambda one: not one.revoked_at):
            handover.write({
                "revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid})
            handover.case_file_id._trace(
                "case_file_revoked", old=handover.case_file_id.name,
                new=handover.partner_id.display_name)

    # === PORTAL === #

    @api.model
    def _search_portal(self, domain=Domain.TRUE):
        """Find what a user of the portal was handed, and holds the function for.

        :param domain: ``Domain`` besides
        :return: the records with the system's rights in the user's name; none for colleagues
        """
        user, handovers = self.env.user, self.sudo()
        if not user._is_portal():
            return handovers.browse()
        return handovers.search(
            domain & Domain("partner_id", "in", user._get_held_partners().ids)
            & Domain("revoked_at", "=", False)
            & Domain("case_file_id.state", "=", "ready")
            & Domain("case_file_id.company_id", "in", user.company_ids.ids)
            & Domain("case_file_id.customer_id", "!=", user.partner_id.commercial_partner_id.id)
        ).filtered(lambda handover: handover.portal_access == "open")

    @api.model
    def _find_portal(self, handover_id):
        """:param int handover_id: whatever a caller gave
        :return: that one of :meth:`_search_portal`; empty where there is none, and where it is
            somebody else's"""
        return self._search_portal(Domain("id", "=", handover_id))

    def _take_from_portal(self):
        """:return: ``ir.attachment`` of the ZIP, which is traced as taken by the user
        :raise UserError: it is not there any more"""
        partner = self.partner_id
        content = self.case_file_id._give(
            on_behalf="" if partner == self.env.user.partner_id else partner.display_name)
        self.write({"taken_count": self.taken_count + 1, "taken_at": fields.Datetime.now()})
        return content
