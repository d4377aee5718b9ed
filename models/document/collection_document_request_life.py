from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.sequence import outcomes
from ...tools.batches import process_batch
from ...tools.dialogs import RELOAD, notify
from ...tools.records import as_record
from ..action.channels import get_channel
from ..history.trace import Trace
from .collection_document_automation import CLOCK

#: What the end of a request makes of the action that asked for it (B40).
OUTCOMES = {"complete": outcomes.DONE, "refused": outcomes.REFUSED}

EVENTS = {"complete": "documents_complete", "refused": "documents_refused"}

FACTS = {"complete": "request_completed", "refused": "request_refused",
         "cancelled": "request_cancelled", "expired": "request_expired"}


class CollectionDocumentRequest(models.Model):
    """How a request starts: the template copied, the primary recipient its first contributor."""

    _inherit = "collection.document.request"

    reminded_on = fields.Date(readonly=True, copy=False, help="Day of the last look at the clock.")
    #: read by the cron that reminds (_process_reminders)
    _remind_index = models.Index("(reminded_on NULLS FIRST, id) WHERE state = 'open'")

    # === START === #

    @api.model
    def start(self, template, customer, *, partner=None, action=None, due=None, notify=True):
        """Ask for the documents of a template.

        :param template: ``collection.document.template``
        :param customer: ``res.partner``; the request is on its commercial entity
        :param partner: ``res.partner`` of the primary recipient; by default the customer
        :param action: ``collection.action`` of kind *documents* that the request answers
        :param due: its last day; by default the template's days from now
        :param bool notify: write to the primary recipient, also where no automation does
        :return: the new request
        :raise UserError: a template that asks for nothing, of another company or archived; an
            action that is closed, of another kind or customer; a recipient without e-mail
        :raise AccessError: a customer outside of the user's portfolio
        """
        template = as_record(self.env, "collection.document.template", template)
        template.check_access("read")
        customer = as_record(self.env, "res.partner", customer).commercial_partner_id
        customer.check_access("read")
        action = as_record(self.env, "collection.action", action)
        action.check_access("read")
        company = action.company_id or self.env.company
        customer.with_company(company)._check_collection_portfolio(action.sudo().sequence_id)
        self._check_start(template.sudo(), customer, action.sudo(), company)
        partner = as_record(self.env, "res.partner", partner) or customer
        partner.check_access("read")
        due = fields.Date.to_date(due) or (
            company._get_collection_day() + timedelta(days=template.due_days))
        request = self.sudo().create(self._prepare_start_vals(
            template.sudo(), customer, partner, action, company, due))
        request._trace("documents_requested", data={"template": template.id})
        request._invite(request.env["collection.function"], partner.sudo(), notify=notify)
        return self.browse(request.id)

    def _check_start(self, template, customer, action, company):
        _ = self.env._
        if not template or not template.active:
            raise UserError(_("Choose which documents to ask for."))
        if template.company_id and template.company_id != company:
            raise UserError(_(
                "“%(template)s” is of %(company)s.", template=template.name,
                company=template.company_id.name))
        if not template.item_ids:
            raise UserError(_("“%(template)s” asks for no document.", template=template.name))
        if not customer:
            raise UserError(_("Say of which customer the documents are asked."))
        if action and (action.kind, action.customer_id) != ("documents", customer):
            raise UserError(_(
                "“%(action)s” is no document request of %(customer)s.", action=action.name,
                customer=customer.name))
        if action.state == "closed":
            raise UserError(action._get_closed_message())
        if action.document_request_ids.filtered(lambda one: one.state in ("open", "paused")):
            raise UserError(_(
                "A request of “%(action)s” is under way already. Open that one.",
                action=action.name))

    def _prepare_start_vals(self, template, customer, partner, action, company, due):
        """:return: values of a request that copies its template"""
        lang = partner._get_collection_langs(company)[partner.id]
        template = template.with_context(lang=lang)
        today = company._get_collection_day()
        return {
            "name": f"{template.name} – {customer.name}",
            "template_id": template.id,
            "customer_id": customer.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "action_id": action.id,
            "introduction": template.introduction,
            "due": due,
            "item_ids": [fields.Command.create({
                **item._prepare_paper_vals(),
                "template_item_id": item.id,
                "due": min(due, today + timedelta(days=item.due_days)) if item.due_days else due,
            }) for item in template.item_ids],
        }

    # === INVITATION === #
    # Inviting people to contribute, by function (C-013 to C-016, B37, B38).

    def invite(self, function, partner, *, notify=False):
        """Invite somebody to contribute.

        The template's automation writes to everybody who is invited; without one, ``notify``
        does.

        :param function: ``collection.function``, one of the template's with room for one more
        :param partner: ``res.partner`` with an e-mail address
        :param bool notify: write to them, also where no automation does
        :return: the new ``collection.document.contributor``
        :raise UserError: no room left, the same person twice, no address; a request that has
            ended or is paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        request = self._take_turn()
        function = as_record(request.env, "collection.function", function)
        partner = as_record(self.env, "res.partner", partner)
        partner.check_access("read")
        if not function:
            raise UserError(self.env._("Choose what %(name)s contributes as.", name=partner.name))
        contributor = request._invite(function, partner.sudo(), notify=notify)
        return self.env["collection.document.contributor"].browse(contributor.id)

    def _invite(self, function, partner, *, notify, by=None):
        """Like :meth:`invite`, for callers that have checked and taken the turn.

        :param function: empty for the primary recipient
        :param by: the ``collection.document.contributor`` who invites, if one does
        """
        self._check_open()
        self._check_invitation(function, partner)
        line = self.template_id.function_ids.filtered(lambda line: line.function_id == function)
        contributor = self.env["collection.document.contributor"].create({
            "request_id": self.id, "partner_id": partner.id, "function_id": function.id,
            "invited_by": by.partner_id.name if by else self.env.user.name,
            "inviter_id": by.id if by else False,
            **(line._prepare_permission_vals() if line else {}),
        })
        self._give_items(contributor)
        self._trace("contributor_invited", new=contributor.display_name,
                    on_behalf=by.partner_id.name if by else "")
        if not contributor._automate("invited") and notify:
            contributor._send_invitation()
        return contributor

    def _give_items(self, contributor):
        """Ask a contributor for the documents of the function.

        What nobody holds is taken over, who comes back has what they gave; of all else there is
        a blank copy: nobody answers with the papers of somebody else (B38).
        """
        asked = self.item_ids.filtered(lambda item: item.function_id == contributor.function_id)
        taken = asked.filtered(lambda item: item.state != "cancelled" and (
            not item.contributor_id or item.contributor_id.state == "removed"
            and item.contributor_id.partner_id == contributor.partner_id))
        taken.write({"contributor_id": contributor.id})
        known = {item._get_key() for item in taken}
        others = {item._get_key(): item for item in asked.sorted("id", reverse=True)}
        asked.browse([item.id for key, item in others.items() if key not in known]).sorted(
            lambda item: (item.position, item.id))._copy_blank(contributor)

    def _check_invitation(self, function, partner):
        _ = self.env._
        partner.ensure_one()
        problem = get_channel("email").find_address_problem(partner)
        if problem:
            raise UserError(_(
                "%(problem)s The invitation would reach nobody: enter the address first.",
                problem=problem))
        if not partner.active:
            raise UserError(_("%(name)s is archived.", name=partner.name))
        if partner in self._get_active_contributors().partner_id:
            raise UserError(_(
                "%(name)s contributes to “%(request)s” already.", name=partner.name,
                request=self.name))
        if not function:
            return
        line = self.template_id.function_ids.filtered(lambda line: line.function_id == function)
        if not line:
            raise UserError(_(
                "%(function)s does not contribute to “%(request)s”.", function=function.name,
                request=self.name))
        if line.most and len(self._get_holders(function)) >= line.most:
            raise UserError(_(
                "“%(request)s” takes %(most)s × %(function)s, and has them. Remove somebody "
                "first.", request=self.name, most=line.most, function=function.name))

    def _get_active_contributors(self):
        """:return: the contributors who were not removed"""
        return self.contributor_ids.filtered(lambda contributor: contributor.state != "removed")

    def _get_holders(self, function):
        """:return: the contributors who hold a function now; an empty one: the primary recipient"""
        return self._get_active_contributors().filtered(
            lambda contributor: contributor.function_id == function)

    def _get_available_functions(self):
        """:return: functions of which one more may be invited"""
        self.ensure_one()
        return self.template_id.function_ids.filtered(lambda line: (
            not line.most or len(self._get_holders(line.function_id)) < line.most)).function_id

    # === END === #
    # Pausing, resuming and ending a request, and what follows for its action (B40, C-025).

    def _end_by_person(self, state, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the history."))
        requests = self._take_turn()
        for request in requests:
            if request.state not in ("open", "paused"):
                raise UserError(self.env._(
                    "“%(request)s” has ended already.", request=request.name))
            request._end(state, reason)

    def _check_complete(self):
        """End what is complete: nothing waits for a review or was refused and is awaited anew,
        all that is required is approved."""
        for request in self.filtered(lambda request: request.state == "open"):
            items = request.item_ids.filtered(lambda item: item.state != "cancelled")
            required = items.filtered("required") or items
            if not {"review", "refused"} & set(items.mapped("state")) and set(
                    required.mapped("state")) == {"approved"}:
                request._end("complete")

    def _end(self, state, reason="", cause="person"):
        """End a request, tell its contributors' automation, and what waits for it."""
        self.ensure_one()
        self.write({"state": state, "ended_at": fields.Datetime.now(), "end_reason": reason,
                    "pause_reason": False})
        self._trace(FACTS[state], text=reason, cause=cause)
        if state in EVENTS:
            self.env["collection.signal"]._post_where_open([{
                "key": f"{EVENTS[state]}:{self.id}:{self.ended_at.isoformat()}",
                "code": EVENTS[state], "customer_id": self.customer_id.id,
                "company_id": self.company_id.id, "about": str(self.id)}])
            self._answer_action(OUTCOMES[state], reason, cause)
        if state == "complete":
            self._get_active_contributors()._automate("completed")

    def _answer_action(self, outcome, reason, cause="person"):
        """Give the action that asked for the documents its result (B40).

        One that also asks for a decision, or for dates that are missing, keeps waiting for them:
        documents decide nothing.
        """
        action = self.action_id
        if not action or action.state in ("closed", "validating"):
            return
        steering = action._get_steering()
        missing = [marker for marker in steering.get_required_markers()
                   if not marker.get("value") and marker["type"] != "boolean"]
        if action.option_ids or (missing and outcome in outcomes.POSITIVE):
            action._message_log(body=self.env._(
                "“%(request)s” has ended: %(state)s. What else the action asks for is still "
                "awaited.", request=self.name, state=dict(self._fields[
                    "state"]._description_selection(self.env))[self.state]))
            return
        text = reason or self.env._("Documents: %(request)s", request=self.name)
        action._take_turn()
        steering.answer(
            outcome, Trace("close", cause, text), self.env["collection.action.option"])

    def _end_by_action(self, outcome):
        """Its action closed in another way: nobody waits for the documents any more.

        :param str outcome: of the action; ``expired`` says that nobody answered in time
        """
        self.ensure_one()
        labels = dict(self.env["collection.action"]._fields[
            "outcome"]._description_selection(self.env))
        self._end("expired" if outcome == outcomes.EXPIRED else "cancelled", self.env._(
            "“%(action)s” closed: %(outcome)s", action=self.action_id.name,
            outcome=labels.get(outcome, outcome)))

    def _reopen(self):
        """A review that is taken back makes a complete request wait again.

        :raise UserError: it was refused or cancelled, or its action is closed
        """
        self.ensure_one()
        if self.state in ("open", "paused"):
            return
        if self.state != "complete" or self.action_id.state in ("closed", "validating"):
            raise UserError(self.env._(
                "“%(request)s” has ended and its outcome was acted upon: start a new request.",
                request=self.name))
        self.write({"state": "open", "ended_at": False})
        self._trace("request_reopened")

    # === REMINDERS === #
    # The clock of document requests: reminders until complete, and what expires meanwhile (E25).
    #
    # Each request is looked at once a day, in a transaction of its own. A contributor gets one
    # message a day at most, however many reminders are due and however long the clock stood still.

    @api.model
    def _process_reminders(self, limit=100):
        """Remind of what is missing; safe to run many times at once.

        :param int limit: requests taken at most; the cron comes back for the rest
        :return: number of requests looked at
        """
        requests, due = self.sudo(), self._get_remind_domain()
        return process_batch(
            requests.search(due, limit=limit, order="reminded_on NULLS FIRST, id"),
            requests.search_count(due), lambda request: request._remind())

    @api.model
    def _get_remind_domain(self):
        """:return: domain of the open requests not looked at today, in their company's day"""
        return Domain("state", "=", "open") & Domain.OR([
            Domain("company_id", "=", company.id)
            & (Domain("reminded_on", "=", False) | Domain("reminded_on", "<", day))
            for company, day in self._get_company_days().items()])

    @api.model
    def _get_company_days(self):
        """:return: dict of the day it is, by company that has open requests"""
        groups = self.sudo()._read_group([("state", "=", "open")], ["company_id"])
        return {company: company._get_collection_day() for [company] in groups}

    def _is_due(self):
        """Whether it is open and was not looked at today; an empty one is another worker's."""
        return self.state == "open" and (
            not self.reminded_on or self.reminded_on < self.company_id._get_collection_day())

    def _postpone(self, _error):
        """A fault of one request waits for its next day."""
        self.reminded_on = self.company_id._get_collection_day()

    def _remind(self):
        """Do what is due today, in the request's turn."""
        self.ensure_one()
        self._raise_rev()
        if self.state != "open":  # ended since it was searched for
            return
        today = self.company_id._get_collection_day()
        if self._is_door_open():
            self._expire_items(today)
            self._run_clock(today)
        self.reminded_on = today

    def _run_clock(self, today):
        """Do what the template's automations of the clock say for today."""
        automations = self.template_id._get_automations(*CLOCK)
        contributors = self._get_active_contributors().filtered(
            lambda contributor: contributor._is_owing()) if automations else ()
        messages, told = {}, {}
        for contributor in contributors:
            due = contributor._get_due_automations(automations, today)
            told[contributor] = due.filtered(lambda automation: automation.action == "activity")
            due -= told[contributor]
            if due and contributor._is_mailable(today):
                messages[tuple(due.ids)] = messages.get(
                    tuple(due.ids), contributor.browse()) | contributor
        for ids, group in messages.items():
            due = automations.browse(ids)  # the latest says what fits today, and for the others
            group._write_mails("reminder", due[-1], covered=due, cause="cron")
        self._tell_of_silence(told)

    def _tell_of_silence(self, told):
        """Raise the activities that are due, and note them, so that each is raised once.

        :param dict told: ``collection.document.automation`` by contributor
        """
        self.env["collection.document.notice"].create([
            contributor._prepare_told_vals(automation)
            for contributor, automations in told.items() for automation in automations])
        for automation in self.env["collection.document.automation"].union(*told.values()):
            automation._tell_reviewers(self)

    # === EXPIRY === #
    # Documents that expire while their request is under way.

    def _expire_items(self, today):
        """An approved document that has expired is asked for again, and its giver is told."""
        items = self.item_ids.filtered(
            lambda item: item.state == "approved" and item.expiry and item.expiry < today)
        for contributor, own in items.grouped("contributor_id").items():
            langs = contributor.partner_id._get_collection_langs(self.company_id)
            words = own.with_context(lang=langs.get(contributor.partner_id.id))
            for item in words:
                item._expire()
            if contributor.state == "finished":
                contributor.state = "opened"
            if not contributor._automate("refused", own) and contributor.state != "removed":
                contributor._write_mails("news", cause="cron")
        items._leave_removed()

    # === SENDING BY HAND === #
    # What a colleague sends by hand: an automation of the template, or the link once more.

    def _say_written(self, contributors):
        return self._say(self.env._(
            "Written to %(names)s", names=", ".join(contributors.partner_id.mapped("name"))))

    def _say(self, words):
        """:return: action that shows words for a moment"""
        return notify(words, then=RELOAD)

    # === BUTTONS === #

    def action_pause(self, reason=""):
        """Close the door to contributors until resumed; colleagues go on (C-025).

        :raise UserError: a request is not under way
        :raise AccessError: a customer outside of the user's portfolio
        """
        requests = self._take_turn()
        requests._check_open()
        requests.write({"state": "paused", "pause_reason": reason})
        for request in requests:
            request._trace("request_paused", text=reason)

    def action_resume(self):
        """Open the door again.

        :raise UserError: a request is not paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        requests = self._take_turn()
        for request in requests:
            if request.state != "paused":
                raise UserError(self.env._("“%(request)s” is not paused.", request=request.name))
        requests.write({"state": "open", "pause_reason": False})
        for request in requests:
            request._trace("request_resumed")
            # a pause is silent: what was refused meanwhile is told now
            request._get_active_contributors().filtered(lambda contributor: (
                "refused" in contributor._get_own_items().mapped("state")))._write_mails("news")
        requests._check_complete()

    def action_refuse(self, reason):
        """End requests as refused: what was asked will not come, or is not what it should be.

        :raise UserError: no reason, or a request that has ended
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._end_by_person("refused", reason)

    def action_cancel(self, reason):
        """End requests: the documents are not needed any more. Their actions stay open.

        :raise UserError: no reason, or a request that has ended
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._end_by_person("cancelled", reason)

    def action_run_automation(self, automation):
        """Do what an automation with the trigger "a colleague asks for it" says, now.

        :param automation: ``collection.document.automation`` of the request's template
        :return: action that tells the user what was done
        :raise UserError: another automation, nobody whom it is for, nobody who can be reached; a
            request that has ended or is paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        request = self._take_turn()
        request._check_open()
        automation = as_record(request.env, "collection.document.automation", automation)
        if automation not in request.template_id._get_automations("button"):
            raise UserError(self.env._(
                "This is nothing that “%(request)s” offers to do.", request=request.name))
        contributors = automation._pick(request._get_active_contributors())
        if not contributors:
            raise UserError(self.env._(
                "“%(automation)s” is for nobody who contributes to “%(request)s”.",
                automation=automation.name, request=request.name))
        if automation.action == "activity":
            automation._tell_reviewers(request)
            return request._say(self.env._("The reviewer is told."))
        contributors._check_reachable()
        return request._say_written(contributors._write_mails("news", automation))
