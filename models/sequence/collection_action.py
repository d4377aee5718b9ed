from odoo import fields, models
from odoo.tools import SQL


class CollectionAction(models.Model):
    """What sequences add to the actions that they ask for."""

    _inherit = "collection.action"

    visit_label = fields.Char(
        related="visit_id.display_name", string="Step entered",
        help="What stands above its rows, where actions are shown by steps.")

    def _get_launched_sequence(self):
        return self.sequence_id

    def _copy_wording(self):
        """Copy the texts of their contents in every language, as they are now.

        Colleagues of several languages share an action; each reads it in the own one.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE collection_action AS action
               SET name = content.name, description = content.description,
                   subject = content.subject, body = content.body
              FROM collection_sequence_content AS content
             WHERE content.id = action.content_id AND action.id IN %s
            """, tuple(self.ids)))
        self.invalidate_recordset(["name", "description", "subject", "body"])

    def _write_moved(self, entry):
        """Move the deadline, and after a pause also the day that it falls on.

        :param entry: the engine's :class:`ActionMoved`
        """
        self.write({"deadline": entry.due, "moved_on": entry.on})
        if entry.date:
            day = fields.Date.to_date(entry.date)
            is_coming = day > self.company_id._get_collection_day()
            self.write({"date": day, "state": "scheduled" if is_coming else "todo"})
            self._move_activities()

    def action_open_sequence(self):
        """:return: window action on the sequence that asks for this action"""
        self.ensure_one()
        return self.sequence_id.action_open()
