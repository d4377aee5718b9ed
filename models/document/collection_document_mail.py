from odoo import models
from odoo.tools import SQL


class CollectionDocumentContributor(models.Model):
    """Writing to contributors: an e-mail each, with what is asked of them and a link of their own.

    What is kept of it does not hold the link: nobody but its reader ever had it.
    """

    _inherit = "collection.document.contributor"

    def _write_mails(self, kind, automation=None, *, covered=None, cause="person"):
        """Queue an e-mail to each of these contributors, and note and trace it.

        A number of queries that depends on companies and languages, not on contributors. Whoever
        cannot be reached is noted too, and the reviewer is told.

        :param str kind: one of :data:`~.collection_document_notice.KINDS`
        :param automation: ``collection.document.automation`` whose words it takes, if any
        :param covered: those that the message stands for besides, if any
        :param str cause: of the fact in the history
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
            if problem])._tell_trouble()
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
        """:return: dict of why an e-mail would not reach a contributor, by id"""
        actions, problems = self.env["collection.action"], {}
        for contributor in self:
            partner = contributor.partner_id
            problem = actions._find_address_problem(partner, "email")
            if not partner.active:
                problem = self.env._("%(name)s is archived.", name=partner.name)
            if problem:
                problems[contributor.id] = problem
        return problems

    def _queue_mails(self, kind, automation):
        """Queue these e-mails, all of one company and in one language: the context's.

        :return: dict of values of their notices, by contributor id
        """
        if not self:
            return {}
        before, after = self.company_id._get_collection_mail_layout()
        links = {link.contributor_id.id: (link, url) for link, url in self.env[
            "collection.link"]._make_contributor_links(self)}
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

    def _prepare_mail_vals(self, note, subject, body):
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

    def _prepare_notice_vals(self, common, **vals):
        self.ensure_one()
        return {
            **common, "contributor_id": self.id, "address": self.partner_id.email or False,
            "day": self.company_id._get_collection_day(), **vals}

    def _trace_mails(self, kind, written, cause):
        """Add to the histories that these contributors were written to, and to the chatter."""
        fact = "contributor_reminded" if kind == "reminder" else "contributor_notified"
        facts = {}
        for contributor in self:
            request = contributor.request_id
            facts.setdefault((request.customer_id, request.company_id), []).append(
                request._prepare_trace_vals(
                    fact, new=contributor.display_name, cause=cause,
                    text=written[contributor.id]["subject"], data={"notice": kind}))
        self.env["collection.history"]._append_many(facts)
