import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

/** What needs a rule or a person's decision, above the list of rules. */
export class AssignmentAlerts extends Component {
    static template = "account_collection.AssignmentAlerts";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ alerts: [] });
        const load = async () => {
            this.state.alerts = await this.orm.call("collection.assignment.rule", "get_alerts", []);
        };
        onWillStart(load);
        useBus(this.env.model.bus, "update", load);
    }

    open(alert) {
        if (alert.filter) {
            return this.action.doAction("account_collection.res_partner_action_collection", {
                additionalContext: { [`search_default_${alert.filter}`]: 1 },
            });
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: alert.text,
            res_model: "collection.assignment.rule",
            views: [[false, "list"], [false, "form"]],
            domain: [["id", "in", alert.rules]],
        });
    }
}

export class AssignmentRuleRenderer extends ListRenderer {
    static template = "account_collection.AssignmentRuleRenderer";
    static components = { ...ListRenderer.components, AssignmentAlerts };
}

registry.category("views").add("collection_rule_list", {
    ...listView,
    Renderer: AssignmentRuleRenderer,
});
