"""What the library holds: one entry an example, none of which is in the database before it is asked
for.

An example is a file of ``data/library/``, or several that are read as one: records as in any data
file, in English, whose translations stand in ``i18n/``. Where the platform has one language only
(the name of a saved search, the label of a case's date, of an event noted by hand), the file has
the other one beside it, as ``name@fr``, and what is loaded is in the company's language: such a
label or event is known by its name in the sequences that run and in their histories, so it must
not differ from reader to reader.

To add one: its file, its entry here, and its terms in ``i18n/``.
"""

from dataclasses import dataclass

from odoo.exceptions import UserError
from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

#: The shelves of the gallery, in their order.
SHELVES = [
    ("scenario", "Scenarios"),
    ("template", "Sequence templates"),
    ("action", "Letters and action templates"),
    ("document", "Document templates"),
    ("rule", "Assignment rules"),
    ("basics", "Functions, statuses, rates"),
]


@dataclass(frozen=True, eq=False)
class Example:
    """An example of the library.

    :ivar key: by which other code asks for it: it stays for ever
    :ivar shelf: where the gallery shows it, one of :data:`SHELVES`
    :ivar model: what it is an example of; its files may bring other records along
    :ivar title: its name in the gallery
    :ivar summary: what it is good for, in a sentence
    :ivar requires: keys of the examples that are loaded before it
    :ivar files: names of its files, without folder and ending; by default its key
    :ivar country: code of the country whose law it follows; empty: it holds anywhere
    """

    key: str
    shelf: str
    model: str
    title: LazyGettext
    summary: LazyGettext
    requires: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    country: str = ""

    @property
    def paths(self):
        """:return: list of str, its files from the add-on's root on"""
        return [f"data/library/{name}.xml" for name in self.files or (self.key,)]


def get_examples(env, keys):
    """The examples of some keys and all that they require, each after what it requires.

    :param env: whose language a refusal is written in
    :param keys: str
    :return: list of :class:`Example`
    :raise UserError: there is no such example
    """
    found = {}
    for key in keys:
        if key not in EXAMPLES:
            raise UserError(env._(
                "There is no example called “%(key)s”. Those that there are stand under "
                "Collection > Configuration > Library of examples.", key=key))
        found |= {example.key: example for example in get_examples(env, EXAMPLES[key].requires)}
        found[key] = EXAMPLES[key]
    return list(found.values())


