import { registry } from "@web/core/registry";

const CARD = ".o_collection_next_action .o_kanban_record";

/**
 * A-001, S-005, S-009, M-041: the collector opens a customer, reads what comes next and why,
 * sends it now, and finds what became of it.
 */
registry.category("web_tour.tours").add("collection_scenario_tour", {
    steps: () => [
        {
            content: "The head says what is next",
            trigger: ".o_collection_head:contains(Reminder at 3)",
        },
        { content: "The tab Collection", trigger: ".nav-link[name=collection]", run: "click" },
        {
            content: "What is next, and why",
            trigger: `${CARD}:contains("Reminder at 3"):contains("Step 1: 3 days after")`,
        },
        { content: "What would leave?", trigger: `${CARD} button[name=action_open_preview]`, run: "click" },
        { trigger: ".modal .o_field_widget[name=address]:contains(tenant@example.com)" },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { content: "Back on the form", trigger: "body:not(:has(.modal))" },
        { content: "Send it now", trigger: `${CARD} button[name=action_send_now]`, run: "click" },
        { content: "Yes, today", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "It says that it is on its way",
            trigger: ".o_notification:contains(Reminder at 3):contains(on its way)",
        },
        {
            content: "The next step is planned at once",
            trigger: `${CARD}:contains("Reminder at 15"):contains("To confirm")`,
        },
        { content: "Leave it out", trigger: `${CARD} button[name=action_open_skip]`, run: "click" },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit They have just called",
        },
        { trigger: ".modal button[name=action_apply]", run: "click" },
        {
            content: "The scenario has gone on",
            trigger: `${CARD}:contains("Call them"):contains("By hand")`,
        },
        {
            content: "What became of the message",
            trigger: "button[name=action_open_collection_dispatches]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(tenant@example.com):contains(Queued) .o_data_cell[name=subject]",
            run: "click",
        },
        {
            content: "The text as it left",
            trigger: ".o_form_view .o_field_widget[name=body]:contains(Please pay)",
        },
    ],
});

/** S-008, S-009: the manager runs a scenario, and sees how far it is and what came of it. */
registry.category("web_tour.tours").add("collection_scenario_run_tour", {
    steps: () => [
        { content: "Plan and send now", trigger: "button[name=action_run_now]", run: "click" },
        { content: "What is before it", trigger: ".modal:contains(Customers looked at: 3)" },
        { trigger: ".modal button:contains(Plan and send)", run: "click" },
        { content: "It has come to its end", trigger: ".modal .o_collection_run_heading:contains(All is done)" },
        { content: "Two left", trigger: ".modal .o_collection_run_sent:contains(2)" },
        { content: "One could not", trigger: ".modal .o_collection_run_errors:contains(1)" },
        { content: "Which one?", trigger: ".modal a:contains(See the errors)", run: "click" },
        {
            content: "The agenda says why",
            trigger: ".o_list_view .o_data_row:contains(Mute):contains(has no e-mail address)",
        },
    ],
});
