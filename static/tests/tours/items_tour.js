import { registry } from "@web/core/registry";

/**
 * B32: open items are ticked, *Change status…* is walked through, and what
 * was asked for shows where it was asked from.
 */

const visible = (name) => `.modal footer button[name=${name}]:visible:enabled`;

const next = (shows) => [
    { content: "Next", trigger: visible("action_next"), run: "click" },
    { content: `Step: ${shows}`, trigger: `.modal .o_arrow_button_current:contains("${shows}")` },
];

/** Choose a record of a many2one of the dialog. */
const choose = (field, words) => [
    { trigger: `.modal .o_field_widget[name=${field}] input`, run: "click" },
    { trigger: `.modal .o_field_widget[name=${field}] input`, run: `edit ${words}` },
    { trigger: `.o-autocomplete--dropdown-item:contains("${words}")`, run: "click" },
];

const dialogIsClosed = { content: "The dialog is closed", trigger: "body:not(:has(.modal))" };

registry.category("web_tour.tours").add("collection_statement_tour", {
    steps: () => [
        {
            content: "The customer's statement of account",
            trigger: ".nav-link[name=collection_statement]",
            run: "click",
        },
        {
            content: "What is owed in all",
            trigger: ".o_collection_total:contains(300.00)",
        },
        {
            content: "Tick the oldest item",
            trigger: ".o_collection_statement .o_data_row:first .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Change its status",
            trigger: ".o_collection_statement button[name=action_open_collection_wizard]",
            run: "click",
        },
        ...choose("status_id", "Dispute"),
        ...choose("reason_id", "Not delivered"),
        {
            trigger: ".modal .o_field_widget[name=comment] textarea",
            run: "edit Two boxes are missing",
        },
        ...next("Message"),
        {
            content: "Write to the customer",
            trigger: ".modal .o_field_widget[name=message] .o_radio_item:contains(customer) input",
            run: "click",
        },
        {
            content: "Words that suit a dispute are there",
            trigger: ".modal .o_field_widget[name=message_body]:contains(objection)",
        },
        { content: "Preview", trigger: visible("action_preview"), run: "click" },
        {
            content: "The item is listed in it",
            trigger: ".modal .o_field_widget[name=preview_body] table:contains(100)",
        },
        ...next("What next"),
        {
            content: "Disputed items cannot follow the scenario",
            trigger: ".modal:not(:has(.o_field_widget[name=next]))",
        },
        {
            content: "A follow-up is proposed",
            trigger: ".modal .o_field_widget[name=name] input:value(Follow up the dispute)",
        },
        { content: "Apply", trigger: visible("action_apply"), run: "click" },
        dialogIsClosed,
        {
            content: "The statement shows status, comment and follow-up",
            trigger:
                ".o_collection_statement .o_data_row:contains(Dispute):contains(Two boxes are missing):contains(Follow up)",
        },
        {
            content: "The customer has a dispute",
            trigger: ".o_collection_head dt:contains(Open dispute)",
        },
        {
            content: "A new action out of the scenario",
            trigger: ".nav-link[name=collection]",
            run: "click",
        },
        { trigger: "button[name=action_open_collection_new_action]", run: "click" },
        { trigger: ".modal .o_field_widget[name=name] input", run: "edit Send the price list" },
        { content: "Create", trigger: visible("action_apply"), run: "click" },
        dialogIsClosed,
    ],
});

registry.category("web_tour.tours").add("collection_invoice_list_tour", {
    steps: () => [
        {
            content: "Tick all invoices",
            trigger: ".o_list_renderer thead .o_list_record_selector input",
            run: "click",
        },
        { trigger: "button[name=action_open_collection_wizard]", run: "click" },
        {
            content: "They are of two customers",
            trigger: ".modal .o_field_widget[name=summary]:contains(2 customers)",
        },
        ...next("Message"),
        ...next("What next"),
        {
            content: "A specific action",
            trigger: ".modal .o_field_widget[name=next] .o_radio_item:contains(specific) input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Ask the accountants",
        },
        { content: "Apply", trigger: visible("action_apply"), run: "click" },
        dialogIsClosed,
        {
            content: "It says what was done",
            trigger: ".o_notification:contains(Ask the accountants)",
        },
    ],
});
