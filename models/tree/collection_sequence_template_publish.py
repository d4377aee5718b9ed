from odoo import fields, models
from odoo.exceptions import UserError

from ...engine import find_problems


class CollectionSequenceTemplatePublish(models.Model):
    """Publishing: the checks that a tree must pass, and its versions."""

    _inherit = "collection.sequence.template"

    def action_publish(self):
        """Check the drafts, freeze them and offer them for launching.

        :raise UserError: a tree has problems; each is named with its step
        :raise AccessError: the user makes no templates
        """
        self.check_access("write")
        for template in self:
            if template.state != "draft":
                raise UserError(self.env._(
                    "%(template)s is not a draft.", template=template.display_name))
            problems = template._describe_problems()
            if problems:
                raise UserError(self.env._(
                    "%(template)s cannot be published yet:\n%(problems)s",
                    template=template.display_name,
                    problems="\n".join(f"• {problem}" for problem in problems)))
        self.write({
            "state": "published",
            "published_at": fields.Datetime.now(),
            "published_by_id": self.env.uid,
        })
        older = self.search([
            ("code", "in", self.mapped("code")), ("state", "=", "published"),
            ("id", "not in", self.ids)])
        older.action_archive_version()

    def action_archive_version(self):
        """Offer these versions no more; the sequences under way stay on them."""
        published = self.filtered(lambda template: template.state == "published")
        published.write({"state": "archived"})

    def action_new_version(self):
        """Make a draft of the next version, and open it.

        :return: window action on the new draft
        """
        self.ensure_one()
        draft = self.search([
            ("code", "=", self.code), ("state", "=", "draft"), ("version", ">", self.version),
        ], limit=1)
        draft = draft or self.copy({"code": self.code, "name": self.name})
        return draft._get_records_action(context={})

    def action_open_contents(self):
        """:return: window action on the actions that its steps ask for, to edit their wording"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_sequence_content_action")
        return {**action, "domain": [("step_id.template_id", "in", self.ids)],
                "context": {"create": False}}

    def action_open_sequences(self):
        """:return: window action on the sequences that follow this template"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_sequence_action")
        return {**action, "domain": [("template_id", "in", self.ids)], "context": {}}

    def action_check(self):
        """Say what still keeps the draft from being published."""
        self.ensure_one()
        problems = self._describe_problems()
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(template)s is ready to be published.",
                                      template=self.display_name),
            },
        }

    def _describe_problems(self):
        """:return: list of sentences, one a problem, each naming its step"""
        problems = [self._describe_problem(problem) for problem in self._find_problems("error")]
        return problems or self._describe_failed_checks()

    def _describe_warnings(self):
        """:return: list of sentences on what deserves a second thought"""
        return [
            *(self._describe_problem(problem) for problem in self._find_problems("warning")),
            *self._describe_missing_portals(),
        ]

    def _find_problems(self, severity):
        self.ensure_one()
        others = self._get_other_definitions()
        return [problem for problem in find_problems(self._get_definition(), others)
                if problem.severity == severity]

    def _get_other_definitions(self):
        """:return: dict of the trees that this one may lead to, in any number of hops, by code"""
        found, codes = {}, self._get_target_codes()
        while codes - set(found):
            templates = self.search([
                ("code", "in", list(codes - set(found))), ("state", "=", "published")])
            fresh = {template.code: template._get_definition() for template in templates}
            if not fresh:
                break
            found |= fresh
            codes |= templates._get_target_codes()
        if self.code in codes:
            found.setdefault(self.code, self._get_definition())
        return found

    def _get_target_codes(self):
        return set(self.step_ids.transition_ids.filtered(
            lambda row: row.target in ("switch", "launch")).mapped("target_template_code"))

    def _describe_missing_portals(self):
        """Functions outside whose default holder could not act: without portal access (D-087)."""
        contents = self.step_ids.content_ids
        outside = contents.function_id.filtered(lambda f: f.kind == "external")
        return [
            self.env._(
                "%(function)s is external, and its default holder %(holder)s has no portal "
                "access.", function=function.name, holder=function.default_partner_id.name)
            for function in outside
            if function.default_partner_id and not function.default_partner_id.sudo().user_ids
        ]

    def _describe_problem(self, problem):
        step = self.step_ids.filtered(lambda step: step.key == problem.step)
        content = step.content_ids.filtered(lambda content: content.key == problem.subject)
        row = step.transition_ids.filtered(lambda row: row.key == problem.subject)
        return self._get_problem_sentences()[problem.code] % {
            "step": step.name, "action": content.name, "row": row.position_label}

    def _get_problem_sentences(self):
        """:return: sentence by problem code, with %(step)s, %(action)s, %(row)s to fill"""
        _ = self.env._
        return {
            "no_start": _("The template has no step: add one, the first is where it starts."),
            "no_end": _("No step leads to an end: let a row of a decision table end it."),
            "no_action": _(
                "Step “%(step)s” asks for nothing and waits for nothing: add an action, or a row "
                "read at once that waits for an event, a state or a deadline."),
            "many_actions": _("Step “%(step)s” asks for many actions at once."),
            "expires_without_deadline": _(
                "Step “%(step)s”: “%(action)s” expires, but has no deadline."),
            "unknown_template": _(
                "Step “%(step)s”, row %(row)s leads to a template that is not published."),
            "unknown_base": _(
                "Step “%(step)s”, row %(row)s counts its deadline from nothing: choose the "
                "action or the date."),
            "no_delay": _("Step “%(step)s”, row %(row)s has a deadline without a delay."),
            "legal_as_internal": _(
                "Step “%(step)s”, row %(row)s looks like a legal deadline, but is marked "
                "internal: it would freeze with a pause."),
            "hidden_row": _("Step “%(step)s”, row %(row)s never fires: an earlier one always "
                            "holds before it."),
            "ring": _("From step “%(step)s” the sequence could run in a ring for ever, with "
                      "neither a person nor a day in between."),
            "no_function": _("Step “%(step)s”: “%(action)s” is owed by no function."),
            "contact_responsible": _(
                "Step “%(step)s”: “%(action)s” is owed by a contact, who can only receive."),
            "contact_validator": _(
                "Step “%(step)s”: “%(action)s” is validated by a contact, who can only receive."),
            "no_default": _(
                "Step “%(step)s” has no default row: add one that holds when all is joined."),
            "unknown_target": _("Step “%(step)s” has a row that leads nowhere."),
            "unknown_content": _(
                "Step “%(step)s”, row %(row)s looks at an action of another step."),
            "no_result": _("Step “%(step)s”, row %(row)s names no result to look for."),
            "impossible_result": _(
                "Step “%(step)s”, row %(row)s waits for a result that its action cannot have."),
            "unreachable": _("Step “%(step)s” is never reached from the first one."),
            "dead_end": _("From step “%(step)s” no end can be reached."),
        }
