from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .access_case import MODULE, AccessCase
from .access_table import COLLEAGUES, EVERYBODY, OWN

#: Whose way in is the portal: each sees the own list, which may be empty.
PORTAL_USERS = EVERYBODY - COLLEAGUES - {"stranger"}
#: A personal link is for whom it was sent to: nobody signed in, or that person; a colleague
#: looks on.
LINKED = {"stranger", "contributor", *COLLEAGUES}

ACTION = "/my/collection/<int:action_id>"
MINE = "/my/documents/<int(max=2147483647):number>"
GUIDE = "/collection-guide"
LINK = "/collection/<string:token>"
COMMAND = "<any(back,finish,invite):command>"
FILE = "<any(file,example):what>"
ALL = "<any(zip,pdf):what>"

#: (method, route): (the address with what it is about, who gets in). All routes of the module.
ROUTES = {
    ("GET", GUIDE): (GUIDE, EVERYBODY - {"stranger"}),
    ("GET", f"{GUIDE}/<string:name>"): (f"{GUIDE}/managers", EVERYBODY - {"stranger"}),
    ("GET", f"{GUIDE}/<string:language>/<string:name>"): (
        f"{GUIDE}/fr/glossary", EVERYBODY - {"stranger"}),
    ("GET", "/my/collection"): ("/my/collection", PORTAL_USERS),
    ("GET", "/my/collection/page/<int:page>"): ("/my/collection/page/1", PORTAL_USERS),
    ("GET", ACTION): ("{action}", {"partner"}),
    ("POST", f"{ACTION}/complete"): ("{action}/complete", {"partner"}),
    ("POST", f"{ACTION}/message"): ("{action}/message", {"partner"}),
    ("POST", f"{ACTION}/postpone"): ("{action}/postpone", {"partner"}),
    ("GET", f"{ACTION}/file/<int:attachment_id>"): ("{action}/file/{deed}", {"partner"}),
    ("GET", "/my/documents"): ("/my/documents", EVERYBODY - {"stranger"}),
    ("GET", MINE): ("{mine}", {"contributor"}),
    ("POST", MINE): ("{mine}", {"contributor"}),
    ("GET", f"{MINE}/{COMMAND}"): ("{mine}/finish", {"contributor"}),
    ("POST", f"{MINE}/{COMMAND}"): ("{mine}/finish", {"contributor"}),
    ("GET", f"{MINE}/{FILE}/<int:document>"): ("{mine}/file/{file}", {"contributor"}),
    ("GET", f"{MINE}/{ALL}"): ("{mine}/zip", {"contributor"}),
    ("GET", "/collection/case-files/<int:case_id>"): ("/collection/case-files/{case}", OWN),
    ("GET", "/my/case-files"): ("/my/case-files", EVERYBODY - {"stranger"}),
    ("GET", "/my/case-files/<int:handover_id>/file"): (
        "/my/case-files/{handover}/file", {"partner"}),
    ("GET", LINK): ("{link}", LINKED),
    ("POST", LINK): ("{link}", LINKED),
    ("GET", f"{LINK}/{COMMAND}"): ("{link}/finish", LINKED),
    ("POST", f"{LINK}/{COMMAND}"): ("{link}/finish", LINKED),
    ("GET", f"{LINK}/{FILE}/<int:number>"): ("{link}/file/{file}", LINKED),
    ("GET", f"{LINK}/{ALL}"): ("{link}/zip", LINKED),
    ("GET", f"{LINK}/invoice/<int:item_id>"): ("{account}/invoice/{item}", EVERYBODY),
    ("GET", f"{LINK}/pay/<int:item_id>"): ("{account}/pay/{item}", EVERYBODY),
    ("GET", f"{LINK}/plan/<int:plan_id>"): ("{account}/plan/{plan}", EVERYBODY),
    ("POST", f"{LINK}/plan/<int:plan_id>"): ("{account}/plan/{plan}", EVERYBODY),
    ("GET", f"{LINK}/plan/<int:plan_id>/pdf"): ("{account}/plan/{plan}/pdf", EVERYBODY),
    ("GET", "/collection/requests/<int:request_id>/files.<any(zip,pdf):ending>"): (
        "/collection/requests/{request}/files.zip", OWN),
}


