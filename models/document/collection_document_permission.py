from odoo import fields, models


class CollectionDocumentPermission(models.AbstractModel):
    """What a contributor may do besides seeing what is asked of them (C-010, C-021).

    Set for a function in the template, and copied to each contributor who is invited, so that a
    later change of the template does not open what was closed.
    """

    _name = "collection.document.permission"
    _description = "Permissions of a Contributor"

    can_provide = fields.Boolean(
        string="Provides documents", default=True,
        help="Without it, the contributor only looks.")
    can_see_provided = fields.Boolean(
        string="Sees what others provided", help="Documents of other functions that wait for "
        "their review or were refused.")
    can_see_approved = fields.Boolean(
        string="Sees what was approved", help="Documents of other functions that were approved.")
    can_download = fields.Boolean(
        string="Downloads all", help="Everything that the contributor sees, as one file.")
    can_invite = fields.Boolean(
        string="Invites others", help="Invites contributors of the functions that are available.")
    can_represent = fields.Boolean(
        string="Provides for others", help="Sees and provides what is asked of every other "
        "contributor: an agency that gathers the papers of its tenants.")

    def _get_permission_fields(self):
        """:return: names of the permissions"""
        return ["can_provide", "can_see_provided", "can_see_approved", "can_download",
                "can_invite", "can_represent"]

    def _prepare_permission_vals(self):
        """:return: dict of these permissions, to copy"""
        self.ensure_one()
        return {name: self[name] for name in self._get_permission_fields()}
