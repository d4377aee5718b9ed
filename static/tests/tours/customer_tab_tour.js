import { registry } from "@web/core/registry";

const INPUT = ".o_collection_customer_tab .o_field_widget[name=collection_hold_reason] input";
const LINES = ".o_collection_participants";

const goTo = (name) => ({
    content: `The tab ${name}`,
    trigger: `.nav-link[name=${name}]`,
    run: "click",
});

/**
 * M-041, D-005: what is written in a tab of the customer is saved at once, a participant when the
 * line is left; the page around it has nothing to save.
 */
registry.category("web_tour.tours").add("collection_customer_tab_tour", {
    steps: () => [
        goTo("collection"),
        {
            content: "Another reason",
            trigger: INPUT,
            run: "edit Waits for the bailiff && press Tab",
        },
        {
            content: "The head says so, which the server knows",
            trigger: ".o_collection_head:contains(Waits for the bailiff)",
        },
        { content: "Nothing to save", trigger: ".o_form_view:not(:has(.o_form_button_save:visible))" },
        goTo("collection_sequences"),
        { trigger: `${LINES} .o_field_x2many_list_row_add a`, run: "click" },
        {
            content: "A function",
            trigger: `${LINES} .o_selected_row [name=function_id] input`,
            run: "edit Lawyer",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(Lawyer)", run: "click" },
        {
            content: "And who holds it",
            trigger: `${LINES} .o_selected_row [name=user_id] input`,
            run: "edit Manager",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(Manager)", run: "click" },
        { content: "Leave the line", trigger: ".o_collection_head", run: "click" },
        { trigger: `${LINES}:not(:has(.o_selected_row)) .o_data_row:contains(Lawyer)` },
        goTo("collection"),
        goTo("collection_sequences"),
        {
            content: "Read anew, it is there",
            trigger: `${LINES} .o_data_row:contains(Lawyer):contains(Manager)`,
        },
    ],
});
