import { onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { EmbeddedList } from "../common/embedded_list/embedded_list";

/**
 * The open items of the customer, or of the invoice, that the form shows: rows can be ticked, and
 * their status changed.
 *
 *     <widget name="collection_statement"/>
 *     <widget name="collection_statement" kind="move"/>
 */
export class Statement extends EmbeddedList {
    static template = "account_collection.Statement";
    static props = {
        ...EmbeddedList.props,
        kind: { type: String, optional: true },
        resModel: { type: String, optional: true },
    };
    static defaultProps = {
        ...EmbeddedList.defaultProps,
        kind: "customer",
        resModel: "account.move.line",
        title: _t("Open items"),
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.state = useState({ totals: [] });
        onWillStart(() => this.loadTotals(this.props.record));
        let { data } = this;
        onWillUpdateProps((props) => {
            if (data !== this.data) {
                data = this.data;
                return this.loadTotals(props.record);
            }
        });
    }

    async loadTotals(record) {
        if (this.props.kind === "customer" && record.resId) {
            this.state.totals = await this.orm.call(
                "res.partner",
                "get_collection_statement_totals",
                [record.resId]
            );
        }
    }

    getViewProps(props) {
        const field = props.kind === "move" ? "move_id" : "partner_id.commercial_partner_id";
        return {
            ...super.getViewProps(props),
            domain: [
                [field, "=", props.record.resId],
                ["parent_state", "=", "posted"],
                ["account_type", "=", "asset_receivable"],
                ["reconciled", "=", false],
                ["amount_residual_currency", "!=", 0],
            ],
            context: {
                list_view_ref: "account_collection.account_move_line_view_list_collection",
                search_view_ref: "account_collection.account_move_line_view_search_collection",
                collection_statement: true,
            },
            allowSelectors: true,
        };
    }

    openPage() {
        return this.action.doActionButton({
            type: "object",
            name: "action_open_collection_items",
            resModel: "res.partner",
            resId: this.props.record.resId,
            context: user.context, // the language among it
        });
    }
}

registry.category("view_widgets").add("collection_statement", {
    component: Statement,
    extractProps: ({ attrs }) => ({ kind: attrs.kind }),
    fieldDependencies: [],
});
