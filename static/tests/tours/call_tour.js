import { registry } from "@web/core/registry";

/**
 * How many clicks it takes to note what a customer says: each tour counts them, and says so.
 */

const counter = { clicks: 0, begun: 0 };

const begin = {
    content: "Count clicks from here on",
    trigger: "body",
    run() {
        counter.clicks = 0;
        counter.begun = performance.now();
    },
};

/** A click of the user, which counts. */
const click = (content, trigger) => ({
    content,
    trigger,
    async run(actions) {
        counter.clicks += 1;
        await actions.click();
    },
});

const atMost = (clicks) => ({
    content: `Done, by ${clicks} clicks at most`,
    trigger: "body:not(:has(.modal))",
    run() {
        if (counter.clicks > clicks) {
            throw new Error(`It took ${counter.clicks} clicks; ${clicks} are allowed.`);
        }
        const seconds = (performance.now() - counter.begun) / 1000;
        console.info(`${counter.clicks} clicks, ${seconds.toFixed(1)} s`);
    },
});

const record = [
    click("Record", ".modal footer button[name=action_apply]:visible:enabled"),
    { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
];

registry.category("web_tour.tours").add("collection_call_with_promise_tour", {
    steps: () => [
        { content: "What is overdue", trigger: ".o_collection_head:contains(300.00)" },
        begin,
        click("Log a call", ".o_collection_head button[name=action_log_call]"),
        click("Promises to pay", ".modal .o_field_widget[name=promises] input"),
        {
            content: "All that is overdue is proposed, for a day",
            trigger: ".modal .o_field_widget[name=promise_amount] input:value(300.00)",
        },
        ...record,
        { content: "It is promised", trigger: ".o_collection_head dt:contains(Promise awaited)" },
        atMost(3),
    ],
});

registry.category("web_tour.tours").add("collection_dispute_two_invoices_tour", {
    steps: () => [
        { content: "What is overdue", trigger: ".o_collection_head:contains(200.00)" },
        begin,
        click("Dispute…", ".o_collection_head button[name=action_dispute]"),
        {
            content: "Two invoices are proposed",
            trigger: ".modal .o_field_widget[name=dispute_item_ids] .o_data_row:nth-child(2)",
        },
        click("Why", ".modal .o_field_widget[name=reason_id] .o_radio_item:contains(Not delivered) input"),
        ...record,
        { content: "It is disputed", trigger: ".o_collection_head dt:contains(Open dispute)" },
        atMost(3),
    ],
});

registry.category("web_tour.tours").add("collection_reply_to_promise_tour", {
    steps: () => [
        { content: "A reply waits", trigger: ".o_data_row:contains(I pay on Friday)" },
        begin,
        click("Promise…", ".o_data_row:contains(I pay on Friday) button[name=action_promise]"),
        {
            content: "The words are there",
            trigger: ".modal .o_field_widget[name=note] textarea:value(I pay on Friday)",
        },
        ...record,
        { content: "Nothing waits", trigger: ".o_nocontent_help:contains(No reply waits)" },
        atMost(3),
    ],
});

/** screens 42: what closing asks for is there as fields, and what is missing is marked. */
registry.category("web_tour.tours").add("collection_close_with_facts_tour", {
    steps: () => [
        { trigger: "button[name=action_open_close]:visible", run: "click" },
        {
            content: "Both are marked as needed",
            trigger: ".modal .o_collection_facts .o_collection_fact_missing:nth-child(2)",
        },
        {
            trigger: ".modal .o_collection_facts > div:contains(Date of service) input",
            run: "edit 01/15/2026 && press Enter",
        },
        {
            trigger: ".modal .o_collection_facts > div:contains(Case number) input",
            run: "edit A 12",
        },
        { content: "Done", trigger: ".modal footer button[name=action_done]:visible", run: "click" },
        { content: "Closed", trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});
