from odoo import api, fields, models

#: What may be asked for; each takes the types of file that :mod:`.collection_upload` knows.
ACCEPTED = [
    ("any", "PDF, photo or Word document"),
    ("pdf", "PDF only"),
    ("image", "Photo only"),
    ("pdf_image", "PDF or photo"),
]


class CollectionDocumentPaper(models.AbstractModel):
    """What one supporting document is: shared by templates and by requests, which copy it."""

    _name = "collection.document.paper"
    _description = "Supporting Document"

    name = fields.Char(string="Document", required=True, translate=True)
    explanation = fields.Html(
        translate=True, help="What it must show, where to get it; the contributor reads it.")
    position = fields.Integer(default=10)
    function_id = fields.Many2one(
        "collection.function", string="Contributor", ondelete="restrict",
        help="Who provides it. Empty: the primary recipient.")
    required = fields.Boolean(default=True, help="The request is complete only with it.")
    has_expiry = fields.Boolean(
        string="Has an expiry date", help="Whoever provides it says until when it is valid; one "
        "that has expired is not taken.")
    accepted = fields.Selection(
        ACCEPTED, string="Accepted files", required=True, default="any")
    example_name = fields.Char()
    example = fields.Binary(
        string="Example file", attachment=True, help="Shown to the contributor.")
    example_kind = fields.Selection(
        [("pdf", "PDF"), ("image", "Picture")], compute="_compute_example_kind",
        help="How its preview is drawn; empty: it has none.")

    @api.depends("example_name")
    def _compute_example_kind(self):
        for paper in self:
            name = (paper.example_name or "").lower()
            paper.example_kind = (
                "pdf" if name.endswith(".pdf")
                else "image" if name.endswith((".png", ".jpg", ".jpeg")) else False)

    def _get_paper_fields(self):
        """:return: names of the fields that a copy takes over, besides the translated texts"""
        return ["position", "function_id", "required", "has_expiry", "accepted", "example_name",
                "example"]

    def _prepare_paper_vals(self):
        """:return: dict of field values for a copy, texts in the language of the context"""
        self.ensure_one()
        return {"name": self.name, "explanation": self.explanation, **{
            name: self._fields[name].convert_to_write(self[name], self)
            for name in self._get_paper_fields()}}