@tagged("post_install", "-at_install")
class TestAccessRoutes(AccessCase, HttpCase):
    """Every route of the module with everybody: who gets in, and nobody else."""

    moment = None  # sessions live by the real clock

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contributor = cls.samples["collection.document.contributor"]
        contributor.can_download = True
        links = cls.env["collection.link"]
        account = links._make([{
            "kind": "customer", "customer_id": cls.customer.id, "company_id": cls.company.id,
            "partner_id": cls.customer.id}])[0][1]
        action = cls.samples["collection.action"]
        deed = cls.env["ir.attachment"].create({
            "name": "deed.pdf", "raw": b"%PDF-1.4", "res_model": action._name,
            "res_id": action.id})
        cls.places = {
            "action": f"/my/collection/{action.id}", "deed": deed.id,
            "mine": f"/my/documents/{contributor.id}",
            "file": cls.samples["collection.document.file"].id,
            "link": cls.get_path(links._make_for_contributors(contributor)[0][1]),
            "account": cls.get_path(account), "item": cls.items.id,
            "plan": cls.samples["collection.payment.plan"].id,
            "request": cls.samples["collection.document.request"].id,
            "case": cls.samples["collection.case.file"].id,
            "handover": cls.samples["collection.case.handover"].id,
        }

    @staticmethod
    def get_path(url):
        return f"/collection/{url.rpartition('/')[2]}"

    @classmethod
    def get_routes(cls):
        """:return: set of (method, route) that the module's controllers offer"""
        found = set()
        for url, endpoint in http._generate_routing_rules(
                [*cls.env.registry._init_modules], nodb_only=False):
            if MODULE in endpoint.func.__module__:
                for method in endpoint.routing["methods"]:
                    found.add((method, url))
        return found

    def test_every_route_is_looked_at(self):
        """D-079: a new route says who gets in."""
        self.assertEqual(self.get_routes(), set(ROUTES))

    def test_who_gets_in(self):
        """C-008, D-078, D-079: nobody else, whatever they ask for."""
        for actor, user in self.actors.items():
            stranger = actor == "stranger"
            self.authenticate(None if stranger else user.login, None if stranger else user.login)
            for (method, route), (place, allowed) in ROUTES.items():
                if "/pay/" in route and not hasattr(self.env["account.move"], "_has_to_be_paid"):
                    continue  # nothing is paid online here
                with self.subTest(actor=actor, method=method, route=route):
                    self.assertEqual(
                        self.gets_in(method, place.format(**self.places)), actor in allowed)

    def test_only_the_contributor_changes_something(self):
        """C-026: colleagues and others who hold the link look on at most."""
        for actor, user in self.actors.items():
            if actor in ("stranger", "contributor"):
                continue
            self.authenticate(user.login, user.login)
            for path in ("", "/finish"):
                with self.subTest(actor=actor, path=path):
                    self.gets_in("POST", self.places["link"] + path)
                    self.env.invalidate_all()
                    self.assertNotEqual(
                        self.samples["collection.document.contributor"].state, "finished")

    def gets_in(self, method, address):
        """:return: whether an address shows or takes something"""
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            response = self.url_open(
                address, allow_redirects=False,
                data={"csrf_token": http.Request.csrf_token(self)} if method == "POST" else None)
        if response.status_code in (301, 302, 303):
            place = response.headers["Location"]
            return not any(away in place for away in ("/web/login", "gone=1", "/odoo/", "/my?"))
        self.assertIn(response.status_code, (200, 403, 404, 422), response.text[:500])
        return response.status_code in (200, 422)
