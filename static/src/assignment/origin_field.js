import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Where an attribute's values come from, and the lock that keeps rules from changing them. */
class OriginCard extends Component {
    static template = "account_collection.OriginCard";
    static props = { close: Function, origins: Array, onLock: Function };

    when(origin) {
        return origin.at ? formatDateTime(deserializeDateTime(origin.at), { showSeconds: false }) : "";
    }
}

/**
 * A small icon beside an attribute of the customer: set by a rule or by hand, locked or not.
 *
 * The field holds a list of origins by attribute; of a participant, the list itself.
 */
export class OriginField extends Component {
    static template = "account_collection.OriginField";
    static props = { ...standardFieldProps, attribute: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.popover = usePopover(OriginCard, { position: "bottom" });
    }

    get origins() {
        const value = this.props.record.data[this.props.name] || {};
        return this.props.attribute ? value[this.props.attribute] || [] : value.origins || [];
    }

    get locked() {
        return this.origins.some((origin) => origin.locked);
    }

    get icon() {
        const rule = this.origins.some((origin) => origin.source === "rule");
        return this.locked ? "fa-lock" : rule ? "fa-magic" : "fa-hand-paper-o";
    }

    /** Set by hand, not locked, and a rule may overwrite it: the lock is offered. */
    get offered() {
        return this.origins.some(
            (origin) => origin.source === "hand" && !origin.locked && origin.threatened
        );
    }

    get title() {
        return this.origins.map((origin) => origin.sentence).join("\n");
    }

    open(ev) {
        this.popover.open(ev.currentTarget, {
            origins: this.origins,
            onLock: (origin) => this.lock(origin),
        });
    }

    async lockAll() {
        for (const origin of this.origins.filter((one) => !one.locked)) {
            await this.setLock(origin, true);
        }
        await this.reload();
    }

    async lock(origin) {
        this.popover.close();
        await this.setLock(origin, !origin.locked);
        await this.reload();
    }

    setLock(origin, locked) {
        return this.orm.call("collection.assignment", "set_lock", [
            origin.customer,
            origin.attribute,
            origin.value,
            locked,
        ]);
    }

    /** Only what is saved is read again: what is being edited stays. */
    async reload() {
        const { record } = this.props;
        await (record.model.root.isNew ? null : record.model.root.save());
        await record.model.root.load();
    }
}

registry.category("fields").add("collection_origin", {
    component: OriginField,
    displayName: _t("Origin"),
    supportedTypes: ["json"],
    supportedOptions: [{ label: _t("Attribute"), name: "attribute", type: "string" }],
    extractProps: ({ options }) => ({ attribute: options.attribute }),
});
