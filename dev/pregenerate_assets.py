"""Read by `odoo shell`: compile the bundles that pages and browser tests ask for.

Done once in a template, so that neither the first page of a new database nor each
browser test has to wait for it.
"""

env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821
env.cr.commit()  # noqa: F821