_LIST = (
    # scenarios
    Example(
        "scenario_companies", "scenario", "collection.scenario", _lt("Companies, standard"),
        _lt("A notice before the due date, two reminders, a formal notice with interest and "
            "indemnity, then a decision on litigation."),
        requires=("sending_window",), country="FR"),
    Example(
        "scenario_tenants", "scenario", "collection.scenario", _lt("Tenants"),
        _lt("Friendly and early, with help offered; the guarantor is informed, and after a month "
            "an interview is proposed."),
        requires=("sending_window", "functions"), country="FR"),
    Example(
        "scenario_key_accounts", "scenario", "collection.scenario", _lt("Key accounts"),
        _lt("For customers whom one calls by name: nothing leaves by itself.")),
    Example(
        "scenario_public_buyers", "scenario", "collection.scenario", _lt("Public buyers"),
        _lt("States, towns, hospitals: the invoice is traced in their portal first, interest is "
            "claimed at their rate."),
        requires=("sending_window",), country="FR"),
    Example(
        "scenario_gentle", "scenario", "collection.scenario", _lt("Gentle"),
        _lt("Two friendly messages and a call: for members, patients, occasional customers."),
        requires=("sending_window",)),
    Example(
        "scenario_not_chased", "scenario", "collection.scenario", _lt("Not chased"),
        _lt("For customers that one means not to chase, such as companies of the group.")),
    # sequence templates
    Example(
        "template_cdp", "template", "collection.sequence.template",
        _lt("Formal order to pay: residential lease"),
        _lt("From the check of the file to the return of the premises: commandement de payer, "
            "summons, judgment, eviction."),
        requires=("functions", "labels", "options", "truces", "template_resid"),
        files=("template_cdp", "template_cdp_delay", "template_cdp_court", "template_cdp_eviction",
               "template_cdp_balance"), country="FR"),
    Example(
        "template_conv", "template", "collection.sequence.template",
        _lt("Invitation to an interview"),
        _lt("Invites the tenant to talk before any proceedings; two absences lead to a "
            "decision."),
        requires=("functions", "labels", "options"), country="FR"),
    Example(
        "template_recl", "template", "collection.sequence.template", _lt("Tenant’s complaint"),
        _lt("Acknowledged, examined, decided: a credit note or a reasoned refusal."),
        requires=("functions", "labels", "options")),
    Example(
        "template_resid", "template", "collection.sequence.template",
        _lt("Residual debt of a former tenant"),
        _lt("What is still owed once the premises are returned: demand, instalments, "
            "enforcement."),
        requires=("functions", "labels", "options"), country="FR"),
    Example(
        "template_ctx", "template", "collection.sequence.template",
        _lt("Litigation between companies"),
        _lt("Formal notice, small claims, order for payment, hearing, enforcement, write-off."),
        requires=("functions", "labels", "options", "template_decl", "template_seq1"),
        files=("template_ctx", "template_ctx_order", "template_ctx_service",
               "template_ctx_execution"), country="FR"),
    Example(
        "template_decl", "template", "collection.sequence.template",
        _lt("Claim in insolvency proceedings"),
        _lt("Filed with the insolvency representative in time, or relief from foreclosure."),
        requires=("functions", "labels", "options"), country="FR"),
    Example(
        "template_seq1", "template", "collection.sequence.template", _lt("Gather the papers"),
        _lt("Asks the colleague who holds the signed papers for them, and checks them."),
        requires=("functions", "labels", "options")),
    # letters and action templates
    Example(
        "action_templates_gentle", "action", "collection.action.template",
        _lt("Letters and messages: gentle"),
        _lt("A reminder that may cross a payment: e-mail, letter, text message, call.")),
    Example(
        "action_templates_firm", "action", "collection.action.template",
        _lt("Letters and messages: firm"),
        _lt("A second reminder that names a day and what follows it."), country="FR"),
    Example(
        "action_templates_formal", "action", "collection.action.template",
        _lt("Letters and messages: formal"),
        _lt("Formal notices, to companies with interest and indemnity, to consumers without."),
        country="FR"),
    # document templates
    Example(
        "documents_rental", "document", "collection.document.template",
        _lt("Rental application"),
        _lt("Tenant and guarantor, each with the papers that the law lets you ask for."),
        requires=("functions",), country="FR"),
    Example(
        "documents_sharing", "document", "collection.document.template",
        _lt("Shared tenancy application"),
        _lt("Each co-tenant with papers of their own, which no other sees."),
        requires=("functions",), country="FR"),
    Example(
        "documents_loan", "document", "collection.document.template", _lt("Loan application"),
        _lt("Borrower and co-borrower."), requires=("functions",)),
    Example(
        "documents_business", "document", "collection.document.template",
        _lt("New business customer"),
        _lt("The director, and the assistant who gathers the company's papers."),
        requires=("functions",), country="FR"),
    Example(
        "documents_insurer", "document", "collection.document.template",
        _lt("Arrears file for the rent insurer"),
        _lt("What the insurer of unpaid rents wants to see with the declaration, and by when."),
        requires=("functions",), country="FR"),
    # assignment rules
    Example(
        "groups", "rule", "collection.group", _lt("Customer groups"),
        _lt("Professionals, tenants, public buyers: what rules sort customers into.")),
    Example(
        "searches", "rule", "ir.filters", _lt("Saved searches of customers"),
        _lt("Companies, private customers, over 500 overdue for 60 days: what rules search by.")),
    Example(
        "assignment_rules", "rule", "collection.assignment.rule", _lt("Assignment rules"),
        _lt("Customers find their group and scenario. They run when you run them, until you "
            "make them automatic."),
        requires=("groups", "searches", "scenario_companies", "scenario_tenants")),
    # what the others are made of
    Example(
        "functions", "basics", "collection.function", _lt("Functions"),
        _lt("Case manager, litigation manager, bailiff, lawyer, tenant, guarantor… Templates "
            "name functions, never people.")),
    Example(
        "options", "basics", "collection.action.option", _lt("Decisions and results"),
        _lt("Served in person, plan agreed, keys returned: the words that actions of the sequence "
            "templates are closed with.")),
    Example(
        "labels", "basics", "collection.label", _lt("Labels of sequence templates"),
        _lt("Amicable and litigation.")),
    Example(
        "truces", "basics", "collection.truce", _lt("Winter truce"),
        _lt("No eviction from 1 November to 31 March."), country="FR"),
    Example(
        "sending_window", "basics", "resource.calendar", _lt("Sending window: office hours"),
        _lt("Monday to Friday, 9 to 12 and 14 to 18: when messages may leave by themselves.")),
    Example(
        "item_statuses", "basics", "collection.item.status", _lt("Item statuses"),
        _lt("What a collector may say of an open item. They come with the installation; here "
            "those come back that were deleted.")),
    Example(
        "dispute_reasons", "basics", "collection.dispute.reason", _lt("Dispute reasons"),
        _lt("Why customers dispute what they owe. They come with the installation; here those "
            "come back that were deleted.")),
    Example(
        "penalty_rates", "basics", "collection.penalty.rate", _lt("Penalty rates"),
        _lt("Late-payment interest by semester, and the fixed indemnity. A semester that is "
            "missing stays missing: enter it yourself."), country="FR"),
    Example(
        "limitation_rules", "basics", "collection.limitation.rule", _lt("Limitation rules"),
        _lt("How long a claim may be brought before a court: dwelling lease, trade, consumer, "
            "enforceable title."), country="FR"),
    Example(
        "notice_texts", "basics", "collection.notice.text", _lt("Texts of formal notices"),
        _lt("What formal notices say of the law and of what follows, by kind of debtor. They come "
            "with the installation; here those come back that were deleted."), country="FR"),
)

#: Each example by its key.
EXAMPLES = {example.key: example for example in _LIST}
