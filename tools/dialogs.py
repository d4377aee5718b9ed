"""Answers of buttons to the web client, each written once."""


def open_dialog(model, name, **context):
    """Open the form of a model in a dialog.

    :param str model: technical name of the (mostly transient) model
    :param str name: the dialog's title, translated
    :param context: context of the dialog, as ``default_<field>`` keywords
    :return: dict, a window action
    """
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": model,
        "views": [(False, "form")],
        "target": "new",
        "context": context,
    }


#: What may follow a notification: the page's data is loaded anew, or the dialog closes.
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}
CLOSE = {"type": "ir.actions.act_window_close"}


def notify(message, kind="success", *, sticky=False, then=None):
    """Show a notification.

    :param str message: what happened, translated
    :param str kind: ``success``, ``info``, ``warning`` or ``danger``
    :param bool sticky: whether it stays until the user closes it
    :param dict then: action that follows, for instance :data:`RELOAD` or :data:`CLOSE`
    :return: dict, a client action
    """
    params = {"type": kind, "message": message, "sticky": sticky}
    if then:
        params["next"] = then
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
