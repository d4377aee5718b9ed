from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.collection_upload import MOST
from .page_base import FILE_POLICY, PageBase, harden, render_portal
from .portal import LIST, CollectionPortal

#: Letters of a comment, a reason or a message at most.
LONGEST = 4000
PAGE = f"{LIST}/<int:action_id>"
_ROUTE = {"type": "http", "auth": "user", "website": True, "sitemap": False}


class CollectionPortalAction(PageBase, CollectionPortal):
    """One action on the portal: what is asked, and what the partner answers.

    Whether there is no such action, or it is somebody else's, the answer is the same.
    """

    @http.route(PAGE, methods=["GET"], **_ROUTE)
    def collection_action(self, action_id, sent=None, **_query):
        if request.env.user._is_internal():
            return request.redirect(f"/odoo/collection-actions/{action_id}")
        action = self._find_collection_action(action_id)
        return self._show_collection_action(action, sent=sent) if action else self._redirect_gone()

    @http.route(f"{PAGE}/complete", methods=["POST"], **_ROUTE)
    def collection_complete(self, action_id, **_post):
        def command(action, form):
            action._answer_from_portal(
                option_id=form["option"], comment=form["comment"], markers=form["markers"],
                files=form["files"])
        return self._execute_collection("complete", action_id, command)

    @http.route(f"{PAGE}/message", methods=["POST"], **_ROUTE)
    def collection_message(self, action_id, **_post):
        def command(action, form):
            action._post_from_portal(form["comment"], form["files"])
        return self._execute_collection("message", action_id, command)

    @http.route(f"{PAGE}/postpone", methods=["POST"], **_ROUTE)
    def collection_postpone(self, action_id, **_post):
        def command(action, form):
            action._ask_to_postpone(form["date"], form["comment"])
        return self._execute_collection("postpone", action_id, command)

    @http.route(f"{PAGE}/file/<int:attachment_id>", methods=["GET"], **_ROUTE)
    def collection_file(self, action_id, attachment_id, **_query):
        action = self._find_collection_action(action_id)
        file = action and action._find_portal_file(attachment_id)
        if not file:
            raise request.not_found()
        return harden(request.env["ir.binary"]._get_stream_from(file).get_response(
            as_attachment=True, content_security_policy=FILE_POLICY))

    # -- in ----------------------------------------------------------------------------

    def _find_collection_action(self, action_id):
        return request.env["collection.action"]._find_portal(action_id)

    def _execute_collection(self, what, action_id, command):
        """Execute what a form asks for, in whole or not at all.

        :param str what: the form's name, which shows an error
        :param command: called with the action and what was entered
        """
        action = self._find_collection_action(action_id)
        if not action:
            return self._redirect_gone()
        form = self._read_collection_form()
        try:
            request.env["collection.upload"]._try_upload_turn(request.env.user)
            with request.env.cr.savepoint():
                command(action, form)
        except UserError as refusal:
            action.invalidate_recordset()
            if not self._find_collection_action(action_id):
                return self._redirect_gone()
            return self._show_collection_action(
                action, form=form, failed=what, error=str(refusal), status=422)
        return request.redirect(f"{LIST}/{action_id}?sent={what}#wrap", code=303)

    def _read_collection_form(self):
        """:return: dict of what was entered, shortened to what anybody would write"""
        form = request.httprequest.form
        option = form.get("option", "")
        return {
            "option": int(option) if option.isascii() and option.isdigit()
            and len(option) < 10 else 0,
            "comment": form.get("comment", "").replace("\0", "")[:LONGEST].strip(),
            "date": form.get("date", "")[:20],
            "markers": {
                # of a box to tick, the last: "no" stands before it
                name.removeprefix("marker_"): values[-1].replace("\0", "")[:LONGEST].strip()
                for name, values in form.lists() if name.startswith("marker_")},
            "files": self._read_files(
                "files", MOST, request.env["collection.upload"]._get_upload_limit()),
        }

    # -- out ---------------------------------------------------------------------------

    def _redirect_gone(self):
        return request.redirect(f"{LIST}?gone=1", code=303)

    def _show_collection_action(self, action, *, form=None, failed="", error="", sent="",
                                status=200):
        pause, result = action._get_portal_pause(), action._get_portal_result()
        own, others = action._get_portal_files()
        entered, is_open = form or {}, not pause and not result
        return render_portal("account_collection.portal_my_collection_action", {
            **self._prepare_portal_layout_values(), "page_name": "collection",
            "action": action, "sent": sent, "failed": failed, "error": error,
            "pause": pause, "result": result, "open": is_open,
            "refusal": is_open and action._get_portal_refusal(),
            "options": is_open and action._get_portal_options(),
            "markers": self._get_collection_markers(
                action, entered if is_open else {}), "entered": entered,
            "items": action._get_portal_items(), "files": own, "documents": others,
            "messages": action._get_portal_messages(), "most_files": MOST,
            "limit": request.env["collection.upload"]._get_upload_limit() // (1024 * 1024),
            "longest": LONGEST,
        }, status=status)

    def _get_collection_markers(self, action, entered):
        """:return: list of dicts of the dates and facts to enter, with what was entered"""
        refusable = any(option.outcome == "refused" for option in action.option_ids)
        typed = entered.get("markers", {})
        return [{
            **marker, "value": typed.get(marker["name"], marker.get("value") or ""),
            "required": not refusable and marker["type"] != "boolean",
        } for marker in action._get_portal_markers()]
