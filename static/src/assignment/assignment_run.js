import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const MODEL = "collection.assignment.rule";

/**
 * Runs one rule by hand after a preview, or the automatic rules, step by step.
 *
 * Each step is one call of the server and stays done: a rule of the automatic run, a batch of
 * customers of a rule.
 */
export class AssignmentRunDialog extends Component {
    static template = "account_collection.AssignmentRunDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        onDone: Function,
        ruleId: { type: Number, optional: true },
        ruleName: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            phase: "ready", // ready, running, ended
            outlook: null,
            done: 0,
            all: 0,
            changed: 0,
            errors: "",
            failed: false,
        });
        onWillStart(async () => {
            if (this.props.ruleId) {
                this.state.outlook = await this.call("run_outlook", [this.props.ruleId]);
            }
        });
    }

    call(method, ...args) {
        return this.orm.silent.call(MODEL, method, args);
    }

    get title() {
        return this.props.ruleId
            ? _t("Run: %s", this.props.ruleName)
            : _t("Run automatic assignment");
    }

    get percent() {
        const { phase, done, all } = this.state;
        return phase === "ended" && !this.state.failed
            ? 100
            : all
              ? Math.min(100, Math.round((100 * done) / all))
              : 0;
    }

    get heading() {
        const { phase, failed, done, all } = this.state;
        if (phase === "ended") {
            return failed ? _t("Interrupted by an error") : _t("Done");
        }
        return this.props.ruleId
            ? _t("Customers: %(done)s of %(all)s", { done, all })
            : _t("Rule %(done)s of %(all)s", { done: Math.min(done + 1, all), all });
    }

    /** Nothing that changes: there is nothing to run. */
    get idle() {
        return this.state.outlook && !this.state.outlook.total;
    }

    async run() {
        this.state.phase = "running";
        try {
            await (this.props.ruleId ? this.runRule() : this.runAutomatic());
        } catch (error) {
            this.state.failed = true;
            throw error; // the client shows it; what was done stays done
        } finally {
            this.state.phase = "ended";
        }
    }

    async runRule() {
        const { state, props } = this;
        state.all = state.outlook.matched;
        let after = 0;
        while (after !== false) {
            const batch = await this.call("run_batch", [props.ruleId], after);
            state.done += batch.taken;
            state.changed += batch.changed;
            after = batch.after;
        }
    }

    async runAutomatic() {
        const { state } = this;
        const { run, rules } = await this.call("automatic_begin");
        state.all = rules;
        for (let ended = false; !ended; ) {
            const step = await this.call("automatic_step", run);
            state.done = rules - step.left;
            Object.assign(state, { changed: step.changed, errors: step.errors });
            ended = step.ended;
        }
    }

    close() {
        this.props.close();
        if (this.state.phase === "ended") {
            this.props.onDone();
        }
    }
}

registry.category("actions").add("collection_assignment_run", (env, { params }) => {
    env.services.dialog.add(AssignmentRunDialog, {
        ruleId: params.rule_id,
        ruleName: params.rule_name,
        onDone: () => env.services.action.doAction("soft_reload"),
    });
});
