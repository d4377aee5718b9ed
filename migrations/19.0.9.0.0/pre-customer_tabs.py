"""What views added to the tabs of a customer's form, they add to forms of their own now. The old
ones go before the form that they hung on changes; the files make those that are still there anew.
"""

VIEWS = ("res_partner_view_form_call", "res_partner_view_form_case", "res_partner_view_form_reply")


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        DELETE FROM ir_ui_view WHERE id IN (
            SELECT res_id FROM ir_model_data
             WHERE module = 'account_collection' AND model = 'ir.ui.view' AND name IN %s)
    """, [VIEWS])
    cr.execute("""
        DELETE FROM ir_model_data
         WHERE module = 'account_collection' AND model = 'ir.ui.view' AND name IN %s
    """, [VIEWS])
