import { Component, useState } from "@odoo/owl";
import { deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const TAKEN = ["visited", "abandoned", "current"];
const ICONS = { visited: "fa-check", abandoned: "fa-ban", current: "fa-map-marker" };

/**
 * The path of a sequence: the steps it entered in order, the current one lit, then those to which
 * the current one may lead. All others are folded until somebody asks for them.
 */
export class CollectionPath extends Component {
    static template = "account_collection.Path";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ unfolded: false });
    }

    get steps() {
        return (this.props.record.data[this.props.name] || []).map((step) => {
            const entered = step.entered && deserializeDateTime(step.entered);
            return {
                ...step,
                date: entered ? formatDate(entered) : "",
                icon: ICONS[step.state],
                title: this.getTitle(step, entered),
            };
        });
    }

    get taken() {
        return this.steps.filter((step) => TAKEN.includes(step.state));
    }

    get possible() {
        return this.steps.filter((step) => step.state === "possible");
    }

    get others() {
        return this.steps.filter((step) => step.state === "other");
    }

    get foldedLabel() {
        const { length } = this.others;
        return length === 1 ? _t("+1 other") : _t("+%s others", length);
    }

    getTitle(step, entered) {
        if (!entered) {
            return step.state === "possible" ? _t("May come next") : _t("Not entered");
        }
        const since = _t("Entered on %s", formatDateTime(entered));
        if (step.state === "abandoned") {
            return `${since}\n${_t("Left unfinished, by decision of a person")}`;
        }
        const left = _t("Left: %s", step.because);
        return step.because ? `${since}\n${left}` : since;
    }
}

registry.category("fields").add("collection_path", {
    component: CollectionPath,
    supportedTypes: ["json"],
});
