"""A promise knows the day on which it was made: figures of a past day count it from then on."""


def migrate(cr, version):
    cr.execute("ALTER TABLE collection_promise ADD COLUMN IF NOT EXISTS made_on date")
    cr.execute("""
        UPDATE collection_promise AS promise
           SET made_on = (promise.create_date AT TIME ZONE 'UTC'
                          AT TIME ZONE COALESCE(calendar.tz, partner.tz, 'UTC'))::date
          FROM res_company AS company
          JOIN res_partner AS partner ON partner.id = company.partner_id
     LEFT JOIN resource_calendar AS calendar ON calendar.id = company.resource_calendar_id
         WHERE company.id = promise.company_id AND promise.made_on IS NULL""")
