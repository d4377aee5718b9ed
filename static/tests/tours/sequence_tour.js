import { registry } from "@web/core/registry";

/**
 * D-007 to D-010, D-018, D-023 to D-030, D-039, D-040, D-062, D-071, D-072: the collector launches
 * a sequence from the customer form, closes its first actions, takes a decision, watches the step
 * change, pauses, resumes, and finds all of it in the History tab.
 */

/** Open the closing dialog of the action of that name. */
const openAction = (name) => ({
    content: `Close “${name}”`,
    trigger: `.o_field_widget[name=action_ids] .o_data_row:contains("${name}") button[name=action_open_close]`,
    run: "click",
});

/** Wait until the sequence stands at the step of that name. */
const standsAt = (name) => ({
    content: `The sequence stands at “${name}”`,
    trigger: `.o_collection_path_step.o_current:contains("${name}")`,
});

const dialogIsClosed = { content: "The dialog is closed", trigger: "body:not(:has(.modal))" };

/** A fact of the History tab: what, by whom. */
const isInHistory = (what, who) => ({
    content: `History says: ${what}`,
    trigger: `.o_collection_embedded_list .o_data_row:contains("${what}"):contains("${who}")`,
});

registry.category("web_tour.tours").add("collection_sequence_tour", {
    steps: () => [
        {
            content: "The customer's tab Sequences",
            trigger: ".nav-link[name=collection_sequences]",
            run: "click",
        },
        {
            content: "Launch a sequence",
            trigger: "button[name=action_launch_collection_sequence]",
            run: "click",
        },
        {
            content: "Choose the template",
            trigger: ".modal .o_field_widget[name=template_id] input",
            run: "edit Commandement",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Commandement de payer)",
            run: "click",
        },
        {
            content: "Who holds each function is shown",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:contains(Case manager):contains(Collector)",
        },
        {
            content: "And what starts",
            trigger: ".modal .o_field_widget[name=preview]:contains(Check the termination clause)",
        },
        {
            trigger: ".modal .o_field_widget[name=situation] input",
            run: "edit Rent of May and June",
        },
        { content: "Launch", trigger: ".modal button[name=action_launch]", run: "click" },
        standsAt("Check of the file"),
        openAction("Check the termination clause"),
        { trigger: ".modal .o_field_widget[name=comment] textarea", run: "edit The clause is there" },
        { content: "Done", trigger: ".modal button[name=action_done]:visible", run: "click" },
        dialogIsClosed,
        openAction("Launch the procedure?"),
        {
            content: "Decide",
            trigger: ".modal .o_field_widget[name=option_id] .o_radio_item:contains(Launch it) input",
            run: "click",
        },
        { trigger: ".modal button[name=action_decide]:visible", run: "click" },
        dialogIsClosed,
        standsAt("Service of the commandement"),
        {
            content: "Pause",
            trigger: ".o_statusbar_buttons button[name=action_open_steering]:contains(Pause)",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=reason] textarea", run: "edit The tenant has called" },
        { trigger: ".modal button[name=action_apply]:contains(Pause)", run: "click" },
        {
            content: "It says that it is paused, and why",
            trigger: ".alert-warning:contains(Paused):contains(The tenant has called)",
        },
        { content: "Resume", trigger: "button[name=action_open_resume]", run: "click" },
        {
            content: "See what follows, and confirm",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It runs again",
            trigger: ".o_statusbar_buttons button[name=action_open_steering]:contains(Pause)",
        },
        { content: "Back to the customer", trigger: "button[name=action_open_customer]", run: "click" },
        {
            content: "The tab shows the current step",
            trigger: ".nav-link[name=collection_sequences]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=collection_sequence_ids] .o_data_row:contains(Running):contains(Service of the commandement)",
        },
        { content: "The tab History", trigger: ".nav-link[name=collection_history]", run: "click" },
        isInHistory("Sequence launched", "Collector"),
        isInHistory("“Check the termination clause” closed: Done", "The clause is there"),
        isInHistory("“Launch the procedure?” closed: Done (Launch it)", "Collector"),
        isInHistory("Step “Service of the commandement” entered", "Collector"),
        isInHistory("Sequence paused", "The tenant has called"),
        isInHistory("Sequence resumed", "Collector"),
        {
            content: "Each fact is dated",
            trigger: ".o_collection_embedded_list .o_data_row:contains(Sequence resumed) .o_field_cell[name=at]:not(:empty)",
        },
    ],
});
