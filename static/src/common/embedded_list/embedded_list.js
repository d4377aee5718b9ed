import { Component, onWillUpdateProps, toRaw, useSubEnv } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { evaluateExpr } from "@web/core/py_js/py";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A list with its own search bar, within a form.
 *
 *     <widget name="collection_embedded_list" res_model="collection.history"
 *             domain="[('sequence_id', '=', id)]" refresh="rev"/>
 *
 * `refresh` names a field of the form: the list is read again when its value changes.
 */
export class EmbeddedList extends Component {
    static template = "account_collection.EmbeddedList";
    static components = { View };
    static props = {
        ...standardWidgetProps,
        resModel: String,
        domain: { type: String, optional: true },
        context: { type: String, optional: true },
        refresh: { type: String, optional: true },
        title: { type: String, optional: true },
    };
    static defaultProps = { domain: "[]", context: "{}", title: _t("Details") };

    setup() {
        this.action = useService("action");
        useSubEnv({ config: getDefaultConfig() });
        this.prepare(this.props);
        onWillUpdateProps((props) => this.prepare(props));
    }

    /**
     * The list is read anew when the form was, and when it is to show something else. Else it has
     * the very same props, whenever the form is drawn.
     */
    prepare(props) {
        const { record, refresh } = props;
        const viewProps = this.getViewProps(props);
        const shown = JSON.stringify([viewProps.domain, viewProps.context]);
        const data = toRaw(record.data);
        if (data !== this.data || shown !== this.shown) {
            Object.assign(this, { data, shown, viewProps });
        }
        this.key = `${record.resId}-${refresh ? record.data[refresh] : ""}`;
    }

    getViewProps({ context, domain, record, resModel }) {
        return {
            resModel,
            type: "list",
            views: [
                [false, "list"],
                [false, "search"],
            ],
            searchViewId: false,
            loadIrFilters: true,
            domain: new Domain(domain).toList(record.evalContext),
            context: evaluateExpr(context, record.evalContext),
            display: { searchPanel: false },
            noBreadcrumbs: true,
            allowSelectors: false,
            showButtons: false,
            readonly: true,
            limit: 40,
            selectRecord: (resId) => this.open(resId),
        };
    }

    open(resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: this.props.title,
            res_model: this.props.resModel,
            res_id: resId,
            views: [[false, "form"]],
            target: "new",
            context: { dialog_size: "medium" },
        });
    }
}

registry.category("view_widgets").add("collection_embedded_list", {
    component: EmbeddedList,
    extractProps: ({ attrs }) => ({
        resModel: attrs.res_model,
        domain: attrs.domain,
        context: attrs.context,
        refresh: attrs.refresh,
        title: attrs.string,
    }),
    fieldDependencies: [],
});
