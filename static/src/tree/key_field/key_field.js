import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { describeTarget, describeWait } from "./row_labels";

const MODELS = {
    content_ids: ["collection.sequence.content", "step_id"],
    step_ids: ["collection.sequence.step", "template_id"],
};

/**
 * Chooses, by name, an action or a step of the tree being edited, and stores its key.
 *
 * Choices are read from the form itself, so that a row of a decision table may lead to a step
 * that is not saved yet. Options: `among`, the list looked at; `level`, how many records up the
 * form it stands (1: the step, 2: the template).
 */
export class CollectionKeyField extends Component {
    static template = "account_collection.KeyField";
    static components = { SelectMenu };
    static props = {
        ...standardFieldProps,
        among: String,
        level: Number,
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.stored = useState({ choices: [] });
        onWillStart(() => this.loadStored());
    }

    getAncestor(level) {
        let record = this.props.record;
        for (let i = 0; i < level && record; i++) {
            record = record._parentRecord;
        }
        return record;
    }

    /** The form shows the step alone: read its template's steps from the database. */
    async loadStored() {
        if (this.getAncestor(this.props.level)) {
            return;
        }
        const [model, inverse] = MODELS[this.props.among];
        const step = this.getAncestor(this.props.level - 1);
        if (!step?.resId) {
            return;
        }
        const [{ [inverse]: owner }] = await this.orm.read(step.resModel, [step.resId], [inverse]);
        const rows = await this.orm.searchRead(
            model, [[inverse, "=", owner[0]]], ["key", "name"]);
        this.stored.choices = rows.map(({ key, name }) => ({ value: key, label: name }));
    }

    get choices() {
        const ancestor = this.getAncestor(this.props.level);
        if (!ancestor) {
            return this.stored.choices;
        }
        const records = [...(ancestor.data[this.props.among]?.records || [])];
        const within = this.getAncestor(this.props.level - 1);
        if (within !== this.props.record && !records.some((r) => r.id === within.id)) {
            records.push(within); // a new step may lead back to itself
        }
        const choices = new Map(
            records.filter((r) => r.data.key).map((r) => [r.data.key, r.data.name || _t("New")]));
        return [...choices].map(([value, label]) => ({ value, label }));
    }

    get value() {
        return this.props.record.data[this.props.name] || null;
    }

    get chosen() {
        return this.value && (this.choices.find(({ value }) => value === this.value)?.label || "?");
    }

    get label() {
        const { condition, target } = this.props.record.data;
        if (this.props.among === "content_ids" && condition && condition !== "outcome") {
            return describeWait(this.props.record, this.chosen);
        }
        if (this.props.among === "step_ids" && target && target !== "step") {
            return describeTarget(this.props.record.data, this.chosen);
        }
        return this.chosen || "";
    }

    onSelect(value) {
        this.props.record.update({ [this.props.name]: value || false });
    }
}

registry.category("fields").add("collection_key", {
    component: CollectionKeyField,
    displayName: _t("Action or step of the tree"),
    supportedTypes: ["char"],
    extractProps: ({ options, placeholder }) => ({
        among: options.among,
        level: options.level,
        placeholder,
    }),
});
