import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/**
 * A debtor opens its customer's form, with the customers of the list behind the pager: *next*
 * goes on to the one below, and back in the list, who needs nothing any more has dropped out.
 */
const OpensCustomer = (Controller) => class extends Controller {
    setup() {
        super.setup();
        // a list that one comes back to would show the counts that it was left with
        const { searchModel } = this.env;
        onWillStart(() => this.props.globalState?.searchModel && searchModel._reloadSections());
    }

    async openRecord(record, { newWindow } = {}) {
        const customers = this.model.root.records.map(({ data }) => data.customer_id.id);
        const action = await this.model.orm.call(
            "collection.debtor", "action_open_customer", [record.resId]);
        return this.env.services.action.doAction(action, {
            newWindow,
            props: { resId: record.data.customer_id.id, resIds: [...new Set(customers)] },
        });
    }
};

registry.category("views").add("collection_debtor_list", {
    ...listView,
    Controller: OpensCustomer(ListController),
});
registry.category("views").add("collection_debtor_kanban", {
    ...kanbanView,
    Controller: OpensCustomer(KanbanController),
});
