import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { computeM2OProps, Many2One } from "@web/views/fields/many2one/many2one";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Who holds a function: a user where it is internal, else a contact. One column for both.
 *
 * Stands on `user_id`; the view also has `contact_id` and `kind`.
 */
export class CollectionHolderField extends Component {
    static template = "account_collection.HolderField";
    static components = { Many2One };
    static props = { ...standardFieldProps };

    get fieldName() {
        return this.props.record.data.kind === "internal" ? this.props.name : "contact_id";
    }

    get relation() {
        return this.props.record.fields[this.fieldName].relation;
    }

    get value() {
        return this.props.record.data[this.fieldName];
    }

    get m2oProps() {
        const internal = this.fieldName === this.props.name;
        return {
            ...computeM2OProps({ ...this.props, name: this.fieldName, string: _t("Held by") }),
            canOpen: false,
            canCreate: !internal,
            canCreateEdit: !internal,
            canQuickCreate: false,
            context: {},
            placeholder: _t("Nobody"),
        };
    }
}

registry.category("fields").add("collection_holder", {
    component: CollectionHolderField,
    displayName: _t("Holder of a function"),
    supportedTypes: ["many2one"],
    fieldDependencies: [
        { name: "contact_id", type: "many2one", relation: "res.partner" },
        { name: "kind", type: "selection" },
    ],
});
