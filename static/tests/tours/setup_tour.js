import { registry } from "@web/core/registry";

/** Most clicks of a manager, from Odoo's first page on. */
const TO_PREVIEW = 8;
const TO_EMAIL = 12;
const TO_SEQUENCE = 8;

let clicks = 0;

/** Start to count whatever is clicked, by whom or what it may be. */
const countClicks = () => {
    clicks = 0;
    document.addEventListener("click", () => (clicks += 1), { capture: true });
};

const checkClicks = (most) => {
    if (clicks > most) {
        throw new Error(`${clicks} clicks; at most ${most}`);
    }
};

/**
 * Issue 17: in a database in which nothing is set up, from Odoo's first page to what would leave,
 * and on to the first e-mail in the outbox. No step reads a word: it goes in every language.
 */
registry.category("web_tour.tours").add("collection_setup_tour", {
    steps: () => [
        { trigger: ".o_navbar_apps_menu button", run: countClicks },
        { trigger: ".o_navbar_apps_menu button", run: "click" },
        {
            trigger: ".o-dropdown--menu [data-menu-xmlid='account_collection.menu_collection_root']",
            run: "click",
        },
        { content: "The set-up page", trigger: ".o_form_view .o_collection_setup_step" },
        { trigger: "button[name=action_preview].btn-primary", run: "click" },
        {
            content: "One e-mail would leave today",
            trigger: ".o_collection_setup_preview .o_collection_first:contains(1)",
            run: () => checkClicks(TO_PREVIEW),
        },
        { trigger: "button[name=action_start]", run: "click" },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { trigger: "button[name=action_run_now]", run: "click" },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "It is in the outbox",
            trigger: ".modal .o_collection_run_sent:contains(1)",
            run: () => checkClicks(TO_EMAIL),
        },
    ],
});

/**
 * Issue 17: from Odoo's first page to a sequence that runs, in every language; a company is
 * proposed the example of companies.
 */
registry.category("web_tour.tours").add("collection_setup_sequence_tour", {
    steps: () => [
        { trigger: ".o_navbar_apps_menu button", run: countClicks },
        { trigger: ".o_navbar_apps_menu button", run: "click" },
        {
            trigger: ".o-dropdown--menu [data-menu-xmlid='account_collection.menu_collection_root']",
            run: "click",
        },
        { trigger: ".o_field_widget[name=sequence_customer_id] input", run: "edit Tenant One" },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Tenant One)",
            run: "click",
        },
        { trigger: "button[name=action_launch_sequence]", run: "click" },
        { trigger: ".modal button[name=action_launch]", run: "click" },
        {
            content: "It runs",
            trigger: ".o_form_view .o_field_widget[name=path]",
            run: () => checkClicks(TO_SEQUENCE),
        },
    ],
});
