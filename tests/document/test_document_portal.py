from odoo.tests import new_test_user, tagged

from .document_page_case import PDF, DocumentPageCase

MINE = "/my/documents/"


@tagged("post_install", "-at_install")
class TestDocumentPortal(DocumentPageCase):
    """People with a login find what is asked of them, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.login = new_test_user(cls.env, "portal_gus", groups="base.group_portal",
                                  email="gus@example.com")
        cls.login.partner_id.lang = "en_US"
        cls.template.function_ids.most = 2
        cls.mine = cls.documents.invite(cls.cau, cls.login.partner_id).sudo()

    def setUp(self):
        super().setUp()
        self.authenticate("portal_gus", "portal_gus")

    def test_the_list_and_its_counter(self):
        """C-022: by person, never by address or function."""
        answer = self.url_open("/my/counters", json={
            "params": {"counters": ["collection_document_count"]}}).json()
        self.assertEqual(answer["result"]["collection_document_count"], 1)
        page = self.url_open("/my/documents").text
        self.assertIn(f'href="{MINE}{self.mine.id}"', page)
        self.assertNotIn(f'href="{MINE}{self.guarantor_contributor.id}"', page)
        self.assertIn("Send the documents that you are asked for", self.url_open("/my").text)

    def test_the_same_page_by_login(self):
        """C-013: provide, take back, finish."""
        item = self.mine.item_ids
        page = self.open(self.mine.id, base=MINE)
        self.assertIn("Guarantor's payslip", self.read(page))
        self.assertNotIn("Please do not pass its link on", page.text)
        response = self.send(self.mine.id, (item, "a.pdf", PDF), base=MINE)
        self.assertEqual(response.headers["Location"].partition("?")[0], f"{MINE}{self.mine.id}")
        self.env.invalidate_all()
        self.assertEqual((item.state, item.provided_by), ("review", self.login.name))
        file = item.file_ids
        self.assertEqual(self.open(self.mine.id, f"/file/{file.id}", base=MINE).content, PDF)
        self.send(self.mine.id, base=MINE, path="/back", file=file.id)
        self.send(self.mine.id, base=MINE, path="/finish", sure="1")
        self.env.invalidate_all()
        self.assertEqual((item.state, self.mine.state), ("missing", "finished"))

    def test_somebody_else_s_is_not_found(self):
        """Security: by number, on every way; a removed one's neither."""
        other, item = self.guarantor_contributor.id, self.guarantor_contributor.item_ids
        file = self.give(self.documents, item.name, self.guarantor).sudo().file_ids
        page = self.open(self.mine.id, base=MINE)
        for number in (other, self.tenant_contributor.id, 0, 2 ** 31 - 1):
            for path in ("", f"/file/{file.id}", f"/example/{item.id}", "/zip"):
                self.assertUnknown(self.open(number, path, base=MINE))
            for path in ("", "/back", "/finish", "/invite"):
                self.assertUnknown(self.send(
                    number, (item, "forged.pdf", PDF), page=page, path=path, base=MINE))
        self.assertUnknown(self.open(self.mine.id, f"/file/{file.id}", base=MINE))
        self.assertEqual(self.open(2 ** 31, base=MINE).status_code, 404)
        self.mine.with_user(self.collector).action_remove()
        self.assertUnknown(self.open(self.mine.id, base=MINE))

    def test_strangers_sign_in_first(self):
        """Security: no login, no page."""
        self.authenticate(None, None)
        for path in ("/my/documents", f"{MINE}{self.mine.id}"):
            response = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])

    def test_what_has_ended_is_said(self):
        """B40: somebody with a login finds it, in a calm message."""
        self.documents.action_cancel("Not needed")
        page = self.open(self.mine.id, base=MINE)
        self.assertIn("This request has ended.", self.read(page))
        self.assertNotIn('type="file"', page.text)
