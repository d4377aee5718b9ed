import { Component, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A message as its reader sees it, in a frame of its own: its styles do not reach the screen
 * around it, and nothing in it runs. The frame is as high as its page.
 */
export class MessagePage extends Component {
    static template = "account_collection.MessagePage";
    static props = { html: String };

    setup() {
        this.frame = useRef("frame");
    }

    onLoad() {
        const page = this.frame.el.contentDocument.documentElement;
        this.frame.el.style.height = "0";
        this.frame.el.style.height = `${Math.min(page.scrollHeight, 900) + 4}px`;
    }
}

export class MessagePageField extends Component {
    static template = "account_collection.MessagePageField";
    static components = { MessagePage };
    static props = { ...standardFieldProps };

    get html() {
        return (this.props.record.data[this.props.name] || "").toString();
    }
}

registry.category("fields").add("collection_message_page", {
    component: MessagePageField,
    displayName: _t("Message as its reader sees it"),
    supportedTypes: ["html"],
});
