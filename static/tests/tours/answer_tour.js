import { registry } from "@web/core/registry";

/** the collector looks at what the tenant answered, and accepts it with one click. */
registry.category("web_tour.tours").add("collection_answer_tour", {
    steps: () => [
        {
            content: "Open the first answer",
            trigger: ".o_data_row:contains('Tenant One') td[name=summary]:contains('Will pay')",
            run: "click",
        },
        {
            content: "What it becomes is said",
            trigger: ".o_form_view .alert-info:contains('it becomes a promise to pay')",
        },
        {
            content: "Back to the list",
            trigger: ".o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            content: "Take all of them",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Accept",
            trigger: ".o_control_panel button[name=action_accept]",
            run: "click",
        },
        { content: "Nothing waits", trigger: ".o_nocontent_help:contains('No answer waits')" },
    ],
});
