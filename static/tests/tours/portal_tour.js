import { registry } from "@web/core/registry";

/**
 * D-078, D-079, B11: a bailiff opens the portal, finds the commandement to serve, enters the
 * service date, joins the deed and sends it; the page says that the office checks it.
 */
registry.category("web_tour.tours").add("collection_portal_tour", {
    steps: () => [
        {
            content: "The portal says that something is to do",
            trigger: ".o_portal_index_card:not(.d-none) a[href='/my/collection?filterby=todo']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The commandement is in the list",
            trigger: ".o_portal_my_doc_table a:contains(Serve the commandement)",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "For whom", trigger: "address:contains(Tenant One)" },
        { content: "Instructions", trigger: "section:contains(Serve the tenant in person)" },
        {
            content: "The result",
            trigger: ".form-check:contains(Served) input[name=option]",
            run: "click",
        },
        {
            content: "The date of service",
            trigger: "input[type=date][name^=marker_]",
            run({ anchor }) {
                anchor.value = new Date().toISOString().slice(0, 10);
            },
        },
        {
            content: "A comment",
            trigger: "textarea#complete_comment",
            run: "edit Handed over in person",
        },
        {
            content: "The deed",
            trigger: "input#files_complete",
            run({ anchor }) {
                const files = new DataTransfer();
                files.items.add(
                    new File(
                        [
                            "%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n",
                            "2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n",
                            "3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99]>> endobj\n",
                            "trailer <</Root 1 0 R>>\n%%EOF\n",
                        ],
                        "deed.pdf", { type: "application/pdf" })
                );
                anchor.files = files.files;
            },
        },
        {
            content: "Send",
            trigger: "form[action*='/complete'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has been sent",
            trigger: ".alert-success:contains(your answer has been sent)",
        },
        { content: "And is being checked", trigger: ".badge:contains(Being checked)" },
        { content: "The deed is there", trigger: "a[href*='/file/']:contains(deed.pdf)" },
        {
            content: "Back to the list: nothing is to do",
            trigger: ".breadcrumb a[href='/my/collection']",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert:contains(Nothing is to do)" },
    ],
});

/** B11: the litigation manager finds it to validate, and validates; the sequence moves. */
registry.category("web_tour.tours").add("collection_portal_validate_tour", {
    steps: () => [
        {
            content: "Validate",
            trigger: ".o_statusbar_buttons button[name=action_open_close]:contains(Validate)",
            run: "click",
        },
        {
            content: "What the bailiff said",
            trigger: ".modal:contains(Handed over in person)",
        },
        { trigger: ".modal button[name=action_validate]:visible", run: "click" },
        { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
        {
            content: "It is validated",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Closed)",
        },
    ],
});
