import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { SelectMenu } from "@web/core/select_menu/select_menu";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Chooses a published template by name, and stores its code: whichever version is published on
 * the day takes over.
 */
export class TemplateCodeField extends Component {
    static template = "account_collection.TemplateCodeField";
    static components = { SelectMenu };
    static props = { ...standardFieldProps, placeholder: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.published = useState({ choices: [] });
        onWillStart(async () => {
            const templates = await this.orm.searchRead(
                "collection.sequence.template", [["state", "=", "published"]], ["code", "name"]);
            this.published.choices = templates.map(({ code, name }) => ({
                value: code, label: `${name} (${code})`,
            }));
        });
    }

    get value() {
        return this.props.record.data[this.props.name] || null;
    }

    /** A template chosen earlier may not be published any more: still show its code. */
    get choices() {
        const { choices } = this.published;
        const known = !this.value || choices.some(({ value }) => value === this.value);
        return known
            ? choices
            : [...choices, { value: this.value, label: _t("%s (not published)", this.value) }];
    }

    get label() {
        return this.choices.find(({ value }) => value === this.value)?.label || "";
    }

    onSelect(value) {
        this.props.record.update({ [this.props.name]: value || false });
    }
}

registry.category("fields").add("collection_template_code", {
    component: TemplateCodeField,
    displayName: _t("Template, by its code"),
    supportedTypes: ["char"],
    extractProps: ({ placeholder }) => ({ placeholder }),
});
