"""The cron that brings actions to their day goes in batches; unless somebody has changed it."""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        UPDATE ir_act_server AS server SET code = 'model._bring_all_to_day()'
          FROM ir_model_data AS data JOIN ir_cron AS cron ON cron.id = data.res_id
         WHERE data.module = 'account_collection' AND data.name = 'cron_bring_to_day'
           AND data.model = 'ir.cron' AND server.id = cron.ir_actions_server_id
           AND server.code = 'model._bring_to_day()'
    """)
