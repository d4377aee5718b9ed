import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export const MARKER_TYPES = [
    ["date", _t("Date")],
    ["char", _t("Text")],
    ["float", _t("Number")],
    ["boolean", _t("Yes or no")],
];

/** Types that a file may bring along, and that cannot be chosen here. */
const OTHER_TYPES = [
    ["integer", _t("Whole number")],
    ["text", _t("Long text")],
    ["selection", _t("Choice")],
    ["datetime", _t("Date and time")],
];

/** A technical name from a label: it stays when the label changes later. */
export function makeMarkerName(label, taken) {
    const slug = (label || "")
        .normalize("NFD")
        .replace(/[\u0300-\u036f]/g, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "_")
        .replace(/^_+|_+$/g, "")
        .slice(0, 40);
    const base = slug || "fact";
    let name = base;
    for (let i = 2; taken.includes(name); i++) {
        name = `${base}_${i}`;
    }
    return name;
}

/**
 * Edits the dates and facts that the sequences of a template carry.
 *
 * The web client only edits a properties definition from a record that has the properties; a
 * draft has none yet, so its definition is edited here, as a list of labels and types.
 */
export class MarkerDefinitionField extends Component {
    static template = "account_collection.MarkerDefinitionField";
    static props = { ...standardFieldProps };

    setup() {
        this.types = MARKER_TYPES;
    }

    get markers() {
        return this.props.record.data[this.props.name] || [];
    }

    typeLabel(type) {
        return [...MARKER_TYPES, ...OTHER_TYPES].find(([value]) => value === type)?.[1] || _t("Other");
    }

    isOffered(type) {
        return MARKER_TYPES.some(([value]) => value === type);
    }

    save(markers) {
        return this.props.record.update({ [this.props.name]: markers });
    }

    add(ev) {
        const label = ev.target.value.trim();
        if (!label) {
            return;
        }
        const taken = this.markers.map(({ name }) => name);
        const marker = { name: makeMarkerName(label, taken), string: label, type: "date" };
        ev.target.value = "";
        return this.save([...this.markers, marker]);
    }

    onAddKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            ev.stopPropagation();
            this.add(ev);
        }
    }

    change(index, changes) {
        return this.save(
            this.markers.map((marker, i) => (i === index ? { ...marker, ...changes } : marker)));
    }

    onLabel(index, ev) {
        const label = ev.target.value.trim();
        if (!label) {
            ev.target.value = this.markers[index].string;
            return;
        }
        return this.change(index, { string: label });
    }

    remove(index) {
        return this.save(this.markers.filter((_marker, i) => i !== index));
    }
}

registry.category("fields").add("collection_marker_definition", {
    component: MarkerDefinitionField,
    displayName: _t("Case data"),
    supportedTypes: ["properties_definition"],
});
