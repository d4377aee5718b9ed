import { Component } from "@odoo/owl";
import { deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The path of a sequence: the steps it entered in order, the current one lit, then those that
 * it has not entered. Wraps, so that a long one stays readable.
 */
export class CollectionPath extends Component {
    static template = "account_collection.Path";
    static props = { ...standardFieldProps };

    get steps() {
        return (this.props.record.data[this.props.name] || []).map((step) => {
            const entered = step.entered && deserializeDateTime(step.entered);
            return {
                ...step,
                date: entered ? formatDate(entered) : "",
                title: this.getTitle(step, entered),
            };
        });
    }

    get taken() {
        return this.steps.filter((step) => step.state !== "other");
    }

    get others() {
        return this.steps.filter((step) => step.state === "other");
    }

    getTitle(step, entered) {
        if (!entered) {
            return _t("Not entered");
        }
        const since = _t("Entered on %s", formatDateTime(entered));
        const left = _t("Left: %s", step.because);
        return step.because ? `${since}\n${left}` : since;
    }
}

registry.category("fields").add("collection_path", {
    component: CollectionPath,
    supportedTypes: ["json"],
});
