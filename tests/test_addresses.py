from odoo.tests import HttpCase, tagged

from .common import CollectionCase, load_migration

#: Which action had which address in the browser in 19.0.5.0.0.
FORMER = {
    "collection-action-templates": "collection_action_template_action",
    "collection-actions": "collection_action_action",
    "collection-aged-balance": "collection_debtor_action_pivot",
    "collection-answers": "collection_answer_action",
    "collection-assignment-problems": "collection_action_assignment_action",
    "collection-customers": "res_partner_action_collection",
    "collection-deadlines": "collection_deadline_action",
    "collection-debtors": "collection_debtor_action",
    "collection-dispute-reasons": "collection_dispute_reason_action",
    "collection-disputes": "collection_dispute_action",
    "collection-document-messages": "collection_document_notice_action",
    "collection-document-requests": "collection_document_request_action",
    "collection-document-templates": "collection_document_template_action",
    "collection-documents": "collection_document_item_action",
    "collection-documents-to-review": "collection_document_item_review_action",
    "collection-functions": "collection_function_action",
    "collection-groups": "collection_group_action",
    "collection-history": "collection_history_action",
    "collection-item-statuses": "collection_item_status_action",
    "collection-items": "collection_item_action",
    "collection-kept-out": "collection_item_kept_out_action",
    "collection-labels": "collection_label_action",
    "collection-left-out": "collection_item_left_out_action",
    "collection-letters": "collection_dispatch_letter_action",
    "collection-links": "collection_link_action",
    "collection-options": "collection_action_option_action",
    "collection-promises": "collection_promise_action",
    "collection-rates": "collection_penalty_rate_action",
    "collection-replies": "collection_reply_action",
    "collection-rules": "collection_assignment_rule_action",
    "collection-runs": "collection_assignment_run_action",
    "collection-scenarios": "collection_scenario_action",
    "collection-sent": "collection_dispatch_action",
    "collection-sequences": "collection_sequence_action",
    "collection-settings": "res_config_settings_action",
    "collection-templates": "collection_sequence_template_action",
    "collection-to-assign": "res_partner_action_to_assign",
    "collection-truces": "collection_truce_action",
    "collection-work": "collection_debtor_action_work",
    "my-collection-actions": "collection_action_my_action",
}


@tagged("post_install", "-at_install")
class TestAddresses(CollectionCase):
    """An address in the browser is one action's in the database, during an upgrade, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scripts = [load_migration(f"{version}/pre-addresses")
                       for version in ("19.0.6.0.0", "19.0.10.0.0")]

    def test_what_another_action_has_now_is_let_go_of_first(self):
        """Or the database refuses the new action, and no database could be upgraded."""
        actions = self.env["ir.actions.actions"].search([("path", "in", list(FORMER))])
        moved = set()
        for action in actions:
            name = FORMER[action.path]
            former = self.env.ref(f"account_collection.{name}", raise_if_not_found=False)
            moved |= set() if former and former.id == action.id else {(name, action.path)}
        self.assertEqual(moved, {pair for script in self.scripts for pair in script.MOVED})

    def test_only_the_former_action_lets_go(self):
        """Also where an upgrade that failed later is run again."""
        for script in self.scripts:
            with self.subTest(script.__name__):
                self.check_letting_go(script)

    def check_letting_go(self, script):
        [(name, path)] = script.MOVED
        present = self.env["ir.actions.actions"].search([("path", "=", path)])
        script.migrate(self.env.cr, "19.0.5.0.0")
        self.env.invalidate_all()
        self.assertEqual(present.path, path)
        self.env[present.type].browse(present.id).path = False
        self.env.flush_all()
        former = self.env["ir.actions.act_window"].create(
            {"name": "Former", "res_model": "res.partner", "path": path})
        self.env["ir.model.data"].create({
            "module": "account_collection", "name": name, "res_id": former.id,
            "model": former._name})
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.5.0.0")
        self.env.invalidate_all()
        self.assertFalse(former.path)


@tagged("post_install", "-at_install")
class TestMenusOfAddresses(CollectionCase, HttpCase):
    """An address that is opened in a new tab."""

    moment = None  # a browser's clock cannot be frozen

    def check_menus(self, address, shown, login="collector"):
        """Open an address in a new tab, and wait for the menus above what it shows."""
        self.browser_js(
            address, "console.log('test successful')", login=login,
            ready=f"""Boolean(document.querySelector("{shown}") && document.querySelector(
                ".o_menu_sections [data-menu-xmlid='account_collection.menu_collection_debtors']"))
            """)

    def test_what_a_menu_opens_through_a_dialog(self):
        """No menu has the action: the app's menus stand above it all the same."""
        self.check_menus("/odoo/collection-aged-balance", ".o_pivot_view, .o_view_nocontent")

    def test_a_record_without_an_action(self):
        """As a link in a message to a colleague opens it."""
        action = self.env["collection.action"].with_user(self.collector).create_message(
            self.customer, {"name": "Call them", "kind": "call"})
        self.check_menus(f"/odoo/collection.action/{action.id}", ".o_form_view")

    def test_the_settings(self):
        """Issue 17: a manager without system rights has them, over the work list."""
        self.assertFalse(self.manager.has_group("base.group_system"))
        self.check_menus(
            "/odoo/collection-settings", ".modal [name='collection_manager_id']", login="manager")
