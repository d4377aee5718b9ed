"""To-do activities that the module gives to colleagues, many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel
    from odoo.tools.translate import LazyGettext


@dataclass(frozen=True, slots=True)
class ToDo:
    """What somebody has to do today.

    :ivar about: the record on which it is
    :ivar user: the ``res.users`` who has to; empty: nobody
    :ivar company: the ``res.company`` whose day today is
    :ivar summary: what there is to do, said in the user's language
    :ivar note: more of it, in the user's language already
    """

    about: BaseModel
    user: BaseModel
    company: BaseModel
    summary: LazyGettext
    note: str = ""


def hand_out(env: Environment, tasks: Iterable[ToDo]) -> None:
    """Give each user the activity on its record, in one go.

    :param env: with the rights to create them
    """
    kind = env.ref("mail.mail_activity_data_todo")
    env["mail.activity"].with_context(mail_activity_quick_update=True).create([{
        "res_model_id": env["ir.model"]._get_id(task.about._name), "res_id": task.about.id,
        "activity_type_id": kind.id, "user_id": task.user.id,
        "date_deadline": task.company._get_collection_day(),
        "summary": env(context={**env.context, "lang": task.user.lang})._(task.summary),
        "note": task.note} for task in tasks if task.user])
