from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .case import Case, Formats, Options


class CollectionCase(models.AbstractModel):
    """Reads what belongs to a case: of one customer, in one company, and of nobody else."""

    _name = "collection.case"
    _description = "What Belongs to a Case"

    @api.model
    def _read(self, records, **options):
        """Read the records of a case, in a number of queries that does not grow with them.

        :param records: a customer, sequences of one customer, or receivable items of one customer
        :param options: those of :class:`~.case.Options`
        :return: :class:`~.case.Case`
        :raise UserError: they are of several customers or companies, or nothing of the kind
        :raise AccessError: the customer is not the user's to collect from
        """
        options = Options(**options)
        customer, company = self._find_owner(records)
        lang = options.lang or customer.sudo()._get_collection_langs(company)[customer.id]
        bare = self.sudo().with_company(company).with_context(
            lang=lang, allowed_company_ids=company.ids, active_test=False)
        records, customer = records.with_env(bare.env), customer.with_env(bare.env)
        company = company.with_env(bare.env)
        day = options.day or company._get_collection_day()
        self._check_day(day, company)
        whole = records._name == "res.partner"
        sequences = bare._find_sequences(records, customer, company)
        items = bare._find_items(records, customer, company, day, sequences)
        own = Domain("customer_id", "=", customer.id) & Domain("company_id", "=", company.id)
        return Case(
            customer=customer, company=company, day=day, options=options, items=items,
            sequences=sequences, about=bare._describe(records),
            formats=Formats(bare.env, company),
            **bare._find_story(own, None if whole else (items, sequences)),
            **bare._find_history(own))

    @api.model
    def _get_name(self, case):
        """:return: str, name of the file without its ending"""
        return case.customer.env._(
            "Case file %(customer)s %(day)s", customer=case.customer.name or "",
            day=case.day.isoformat())

    # === WHAT IT IS ABOUT === #

    def _find_owner(self, records):
        """:return: (customer, company) of the records, with the rights of the user"""
        finds = {
            "res.partner": self._find_owner_of_customer,
            "collection.sequence": self._find_owner_of_sequences,
            "account.move.line": self._find_owner_of_items,
        }
        if records._name not in finds or not records:
            raise UserError(self.env._(
                "A case file is made of a customer, of its sequences or of its open items. "
                "Choose one of them."))
        records.check_access("read")
        return finds[records._name](records)

    def _check_day(self, day, company):
        if day < company._get_collection_day():
            raise UserError(self.env._(
                "The claim is drawn up for today or a later day: what was owed on a past day is "
                "in the analyses."))

    def _find_owner_of_customer(self, partners):
        customer, company = partners.commercial_partner_id, self.env.company
        self._check_one(customer, company)
        customer.with_company(company)._check_collection_portfolio()
        return customer, company

    def _find_owner_of_sequences(self, sequences):
        self._check_one(sequences.customer_id, sequences.company_id)
        # whoever launched one sees that one; the history that goes along is the whole customer's
        sequences.customer_id.with_company(sequences.company_id)._check_collection_portfolio()
        return sequences.customer_id, sequences.company_id

    def _find_owner_of_items(self, items):
        foreign = items.filtered(lambda item: (
            item.account_type != "asset_receivable" or item.parent_state != "posted"
            or not item.partner_id))
        if foreign:
            raise UserError(self.env._(
                "“%(item)s” is no posted receivable item of a customer: leave it out.",
                item=foreign[0].display_name))
        customers = items.partner_id.commercial_partner_id
        self._check_one(customers, items.company_id)
        items._check_collection_portfolio()
        return customers, items.company_id

    def _check_one(self, customers, companies):
        if len(customers) > 1:
            raise UserError(self.env._(
                "A case file is of one customer; these are of %(customers)s. Make one for each.",
                customers=", ".join(customers[:3].mapped("display_name"))))
        if len(companies) > 1:
            raise UserError(self.env._(
                "A case file is of one company; these are of %(companies)s. Make one for each.",
                companies=", ".join(companies.mapped("display_name"))))

    def _describe(self, records):
        """:return: str, what the file is about"""
        if records._name == "res.partner":
            return self.env._("All that is owed and was done")
        if records._name == "collection.sequence":
            return ", ".join(records.mapped("display_name"))
        return ", ".join(dict.fromkeys(
            item.move_id.name or item.name or "" for item in records))

    # === WHAT BELONGS TO IT === #

    def _find_sequences(self, records, customer, company):
        """:return: ``collection.sequence``: those asked for and what they launched; of a
            customer all; of items those that are about them"""
        sequences = self.env["collection.sequence"]
        own = Domain("customer_id", "=", customer.id) & Domain("company_id", "=", company.id)
        if records._name == "res.partner":
            return sequences.search(own, order="launched_at, id")
        if records._name == "account.move.line":
            return sequences.search(
                own & Domain("item_ids", "in", records.ids), order="launched_at, id")
        every = sequences.search(own, order="launched_at, id")
        found = every & records
        while fresh := (every - found).filtered_domain([("parent_id", "in", found.ids)]):
            found |= fresh
        return every & found

    def _find_items(self, records, customer, company, day, sequences):
        """:return: ``account.move.line`` of which something is claimed, the earliest due first"""
        items = records if records._name == "account.move.line" else records.browse()
        if records._name == "collection.sequence":
            items = sequences.item_ids.filtered(lambda item: item.parent_state == "posted")
        if items:
            return items.sorted(lambda item: (item._get_collection_due(), item.id))
        return customer._get_collection_items(company) | customer._get_claimed_paid_late(
            company, day)

    def _find_story(self, own, part):
        """:param own: domain of what is the customer's in the company
        :param part: (items, sequences) that the file is about; None: all
        :return: dict of what was done, said and asked
        """
        env, every = self.env, Domain.TRUE
        of_items = Domain("item_ids", "in", part[0].ids) if part else every
        of_sequences = Domain("sequence_id", "in", part[1].ids) if part else every
        actions = env["collection.action"].search(
            own & Domain("state", "!=", "scheduled") & (of_items | of_sequences),
            order="date, id")
        of_actions = Domain("action_id", "in", actions.ids) if part else every
        about_actions = Domain("about_action_id", "in", actions.ids) if part else every
        of_item = Domain("item_id", "in", part[0].ids) if part else every
        return {
            "actions": actions,
            "dispatches": env["collection.dispatch"].search(own & of_actions, order="id"),
            "promises": env["collection.promise"].search(
                own & (of_items | of_actions), order="made_on, id"),
            "disputes": env["collection.dispute"].search(
                own & (of_items | of_actions), order="opened_on, id"),
            # what colleagues answered each other is in the history alone
            "answers": env["collection.answer"].search(
                own & of_item & Domain("link_id.kind", "!=", "internal"), order="id"),
            "replies": env["collection.reply"].search(own & about_actions, order="id"),
            # the customer's own papers, such as lease and deed of guarantee, are of no action
            "requests": env["collection.document.request"].search(
                own & (of_actions | Domain("action_id", "=", False)), order="id"),
            "costs": env["collection.cost"].search(
                Domain("sequence_id", "any", own) & of_sequences, order="date, id"),
        }

    def _find_history(self, own):
        """:return: dict of the chains and their rows: whole in any case, for a part of a chain
            proves nothing"""
        chains = self.env["collection.history.chain"].search(own, order="id")
        return {"chains": chains, "rows": self.env["collection.history"].search(
            [("chain_id", "in", chains.ids)], order="chain_id, number")}
