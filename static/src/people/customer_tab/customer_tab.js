import { Component, onMounted, onWillUpdateProps, status, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { effect } from "@web/core/utils/reactive";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** On the bus of the environment: something of a customer's collection has changed. */
export const CUSTOMER_CHANGED = "COLLECTION:CUSTOMER-CHANGED";

/**
 * A tab of the customer that is a form of its own. It is read when the tab is opened, so that a
 * customer opens as fast as without it; the form around it has nothing to save for it.
 *
 *     <widget name="collection_customer_tab"
 *             view="account_collection.res_partner_view_form_tab_sequences"/>
 */
export class CustomerTab extends Component {
    static template = "account_collection.CustomerTab";
    static components = { View };
    static props = { ...standardWidgetProps, view: String };

    setup() {
        useSubEnv({ config: getDefaultConfig() });
        this.viewProps = this.getViewProps(this.props);
        onWillUpdateProps((props) => {
            // the very same props, or the tab would be read anew whenever the page is drawn
            if (props.record.resId !== this.viewProps.resId) {
                this.viewProps = this.getViewProps(props);
            }
        });
    }

    getViewProps({ record, readonly, view }) {
        return {
            type: "form",
            resModel: "res.partner",
            resId: record.resId,
            views: [[false, "form"]],
            context: { ...record.context, form_view_ref: view },
            display: { controlPanel: false },
            readonly,
            preventCreate: true,
            onChanged: () => this.onChanged(),
        };
    }

    /** The rest of the page shows it too, unless somebody is writing there. */
    async onChanged() {
        if (status(this) === "destroyed") {
            return; // a button has led elsewhere
        }
        const { model } = this.props.record;
        this.env.bus.trigger(CUSTOMER_CHANGED);
        const written = await model.root.isDirty();
        if (!written && status(this) !== "destroyed") {
            await model.root.load();
        }
    }
}

registry.category("view_widgets").add("collection_customer_tab", {
    component: CustomerTab,
    extractProps: ({ attrs }) => ({ view: attrs.view }),
});

/** What is changed in the tab is saved at once: the page around it has the buttons of its own. */
export class CustomerTabController extends FormController {
    static props = { ...FormController.props, onChanged: Function };

    setup() {
        super.setup();
        onMounted(() => effect((model) => this.watchLine(model.root), [this.model]));
    }

    get modelParams() {
        const params = super.modelParams;
        params.hooks.onRecordChanged = () => {
            if (!this.line) {
                this.saveChange(); // not waited for: saving has its turn after the change
            }
        };
        return params;
    }

    /** A line that is being written is saved when it is left. */
    watchLine(root) {
        const lines = Object.keys(root.activeFields).map((name) => root.data[name]?.editedRecord);
        const left = this.line;
        this.line = lines.find((line) => line)?.id;
        if (left && !this.line && status(this) === "mounted") {
            this.saveChange();
        }
    }

    /** What is refused is taken back. */
    async saveChange() {
        await this.model.root.save({
            onError: (error, { discard }) => {
                discard();
                throw error;
            },
        });
    }

    async onRecordSaved() {
        await super.onRecordSaved(...arguments);
        this.props.onChanged();
    }

    async afterExecuteActionButton() {
        await super.afterExecuteActionButton(...arguments);
        this.props.onChanged();
    }
}

registry.category("views").add("collection_customer_tab", {
    ...formView,
    Controller: CustomerTabController,
});
