from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, format_list
from odoo.tools.mail import email_normalize

from ...engine import ladder
from ...tools.dialogs import RELOAD, ClientAction, notify
from ..claim.res_partner import SWITCHES
from ..library.examples import EXAMPLES

#: The example of a scenario that sends nothing.
NOT_CHASED = "scenario_not_chased"
#: Who gets the scenario.
EVERYBODY, CONSUMERS, SEARCH, ONE = "all", "consumers", "search", "one"
#: The example of a sequence that fits a kind of debtor.
TREES = {
    "consumer": "template_conv", "professional": "template_ctx", "public": "template_seq1"}
#: What becomes of debts from before the start.
FROM_FIRST, AT_THEIR_AGE, WAIT = "first", "fit", "wait"


class CollectionSetup(models.Model):
    """What a manager decides before the first reminder leaves; one a company.

    Answers are kept as they are given, so that a set-up that was interrupted goes on where it
    was. Facts are read from where they stand: the credit manager from the company, the bank
    account from its contact. Nothing leaves by itself before :meth:`action_start`.
    """

    _name = "collection.setup"
    _description = "Set-up of the Collection"
    _inherit = ["collection.owned"]
    _owner_fields = ("company_id",)

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company,
        ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")

    manager_id = fields.Many2one(
        "res.users", string="Credit manager", compute="_compute_manager_id",
        inverse="_inverse_manager_id",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Signs the messages of customers without a collector, and is given their actions.")
    has_mail_server = fields.Boolean(compute="_compute_facts", string="Mail server")
    sender = fields.Char(
        compute="_compute_facts", string="From", help="Whom messages come from.")
    has_bank_account = fields.Boolean(
        compute="_compute_facts", string="Bank account known")
    bank_account = fields.Char(compute="_compute_facts", string="Bank account")
    has_qr_code = fields.Boolean(
        compute="_compute_has_qr_code", inverse="_inverse_has_qr_code",
        string="QR code on invoices",
        help="Customers scan it with their bank's application.")
    qr_code_lacks = fields.Char(compute="_compute_qr_code_lacks", string="Why there is no QR code")
    missing_in_head = fields.Char(compute="_compute_facts", string="Missing in the letters' head")
    missing_rates = fields.Char(compute="_compute_missing_rates", string="Missing rate")
    in_france = fields.Boolean(compute="_compute_facts", string="French law, in euro")
    penalty_regime = fields.Selection(related="company_id.collection_penalty_regime")
    reference_rate = fields.Float(
        string="ECB rate", digits=(6, 2), help="In force on the semester's first day, in percent.")
    legal_rate = fields.Float(
        string="Legal rate", digits=(6, 2),
        help="Legal interest rate for professionals in the semester, in percent.")

    claims = fields.Boolean(
        string="Claim interest and the fixed indemnity", compute="_compute_claims",
        inverse="_inverse_claims",
        help="From professionals and public buyers, unless a customer's own switch says "
        "otherwise; never from consumers. A formal notice states both.")

    example = fields.Selection(
        "_selection_example", string="Start from the example", default="scenario_companies")
    scenario_id = fields.Many2one(
        "collection.scenario", string="Scenario", ondelete="set null",
        domain="[('empty', '=', False), '|', ('company_id', '=', False),"
        " ('company_id', 'parent_of', company_id)]",
        help="One of your own, or the example once it is loaded.")
    ladder = fields.Char(related="scenario_id.ladder")
    missing_exchange = fields.Char(
        compute="_compute_missing_exchange", string="Missing exchange rate")
    consumers_chased = fields.Char(compute="_compute_consumers_chased", string="Consumers")
    who = fields.Selection(
        [(EVERYBODY, "All customers"), (CONSUMERS, "Consumers and tenants"),
         (SEARCH, "Those of a saved search"), (ONE, "One customer")],
        string="Who gets it", required=True, default=EVERYBODY)
    filter_id = fields.Many2one(
        "ir.filters", string="Saved search", domain="[('model_id', '=', 'res.partner')]",
        ondelete="set null")
    customer_id = fields.Many2one(
        "res.partner", string="Customer", domain="[('parent_id', '=', False)]",
        ondelete="set null")

    start_on = fields.Date(
        string="Reminders leave from", help="Empty: from the day on which you start.")
    minimum_currency_id = fields.Many2one(
        "res.currency", string="Currency of the lowest sum", compute="_compute_facts")
    minimum_amount = fields.Monetary(
        string="Lowest sum", currency_field="minimum_currency_id",
        help="Customers that owe less in all are not chased.")
    net_credits = fields.Boolean(
        string="Credits netted", default=True,
        help="What is compared with the lowest sum is what a customer owes less its credits.")
    old_debts = fields.Selection(
        [(FROM_FIRST, "Start at the first step"), (AT_THEIR_AGE, "Start at the step that fits"),
         (WAIT, "Are left alone until a day")],
        string="Old debts", help="What was due before reminders began.")
    old_until = fields.Date(string="Until")
    confirmation = fields.Selection(
        [("steps", "As each step of the scenario says"), ("automatic", "Nobody: they leave by "
          "themselves"), ("confirm", "The collector confirms each message")],
        string="Who confirms", required=True, default="steps")
    calendar_id = fields.Many2one(
        "resource.calendar", string="Sending window", ondelete="set null",
        help="Days and hours in which messages may leave by themselves. Empty: always.")

    sequence_customer_id = fields.Many2one(
        "res.partner", string="For the customer", domain="[('parent_id', '=', False)]",
        ondelete="set null")
    tree = fields.Selection(
        "_selection_tree", string="Example of a sequence", default="template_conv")

    trial_id = fields.Many2one(
        "res.partner", string="Try on one customer", ondelete="set null",
        domain="[('parent_id', '=', False), ('collection_balance', '!=', 0)]")
    trial_note = fields.Char(compute="_compute_trial", string="First step")
    trial_subject = fields.Char(compute="_compute_trial", string="Subject")
    trial_page = fields.Html(compute="_compute_trial", string="Text", sanitize=False)

    previewed_on = fields.Date(string="Last preview", readonly=True)
    previewed_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    preview = fields.Html(
        compute="_compute_preview", sanitize=False, string="What would leave")
    unreachable = fields.Char(compute="_compute_preview", string="Not reached")
    started_on = fields.Date(compute="_compute_facts", string="Started")
    started = fields.Char(compute="_compute_facts", string="Since when")
    is_started = fields.Boolean(compute="_compute_facts", string="Messages leave")
    progress = fields.Char(compute="_compute_progress")

    _company_unique = models.Constraint("UNIQUE(company_id)", "A company has one set-up.")

    @api.model
    def _selection_example(self):
        return self._list_examples("scenario")

    @api.model
    def _selection_tree(self):
        return self._list_examples("template")

    @api.model
    def _list_examples(self, shelf):
        return [(example.key, self.env._(example.title)) for example in EXAMPLES.values()
                if example.shelf == shelf and example.key != NOT_CHASED]

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("company_id")
    def _compute_display_name(self):
        for setup in self:
            setup.display_name = self.env._("Set-up of %(company)s", company=setup.company_id.name)

    @api.depends("company_id.collection_manager_id")
    def _compute_manager_id(self):
        for setup in self:
            setup.manager_id = setup.company_id.collection_manager_id

    def _inverse_manager_id(self):
        for setup in self:
            setup.company_id._set_collection_settings(
                {"collection_manager_id": setup.manager_id})

    @api.depends_context("lang", "uid")
    @api.depends("company_id.collection_started_on", "manager_id", "scenario_id.currency_id")
    def _compute_facts(self):
        servers = bool(self.env["ir.mail_server"].sudo().search_count([], limit=1))
        for setup in self:
            company = setup.company_id.sudo()
            accounts = company.partner_id.bank_ids
            starter = company._get_collection_starter()
            day = (starter or company).collection_started_on
            setup.update({
                "has_mail_server": servers,
                "minimum_currency_id": setup.scenario_id.currency_id or company.currency_id,
                "sender": (setup.manager_id.sudo().email_formatted or company.email or ""),
                "has_bank_account": bool(accounts),
                "bank_account": accounts[:1].acc_number,
                "missing_in_head": setup._name_missing_in_head(),
                "in_france": (
                    company.country_id.code == "FR" and company.currency_id.name == "EUR"),
                "started_on": day,
                "started": day and self.env._(
                    "Messages leave from %(day)s on.", day=format_date(self.env, day)),
                "is_started": bool(starter),
            })

    @api.depends("company_id.qr_code")
    def _compute_has_qr_code(self):
        for setup in self:
            setup.has_qr_code = setup.company_id.sudo().qr_code

    def _inverse_has_qr_code(self):
        for setup in self:
            setup.company_id._check_collection_manager()
            setup.company_id.sudo().qr_code = setup.has_qr_code

    @api.depends_context("lang")
    @api.depends("company_id.qr_code")
    def _compute_qr_code_lacks(self):
        for setup in self:
            account = setup.company_id.sudo().partner_id.bank_ids[:1]
            setup.qr_code_lacks = setup._find_qr_code_lacks(account) if (
                setup.has_qr_code and account) else ""

    def _find_qr_code_lacks(self, account):
        """:param account: ``res.partner.bank``, in superuser mode
        :return: str, why no QR code can be drawn for it; empty where one can"""
        methods = account.get_available_qr_methods_in_sequence()
        if not methods:
            return self.env._(
                "No QR code is drawn: the app “Account SEPA QR Code” is not installed. An "
                "administrator finds it in Apps.")
        currency = account.currency_id or self.company_id.currency_id
        errors = [
            account._get_error_messages_for_qr(method, self.company_id.partner_id, currency)
            for method, _name in methods]
        return "" if not all(errors) else self.env._(
            "No QR code is drawn for this account: %(reason)s", reason=errors[0])

    def _name_missing_in_head(self):
        """:return: str, what letters would lack; empty for nothing"""
        company = self.company_id.sudo()
        needed = ("street", "zip", "city", "phone", "company_registry", "logo")
        missing = [name for name in needed if not company[name]]
        if company.uses_default_logo and "logo" not in missing:
            missing.append("logo")
        return missing and self.env._("Missing: %(names)s", names=format_list(self.env, [
            company._fields[name]._description_string(self.env) for name in missing]))

    @api.depends("company_id")
    def _compute_claims(self):
        for setup in self:
            setup.claims = all(map(setup.company_id._get_collection_default, SWITCHES))

    def _inverse_claims(self):
        for setup in self:
            setup.company_id._set_collection_defaults(dict.fromkeys(SWITCHES, setup.claims))

    @api.depends_context("lang")
    @api.depends("company_id")
    def _compute_missing_rates(self):
        tables = self.env["collection.penalty.rate"]._get_tables(self.company_id)
        for setup in self:
            day = setup.company_id._get_collection_day()
            regime = setup.company_id.sudo().collection_penalty_regime
            known = any(
                row.rate and row.date_from <= day and (not row.date_to or day <= row.date_to)
                for row in tables[setup.company_id.id, regime])
            start, end = get_semester(day)
            setup.missing_rates = False if known else self.env._(
                "No rate from %(start)s to %(end)s: no interest is claimed for these days.",
                start=format_date(self.env, start),
                end=format_date(self.env, end))

    @api.depends_context("lang")
    @api.depends("company_id", "minimum_amount", "scenario_id.currency_id",
                 "scenario_id.item_minimum")
    def _compute_missing_exchange(self):
        """Planning chases nobody by amounts that it cannot compare."""
        for setup in self:
            scenario, company = setup.scenario_id._origin, setup.company_id._origin.sudo()
            compared = setup.minimum_amount or scenario.item_minimum
            rates = compared and scenario._get_exchange_rates(scenario.currency_id, company)
            setup.missing_exchange = bool(rates) and None in rates.values() and self.env._(
                "The amounts of “%(scenario)s” are in %(currency)s, which has no exchange rate: "
                "nobody would be chased. Enter a rate under Invoicing > Configuration > "
                "Currencies, or choose a scenario in %(own)s.", scenario=scenario.name,
                currency=scenario.currency_id.name, own=company.currency_id.name)

    @api.depends_context("lang")
    @api.depends(
        "manager_id", "has_mail_server", "has_bank_account", "scenario_id", "missing_rates",
        "missing_in_head", "start_on", "previewed_on", "is_started")
    def _compute_progress(self):
        for setup in self:
            steps = (
                setup.manager_id, setup.has_mail_server, setup.has_bank_account,
                not setup.missing_in_head, not setup.missing_rates, setup.scenario_id,
                setup.start_on, setup.previewed_on, setup.is_started)
            setup.progress = self.env._(
                "%(done)s of %(all)s done", done=sum(map(bool, steps)), all=len(steps))

    @api.depends_context("lang", "uid")
    @api.depends("previewed_on", "previewed_by_id")
    def _compute_preview(self):
        lines = self.env["collection.setup.line"]
        for setup in self:
            day = setup._get_first_day()
            rows = lines._summarize(setup, day)
            count = sum(row["unreachable"] for row in rows)
            setup.unreachable = bool(count) and self.env._(
                "Would reach nobody, as an address is missing: %(count)s", count=count)
            shown = rows or setup.previewed_by_id == self.env.user  # lines are a user's own
            setup.preview = shown and self.env["ir.qweb"]._render(
                "account_collection.setup_preview", {
                    "rows": rows, "total": lines._total(setup, rows),
                    "problem": setup.missing_exchange,
                    "is_today": day == setup.company_id._get_collection_day(),
                    "format": setup.currency_id.format})

    @api.depends_context("lang")
    @api.depends("trial_id", "scenario_id")
    def _compute_trial(self):
        for setup in self:
            first = self.env["collection.setup.line"]._try(setup._origin, setup.trial_id)
            setup.trial_note, setup.trial_subject, setup.trial_page = first

    @api.onchange("scenario_id")
    def _onchange_scenario_id(self):
        """A scenario that is there has its answers already."""
        if self.scenario_id:
            self.update(self._get_answers())

    @api.onchange("sequence_customer_id")
    def _onchange_sequence_customer_id(self):
        """A company is not invited to an interview about its rent."""
        customer = self.sequence_customer_id._origin.with_company(self.company_id)
        if customer:
            self.tree = TREES[customer._get_collection_debtor_kinds()[customer.id]]

    def _get_answers(self):
        """:return: dict of the answers that the scenario has"""
        scenario = self.scenario_id
        return {
            "minimum_amount": scenario.minimum_amount, "net_credits": scenario.net_credits,
            "calendar_id": scenario.calendar_id,
            "old_debts": AT_THEIR_AGE if scenario.entry == ladder.CONTEXTUAL else FROM_FIRST}

    # === CONSTRAINTS === #

    @api.constrains("old_debts", "old_until", "start_on")
    def _check_old_until(self):
        for setup in self:
            if setup.old_debts == WAIT and not setup.old_until:
                raise ValidationError(self.env._("Say until which day old debts are left alone."))

    # === OPENING === #

    @api.model
    def _get_setup(self):
        """Whoever sets up a company is proposed as its credit manager; where messages leave
        already, looking changes nothing.

        :return: the set-up of the current company, made where there is none yet
        :raise AccessError: the user is no collection manager of it
        """
        company = self.env.company
        company._check_collection_manager()
        found = self.search([("company_id", "=", company.id)])
        if found:
            return found
        if company._chases_by_hand():  # a look at the page does not silence it
            company.sudo().collection_started_on = company._get_collection_day()
        vals = {"company_id": company.id}
        if not company._is_collection_started() and not company.sudo().collection_manager_id:
            vals["manager_id"] = self.env.uid
        return self.create(vals)

    @api.model
    def _open(self):
        """:return: window action on the set-up page of the current company"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_setup_action")
        return {**action, "res_id": self._get_setup().id}

    # === STEPS === #

    def action_test_mail(self):
        """Send the user an e-mail.

        :return: notification
        :raise UserError: there is no mail server, the user has no address, or it did not leave
        """
        self.ensure_one()
        self.company_id._check_collection_manager()
        address = self.env.user.email_formatted
        if not self.has_mail_server:
            raise UserError(self.env._(
                "There is no outgoing mail server: an administrator enters one in Settings > "
                "Technical > Outgoing Mail Servers. Messages are kept until then."))
        if not email_normalize(address or ""):
            raise UserError(self.env._(
                "You have no e-mail address: enter one in your preferences."))
        mail = self.env["mail.mail"].sudo().create({
            "subject": self.env._("Test of reminders"), "email_to": address,
            "email_from": self.sender or address, "auto_delete": False,
            "body_html": self.env._("Reminders of %(company)s will leave like this message.",
                                    company=self.company_id.name)})
        mail.send()
        if mail.state != "sent":
            raise UserError(self.env._(
                "It did not leave: %(reason)s", reason=mail.failure_reason or mail.state))
        return notify(self.env._("Sent to %(address)s: look into your inbox.", address=address))

    def action_open_bank_accounts(self):
        """:return: window action on the bank accounts of the company"""
        self.ensure_one()
        partner = self.company_id.partner_id
        return {
            "type": "ir.actions.act_window", "name": self.env._("Bank accounts"),
            "res_model": "res.partner.bank", "views": [(False, "list"), (False, "form")],
            "domain": [("partner_id", "=", partner.id)],
            "context": {"default_partner_id": partner.id},
        }

    def action_open_head(self) -> ClientAction:
        """:return: window action on the company's contact, from which letters take their head"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner",
            "name": self.company_id.name, "views": [(False, "form")],
            "res_id": self.company_id.partner_id.id,
        }

    def action_enter_rates(self):
        """Enter the rates of the current semester: for professionals and for public buyers.

        :return: notification
        :raise UserError: a rate is missing, or how many points the law adds is not known
        """
        self.ensure_one()
        self.company_id._check_collection_manager()
        if not (self.reference_rate and self.legal_rate):
            raise UserError(self.env._(
                "Enter the ECB's rate and the legal rate as their pages show them; they are never "
                "guessed."))
        start, end = get_semester(self.company_id._get_collection_day())
        rows = self.env["collection.penalty.rate"].create([{
            "regime": regime, "date_from": start, "date_to": end,
            "reference_rate": self.reference_rate, "company_id": self.company_id.id,
            "legal_rate": self.legal_rate if regime == "business" else 0,
        } for regime in ("business", "public")])
        if not all(rows.mapped("points")):
            raise UserError(self.env._(
                "No earlier rate says how many points the law adds to the ECB's: enter them with "
                "the rates under Penalty rates."))
        return notify(self.env._("Entered."), then=RELOAD)

    def action_launch_sequence(self):
        """Load an example tree, and propose it for a customer: the first sequence.

        Whoever answers for the collection stands in for colleagues of the tree that nobody is
        named for yet.

        :return: window action on the launch dialog
        :raise UserError: no customer or no example is chosen
        """
        self.ensure_one()
        self.company_id._check_collection_manager()
        if not self.sequence_customer_id or not self.tree:
            raise UserError(self.env._("Choose a customer and an example for its sequence."))
        template = self.env["collection.library"]._load(
            [self.tree], company=self.company_id)[self.tree][:1]
        free = template.function_ids.filtered(lambda function: (
            function.kind == "internal" and not function.default_user_id))
        free.default_user_id = self.manager_id or self.env.user
        dialog = self.sequence_customer_id.action_launch_collection_sequence()
        return {**dialog, "context": {
            **dialog["context"], "default_template_id": template.id}}

    def action_open_takeover(self):
        """:return: window action on what was found in the company's ledger"""
        return self.env["collection.takeover.line"]._open(self.company_id)

    def action_load_example(self):
        """Load the example scenario that was chosen, unless it is there.

        :return: notification
        :raise UserError: no example is chosen
        """
        self.ensure_one()
        self._load_example()
        return RELOAD

    def _load_example(self):
        self.company_id._check_collection_manager()
        if not self.example:
            raise UserError(self.env._("Choose a scenario, or an example to start from."))
        found = self.env["collection.library"]._load([self.example], company=self.company_id)
        scenario = found[self.example][:1]
        # what was answered before stays, in the scenario's currency where there is a rate
        rates = scenario._get_exchange_rates(scenario.currency_id, self.company_id.sudo())
        self.update({
            "scenario_id": scenario,
            "minimum_amount": 0 if None in rates.values() else self.currency_id._convert(
                self.minimum_amount, scenario.currency_id, self.company_id,
                self.company_id._get_collection_day())})
        self.update({
            name: value for name, value in self._get_answers().items() if not self[name]})


def get_semester(day):
    """:param date day: any day
    :return: (date, date): first and last day of the half-year around it"""
    start = day.replace(month=1 if day.month < 7 else 7, day=1)
    return start, start + relativedelta(months=6, days=-1)
