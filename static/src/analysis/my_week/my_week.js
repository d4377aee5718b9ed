import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListRenderer } from "@web/views/list/list_renderer";
import "../../debtor/debtor_views/debtor_views"; // what is taken up is there

/** What the user collected, was promised and did since Monday; each figure opens its rows. */
export class MyWeek extends Component {
    static template = "account_collection.MyWeek";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ figures: [], subscribed: false });
        onWillStart(() => { this.load(); }); // the list does not wait for it
    }

    async load() {
        Object.assign(this.state, await this.orm.call("collection.analysis.week", "get_week"));
    }

    async open(figure) {
        this.action.doAction(await this.orm.call(
            "collection.analysis.week", "get_action", [figure.name]));
    }

    async subscribe() {
        const wanted = !this.state.subscribed;
        await this.orm.call("collection.analysis.week", "subscribe", [wanted]);
        this.state.subscribed = wanted;
        this.notification.add(
            wanted ? _t("It is mailed to you on Mondays.") : _t("It is no longer mailed to you."),
            { type: "info" });
    }
}

const debtorList = registry.category("views").get("collection_debtor_list");

/** The work list, with the user's week above it. */
class WorkListRenderer extends ListRenderer {
    static template = "account_collection.WorkListRenderer";
    static components = { ...ListRenderer.components, MyWeek };

    get showsWeek() {
        return Boolean(this.props.list.context.collection_own) && !this.env.isSmall;
    }
}

registry.category("views").add("collection_work_list", {
    ...debtorList,
    Renderer: WorkListRenderer,
});
