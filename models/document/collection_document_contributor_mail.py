from datetime import timedelta

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, is_html_empty

from ..action.channels import get_channel


class CollectionDocumentContributor(models.Model):
    """Writing to contributors: an e-mail each, with what is asked of them and a link of their own.

    First what makes one due (automations, reminders), then how it is queued, then its text. What
    is kept of it does not hold the link: nobody but its reader ever had it.
    """

    _inherit = "collection.document.contributor"

    # === AUTOMATIONS === #
    # From what happens in a request to what its template does about it (C-011, C-024).

    def _automate(self, trigger, items=None):
        """Run the templates' automations of a trigger; the reviewer is notified of what is to do.

        :param str trigger: one of :data:`~.collection_document_automation.TRIGGERS`
        :param items: ``collection.document.item`` that it is about, if any
        :return: whether an e-mail was written to each of these contributors (B37)
        """
        contributors = self.sudo()
        items = (items or self.env["collection.document.item"]).sudo()
        requests = contributors.request_id | items.request_id
        if not requests:
            return False
        contributors._record_answer(trigger)
        written, notified = contributors.browse(), requests.browse()
        present = contributors.filtered(lambda contributor: contributor._may_be_written())
        for automation in requests.template_id._get_automations(trigger):
            concerned = automation._pick(
                contributors if automation.action == "activity" else present)
            if automation.action == "activity":
                notified |= automation._notify_reviewers(concerned.request_id)
            elif concerned:
                written |= concerned._write_mails(automation._get_notice_kind(), automation)
        if trigger in ("provided", "finished"):
            (requests - notified)._ask_review()
        return bool(contributors) and written == contributors

    def _may_be_written(self):
        """Whether an e-mail fits now: whoever was removed gets none, and a pause is silent (B12).

        The end of a request closes no door to what was given.
        """
        self.ensure_one()
        request = self.request_id
        ended = request.state == "complete" and request.sequence_id.state != "paused"
        return self.state != "removed" and (request._is_door_open() or ended)

    def _record_answer(self, trigger):
        """Providing or finishing answers whatever was sent to these contributors before.

        :param str trigger: what they did, see :meth:`_automate`
        """
        if trigger in ("provided", "finished"):
            self.notice_ids.filtered(lambda notice: not notice.answered_at)._set_answered()

    def _send_invitation(self):
        """Write to these contributors, with their personal links, although no automation does.

        :return: those who were written to
        """
        return self.sudo()._write_mails("invitation")

    # === REMINDERS === #
    # When each contributor is to be reminded.

    def _get_due_automations(self, automations, today):
        """:return: those of the automations that are due for this contributor, the latest last"""
        due = {automation: self._get_due_day(automation)
               for automation in automations if automation._pick(self)}
        found = [(day, automation.position, automation.id) for automation, day in due.items()
                 if day and day <= today]
        return automations.browse([key[-1] for key in sorted(found)])

    def _get_due_day(self, automation):
        """When the contributor is next to be reminded: later by as much as the last one was late.

        :return: date, or None for never
        """
        self.ensure_one()
        every = timedelta(days=automation.repeat_days)
        sent = self.notice_ids.filtered(lambda notice: automation in notice.covered_ids)
        if sent:
            return max(sent.mapped("day")) + every if every else None
        invited = self._get_invited_day()
        day = (invited + timedelta(days=automation.days) if automation.trigger == "after"
               else self.request_id.due - timedelta(days=automation.days))
        if day > invited:
            return day
        return invited + every if every else None  # the invitation asked for it already

    def _get_invited_day(self):
        """:return: date of the invitation, in the company's time zone"""
        return self.company_id._localize_collection(self.invited_at).date()

    def _is_mailable(self, today):
        """Whether nothing was written to the contributor today, and the address did not fail."""
        self.ensure_one()
        notices = self.notice_ids.filtered(lambda notice: notice.kind != "activity")
        last = notices.sorted("id")[-1:]
        return today not in notices.mapped("day") and not (
            last.state == "bounced" and last.address == self.partner_id.email_formatted)

    def _prepare_silence_vals(self, automation):
        """:return: values of the notice of this contributor's silence to the reviewer"""
        return self._prepare_notice_vals(
            {"kind": "activity", "automation_id": automation.id}, state="notified", address=False,
            subject=automation._get_summary(), covered_ids=[(6, 0, automation.ids)])

    # === MAILS === #

    def _write_mails(self, kind, automation=None, *, covered=None, cause="person"):
        """Queue an e-mail to each of these contributors, record and trace it.

        A number of queries that depends on companies and languages, not on contributors. Whoever
        cannot be reached is recorded too, and the reviewer is notified.

        :param str kind: one of :data:`~.collection_document_notice.KINDS`
        :param automation: ``collection.document.automation`` whose text it takes, if any
        :param covered: ``collection.document.automation`` records that the message stands for; by
            default the automation
        :param str cause: of the history rows: person or cron
        :return: the contributors that an e-mail was written to
        """
        automation = automation or self.env["collection.document.automation"]
        common = {"kind": kind, "automation_id": automation.id,
                  "covered_ids": [(6, 0, (covered or automation).ids)]}
        problems = self._find_mail_problems()
        reached = self.filtered(lambda contributor: contributor.id not in problems)
        notices = self.env["collection.document.notice"]
        notices.create([
            contributor._prepare_notice_vals(common, state="failed", error=problem)
            for contributor, problem in ((one, problems.get(one.id)) for one in self)
            if problem])._notify_trouble()
        written = {}
        for company, contributors in reached.grouped("company_id").items():
            langs = contributors.partner_id._get_collection_langs(company)
            for lang, group in contributors.grouped(
                    lambda contributor, langs=langs: langs[contributor.partner_id.id]).items():
                written |= group.with_company(company).with_context(lang=lang)._queue_mails(
                    kind, automation.with_context(lang=lang))
        notices.create([
            contributor._prepare_notice_vals(common, **written[contributor.id])
            for contributor in reached])
        reached._trace_mails(kind, written, cause)
        return reached

    def _find_mail_problems(self):
        """:return: dict of error message by contributor id, of those whom no e-mail would reach"""
        email, problems = get_channel("email"), {}
        for contributor in self:
            partner = contributor.partner_id
            problem = email.find_address_problem(partner)
            if not partner.active:
                problem = self.env._("%(name)s is archived.", name=partner.name)
            if problem:
                problems[contributor.id] = problem
        return problems

    def _check_reachable(self):
        """:raise UserError: an e-mail would not reach one of these"""
        for problem in self._find_mail_problems().values():
            raise UserError(problem)

    def _queue_mails(self, kind, automation):
        """Queue these e-mails, all of one company and in one language: the context's.

        :param str kind: see :meth:`_write_mails`
        :param automation: ``collection.document.automation``, may be empty

        :return: dict of values of their notices, by contributor id
        """
        if not self:
            return {}
        before, after = self.company_id._get_collection_mail_layout()
        links = {link.contributor_id.id: (link, url) for link, url in self.env[
            "collection.link"]._make_for_contributors(self)}
        note = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        texts = {contributor.id: contributor._get_mail_text(kind, automation)
                 for contributor in self}
        mails = self.env["mail.mail"].create([contributor._prepare_mail_vals(
            note, texts[contributor.id][0], before + texts[contributor.id][1]
            + contributor._get_mail_button(links[contributor.id][1]) + after)
            for contributor in self])
        self._show_in_thread(mails, texts)
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if cron:
            cron._trigger()
        return {contributor.id: {
            "address": contributor.partner_id.email_formatted,
            "subject": texts[contributor.id][0], "link_id": links[contributor.id][0].id,
            "mail_message_id": mail.mail_message_id.id,
        } for contributor, mail in zip(self, mails)}

    def _prepare_mail_vals(self, note, subject, body):
        """:return: values of the ``mail.mail`` to this contributor

        :param int note: id of the subtype of a note
        :param str subject: one line
        :param body: HTML as markup
        """
        self.ensure_one()
        request, company = self.request_id, self.company_id
        reviewer = request._get_reviewer()
        sender = reviewer.email_formatted or company.email_formatted
        return {
            "model": request._name,
            "res_id": request.id,
            "record_name": request.name,
            "message_type": "email_outgoing",
            "subtype_id": note,  # for colleagues: no contributor reads the thread
            "subject": subject,
            "body_html": body,
            "author_id": reviewer.partner_id.id,
            "email_from": sender,
            "reply_to": sender,
            "recipient_ids": [(4, self.partner_id.id)],
            "auto_delete": True,
            # or the message would go with the mail, and no bounce would find its notice
            "is_notification": True,
            "record_company_id": company.id,
        }

    def _show_in_thread(self, mails, texts):
        """Let the request's thread show what was written, without the link.

        By SQL: creating the mail took its whole text over. What users wrote was sanitized when
        it was written, and everything else is escaped.
        """
        mails.mail_message_id.flush_recordset(["body"])
        self.env.cr.execute(SQL(
            "UPDATE mail_message SET body = texts.body FROM (VALUES %s) AS texts(id, body)"
            " WHERE mail_message.id = texts.id", SQL(", ").join(
                SQL("(%s, %s)", mail.mail_message_id.id, str(texts[contributor.id][1]))
                for contributor, mail in zip(self, mails))))
        mails.mail_message_id.invalidate_recordset(["body"])

    def _prepare_notice_vals(self, common, **vals):
        """:return: values of a ``collection.document.notice`` of this contributor

        :param dict common: values that all notices of the message share
        :param vals: values of its own
        """
        self.ensure_one()
        return {
            **common, "contributor_id": self.id, "address": self.partner_id.email or False,
            "day": self.company_id._get_collection_day(), **vals}

    def _trace_mails(self, kind, written, cause):
        """Add to the customers' histories that these contributors were written to.

        :param str kind: see :meth:`_write_mails`
        :param dict written: values of their notices, by contributor id
        :param str cause: of the history rows
        """
        history_kind = (
            "contributor_reminded" if kind == "reminder" else "contributor_notified")
        rows = {}
        for contributor in self:
            request = contributor.request_id
            rows.setdefault((request.customer_id, request.company_id), []).append(
                request._prepare_trace_vals(
                    history_kind, new=contributor.display_name, cause=cause,
                    text=written[contributor.id]["subject"], data={"notice": kind}))
        self.env["collection.history"]._append_many(rows)

    # === TEXTS === #
    # What an e-mail to a contributor says, in the language of the context.

    def _get_mail_text(self, kind, automation):
        """The text, then the documents that are still asked of this contributor alone.

        :param str kind: one of :data:`~.collection_document_notice.KINDS`
        :param automation: ``collection.document.automation``, may be empty
        :return: (subject, HTML as markup)
        """
        self.ensure_one()
        defaults, body = self._get_default_texts(), automation.body
        subject, text = defaults.get(automation.trigger, defaults[kind])
        if is_html_empty(body):
            body = Markup("<p>%s</p>") % text
        return " ".join((automation.subject or subject).split()), Markup(body) + (
            self._get_mail_list())

    def _get_default_texts(self):
        """:return: dict of (subject, text) by kind of message, or by trigger where its text is more
        precise"""
        _ = self.env._
        names = {"company": self.company_id.name, "request": self.request_id.name}
        about = _("About your documents: %(request)s", **names)
        received = _("%(company)s has received documents of yours and checks them: %(request)s. "
                     "Thank you.", **names)
        return {
            "invitation": (
                _("Your documents are needed: %(request)s", **names),
                _("%(company)s asks you for documents: %(request)s. You give them on a page of "
                  "your own, without an account.", **names)),
            "reminder": (
                _("Reminder: documents are still missing: %(request)s", **names),
                _("%(company)s still waits for documents of yours: %(request)s. What you have "
                  "given meanwhile needs no second time.", **names)),
            "link": (about, _(
                "Here is once more the link to your page with the documents that %(company)s "
                "asked you for: %(request)s.", **names)),
            "news": (about, _(
                "There is news about the documents that %(company)s asked you for: "
                "%(request)s.", **names)),
            "provided": (about, received),
            "finished": (about, received),
            "approved": (about, _(
                "%(company)s has accepted documents of yours: %(request)s. Thank you.", **names)),
            "refused": (
                _("A document is needed once more: %(request)s", **names),
                _("%(company)s could not accept a document of yours: %(request)s. You find the "
                  "reason below. Please give it once more.", **names)),
            "completed": (
                _("Your documents are complete: %(request)s", **names),
                _("All the documents that %(company)s asked for are there: %(request)s. Thank "
                  "you.", **names)),
        }

    def _get_mail_list(self):
        """:return: the documents that are still asked, as markup; empty where there is none"""
        items = self._get_owed_items()
        if not items:
            return Markup()
        return Markup("<p><b>%s</b></p><ul>%s</ul>") % (
            self.env._("Still to be given:"),
            Markup().join(self._get_mail_line(item) for item in items))

    def _get_mail_line(self, item):
        """:return: a document that is still asked, as markup of a list item"""
        parts = [Markup("<b>%s</b>") % item.name]
        if item.due:
            parts.append(self.env._("by %(day)s", day=format_date(self.env, item.due)))
        if not item.required:
            parts.append(self.env._("if you have it"))
        line = Markup(", ").join(parts)
        if item.state == "refused" and item.refusal:
            line += Markup("<br/>") + self.env._(
                "Not accepted: %(reason)s", reason=item.refusal)
        return Markup("<li>%s</li>") % line

    def _get_mail_button(self, url):
        """:return: the personal link as markup"""
        label = self.env._("Give my documents") if self._get_owed_items() else self.env._(
            "See my documents")
        return self.company_id._get_collection_button(url, label)

    # === BUTTONS === #

    def action_send_link(self):
        """Send these contributors a fresh personal link; those sent before stay as they are.

        :return: client action that shows the user what was done
        :raise UserError: somebody who was removed or cannot be reached; a request that has ended
            or is paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        requests = self.request_id._take_turn()
        requests._check_open()
        contributors = self.sudo()
        for contributor in contributors:
            if contributor.state == "removed":
                raise UserError(self.env._(
                    "%(name)s was removed already.", name=contributor.partner_id.name))
        contributors._check_reachable()
        return requests._get_sent_notification(contributors._write_mails("link"))
