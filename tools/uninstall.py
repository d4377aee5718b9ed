"""What is taken down before Odoo uninstalls the module and deletes, one by one, what it knows of.

Odoo leaves what something still refers to, and says so as an error; and it knows nothing of
functions, nor of what people have made of our models and fields.
"""

from __future__ import annotations

from typing import Any, Final

from odoo.tools import SQL

MODULE: Final = "account_collection"
#: The models that are ours alone, as SQL; others have something from us.
_OURS: Final = SQL(
    "SELECT model.id, model.model, replace(model.model, '.', '_') AS name"
    "  FROM ir_model AS model"
    "  JOIN ir_model_data AS data ON data.model = 'ir.model' AND data.res_id = model.id"
    " WHERE data.module = %s AND model.model LIKE %s", MODULE, "collection.%")


def take_down(env: Any) -> None:
    """Let nothing of ours hold back what goes, nor stay behind.

    :param env: the :class:`~odoo.api.Environment`, of the superuser
    """
    env.flush_all()
    _drop_functions(env)
    _drop_references(env)
    _delete_activities(env)
    _delete_searches(env)
    env.cr.execute(SQL(
        "DELETE FROM ir_config_parameter WHERE key LIKE %s", f"{MODULE}.%"))
    env.invalidate_all()


def _drop_functions(env: Any) -> None:
    """With what the triggers call go the triggers, also those on the core's tables."""
    for [function] in env.execute_query(SQL(
            "SELECT DISTINCT function.oid::regprocedure::text"
            "  FROM pg_proc AS function"
            "  JOIN (%s) AS ours ON starts_with(function.proname, ours.name || '_')"
            " WHERE function.pronamespace = current_schema()::regnamespace"
            "   AND function.prorettype = 'trigger'::regtype", _OURS)):
        env.cr.execute(SQL("DROP FUNCTION %s CASCADE", SQL(function)))


def _drop_references(env: Any) -> None:
    """What goes anyway is in the way of nothing: foreign keys from our tables, and to them."""
    for table, constraint in env.execute_query(SQL(
            "WITH ours AS (SELECT to_regclass(name) AS oid FROM (%s) AS model UNION ALL"
            "   SELECT to_regclass(relation.name) FROM ir_model_relation AS relation"
            "     JOIN ir_module_module AS module ON module.id = relation.module"
            "    WHERE module.name = %s)"
            " SELECT conrelid::regclass::text, conname FROM pg_constraint"
            "  WHERE contype = 'f' AND (conrelid IN (SELECT oid FROM ours)"
            "        OR confrelid IN (SELECT oid FROM ours))", _OURS, MODULE)):
        env.cr.execute(SQL(
            "ALTER TABLE %s DROP CONSTRAINT %s", SQL(table), SQL.identifier(constraint)))
    # those of relations have no external id, by which Odoo would find them
    env.cr.execute(SQL(
        "DELETE FROM ir_model_constraint AS known USING ir_module_module AS module"
        " WHERE module.id = known.module AND module.name = %s AND known.type = 'f'"
        "   AND NOT EXISTS (SELECT FROM ir_model_data AS data"
        "        WHERE data.model = 'ir.model.constraint' AND data.res_id = known.id)", MODULE))


def _delete_activities(env: Any) -> None:
    env.cr.execute(SQL(
        "DELETE FROM mail_activity AS activity USING ir_model_data AS data"
        " WHERE data.module = %s AND data.model = 'mail.activity.type'"
        "   AND data.res_id = activity.activity_type_id", MODULE))


def _delete_searches(env: Any) -> None:
    """Saved searches that no screen could open any more: of our models, or with our fields."""
    env.cr.execute(SQL(
        "DELETE FROM ir_filters AS search"
        " WHERE search.model_id IN (SELECT model FROM (%s) AS ours) OR EXISTS ("
        "       SELECT FROM ir_model_fields AS field"
        "         JOIN ir_model_data AS data"
        "              ON data.model = 'ir.model.fields' AND data.res_id = field.id"
        "        WHERE data.module = %s AND field.model = search.model_id"
        "          AND concat_ws(' ', search.domain, search.context, search.sort)"
        "              ~ ('\\m' || field.name || '\\M'))", _OURS, MODULE))
