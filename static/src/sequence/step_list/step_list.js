import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";
import { CollectionPageListField } from "../../common/page_list/page_list";

/** A table with the name of each step above the rows that belong to it. */
export class StepListRenderer extends ListRenderer {
    static rowsTemplate = "account_collection.StepListRenderer.Rows";

    /** The name of the record's step where the row before it belongs to another visit. */
    getHeading(record, index) {
        const { visit_label: label } = record.data;
        const before = index && this.props.list.records[index - 1].data.visit_label;
        return label === before ? "" : label || "";
    }
}

export class StepListField extends CollectionPageListField {
    static components = { ...CollectionPageListField.components, ListRenderer: StepListRenderer };
}

registry.category("fields").add("collection_step_list", {
    ...x2ManyField,
    component: StepListField,
    displayName: _t("Table by steps"),
});
