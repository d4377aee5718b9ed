import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const DAY = /^\d{4}-\d\d-\d\d$/;

/** What a late value looks like: days as the reader writes them. */
export function formatLate(value) {
    return DAY.test(value) ? formatDate(deserializeDate(value)) : value || "";
}

/**
 * The cell of a column that is read when it is shown, and only then. The field stands in the view
 * for another one, which is dear to compute.
 *
 *     <field name="collection_next_column" widget="collection_late" optional="hide"
 *            options="{'field': 'collection_shown_next'}"/>
 */
export class LateField extends Component {
    static template = "account_collection.LateField";
    static props = { ...standardFieldProps, field: String };

    setup() {
        this.reads = useService("collection_late_reads");
        this.state = useState({ text: "" });
        this.read(this.props);
        onWillUpdateProps((props) => {
            if (props.record.resId !== this.props.record.resId) {
                this.read(props);
            }
        });
    }

    async read({ record, field }) {
        if (record.resId) {
            const values = await this.reads.read(record.resModel, record.resId, [field]);
            this.state.text = formatLate(values[field]);
        }
    }
}

registry.category("fields").add("collection_late", {
    component: LateField,
    displayName: _t("Read late"),
    supportedTypes: ["integer"],
    supportedOptions: [{ label: _t("Field"), name: "field", type: "string" }],
    extractProps: ({ options }) => ({ field: options.field }),
});
