import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { CUSTOMER_CHANGED } from "./customer_tab";

/**
 * The number on a button of the customer, read once the form is there.
 *
 *     <widget name="collection_late_count" field="collection_sequence_count" string="Sequences"/>
 */
export class LateCount extends Component {
    static template = "account_collection.LateCount";
    static props = { ...standardWidgetProps, field: String, string: String };

    setup() {
        this.reads = useService("collection_late_reads");
        this.state = useState({ count: "" });
        this.read(this.props.record);
        useBus(this.env.bus, CUSTOMER_CHANGED, () => this.read(this.props.record));
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.resId) {
                this.read(record);
            }
        });
    }

    async read({ resId, resModel }) {
        this.resId = resId;
        const { field } = this.props;
        const values = resId ? await this.reads.read(resModel, resId, [field]) : {};
        if (resId === this.resId) {
            this.state.count = values[field] ?? "";
        }
    }
}

registry.category("view_widgets").add("collection_late_count", {
    component: LateCount,
    extractProps: ({ attrs }) => ({ field: attrs.field, string: attrs.string }),
});
