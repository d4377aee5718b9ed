import { registry } from "@web/core/registry";

/** A morning: whoever is first is opened, *next* goes on, and who is dealt with drops out. */
registry.category("web_tour.tours").add("collection_debtor_tour", {
    steps: () => [
        {
            content: "The most urgent first, of the pile that waits",
            trigger: ".o_search_panel_category_value header.active:contains(Act now)",
        },
        {
            content: "Its points are for something",
            trigger: ".o_data_row:first .o_field_collection_score [aria-label*='to collect']",
        },
        { trigger: ".o_data_row:first td[name=customer_id]:contains(Tenant One)", run: "click" },
        { content: "The customer's form", trigger: ".o_form_view .o_pager_value:contains(1)" },
        { content: "The next debtor", trigger: ".o_form_view .o_pager_next", run: "click" },
        { trigger: ".o_form_view .o_breadcrumb .active:contains(Tenant Two)" },
        { content: "Back to the list", trigger: ".o_breadcrumb .breadcrumb-item a", run: "click" },
        { content: "Both are chosen", trigger: ".o_list_view thead .o_list_record_selector input", run: "check" },
        { trigger: ".o_control_panel button[name=action_open_hold]", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Their accountant is away",
        },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        { content: "Who is dealt with has dropped out", trigger: ".o_view_nocontent:contains(Nobody in this pile)" },
        {
            content: "It is counted where it is now",
            trigger: ".o_search_panel_category_value header:contains(Leave alone):contains(2)",
            run: "click",
        },
        { trigger: ".o_data_row:contains(Tenant Two) td[name=situation]:contains(On hold)" },
    ],
});

/** A hold for five, two a batch: the progress, and who was refused. */
registry.category("web_tour.tours").add("collection_bulk_tour", {
    steps: () => [
        { trigger: ".o_data_row:contains(Tenant 5)" },
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "check" },
        { trigger: ".o_control_panel button[name=action_open_hold]", run: "click" },
        { trigger: ".modal .o_field_widget[name=reason] input", run: "edit Away" },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        { content: "It has gone on to the end", trigger: ".modal .o_collection_run_heading:contains(Some were refused)" },
        { trigger: ".modal .progress[aria-valuenow='100']" },
        { trigger: ".modal .o_collection_run_done:contains(4)" },
        { trigger: ".modal tr:contains(Tenant 4):contains(The accountant has it)" },
        { content: "Closed by its corner", trigger: ".modal header .btn-close", run: "click" },
        { content: "The list is read anew", trigger: "body:not(:has(.modal)) .o_data_row:contains(Tenant 5) td[name=situation]:contains(On hold)" },
    ],
});
