"""An address in the browser is one action's: where another one has it now, the former lets go of it
before the other is made, or the database refuses it.
"""

#: External id of the action that had an address, and the address.
MOVED = (("res_config_settings_action", "collection-settings"),)


def migrate(cr, version):
    for name, path in MOVED:
        cr.execute("""
            UPDATE ir_act_window AS action SET path = NULL
              FROM ir_model_data AS data
             WHERE data.module = 'account_collection' AND data.name = %s
               AND data.model = 'ir.actions.act_window' AND action.id = data.res_id
               AND action.path = %s
        """, [name, path])
