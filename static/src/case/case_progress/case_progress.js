import { Component, onMounted, onWillUnmount, status } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Milliseconds after which it is asked again how far the file is. */
const PACE = 3000;

/** How far a file is that is made in the background: asked again until it is there. */
export class CollectionCaseProgress extends Component {
    static template = "account_collection.CaseProgress";
    static props = { ...standardFieldProps };

    setup() {
        let timer = null;
        const wait = () => {
            timer = this.isWaiting ? setTimeout(ask, PACE) : null;
        };
        const ask = async () => {
            await this.props.record.load();
            if (status(this) === "mounted") { // who has left meanwhile asks no more
                wait();
            }
        };
        onMounted(wait);
        onWillUnmount(() => clearTimeout(timer));
    }

    get isWaiting() {
        return this.props.record.resId && this.props.record.data.state === "queued";
    }

    get percent() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("collection_case_progress", {
    component: CollectionCaseProgress,
    supportedTypes: ["integer"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
