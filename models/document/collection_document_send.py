from odoo import models
from odoo.exceptions import UserError

from ...tools.records import as_record


class CollectionDocumentRequest(models.Model):
    """What a colleague sends by hand: an automation of the template, or the link once more."""

    _inherit = "collection.document.request"

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

    def _say_written(self, contributors):
        return self._say(self.env._(
            "Written to %(names)s", names=", ".join(contributors.partner_id.mapped("name"))))

    def _say(self, words):
        """:return: action that shows words for a moment"""
        return {"type": "ir.actions.client", "tag": "display_notification",
                "params": {"message": words, "type": "success",
                           "next": {"type": "ir.actions.client", "tag": "soft_reload"}}}


class CollectionDocumentContributor(models.Model):
    _inherit = "collection.document.contributor"

    def action_send_link(self):
        """Send these contributors a fresh personal link; those sent before stay as they are.

        :return: action that tells the user what was done
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
        return requests._say_written(contributors._write_mails("link"))

    def _check_reachable(self):
        """:raise UserError: an e-mail would not reach one of these"""
        for problem in self._find_mail_problems().values():
            raise UserError(problem)
