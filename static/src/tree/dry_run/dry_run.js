import { Component, markup, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MODEL = "collection.sequence.dry.run";

/** What both screens on a template need: its id, kept over a reload, and dates as the reader writes them. */
class TemplateScreen extends Component {
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        const { context, params } = this.props.action;
        this.templateId = params?.template_id || context?.active_id;
        this.display = { controlPanel: {} };
    }

    formatDay(day) {
        return day ? formatDate(deserializeDate(day)) : "";
    }
}

/**
 * Dry run: a sequence of a template that no customer is in. The moves live here and nowhere
 * else; the server plays them from the start each time and says what they lead to.
 */
export class CollectionDryRun extends TemplateScreen {
    static template = "account_collection.DryRun";
    static displayName = _t("Dry run");

    setup() {
        super.setup();
        this.notification = useService("notification");
        const params = this.props.action.params || {};
        this.start = params.start || false;
        this.state = useState({
            run: null, moves: params.moves || [], days: 7, name: "", keeping: false, jump: "",
            amounts: {},
        });
        onWillStart(() => this.play(this.state.moves));
    }

    /** Play these moves; a last move that is refused is reported and left out. */
    async play(moves) {
        const run = await this.orm.call(MODEL, "read_run", [
            this.templateId, this.start, moves,
        ]);
        if (run.refused && this.state.run) {
            this.notification.add(run.refused, { type: "warning" });
            return;
        }
        if (run.refused) {
            this.notification.add(run.refused, { type: "warning", sticky: true });
        }
        for (const message of run.messages || []) {
            message.body = markup(message.body);
        }
        this.start = run.start;
        this.state.moves = moves;
        this.state.run = run;
    }

    do(move) {
        return this.play([...this.state.moves, move]);
    }

    answer(action, answer) {
        return this.do({
            do: "close", step: action.step, content: action.content,
            outcome: answer.outcome || null, option: answer.option || null,
        });
    }

    wait(days) {
        return this.do({ do: "wait", days: Number(days) });
    }

    raise(event) {
        const amount = Number(this.state.amounts[event.code]) || 0;
        return this.do({ do: "event", code: event.code, amount, about: event.about });
    }

    setLevel(level, value) {
        const known = level.is_amount ? (value === "" ? null : Number(value)) : value;
        return this.do({ do: "level", code: level.code, value: known });
    }

    setMarker(marker, value) {
        return this.do({ do: "marker", name: marker.name, value: value || null });
    }

    setGuard(guard, value) {
        return this.do({ do: "guard", step: guard.step, row: guard.row, value });
    }

    jump(ev) {
        const step = ev.target.value;
        ev.target.value = "";
        return step && this.do({ do: "jump", step });
    }

    setStart(value) {
        this.start = value || false;
        return this.play([]);
    }

    back() {
        return this.play(this.state.moves.slice(0, -1));
    }

    restart() {
        return this.play([]);
    }

    get isOver() {
        return !["running", "paused"].includes(this.state.run.status);
    }

    get incidentWays() {
        return [
            { do: "retry", label: _t("Try again") },
            { do: "skip", label: _t("Go on all the same") },
        ];
    }

    async keep() {
        await this.orm.call("collection.sequence.template", "keep_dry_run", [
            [this.templateId], this.state.name, this.start, this.state.moves,
        ]);
        this.notification.add(_t("Kept: publishing will play it again."), { type: "success" });
        Object.assign(this.state, { keeping: false, name: "" });
    }
}

/** Every way through a template, with the longest that it may take. */
export class CollectionAllPaths extends TemplateScreen {
    static template = "account_collection.AllPaths";
    static displayName = _t("All paths");

    setup() {
        super.setup();
        onWillStart(async () => {
            this.found = await this.orm.call(MODEL, "read_paths", [this.templateId]);
        });
    }

    getDuration(part) {
        const { days, open } = part;
        if (!open) {
            return days === 1 ? _t("1 day") : _t("%s days", days);
        }
        return !days ? _t("open") : days === 1 ? _t("1 day or more") : _t("%s days or more", days);
    }
}

registry.category("actions").add("account_collection.dry_run", CollectionDryRun);
registry.category("actions").add("account_collection.all_paths", CollectionAllPaths);
