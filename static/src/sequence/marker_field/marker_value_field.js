import { Component } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A value kept as text, edited as the kind of date or fact that `type` says. */
export class MarkerValueField extends Component {
    static template = "account_collection.MarkerValueField";
    static components = { DateTimeInput };
    static props = { ...standardFieldProps };

    get type() {
        return this.props.record.data.type;
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get date() {
        return this.value ? deserializeDate(this.value) : false;
    }

    get label() {
        if (this.type === "date") {
            return this.value ? formatDate(this.date) : "";
        }
        if (this.type === "boolean") {
            return this.value === "True" ? _t("Yes") : _t("No");
        }
        return this.value;
    }

    get inputType() {
        return ["float", "integer"].includes(this.type) ? "number" : "text";
    }

    save(value) {
        return this.props.record.update({ [this.props.name]: value || false });
    }

    onDate(date) {
        return this.save(date ? serializeDate(date) : "");
    }
}

registry.category("fields").add("collection_marker_value", {
    component: MarkerValueField,
    displayName: _t("Value of case data"),
    supportedTypes: ["char"],
    fieldDependencies: [{ name: "type", type: "selection" }],
});
