"""Insolvency is a fact of the customer: the first day known in any company holds in all of them.
Branches claim what their root company's terms say."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    keep_first_insolvency(cr)
    if column_exists(cr, "res_company", "collection_penalty_regime"):
        cr.execute("""
            UPDATE res_company AS branch
               SET collection_penalty_regime = root.collection_penalty_regime
              FROM res_company AS root
             WHERE branch.parent_id IS NOT NULL
               AND root.id = split_part(branch.parent_path, '/', 1)::int
        """)


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
