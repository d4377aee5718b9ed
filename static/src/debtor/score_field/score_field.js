import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A priority as a badge; what its points are for shows when one points at it. */
export class CollectionScoreField extends Component {
    static template = "account_collection.ScoreField";
    static props = { ...standardFieldProps };

    get score() {
        return this.props.record.data[this.props.name];
    }

    get parts() {
        return this.props.record.data.score_words || [];
    }

    get tooltip() {
        return JSON.stringify({ parts: this.parts, score: this.score });
    }

    get label() {
        return [this.score, ...this.parts.map(({ points, words }) => `${points}: ${words}`)].join(", ");
    }

    get level() {
        if (!this.score) {
            return "text-muted";
        }
        return this.score >= 60 ? "text-bg-danger" : this.score >= 30 ? "text-bg-warning" : "text-bg-light border";
    }
}

registry.category("fields").add("collection_score", {
    component: CollectionScoreField,
    displayName: _t("Priority with its reasons"),
    supportedTypes: ["integer"],
    fieldDependencies: [{ name: "score_words", type: "json" }],
});
