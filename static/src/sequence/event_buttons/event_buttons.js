import { Component } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A button for each event that a person may note now; noting it moves the sequence at once. */
export class EventButtonsField extends Component {
    static template = "account_collection.EventButtonsField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
    }

    get events() {
        return this.props.record.data[this.props.name] || [];
    }

    ask(name) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Note an event"),
            body: _t("“%s” has happened? The sequence goes on from it at once.", name),
            confirmLabel: _t("It has happened"),
            confirm: () => this.note(name),
            cancel: () => {},
        });
    }

    async note(name) {
        const { record } = this.props;
        if (await record.save()) {
            const followed = await this.orm.call(record.resModel, "record_event", [
                [record.resId],
                name,
            ]);
            this.notification.add(_t("“%s” noted. %s", name, followed), { type: "success" });
            await record.load();
        }
    }
}

registry.category("fields").add("collection_event_buttons", {
    component: EventButtonsField,
    displayName: _t("Buttons for events"),
    supportedTypes: ["json"],
});
