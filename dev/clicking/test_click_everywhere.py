"""Odoo's own clicking: each menu of each app is opened, each view of it, each filter.

Run by `make click` on a database with demo data.
"""

from odoo.tests import HttpCase, tagged

START = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    ".startClickEverywhere('%s');")
#: Seconds for one app.
LIMIT = 1800


@tagged("post_install", "-at_install")
class TestClickEverywhere(HttpCase):
    """Whoever works with the module meets no error, whatever is clicked."""

    allow_end_on_form = True

    def click_everywhere(self, login):
        user = self.env["res.users"].search([("login", "=", login)])
        user.tour_enabled = False
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        for app in menus["root"]["children"]:
            with self.subTest(app=menus[app]["name"]):
                self.browser_js(
                    "/odoo", START % menus[app]["xmlid"], "odoo.isReady === true", login=login,
                    timeout=LIMIT, success_signal="clickbot test succeeded")

    def test_as_administrator(self):
        self.click_everywhere("admin")

    def test_as_manager(self):
        self.click_everywhere("helene")

    def test_as_collector(self):
        self.click_everywhere("oliver")
