import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * What a collector needs before dialling, above the tabs of the customer: amounts by age, habits,
 * promises, disputes, what was said last, whom to call; each figure opens its records.
 *
 * The field holds all of it as texts in the reader's language (`_get_collection_heads`).
 */
export class HeadField extends Component {
    static template = "account_collection.Head";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get head() {
        return {
            buckets: [],
            phones: [],
            notes: [],
            ...this.props.record.data[this.props.name],
        };
    }

    /** Why nothing is planned or nothing leaves, where the form knows it. */
    get reason() {
        return this.props.record.data.collection_not_chased || "";
    }

    tel(phone) {
        return `tel:${phone.replace(/[^+\d]/g, "")}`;
    }

    /** Press a button of the customer: what was typed in the form is saved first. */
    async press(name) {
        const { record } = this.props;
        if (await record.save()) {
            await this.action.doActionButton({
                type: "object",
                name,
                resModel: record.resModel,
                resId: record.resId,
                onClose: () => record.load(),
            });
        }
    }

    openAction(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "collection.action",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("collection_head", {
    component: HeadField,
    displayName: _t("Before a call"),
    supportedTypes: ["json"],
    fieldDependencies: [],
});
