import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const MODEL = "collection.scenario";

/**
 * Plans and sends with some scenarios, or all, batch by batch, and shows how far it is.
 *
 * Each batch is one call of the server and stays done; *Stop* lets the present one end.
 */
export class ScenarioRunDialog extends Component {
    static template = "account_collection.ScenarioRunDialog";
    static components = { Dialog };
    static props = { close: Function, scenarioIds: Array, names: Array, onDone: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            phase: "ready", // ready, planning, sending, ended
            outlook: { companies: [], customers: 0, closed: [] },
            looked: 0,
            planned: 0,
            due: 0,
            taken: 0,
            sent: 0,
            errors: 0,
            stopping: false,
            failed: false,
        });
        onWillStart(async () => {
            this.state.outlook = await this.call("run_outlook");
        });
    }

    call(method, ...args) {
        return this.orm.silent.call(MODEL, method, [this.props.scenarioIds, ...args]);
    }

    get running() {
        return ["planning", "sending"].includes(this.state.phase);
    }

    get title() {
        const { names } = this.props;
        return names.length ? _t("Plan and send now: %s", names.join(", ")) : _t("Plan and send now");
    }

    /** Share done of the present phase, in percent. */
    get percent() {
        const { phase, looked, outlook, taken, due } = this.state;
        if (phase === "ended") {
            return 100;
        }
        const [done, all] = phase === "sending" ? [taken, due] : [looked, outlook.customers];
        return all ? Math.min(100, Math.round((100 * done) / all)) : 0;
    }

    get heading() {
        const { phase, stopping, failed, due, looked, outlook, taken } = this.state;
        if (phase === "ended") {
            return failed ? _t("Interrupted by an error") : stopping ? _t("Stopped") : _t("All is done");
        }
        if (stopping) {
            return _t("Ending the present batch…");
        }
        return phase === "sending"
            ? _t("Sending: %(done)s of %(all)s", { done: taken, all: due })
            : _t("Planning customers: %(done)s of %(all)s", { done: looked, all: outlook.customers });
    }

    async run(send) {
        try {
            await this.plan();
            if (send) {
                await this.send();
            }
        } catch (error) {
            this.state.failed = true;
            throw error; // the client shows it; what was done stays done
        } finally {
            this.state.phase = "ended";
        }
    }

    async plan() {
        const { state } = this;
        state.phase = "planning";
        for (const company of state.outlook.companies) {
            let after = 0;
            while (after !== false && !state.stopping) {
                const batch = await this.call("run_plan", company, after);
                state.looked += batch.customers;
                state.planned += batch.changed;
                after = batch.after;
            }
        }
    }

    async send() {
        const { state } = this;
        if (state.stopping) {
            return;
        }
        state.due = await this.call("run_due");
        state.phase = "sending";
        let after = 0;
        while (after !== false && !state.stopping) {
            const batch = await this.call("run_send", after);
            state.taken += batch.taken;
            state.sent += batch.sent;
            state.errors += batch.errors;
            after = batch.after;
        }
    }

    close() {
        this.props.close();
        if (this.state.phase === "ended") {
            this.props.onDone();
        }
    }

    async showErrors() {
        this.props.close();
        await this.action.doAction("account_collection.collection_action_action", {
            additionalContext: { search_default_open: 1, search_default_errors: 1 },
        });
    }
}

registry.category("actions").add("collection_scenario_run", (env, { params }) => {
    env.services.dialog.add(ScenarioRunDialog, {
        scenarioIds: params.scenario_ids,
        names: params.names,
        onDone: () => env.services.action.doAction("soft_reload"),
    });
});
