"""What a payment plan says: its terms, the text that is offered, the message, and its paper."""

import logging

from markupsafe import Markup
from reportlab.graphics.renderPM import RenderPMError
from werkzeug.exceptions import HTTPException

from odoo.tools import format_amount, format_date, plaintext2html

from ...tools.page_numbers import number_pages
from ..action.channels import get_channel

_logger = logging.getLogger(__name__)

#: Characters of a transfer's reference at most, in a QR code of SEPA.
MOST_REFERENCE = 140


def propose_terms(plan, amount, currency, days):
    """The terms that are proposed; a person may change them before the plan is offered.

    :param plan: ``collection.payment.plan``, or a dialog that has its customer, company and lang
    :param float amount: of the whole plan
    :param int days: of default
    :return: str, a line each, in the plan's language
    """
    env = plan.with_context(lang=plan.lang).env
    _ = env._
    customer = plan.customer_id._origin.sudo().with_company(plan.company_id)
    is_consumer = customer._get_collection_debtor_kinds().get(customer.id) == "consumer"
    costs = _("No costs are added for this plan.") if is_consumer else _(
        "Late-payment interest, indemnities and costs that the law gives the creditor are not "
        "part of this plan; they stay reserved.")
    return "\n".join((
        _("The debtor recognises the debt of %(amount)s that is listed above.",
          amount=format_amount(env, amount, currency)),
        _("Each instalment is on the creditor's account by its day at the latest."),
        _("If one instalment is unpaid 1 day after its day, this plan ends by right, without any "
          "formality, and all that is still owed is due at once.") if days == 1 else
        _("If one instalment is unpaid %(days)s days after its day, this plan ends by right, "
          "without any formality, and all that is still owed is due at once.", days=days),
        _("This plan is no novation: the debt, its securities and the creditor's rights stay as "
          "they are. As long as it is kept, no further step is taken for this debt."),
        costs))


def render(plan, terms):
    """:param str terms: a line each
    :return: ``Markup``, the text that is offered, in the plan's language"""
    plan = plan.with_context(lang=plan.lang)
    env, statement = plan.env, plan.env["collection.statement"]
    items = plan.item_ids.sorted(lambda item: (item._get_collection_due(), item.id))
    labels = statement._get_labels(items, statement._get_instalments(items))
    return Markup(env["ir.qweb"]._render("account_collection.collection_payment_plan_text", {
        "plan": plan, "name": plan._get_name(),
        "day": format_date(env, plan.offered_on, date_format="long"),
        "until": env._("This offer stands until %(day)s.", day=format_date(
            env, plan.valid_until, date_format="long")),
        "items": statement._get_lines(items, plan.offered_on, labels),
        "total": statement._format_amount(plan.amount, plan.currency_id),
        "instalments": [
            (labels.date(line.date), statement._format_amount(line.amount, plan.currency_id))
            for line in plan.line_ids.sorted("date")],
        "terms": [line.strip() for line in terms.splitlines() if line.strip()],
    }, minimal_qcontext=True).strip())


def prepare_message_vals(plan, channel):
    """:param str channel: code of the one by which it leaves
    :return: dict of the message that offers a plan, in the language of the context"""
    _ = plan.env._
    text = _(
        "Hello,\nYou find enclosed a plan to pay your debt in instalments. If it suits you, sign "
        "it by %(until)s and send it back to us. If it does not, tell us what would.\n"
        "Kind regards,",
        until=format_date(plan.env, plan.valid_until, date_format="long"),
    ) if get_channel(channel).is_posted else _(
        "Hello,\nYou find attached a plan to pay your debt in instalments. Read it, and accept it "
        "by %(until)s on your personal page: #portal_link\nIf it does not suit you, tell us there "
        "what would.\nKind regards,\n#collector_name",
        until=format_date(plan.env, plan.valid_until, date_format="long"))
    return {
        "name": _("Payment plan"), "kind": channel, "body": plaintext2html(text),
        "subject": _("Payment plan for your account with #company_name")}


def get_filename(plan):
    """:return: str, name of the PDF, in the language of the context"""
    return plan.env._("Payment plan %(number)s.pdf", number=plan.id)


def print_plan(plan):
    """:return: bytes, the plan as a PDF in its own language, accepted or to be signed"""
    plan = plan.sudo().with_context(lang=plan.lang)
    prints = plan.env["collection.print"]
    [pdf] = prints._print_sheets([prints._prepare_sheet(
        "account_collection.collection_payment_plan_sheet", plan.company_id, plan.lang,
        plan.partner_id, plan.offered_on, customer=plan.customer_id, plan=plan,
        accepted=describe_acceptance(plan), payment=prepare_payment(plan))])
    return number_pages(pdf, f"{plan.company_id.name} · {plan._get_name()}")


def prepare_payment(plan):
    """How the next instalment is paid with a telephone: as on the company's invoices, where it
    wants a QR code on them.

    :param plan: ``collection.payment.plan``, in superuser mode
    :return: dict of ``code`` (a picture as a ``data:`` address) and ``due`` (how much by when, in
        the language of the context); None where the code is not wanted, no account takes it,
        nothing is to be paid, or it cannot be drawn here
    """
    items = plan.item_ids.sorted(lambda item: (item._get_collection_due(), item.id))
    moves = items.move_id
    due = plan._get_next_instalment() if plan.state == "accepted" else (
        plan.line_ids.sorted("date")[:1] if plan.state == "offered" else plan.line_ids[:0])
    # of what the company owes, and of entries, the account is the debtor's own; invoices that are
    # older than the company's account bear none, and letters name this one for them
    account = moves.filtered(lambda move: move.is_inbound()).partner_bank_id[:1] or (
        plan.company_id.partner_id.bank_ids[:1])
    if not plan.company_id.qr_code or not due or not account:
        return None
    names = " ".join(move.payment_reference or move.name for move in moves)
    try:
        code = account.build_qr_code_base64(
            due.amount, names[:MOST_REFERENCE], moves.payment_reference if len(moves) == 1 else "",
            plan.currency_id, plan.customer_id)
    except (HTTPException, RenderPMError) as error:  # the plan is to be had without it, too
        _logger.warning("%s has no QR code: %s", plan, error)
        return None
    return {"code": code, "due": describe_due(due)} if code else None


def describe_due(instalment):
    """:param instalment: ``collection.payment.plan.line``, one at most
    :return: str, how much by when, in the language of the context; empty for none"""
    return instalment and instalment.env._(
        "%(amount)s by %(day)s", day=format_date(instalment.env, instalment.date),
        amount=format_amount(instalment.env, instalment.amount, instalment.currency_id)) or ""


def describe_acceptance(plan):
    """:return: str, who accepted it, when and how, in the language of the context; empty for
        nobody"""
    if plan.state != "accepted":
        return ""
    _, day = plan.env._, format_date(plan.env, plan.accepted_on, date_format="long")
    if plan.accepted_way == "paper":
        return _("Signed on paper by %(name)s on %(day)s.", name=plan.accepted_by, day=day)
    return _("Accepted by %(name)s on %(day)s, on the personal page.",
             name=plan.accepted_by, day=day)


def describe_default(plan):
    """:return: str, what the default clause has brought about, in the language of the context"""
    _ = plan.env._
    if plan.default_days == 1:
        return _("An instalment was unpaid 1 day after its day: the plan has ended, and all that "
                 "is still owed is due at once.")
    return _("An instalment was unpaid %(days)s days after its day: the plan has ended, and all "
             "that is still owed is due at once.", days=plan.default_days)
