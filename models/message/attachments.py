"""The invoices and statements that go along with the messages of many actions.

What was sent before is taken as it was sent; the rest is printed together, and not stored.
"""

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
    :return: dict of :class:`~.message.MessageFile`, in a list, by action id
    """
    actions = actions.filtered("attach_statement")
    sheets, names = [], []
    for action in actions:
        own, customer = data[action.id], action.customer_id
        items = own.account
        if action.company_id.collection_statement_paid_late:
            items |= own.paid_late
        sheets.append(customer._prepare_statement_sheet(
            action.company_id, items, own.day, own.claims, own.instalments, own.lang,
            own.recipient))
        names.append(f"{customer._get_statement_filename(own.day, own.lang)}.pdf")
    pdfs = actions.env["collection.print"]._print_sheets(sheets)
    return {
        action.id: [MessageFile(name, pdf)] for action, name, pdf in zip(actions, names, pdfs)}
