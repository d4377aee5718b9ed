"""Read by `odoo shell`: compile the bundles that a page asks for.

The backend, login and portal pages, the tours and the printed documents; not the
JavaScript unit tests and the rarer pages, whose bundles take as long again.
"""

SCRIPTS = ("frontend_lazy", "frontend_minimal", "tests", "web")
STYLES = ("frontend", "web", "web_print")
REPORTS = ("web.report_assets_common", "web.report_assets_pdf")

qweb = env["ir.qweb"]  # noqa: F821
for bundle in SCRIPTS:
    qweb._get_asset_bundle(f"web.assets_{bundle}", css=False).js()
for bundle in (*(f"web.assets_{style}" for style in STYLES), *REPORTS):
    qweb._get_asset_bundle(bundle, js=False).css()
env.cr.commit()  # noqa: F821
