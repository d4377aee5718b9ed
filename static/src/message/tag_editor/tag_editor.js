import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { MessagePage } from "./message_page";

const MODEL = "collection.message.preview";
const FIELDS = [
    "kind", "name", "subject", "body", "attach_statement", "formal_notice", "grace_days",
];
/** What a text is part of, and who else reads it: of a scenario's step. */
const PLACE = ["scenario_id", "offset", "write_to", "recipient_function_id"];
const BESIDE = ["beside_subject", "beside_body"];

/**
 * The hashtags that a text may hold, to stand beside its editor. A click puts one where the
 * cursor is; where there is none, it is copied.
 */
export class TagList extends Component {
    static template = "account_collection.TagList";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ tags: [], search: "" });
        onWillStart(async () => {
            this.state.tags = await this.orm.cache().call(MODEL, "get_tags", []);
        });
    }

    get found() {
        const search = this.state.search.trim().replace(/^#/, "").toLowerCase();
        return this.state.tags.filter(({ name, description }) =>
            name.includes(search) || description.toLowerCase().includes(search));
    }

    /** The cursor stays where it is: the editor must not lose the focus to the list. */
    onMouseDown(ev) {
        ev.preventDefault();
    }

    async onClick(name) {
        if (isWritable(document.activeElement)) {
            const [before, after] = readAround(document.activeElement);
            const text = (/\w$/.test(before) ? " " : "") + `#${name}` + (/^\w/.test(after) ? " " : "");
            document.execCommand("insertText", false, text);
            return;
        }
        try {
            await browser.navigator.clipboard.writeText(`#${name}`);
            this.notification.add(_t("#%s is copied: paste it where you want it.", name), {
                type: "info",
            });
        } catch {
            this.notification.add(_t("Put the cursor where you want it first, then click."), {
                type: "warning",
            });
        }
    }
}

/** Whether the cursor stands in a text that may hold hashtags. */
function isWritable(target) {
    return target.isContentEditable
        || (target.closest("[name='subject'], [name='beside_subject']")
            && target.matches("input, textarea"));
}

/** Whether nothing is to be read in a text. */
function isEmpty(html) {
    const { body } = new DOMParser().parseFromString((html || "").toString(), "text/html");
    return !body.textContent.trim() && !body.querySelector("img");
}

/** What stands before and after the cursor. */
function readAround(target) {
    if (!target.isContentEditable) {
        return [
            target.value.slice(0, target.selectionStart), target.value.slice(target.selectionEnd),
        ];
    }
    const { startContainer, startOffset, endContainer, endOffset } = document.getSelection()
        .getRangeAt(0);
    const read = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : "");
    return [read(startContainer).slice(0, startOffset), read(endContainer).slice(endOffset)];
}

/**
 * The text being written, as it would read for a customer; with the option `beside`, the text for
 * the holder of a function, as it would read for the customer's.
 */
export class TagPreview extends Component {
    static template = "account_collection.TagPreview";
    static components = { MessagePage, RecordSelector };
    static props = { ...standardWidgetProps, beside: { type: Boolean, optional: true } };
    static defaultProps = { beside: false };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ customerId: false, message: null, problem: "" });
        this.domain = [["parent_id", "=", false]];
        this.asked = 0;
        const refresh = useDebounced(() => this.refresh(), 300);
        onWillStart(async () => {
            this.state.customerId = await this.orm.cache().call(
                MODEL, "find_sample", [this.functionId]);
        });
        useRecordObserver((record) => {
            [...FIELDS, ...PLACE, ...BESIDE].forEach((name) => record.data[name]); // observed
            refresh();
        });
    }

    /** Whose holder reads it, where that is not the customer. */
    get functionId() {
        const { recipient_function_id: found, write_to: to } = this.props.record.data;
        return (this.props.beside || to === "holder") && found ? found.id : false;
    }

    get values() {
        const { data, resId } = this.props.record;
        const values = Object.fromEntries(
            FIELDS.filter((name) => name in data).map((name) => [name, data[name]]));
        if (this.props.beside) { // what is empty is as for the customer
            values.subject = data.beside_subject || data.subject;
            values.body = isEmpty(data.beside_body) ? data.body : data.beside_body;
        }
        return {
            ...values,
            body: (values.body || "").toString(),
            id: resId,
            scenario_id: data.scenario_id ? data.scenario_id.id : false,
            offset: data.offset || 0,
            recipient_function_id: this.functionId,
        };
    }

    get unknown() {
        return this.state.message?.unknown.map((name) => `#${name}`).join(", ");
    }

    /** What was asked last is shown, whichever answer comes last. */
    async refresh() {
        if (!this.state.customerId) {
            this.state.message = null;
            return;
        }
        const asked = ++this.asked;
        try {
            const message = await this.orm.silent.call(
                MODEL, "render_sample", [this.state.customerId, this.values],
                { context: user.context });
            if (asked === this.asked) {
                Object.assign(this.state, { message, problem: "" });
            }
        } catch (error) {
            if (asked === this.asked) {
                this.state.message = null;
                this.state.problem = error.data?.message || _t("It cannot be shown.");
            }
        }
    }

    onCustomer(customerId) {
        this.state.customerId = customerId;
        this.refresh();
    }
}

registry.category("view_widgets").add("collection_tags", { component: TagList });
registry.category("view_widgets").add("collection_message_preview", {
    component: TagPreview,
    extractProps: ({ options }) => ({ beside: Boolean(options.beside) }),
});
