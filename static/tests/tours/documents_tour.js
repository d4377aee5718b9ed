import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_documents_start_tour", {
    steps: () => [
        { trigger: "a.nav-link[name=collection]", run: "click" },
        {
            content: "Ask the customer for documents",
            trigger: "button[name=action_request_collection_documents]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=template_id] input",
            run: "edit Rental file",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Rental file)",
            run: "click",
        },
        {
            content: "Nobody holds the function yet",
            trigger: ".modal .o_data_row:contains(Guarantor):contains(invite them later)",
        },
        {
            trigger: ".modal button[name=action_start]",
            run: "click",
        },
        {
            content: "The request opens with its documents",
            trigger: ".o_form_view .o_data_row:contains(Identity card):contains(Missing)",
        },
        {
            content: "Open the contributors",
            trigger: ".nav-link[name=contributors]",
            run: "click",
        },
        {
            content: "Enter the details of the guarantor",
            trigger: ".o_data_row:contains(Guarantor) button[name=action_open_invite]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Nora Guarantor",
        },
        {
            trigger: ".modal .o_field_widget[name=email] input",
            run: "edit nora@example.com",
        },
        {
            trigger: ".modal button[name=action_invite]",
            run: "click",
        },
        {
            content: "The guarantor contributes, and nobody is missing any more",
            trigger: ".o_field_widget[name=contributor_ids] .o_data_row:contains(Nora Guarantor)",
        },
        {
            trigger: "body:not(:has(button[name=action_open_invite]:visible))",
        },
        {
            content: "Pause it",
            trigger: "button[name=action_open_steering]:contains(Pause)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit On holiday",
        },
        {
            trigger: ".modal button[name=action_apply]:visible",
            run: "click",
        },
        {
            trigger: ".alert:contains(contributors only look):contains(On holiday)",
        },
        {
            trigger: "button[name=action_resume]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Under way)",
        },
    ],
});

registry.category("web_tour.tours").add("collection_documents_review_tour", {
    steps: () => [
        {
            content: "All columns stand on the board",
            trigger: ".o_kanban_group:contains(Missing) ~ .o_kanban_group:contains(Not accepted)",
        },
        {
            content: "Refuse one from its card",
            trigger: ".o_kanban_record:contains(Guarantor) button[name=action_open_refuse]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=quick] span:contains(Too old)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea:value(too old)",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It has left the documents to review",
            trigger: "body:not(:has(.o_kanban_record:contains(Guarantor)))",
        },
        {
            trigger: ".o_kanban_record:contains(Identity card)",
            run: "click",
        },
        {
            content: "The document is shown beside the form",
            trigger: ".o_form_view .o_attachment_preview",
        },
        {
            trigger: "button[name=action_approve_next]",
            run: "click",
        },
        {
            content: "The next one comes, with the way back",
            trigger: ".o_form_view .oe_title:contains(Payslip)",
        },
        {
            trigger: ".o_breadcrumb:contains(Documents to review)",
        },
        {
            trigger: "button[name=action_approve_next]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Approved)",
        },
    ],
});
