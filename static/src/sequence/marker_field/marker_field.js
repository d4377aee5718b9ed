import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { useService } from "@web/core/utils/hooks";
import { PropertiesField, propertiesField } from "@web/views/fields/properties/properties_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Chooses among the dates and facts of the template being edited, and stores their names.
 *
 * Options: `many`, several of them, separated by commas; `dates`, dates only. The template stands
 * two records up the form; where the form shows the record alone, it is read.
 */
export class MarkerField extends Component {
    static template = "account_collection.MarkerField";
    static components = { SelectMenu };
    static props = {
        ...standardFieldProps,
        many: { type: Boolean, optional: true },
        dates: { type: Boolean, optional: true },
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.stored = useState({ markers: [] });
        onWillStart(() => this.loadStored());
    }

    get template() {
        return this.props.record._parentRecord?._parentRecord;
    }

    async loadStored() {
        const record = this.props.record;
        if (this.template || !record.resId) {
            return;
        }
        const [{ template_id: template }] = await this.orm.read(
            record.resModel, [record.resId], ["template_id"]);
        const [{ marker_definition: markers }] = await this.orm.read(
            "collection.sequence.template", [template[0]], ["marker_definition"]);
        this.stored.markers = markers || [];
    }

    get choices() {
        const markers = this.template
            ? this.template.data.marker_definition || []
            : this.stored.markers;
        return markers
            .filter(({ type }) => !this.props.dates || ["date", "datetime"].includes(type))
            .map(({ name, string }) => ({ value: name, label: string }));
    }

    get value() {
        const value = this.props.record.data[this.props.name] || "";
        if (!this.props.many) {
            // a row may name a date by its label: see _get_marker_names
            return this.choices.find((c) => c.label === value)?.value || value || null;
        }
        return value.split(",").map((name) => name.trim()).filter(Boolean);
    }

    get label() {
        const names = this.props.many ? this.value : [this.value].filter(Boolean);
        return names
            .map((name) => this.choices.find(({ value }) => value === name)?.label || name)
            .join(", ");
    }

    onSelect(value) {
        const stored = this.props.many ? value.join(",") : value;
        this.props.record.update({ [this.props.name]: stored || false });
    }
}

registry.category("fields").add("collection_marker", {
    component: MarkerField,
    displayName: _t("Date or fact of the tree"),
    supportedTypes: ["char"],
    extractProps: ({ options, placeholder }) => ({
        many: options.many,
        dates: options.dates,
        placeholder,
    }),
});

/** The dates and facts of one sequence. Its template alone defines what there is to fill. */
export class MarkersField extends PropertiesField {
    async checkDefinitionWriteAccess() {
        return false;
    }
}

registry.category("fields").add("collection_markers", {
    ...propertiesField,
    component: MarkersField,
    displayName: _t("Case data of a sequence"),
});
