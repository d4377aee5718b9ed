from odoo import fields
from odoo.tests import tagged

from .accessibility import AccessibilityCase
from .common import CollectionCase, action, event_row, row, step

#: What Odoo's web client itself leaves open, on any screen whatever shows on it.
CORE = (
    ("html-has-lang", "html"),  # its page names no language
    ("meta-viewport", "meta"),  # nor lets it be enlarged with two fingers
    ("*", ".o_main_navbar"),  # menus within buttons and buttons within menus
    ("*", ".o_cp_searchview"),  # search box, facets and their icons
    ("*", ".o-mail-Chatter"),  # messages: avatars, icons, grey hours
    ("button-name", ".o_search_panel, .o_search_panel_sidebar"),  # folding and unfolding
    ("label", ".o_search_panel"),  # boxes of its filters
    ("label", ".o_list_record_selector"),  # ticking a row
    ("button-name", ".o_optional_columns_dropdown"),
    ("button-name", ".o_control_panel"),  # icons of the pager, of views, of a telephone
    ("image-alt", ".o_m2o_avatar, .o_avatar"),
    ("color-contrast", ".o_field_badge"),  # white on turquoise
    ("color-contrast", "tr.text-muted"),  # grey on a striped row
    ("aria-required-parent", ".o_notebook_headers"),  # tabs that no list of tabs holds
    ("aria-allowed-attr", ".o_tag, .o-autocomplete--input"),
    ("aria-allowed-attr", ".o_form_view .o-dropdown:not(button)"),  # how an address is shown
    ("autocomplete-valid", ".o_select_menu_input"),
    ("color-contrast", ".o_form_label, .o_td_label, .o_wrap_label"),  # labels on a telephone
    ("color-contrast", ".o_loading_indicator"),
    ("role-img-alt", ".o-mail-ActivityButton"),
    # the search panel as a telephone shows it: its menus, and what scrolls
    ("aria-allowed-attr", ".o-dropdown-caret"),
    ("scrollable-region-focusable", ".o_component_with_search_panel"),
)


#: Of a list, or of the cards that a telephone opens with.
ROWS = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"


def shown(selector):
    """:return: JavaScript that holds once something is there and nothing is being loaded"""
    return (f"document.querySelector({selector!r})"
            " && !document.querySelector('.o_loading_indicator, .o_collection_head_waiting')"
            " && !document.querySelector('.o_bottom_sheet, .o-dropdown--menu')")


def press(button, then):
    """:return: JavaScript that presses a button once, and holds once what it opens is there"""
    return (f"({shown(then)}) || (window.pressed || (document.querySelector({button!r})"
            f" && (document.querySelector({button!r}).click(), window.pressed = true)), false)")


@tagged("post_install", "-at_install")
class TestDeskAccessibility(AccessibilityCase, CollectionCase):
    """The collector's own screens (WCAG 2.2 AA), on a telephone and on a desktop."""

    moment = None  # a browser's clock cannot be frozen
    known = CORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+33 1 23 45 67 89"
        for days in (5, 40):
            cls.make_invoice(
                cls.customer, 300, due=fields.Date.subtract(fields.Date.today(), days=days))
        cls.env["collection.debtor"]._rebuild(cls.customer)
        cls.env["collection.action"].with_user(cls.collector).create_message(
            cls.customer, {"name": "Call them", "kind": "call"})

    def check(self, url, prepare):
        self.assert_accessible(url, login="collector", prepare=prepare)

    def test_the_work_list(self):
        """The first screen: the list, its piles, priorities; cards on a telephone."""
        self.check("/odoo/collection-work", shown(ROWS))

    def test_the_agenda(self):
        """My actions."""
        self.check("/odoo/my-collection-actions", shown(ROWS))

    def test_the_customer(self):
        """The page before a call, and the statement below it."""
        self.check(f"/odoo/collection-customers/{self.customer.id}", shown(".o_collection_head"))

    def test_the_call_dialog(self):
        """With a promise and a dispute in it."""
        self.check(f"/odoo/collection-customers/{self.customer.id}", press(
            ".o_collection_head [name=action_log_call]", ".o_collection_call [name=result] input"))

    def test_the_inbox(self):
        """Replies: the list, and one of them."""
        reply = self.env["collection.reply"]._receive([{
            "key": "mail", "source": "email", "customer_id": self.customer.id,
            "company_id": self.company.id, "partner_id": self.customer.id,
            "subject": "Your reminder", "text": "I pay on Friday"}])
        self.check("/odoo/collection-replies", shown(ROWS))
        self.check(f"/odoo/collection-replies/{reply.id}", shown(".o_form_view [name=text]"))

    def test_a_sequence(self):
        """Its path, what waits, what may be noted."""
        sequence = self.launch(self.make_template("AXE", [
            step("check", [action("file")], [
                event_row("end", "manual", event_name="Keys returned"), row("judge")]),
            step("judge", [action("verdict")], [row("end")])]))
        self.check(f"/odoo/collection-sequences/{sequence.id}", shown(".o_collection_path"))
