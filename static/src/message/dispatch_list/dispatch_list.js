import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

/** What keeps messages from leaving, said once above all those that it holds up. */
export class DispatchAlert extends Component {
    static template = "account_collection.DispatchAlert";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({ text: "" });
        onWillStart(async () => {
            this.state.text = await this.orm.call("collection.dispatch", "get_alert", []);
        });
    }
}

export class DispatchRenderer extends ListRenderer {
    static template = "account_collection.DispatchRenderer";
    static components = { ...ListRenderer.components, DispatchAlert };
}

registry.category("views").add("collection_dispatch_list", {
    ...listView,
    Renderer: DispatchRenderer,
});
