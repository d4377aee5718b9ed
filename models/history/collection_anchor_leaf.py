from odoo import fields, models


class CollectionAnchorLeaf(models.Model):
    """The head of a history as anchors cover it: from one anchor on, until another replaced it.

    The tree of an anchor is what was there then; only histories that have grown since the anchor
    before it leave a new row. Rows are never changed, nor deleted when their history is: what is
    gone shows.
    """

    _name = "collection.anchor.leaf"
    _description = "History in an Anchor"
    _inherit = ["collection.owned"]
    _log_access = False
    _order = "anchor_id desc, key"
    _owner_fields = ("company_id",)

    anchor_id = fields.Many2one(
        "collection.anchor", required=True, readonly=True, index=True, ondelete="restrict")
    replaced_by_id = fields.Many2one(
        "collection.anchor", readonly=True, index="btree_not_null", ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    key = fields.Char(required=True, readonly=True)
    customer = fields.Integer(required=True, readonly=True)
    number = fields.Integer(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True, groups="base.group_system")

    #: read by every anchor and verification: the leaves of today
    _current_unique = models.UniqueIndex(
        "(company_id, key) WHERE replaced_by_id IS NULL",
        "A history has one head in an anchor.")

    def init(self):
        """Guard the rows: another anchor replaces them, and that is all."""
        self.env.cr.execute("""
            CREATE OR REPLACE FUNCTION collection_anchor_leaf_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND OLD.replaced_by_id IS NULL
                   AND to_jsonb(NEW) - 'replaced_by_id' = to_jsonb(OLD) - 'replaced_by_id' THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'collection_anchor_leaf is append-only';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER collection_anchor_leaf_append_only
                BEFORE UPDATE OR DELETE ON collection_anchor_leaf
                FOR EACH ROW EXECUTE FUNCTION collection_anchor_leaf_guard();
            CREATE OR REPLACE TRIGGER collection_anchor_leaf_no_truncate
                BEFORE TRUNCATE ON collection_anchor_leaf
                FOR EACH STATEMENT EXECUTE FUNCTION collection_anchor_leaf_guard();
        """)
