import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/** A one2many list whose rows open as full pages, with breadcrumbs, instead of dialogs. */
export class CollectionPageListField extends X2ManyField {
    async openRecord(record) {
        return this.switchToForm(record, {});
    }
}

registry.category("fields").add("collection_page_list", {
    ...x2ManyField,
    component: CollectionPageListField,
    displayName: _t("Table opening full pages"),
});
