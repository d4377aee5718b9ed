"""Insolvency is a fact of the customer: the first day known in any company holds in all of them.
Branches claim what their root company's terms say, and read what their companies have laid down."""

from odoo.tools.sql import column_exists

#: Rules that let a branch read what is of the companies above it: name of the rule, way to the
#: company. They are not updated with the module; what somebody has changed stays as it is.
SHARED = {
    "collection_sequence_template_rule_company": "company_id",
    "collection_penalty_rate_rule_company": "company_id",
    "collection_scenario_rule_company": "company_id",
    "collection_scenario_step_rule_company": "scenario_id.company_id",
    "collection_document_template_rule_company": "company_id",
    "collection_document_template_item_rule_company": "template_id.company_id",
    "collection_document_template_function_rule_company": "template_id.company_id",
    "collection_document_automation_rule_company": "template_id.company_id",
}

def migrate(cr, version):
    keep_first_insolvency(cr)
    for name, path in SHARED.items():
        open_to_branches(
            cr, name, f"[('{path}', 'in', [False, *company_ids])]",
            f"['|', ('{path}', '=', False), ('{path}', 'parent_of', company_ids)]")
    open_to_branches(
        cr, "collection_participant_rule_company", "[('company_id', 'in', company_ids)]",
        "[('company_id', 'parent_of', company_ids)]")
    if column_exists(cr, "res_company", "collection_penalty_regime"):
        cr.execute("""
            UPDATE res_company AS branch
               SET collection_penalty_regime = root.collection_penalty_regime
              FROM res_company AS root
             WHERE branch.parent_id IS NOT NULL
               AND root.id = split_part(branch.parent_path, '/', 1)::int
        """)


def open_to_branches(cr, name, old, new):
    cr.execute("""
        UPDATE ir_rule
           SET domain_force = %s, perm_write = FALSE, perm_create = FALSE, perm_unlink = FALSE
          FROM ir_model_data AS data
         WHERE data.module = 'account_collection' AND data.model = 'ir.rule' AND data.name = %s
           AND ir_rule.id = data.res_id AND ir_rule.domain_force = %s
    """, (new, name, old))


def keep_first_insolvency(cr):
    cr.execute("""
        SELECT data_type FROM information_schema.columns
         WHERE table_schema = current_schema AND table_name = 'res_partner'
           AND column_name = 'collection_insolvency_date'
    """)
    if cr.fetchone() != ("jsonb",):
        return
    # they look at the column, and are made anew with the models
    for event in ("insert", "update", "delete"):
        # pylint: disable-next=sql-injection
        cr.execute(f"DROP TRIGGER IF EXISTS collection_plan_mark_{event} ON res_partner")
    cr.execute("""
        ALTER TABLE res_partner RENAME COLUMN collection_insolvency_date TO insolvency_by_company;
        ALTER TABLE res_partner ADD COLUMN collection_insolvency_date date;
        UPDATE res_partner AS partner
           SET collection_insolvency_date = (
               SELECT min(known.value)::date
                 FROM jsonb_each_text(partner.insolvency_by_company) AS known)
         WHERE partner.insolvency_by_company IS NOT NULL;
        ALTER TABLE res_partner DROP COLUMN insolvency_by_company;
    """)
