import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { MarkerValueField } from "../../sequence/marker_field/marker_value_field";

/**
 * The dates and facts that an action asks for, each as a field of its own with its label; what is
 * missing is marked.
 */
export class FactsField extends Component {
    static template = "account_collection.Facts";
    static components = { MarkerValueField };
    static props = { ...standardFieldProps };

    get facts() {
        return this.props.record.data[this.props.name].records;
    }

    isMissing(fact) {
        return !fact.data.value && fact.data.type !== "boolean";
    }
}

registry.category("fields").add("collection_facts", {
    component: FactsField,
    displayName: _t("Dates and facts"),
    supportedTypes: ["one2many"],
    useSubView: true,
});
