import { Component, onMounted, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { CUSTOMER_CHANGED } from "../../people/customer_tab/customer_tab";

const NOTHING = { buckets: [], phones: [], notes: [] };

/**
 * What a collector needs before dialling, above the tabs of the customer: amounts by age, habits,
 * promises, disputes, what was said last, whom to call; each figure opens its records.
 *
 * The field holds all of it as texts in the reader's language (`_get_collection_heads`).
 */
export class HeadField extends Component {
    static template = "account_collection.Head";
    static props = { ...standardFieldProps, buttons: { type: Boolean, optional: true } };
    static defaultProps = { buttons: true };

    setup() {
        this.action = useService("action");
    }

    get head() {
        return { ...NOTHING, ...this.props.record.data[this.props.name] };
    }

    /** `shown`, `waiting`, or `none` where it is no customer. */
    get stage() {
        return this.props.record.data[this.props.name] ? "shown" : "none";
    }

    /** Why nothing is planned or nothing leaves, where the form knows it. */
    get reason() {
        return this.props.record.data.collection_not_chased || "";
    }

    tel(phone) {
        return `tel:${phone.replace(/[^+\d]/g, "")}`;
    }

    /**
     * Press a button of the customer: what was typed in the form is saved first. A dialog that has
     * changed something has the whole page loaded anew.
     */
    async press(name) {
        const { record } = this.props;
        if (await record.save()) {
            await this.action.doActionButton({
                type: "object",
                name,
                resModel: "res.partner",
                resId: this.head.customer,
                context: user.context, // the language among it
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
    extractProps: ({ options }) => ({ buttons: options.buttons !== false }),
});

/**
 * The same above the tabs of the customer: read once the form is there, so that the form opens as
 * fast as without it.
 */
export class HeadWidget extends HeadField {
    static props = { ...standardWidgetProps, buttons: { type: Boolean, optional: true } };

    setup() {
        super.setup();
        this.reads = useService("collection_late_reads");
        this.loaded = useState({ id: false, head: false, reason: "" });
        onMounted(() => this.read(this.props.record.resId));
        useBus(this.env.bus, CUSTOMER_CHANGED, () => this.read(this.props.record.resId));
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.loaded.id) {
                this.read(record.resId);
            }
        });
    }

    get head() {
        return { ...NOTHING, ...this.loaded.head };
    }

    get reason() {
        return this.loaded.reason;
    }

    get stage() {
        const { resId } = this.props.record;
        if (!resId || this.loaded.id !== resId) {
            return resId ? "waiting" : "none";
        }
        return this.loaded.head ? "shown" : "none";
    }

    async read(id) {
        if (!id) {
            return;
        }
        const row = await this.reads.read("res.partner", id, [
            "collection_head",
            "collection_not_chased",
        ]);
        if (id === this.props.record.resId) {
            const { collection_head: head = false, collection_not_chased: reason } = row;
            Object.assign(this.loaded, { id, head, reason: reason || "" });
        }
    }
}

registry.category("view_widgets").add("collection_head", { component: HeadWidget });
