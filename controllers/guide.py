from markupsafe import Markup
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..tools import guide

#: The page loads its styles and pictures from here, and nothing from elsewhere.
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'")


class GuideController(http.Controller):
    """The guide for colleagues, as it came with the module: nothing of it is fetched."""

    @http.route(
        ["/collection-guide", "/collection-guide/<string:name>",
         "/collection-guide/<string:language>/<string:name>"],
        type="http", auth="user", methods=["GET"], readonly=True)
    def show_guide(self, name=guide.PAGES[0], language=None, **_parameters):
        """A page in a language, or in the reader's; the screens link to its tasks.

        :return: response
        :raise NotFound: for a page that there is not
        """
        language = language or guide.get_language(request.env.user.lang)
        if name not in guide.PAGES or language not in guide.LANGUAGES:
            raise NotFound()
        page = guide.read_page(language, name)
        others = [guide.read_page(language, other) for other in guide.PAGES]
        response = request.render("account_collection.guide_page", {
            "page": page, "body": Markup(page.body), "others": others,
            "languages": guide.LANGUAGES, "assets": guide.ASSETS, "address": guide.ADDRESS})
        response.headers.update({
            "Content-Security-Policy": _POLICY, "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff"})
        return response
