import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/**
 * One command on many records, batch by batch: what the first call of the server has left
 * (`tools/bulk.py`). Each batch stays done, whatever becomes of the next one; at the end it says how
 * many were done, and who was refused and why.
 */
export class BulkRunDialog extends Component {
    static template = "account_collection.BulkRunDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        model: String,
        method: String,
        args: Array, // of the method, before the ids of a batch
        context: Object,
        title: String,
        ids: Array, // what is left
        size: Number, // of a batch
        done: Number,
        refused: Array,
    };

    setup() {
        this.orm = useService("orm");
        const { ids, done, refused } = this.props;
        this.all = ids.length + done + refused.length;
        this.state = useState({
            left: [...ids],
            done,
            refused: [...refused],
            running: false,
            stopping: false,
            lost: false,
        });
        onWillStart(() => {
            this.run(); // the dialog is there while it goes on
        });
    }

    get percent() {
        return Math.round((100 * (this.all - this.state.left.length)) / this.all);
    }

    get heading() {
        const { left, running, stopping, lost, done } = this.state;
        if (lost) {
            return _t("The connection was lost");
        }
        if (running) {
            return stopping
                ? _t("Ending the present batch…")
                : _t("%(done)s of %(all)s", { done: this.all - left.length, all: this.all });
        }
        if (left.length) {
            return _t("Interrupted");
        }
        if (!this.refusedCount) {
            return _t("All is done");
        }
        return done ? _t("Some were refused") : _t("Nothing was done");
    }

    async run() {
        const { state } = this;
        Object.assign(state, { running: true, stopping: false, lost: false });
        try {
            while (state.left.length && !state.stopping && !state.lost) {
                await this.runBatch(state.left.slice(0, this.props.size));
            }
        } finally {
            state.running = false;
        }
    }

    async runBatch(ids) {
        const { state, props } = this;
        try {
            const { done, refused } = await this.orm.silent.call(
                props.model,
                props.method,
                [...props.args, ids],
                { context: props.context }
            );
            state.done += done;
            state.refused.push(...refused);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                state.lost = true; // what became of it is seen when the same batch is tried again
                return;
            }
            if (!(error instanceof RPCError)) {
                throw error;
            }
            state.refused.push({
                name: _t("%s of them", ids.length),
                reason: error.data?.message || error.message,
                count: ids.length,
            });
        }
        state.left = state.left.slice(ids.length);
    }

    get refusedCount() {
        return this.state.refused.reduce((sum, { count = 1 }) => sum + count, 0);
    }
}

registry.category("actions").add("collection_bulk", (env, { params }) => {
    env.services.dialog.add(BulkRunDialog, params, {
        // however it is closed, and whatever is left: what was done shows
        onClose: () => {
            env.services.action.doAction("soft_reload");
        },
    });
    return { type: "ir.actions.act_window_close" }; // the dialog that asked for it
});
