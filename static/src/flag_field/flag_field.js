import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A boolean shown only where it is true, with its label as a tooltip. */
export class CollectionFlagField extends Component {
    static template = "account_collection.FlagField";
    static props = {
        ...standardFieldProps,
        icon: { type: String, optional: true },
        cssClass: { type: String, optional: true },
    };
    static defaultProps = { icon: "fa-user-times", cssClass: "text-warning" };

    get title() {
        return this.props.record.fields[this.props.name].string;
    }
}

registry.category("fields").add("collection_flag", {
    component: CollectionFlagField,
    displayName: _t("Flag"),
    supportedTypes: ["boolean"],
    supportedOptions: [
        { label: _t("Icon"), name: "icon", type: "string" },
        { label: _t("Class"), name: "class", type: "string" },
    ],
    extractProps: ({ options }) => ({ icon: options.icon, cssClass: options.class }),
});
