"""Answers of buttons to the web client, each written once."""

from __future__ import annotations

from typing import Any, Final

#: An action of the web client, as a button returns it.
ClientAction = dict[str, Any]


def open_dialog(model: str, name: str, **context: Any) -> ClientAction:
    """Open the form of a model in a dialog.

    :param model: technical name of the (mostly transient) model
    :param name: the dialog's title, translated
    :param context: context of the dialog, as ``default_<field>`` keywords
    :return: a window action
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
RELOAD: Final[ClientAction] = {"type": "ir.actions.client", "tag": "soft_reload"}
CLOSE: Final[ClientAction] = {"type": "ir.actions.act_window_close"}


def notify(
        message: str, kind: str = "success", *, sticky: bool = False,
        then: ClientAction | None = None) -> ClientAction:
    """Show a notification.

    :param message: what happened, translated
    :param kind: ``success``, ``info``, ``warning`` or ``danger``
    :param sticky: whether it stays until the user closes it
    :param then: action that follows, for instance :data:`RELOAD` or :data:`CLOSE`
    :return: a client action
    """
    params: dict[str, Any] = {"type": kind, "message": message, "sticky": sticky}
    if then:
        params["next"] = then
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
