"""Builders for tests of document requests: templates, requests, files."""

from ..common import CollectionCase, action, row, step
from ..upload_corpus import make_pdf

PDF = make_pdf()


class DocumentCase(CollectionCase):
    """A tenant asked for an identity card and a payslip, a guarantor for a payslip of theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cau = cls.make_function("CAU", "Guarantor", kind="contact")
        cls.guarantor = cls.make_partner("Gus Guarantor", email="gus@example.com")
        cls.second = cls.make_partner("Sue Second", email="sue@example.com")
        cls.template = cls.make_document_template(
            {"name": "Identity card"}, {"name": "Payslip"},
            {"name": "Guarantor's payslip", "function_id": cls.cau.id},
            functions=[{"function_id": cls.cau.id}])

    @classmethod
    def make_document_template(cls, *items, functions=(), **vals):
        """A template that asks for these documents.

        :param items: dicts of fields of ``collection.document.template.item``
        :param functions: dicts of fields of ``collection.document.template.function``
        """
        template = cls.env["collection.document.template"].create({
            "name": "Rental file", **vals,
            "function_ids": [(0, 0, line) for line in functions]})
        for position, item in enumerate(items, start=1):
            cls.env["collection.document.template.item"].create(
                {"template_id": template.id, "position": position, **item})
        return template

    @classmethod
    def make_document_item(cls, name, **vals):
        """One more document of the template, asked of the guarantor by default."""
        return cls.env["collection.document.template.item"].create({
            "template_id": cls.template.id, "name": name, "function_id": cls.cau.id, **vals})

    @classmethod
    def start(cls, template=None, user=None, customer=None, **kwargs):
        """Start a request as the collector by default.

        :return: the request, as that user sees it
        """
        requests = cls.env["collection.document.request"].with_user(user or cls.collector)
        return requests.start(
            (template or cls.template).id, (customer or cls.customer).id, **kwargs)

    @staticmethod
    def get_item(request, name, partner=None):
        """The document of that name, of that contributor if one is named."""
        return request.item_ids.filtered(lambda item: (
            item.name == name and item.state != "cancelled"
            and (not partner or item.contributor_id.partner_id == partner)))

    @staticmethod
    def get_contributor(request, partner):
        return request.contributor_ids.filtered(
            lambda contributor: contributor.partner_id == partner
            and contributor.state != "removed")

    def give(self, request, name, partner=None, files=None):
        """A contributor provides a document: the primary recipient by default.

        :return: the item
        """
        partner = partner or request.partner_id
        item = self.get_item(request, name, partner).sudo()
        item._provide(files or [("paper.pdf", PDF)],
                      by=self.get_contributor(request, partner).sudo())
        return item.with_env(request.env)

    @classmethod
    def make_documents_sequence(cls, **vals):
        """A sequence whose first step asks for documents: complete, refused and silence part.

        :return: the sequence, launched by the collector
        """
        template = cls.make_template("DOCS", [
            step("gather", [action("papers", kind="documents", name="Gather the papers",
                                   **{"document_template_id": cls.template.id,
                                      "deadline_days": 5, "expires": True, **vals})], [
                row("end:Refused", "papers", outcomes=["refused"]),
                row("end:Silence", "papers", outcomes=["expired"]),
                row("end:Complete"),
            ]),
        ])
        return cls.launch(template)
