import { registry } from "@web/core/registry";

/** M-007 to M-009: the manager searches the customers of France by clicking, saves the search. */
registry.category("web_tour.tours").add("collection_assignment_tour", {
    steps: () => [
        {
            content: "Search by country",
            trigger: ".o_searchview_input",
            run: "edit France",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Country)",
            run: "click",
        },
        { content: "It is a criterion", trigger: ".o_searchview_facet:contains(France)" },
        {
            content: "Save the search",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        { trigger: ".o_add_favorite:contains(Save current search)", run: "click" },
        { trigger: ".o_add_favorite + .o_accordion_values input[type=text]", run: "edit Customers of France" },
        { trigger: ".o_save_favorite", run: "click" },
        { content: "It is saved", trigger: ".o_searchview_facet:contains(Customers of France)" },
    ],
});

/** M-012 to M-015, M-019 to M-022: a rule of it, run; the icon on the customer's form. */
registry.category("web_tour.tours").add("collection_assignment_rule_tour", {
    steps: () => [
        { content: "Add a rule", trigger: "button[name=action_add]", run: "click" },
        {
            content: "What is assigned",
            trigger: ".modal .o_field_widget[name=scenario_id] input",
            run: "edit First",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(First)", run: "click" },
        {
            content: "To whom",
            trigger: ".modal .o_field_widget[name=filter_id] input",
            run: "edit Customers of",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(Customers of France)", run: "click" },
        { content: "Its search in words", trigger: ".modal .o_field_widget[name=filter_domain]:contains(Country)" },
        { trigger: ".modal footer button:contains(Save)", run: "click" },
        { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
        {
            content: "Run it",
            trigger: ".o_data_row:contains(Customers of France) button[name=action_open_run]",
            run: "click",
        },
        { content: "Who changes", trigger: ".modal .o_collection_run_preview tr:contains(French):contains(First)" },
        { trigger: ".modal .o_collection_run_start", run: "click" },
        { content: "It says how many", trigger: ".modal .o_collection_run_heading:contains(Done)" },
        { trigger: ".modal footer button:contains(Close):enabled", run: "click" },
        {
            content: "The customers",
            trigger: ".o_menu_sections button[data-menu-xmlid='account_collection.menu_collection_debtors']",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu [data-menu-xmlid='account_collection.menu_collection_customers']",
            run: "click",
        },
        { trigger: ".o_data_row .o_data_cell[name=complete_name]:contains(French)", run: "click" },
        { trigger: "a.nav-link[name=collection]", run: "click" },
        {
            content: "The icon says which rule",
            trigger: ".o_collection_origin button[title*='Customers of France']",
            run: "click",
        },
        { trigger: ".o_collection_origin_card:contains(By the rule First)" },
        { content: "Lock it", trigger: ".o_collection_origin_card button:contains(Lock)", run: "click" },
        { content: "It is locked", trigger: ".o_collection_origin .fa-lock" },
    ],
});
