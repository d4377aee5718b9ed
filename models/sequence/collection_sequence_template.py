from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine import Launch
from ...tools.own_context import with_own
from ...tools.records import as_records, as_rows, as_text

#: What a caller says of a participant with whom a sequence begins.
HOLDER_FIELDS = ("function_id", "user_id", "contact_id")


class CollectionSequenceTemplate(models.Model):
    """What runs of a template: launching it for a customer (D-001), moving what is older."""

    _inherit = "collection.sequence.template"

    older_sequence_count = fields.Integer(compute="_compute_older_sequence_count")

    # === COMPUTE === #

    def _compute_older_sequence_count(self):
        for template in self:
            template.older_sequence_count = len(template._get_older_sequences())

    def _get_launch_notes(self):
        """Those that run already for the customer of the context say so."""
        notes, customer = super()._get_launch_notes(), self.env.context.get("collection_launch_for")
        if customer:
            running = self.env["collection.sequence"].sudo().search([
                ("customer_id", "=", customer), ("state", "in", ("running", "paused")),
                ("company_id", "=", self.env.company.id)]).mapped("template_code")
            notes |= dict.fromkeys(
                self.filtered(lambda template: template.code in running).ids,
                self.env._("runs already"))
        return notes

    # === LAUNCH === #

    def launch(self, customer, *, situation="", items=None,
               participants=None):
        """Apply the template to a customer and enter its first step.

        Only a person or another sequence launches (D-047 to D-049). The customer's
        participants are copied into the sequence.

        :param customer: one ``res.partner``; of a contact person, its commercial entity
        :param str situation: what this sequence is about, as the user puts it
        :param items: open items (``account.move.line``); by default those overdue
        :param participants: list of dicts (``function_id``, ``user_id``, ``contact_id``) to
            start with; by default the customer's, else each function's default holder
        :return: the new ``collection.sequence``
        :raise UserError: the template is no published one, the customer is archived or already
            in such a sequence, or a function that the first step needs has no holder
        :raise AccessError: the customer is not in the user's portfolio
        """
        if items is not None:
            items = as_records(self.env, "account.move.line", items)
            items.check_access("read")
        if participants is not None:
            participants = as_rows(self.env["collection.participant"], participants)
        return self._launch(
            customer, situation=as_text(self.env, situation), items=items,
            participants=participants)

    def _launch(self, customer, *, situation="", items=None, participants=None, parent=None,
                launcher=None):
        """Launch, as :meth:`launch` says; for sequences that launch others, too.

        :param parent: the ``collection.sequence`` that launches it, if one does
        :param launcher: ``res.users`` who answers for it then: a cron, or a partner outside, may
            have closed what led to it
        """
        self.ensure_one()
        self.check_access("read")
        # the caller's rights and company, not those the customer was read with
        customer = as_records(self.env, "res.partner", customer)
        if len(customer) != 1:
            raise UserError(self.env._("Choose one customer: sequences are launched one by one."))
        customer = customer.commercial_partner_id
        customer._check_collection_portfolio()
        self._check_launchable(customer)
        if items is None:
            items = customer._get_collection_overdue_items()
        if participants is None:
            participants = self._prepare_participant_vals(customer)
        launching = with_own(self.env["collection.sequence"].sudo(), "collection_launching")
        sequence = launching.create(self._prepare_sequence_vals(
            customer, situation, items, parent, launcher or self.env.user, participants))
        sequence = sequence.with_env(self.sudo().env)
        self._check_first_step_holders(sequence)
        sequence._run(Launch(), cause="parent" if parent else "person", text=situation)
        return sequence.with_env(self.env)

    def _check_launchable(self, customer):
        """:raise UserError: why the template cannot be launched for a customer"""
        self.ensure_one()
        if self.state != "published" or not self.active:
            raise UserError(self.env._(
                "%(template)s is not published. Publish it in the configuration, or choose "
                "another template.", template=self.display_name))
        if not self.env.company._takes_collection_from(self.company_id):
            raise UserError(self.env._(
                "%(template)s belongs to %(company)s: switch to that company to launch it.",
                template=self.display_name, company=self.company_id.name))
        if not customer.active:
            raise UserError(self.env._(
                "%(customer)s is archived. Unarchive the customer to launch a sequence.",
                customer=customer.name))
        running = self._get_open_sequence(customer)
        if running:
            raise UserError(self.env._(
                "%(customer)s is already in %(sequence)s (step “%(step)s”). Open that one, or "
                "stop it first: a template runs once at a time for a customer.",
                customer=customer.name, sequence=running.template_id.display_name,
                step=running.step_id.name))

    def _get_open_sequence(self, customer):
        """:return: the customer's open sequence of this code in the current company, if any; of
            duplicates, the one that is to go on"""
        found = self.env["collection.sequence"].sudo().search([
            ("customer_id", "=", customer.id),
            ("company_id", "=", self.env.company.id),
            ("template_code", "=", self.code),
            ("state", "in", ("running", "paused")),
        ])
        return found.sorted(lambda sequence: bool(sequence.duplicate_of_id))[:1]

    def _check_first_step_holders(self, sequence):
        """:raise UserError: nobody holds a function that the first step needs"""
        holders = sequence._get_holders()
        contents = self.step_ids.sorted(lambda step: (step.position, step.id))[:1].content_ids
        needed = contents.function_id
        for content in contents:
            needed |= content._get_distinct_validator()
        missing = needed.filtered(lambda function: not holders.get(function))
        if missing:
            raise UserError(self.env._(
                "%(template)s cannot start for %(customer)s: nobody holds %(functions)s, which "
                "the first step needs. Name a participant, then launch again.",
                template=self.display_name, customer=sequence.customer_id.name,
                functions=", ".join(missing.mapped("name"))))

    def _prepare_sequence_vals(
            self, customer, situation, items, parent, launcher, participants):
        """:return: values of the new sequence; for the parameters see :meth:`_launch`"""
        return {
            "customer_id": customer.id,
            "company_id": self.env.company.id,
            "template_id": self.id,
            "situation": situation,
            "item_ids": [(6, 0, items.ids)],
            "launched_by_id": launcher.id,
            "launched_from": "sequence" if parent else "user",
            "parent_id": parent.id if parent else False,
            "participant_ids": [
                Command.create({
                    "customer_id": customer.id, "company_id": self.env.company.id,
                    **{name: row.get(name) for name in HOLDER_FIELDS}})
                for row in participants],
        }

    def _prepare_participant_vals(self, customer):
        """The customer's participants for this template, else each function's default holder.

        :return: generator of dicts: function_id, user_id, contact_id
        """
        defaults = customer._get_collection_participants().grouped("function_id")
        for function in self.function_ids:
            participant = defaults.get(function)
            internal = function.kind == "internal"
            user = participant.user_id if participant else function.default_user_id
            contact = (participant.contact_id if participant
                       else function._get_usual_holder(customer))
            yield {
                "function_id": function.id,
                "user_id": user.id if internal else False,
                "contact_id": False if internal else contact.id,
            }

    # === MIGRATION === #

    def _get_older_sequences(self):
        """:return: the open sequences that follow an older version of this template"""
        return self.env["collection.sequence"].search([
            ("template_code", "=", self.code), ("state", "in", ("running", "paused")),
            ("template_id.version", "<", self.version)])

    # === BUTTONS === #

    def action_open_migration(self):
        """:return: window action on the dialog that moves older sequences to this version
        :raise UserError: this is not the published version, or no sequence follows an older one
        """
        self.ensure_one()
        sequences = self._get_older_sequences()
        if self.state != "published":
            raise UserError(self.env._(
                "%(template)s is not published.", template=self.display_name))
        if not sequences:
            raise UserError(self.env._(
                "No open sequence follows an older version of %(template)s.",
                template=self.display_name))
        return self.env["collection.sequence.migration"]._open(self, sequences)
