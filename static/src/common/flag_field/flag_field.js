import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** An icon shown only where the field holds, with what it says as a tooltip. */
export class CollectionFlagField extends Component {
    static template = "account_collection.FlagField";
    static props = {
        ...standardFieldProps,
        icon: { type: String, optional: true },
        cssClass: { type: String, optional: true },
    };
    static defaultProps = { icon: "fa-user-times", cssClass: "text-warning" };

    get title() {
        const { data, fields } = this.props.record;
        const { selection, string } = fields[this.props.name];
        const choice = selection?.find(([value]) => value === data[this.props.name]);
        return choice ? `${string}: ${choice[1]}` : string;
    }
}

registry.category("fields").add("collection_flag", {
    component: CollectionFlagField,
    displayName: _t("Flag"),
    supportedTypes: ["boolean", "selection", "char"],
    supportedOptions: [
        { label: _t("Icon"), name: "icon", type: "string" },
        { label: _t("Class"), name: "class", type: "string" },
    ],
    extractProps: ({ options }) => ({ icon: options.icon, cssClass: options.class }),
});
