"""What the pictures of the guide show: who looks where, and clicks what."""

from dataclasses import dataclass

COLLECTOR, MANAGER, ADMINISTRATOR = "camille", "helene", "admin"
CUSTOMERS = "/odoo/action-account_collection.res_partner_action_collection/"
DIALOG = ".modal-content"
DASHBOARD = "/odoo/dashboards?dashboard_id={{dashboard_{0}}}"
#: What lies above a number of a dashboard, once it is read.
DRAWN = ".o-dashboard-clickable-cell"


@dataclass(frozen=True)
class Scene:
    """A picture: `{xml id}` in its path stands for the record's number.

    :ivar steps: selectors of what is clicked, one after the other; with a text: what is typed then
    :ivar shows: selector of what must be there before the picture is taken
    :ivar before_start: it is taken while nothing leaves by itself yet
    :ivar clip: selector of the part that the picture shows, or of its first and last element;
        empty: the whole window
    """

    name: str
    login: str
    path: str
    shows: str
    steps: tuple[str | tuple[str, str], ...] = ()
    clip: str = ""
    height: int = 700
    width: int = 1200
    before_start: bool = False


def get_tab(name):
    """The selector of a tab of a form."""
    return f".o_notebook .nav-link[name={name}]"


SCENES = (
    Scene("work-list", COLLECTOR, "/odoo/collection-home", ".o_data_row", height=480,
          width=1500),
    Scene("customer-head", COLLECTOR, CUSTOMERS + "{demo_customer_moreau}",
          ".o_collection_head", clip=".o_collection_head"),
    Scene("call", COLLECTOR, CUSTOMERS + "{demo_customer_mercier}",
          f"{DIALOG} .o_field_widget[name=promise_date]",
          (".o_collection_head button[name=action_log_call]",
           f"{DIALOG} .o_field_widget[name=promises] input"), DIALOG, height=900),
    Scene("promise", COLLECTOR, CUSTOMERS + "{demo_customer_mercier}",
          f"{DIALOG} .o_field_widget[name=promise_date]",
          (".o_collection_head button[name=action_promise]",), DIALOG),
    Scene("replies", COLLECTOR, "/odoo/collection-replies", ".o_data_row", height=340,
          width=1500),
    Scene("next-message", COLLECTOR, CUSTOMERS + "{demo_customer_mercier}",
          "[name=collection_next_action_ids] .o_kanban_record", (get_tab("collection"),),
          ".o_notebook", height=900),
    Scene("launch", COLLECTOR, CUSTOMERS + "{demo_customer_dumont}",
          f"{DIALOG} button[name=action_launch]",
          (get_tab("collection_sequences"), "button[name=action_launch_collection_sequence]",
           (f"{DIALOG} .o_field_widget[name=template_id] input", "CTX"),
           ".o-autocomplete--dropdown-item a"),
          DIALOG, height=1480),
    Scene("sequence-picture", COLLECTOR, CUSTOMERS + "{demo_customer_nadia}",
          ".o_form_view .o_field_collection_picture svg",
          (get_tab("collection_sequences"),
           "[name=collection_sequence_ids] .o_data_cell[name=template_id]",
           get_tab("picture")), ".o_notebook", height=1100),
    Scene("review", COLLECTOR, "/odoo/collection-documents-to-review",
          ".o_attachment_preview iframe",
          (".o_kanban_record:not(.o_kanban_ghost)",), height=720, width=1500),
    Scene("set-up", MANAGER, "/odoo/collection-setup", ".o_collection_setup_preview table",
          ("button[name=action_preview]",), height=1300, before_start=True),
    Scene("library", MANAGER, "/odoo/collection-library", ".o_kanban_record", height=760),
    Scene("scenario", MANAGER, CUSTOMERS + "{demo_customer_mercier}",
          ".o_collection_ladder .o_data_row",
          (get_tab("collection"), "[name=collection_scenario_id] .o_external_button"),
          height=1050),
    Scene("rules", MANAGER,
          "/odoo/action-account_collection.collection_assignment_rule_action", ".o_data_row",
          height=600, width=1500),
    Scene("template", MANAGER, "/odoo/collection-templates/{example_template_conv}",
          ".o_form_view .o_field_collection_picture svg", (get_tab("picture"),), ".o_notebook",
          height=1100),
    Scene("figures", MANAGER, "/odoo/collection-figures", ".o_field_widget[name=dso_balance]",
          height=1150),
    Scene("aged-balance", MANAGER, "/odoo/collection-aged-balance", ".o_pivot td", height=760),
    Scene("dashboard-manager", MANAGER, DASHBOARD.format("manager"), DRAWN, height=1440,
          width=1360),
    Scene("dashboard-collector", COLLECTOR, DASHBOARD.format("collector"), DRAWN, height=900,
          width=1360),
    Scene("rights", ADMINISTRATOR, "/odoo/users/{demo_user_oliver}", ".o_form_sheet",
          height=860),
    Scene("uploads", ADMINISTRATOR, "/odoo/settings#account_collection",
          "[name=collection_clamd_address]",
          clip="h2:has(+ .o_settings_container [name=collection_clamd_address]), "
          ".o_settings_container:has([name=collection_clamd_address])"),
)
