import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { drawPath } from "../../tree/picture/picture_path";

const ICONS = {
    email: "fa-envelope-o",
    letter: "fa-file-text-o",
    sms: "fa-mobile",
    call: "fa-phone",
    documents: "fa-files-o",
};

/** How much of a tall tree is drawn: its top, high enough to tell one tree from another. */
const LEAST_HEIGHT = 620;

/** Lines of a list that a card has room for. */
const SHOWN = 5;

/**
 * An example of the library, small: a tree without its words, a scenario by its days, a list by its
 * first lines.
 */
export class CollectionExampleSketch extends Component {
    static template = "account_collection.ExampleSketch";
    static props = { ...standardFieldProps };

    get sketch() {
        return this.props.record.data[this.props.name] || { kind: "list", lines: [] };
    }

    get paths() {
        return this.sketch.edges.map(drawPath);
    }

    get viewBox() {
        const { width, height } = this.sketch;
        return `0 0 ${width} ${Math.min(height, Math.max(width / 2, LEAST_HEIGHT))}`;
    }

    get lines() {
        const { lines } = this.sketch;
        const left = lines.length - SHOWN;
        return left > 0 ? [...lines.slice(0, SHOWN), _t("and %s more", left)] : lines;
    }

    get title() {
        return _t("Picture of “%s”", this.props.record.data.name);
    }

    getDay(day) {
        return day > 0 ? `+${day}` : `${day}`.replace("-", "−");
    }

    getIcon(kind) {
        return ICONS[kind] || "fa-check-square-o";
    }
}

registry.category("fields").add("collection_example_sketch", {
    component: CollectionExampleSketch,
    displayName: _t("Sketch of an example"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "name", type: "char" }],
});
