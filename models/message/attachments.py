"""The invoices and statements that go along with the messages of many actions.

What was sent before is taken as it was sent; the rest is printed together, and not stored.
"""

from ...tools.workbook import write_workbook
from ..statement.documents import (
    ACTIVITY,
    BOTH,
    PDF,
    XLSX,
    XLSX_TYPE,
    OpenStatement,
    name_activity,
    name_open_statement,
    read_activity,
)
from .message import MessageFile


def get_invoice_files(actions, data):
    """The invoices that messages are about, where their actions join them.

    :param actions: ``collection.action`` of one company
    :param dict data: :class:`~.message.MessageData` by action id
    :return: dict of lists of :class:`~.message.MessageFile` by action id
    """
    actions = actions.filtered("attach_invoices")
    moves = actions.env["account.move"].sudo().union(*(
        data[action.id].items.move_id for action in actions)).filtered(
            lambda move: move.is_sale_document())
    printed = moves._get_collection_pdfs()
    return {
        action.id: [printed[move.id] for move in data[action.id].items.move_id & moves]
        for action in actions}


def get_statement_files(actions, data):
    """The statements of account of messages, where their actions join them.

    :param actions: ``collection.action`` of one company
    :param dict data: :class:`~.message.MessageData` by action id
    :return: dict of lists of :class:`~.message.MessageFile` by action id
    """
    statements = _read_statements(actions.filtered("attach_statement"), data)
    files = {action.id: [] for action in statements}
    printed = [action for action in statements if action.statement_format != XLSX]
    pdfs = actions.env["collection.print"]._print_sheets([
        statements[action].prepare_sheet(data[action.id].lang, data[action.id].recipient)
        for action in printed])
    for action, pdf in zip(printed, pdfs):
        name = statements[action].get_name(data[action.id].lang)
        files[action.id].append(MessageFile(f"{name}.pdf", pdf))
    for action, statement in statements.items():
        if action.statement_format in (XLSX, BOTH):
            lang = data[action.id].lang
            files[action.id].append(MessageFile(
                f"{statement.get_name(lang)}.xlsx",
                write_workbook([statement.prepare_page(lang)]), XLSX_TYPE))
    return files


def _read_statements(actions, data):
    """:return: dict of statements, see :mod:`~..statement.documents`, by action"""
    found = {}
    for (company, since, until), group in actions.filtered(
            lambda action: action.statement_kind == ACTIVITY).grouped(lambda action: (
                action.company_id, action.statement_since, action.statement_until)).items():
        read = read_activity(group.customer_id, company, since, until)
        found |= {action: read[action.customer_id.id] for action in group}
    for action in actions.filtered(lambda action: action.statement_kind != ACTIVITY):
        own, items = data[action.id], data[action.id].account
        if action.company_id.collection_statement_paid_late:
            items |= own.paid_late
        found[action] = OpenStatement(
            action.customer_id, action.company_id, items, own.day, own.claims, own.instalments)
    return {action: found[action] for action in actions}


def name_statement_files(action, lang):
    """:param action: ``collection.action``
    :return: list of str, the names of the files that :func:`get_statement_files` would make"""
    if not action.attach_statement:
        return []
    if action.statement_kind == ACTIVITY:
        name = name_activity(action.env, action.statement_since, action.statement_until, lang)
    else:
        name = name_open_statement(action.env, action.company_id._get_collection_day(), lang)
    endings = {XLSX: (XLSX,), BOTH: (PDF, XLSX)}.get(action.statement_format, (PDF,))
    return [f"{name}.{ending}" for ending in endings]
