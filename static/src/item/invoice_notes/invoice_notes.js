import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { formatLate } from "../../common/late/late_field";

const LABELS = {
    collection_shown_next: _t("Next step"),
    collection_shown_promise: _t("Promised day"),
    collection_shown_dispute: _t("Dispute"),
};

/**
 * What comes next on an invoice, the promised day if that is asked for, and why it is disputed:
 * read once the invoice is there.
 */
export class InvoiceNotes extends Component {
    static template = "account_collection.InvoiceNotes";
    static props = { ...standardWidgetProps, promise: { type: Boolean, optional: true } };

    setup() {
        this.reads = useService("collection_late_reads");
        this.state = useState({ notes: [] });
        this.read(this.props.record);
        onWillUpdateProps(({ record }) => {
            // a form that is read anew, after a button, has new values
            if (record.resId !== this.resId || record.data !== this.data) {
                this.read(record);
            }
        });
    }

    get names() {
        return Object.keys(LABELS).filter(
            (name) => this.props.promise || name !== "collection_shown_promise"
        );
    }

    async read({ resId, resModel, data }) {
        Object.assign(this, { resId, data });
        const values = resId ? await this.reads.read(resModel, resId, this.names) : {};
        if (resId === this.resId) {
            this.state.notes = this.names
                .map((name) => ({ name, label: LABELS[name], text: formatLate(values[name]) }))
                .filter((note) => note.text);
        }
    }
}

registry.category("view_widgets").add("collection_invoice_notes", {
    component: InvoiceNotes,
    extractProps: ({ attrs }) => ({ promise: attrs.promise === "1" }),
});
