import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { drawPath } from "./picture_path";
import { usePictureOnPaper } from "./picture_print";

const ZOOMS = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2];

/**
 * The decision tree of a template or of a sequence, drawn as the server laid it out.
 *
 * Each step opens at a click. The same tree is there as an outline, for small screens and for
 * readers that cannot use a drawing.
 */
export class CollectionPicture extends Component {
    static template = "account_collection.Picture";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.root = useRef("root");
        this.state = useState({ zoom: 1, outline: this.env.isSmall, large: false });
        onMounted(() => this.showCurrentStep());
        usePictureOnPaper(this.root, () => this.picture);
        const leave = (ev) => ev.key === "Escape" && (this.state.large = false);
        window.addEventListener("keydown", leave);
        onWillUnmount(() => window.removeEventListener("keydown", leave));
    }

    /** Scrolls the drawing to the current step, else to its top, in the middle. */
    showCurrentStep() {
        const scroll = this.root.el.querySelector(".o_collection_picture_scroll");
        if (scroll) {
            const boxes = this.picture.boxes;
            const box = boxes.find(({ state }) => state === "current") || boxes[0];
            scroll.scrollLeft = (box.x + box.width / 2) * this.state.zoom - scroll.clientWidth / 2;
            scroll.scrollTop = box.state ? box.y * this.state.zoom - scroll.clientHeight / 2 : 0;
        }
    }

    get picture() {
        return this.props.record.data[this.props.name];
    }

    /** Whether it shows a path taken, not a template. */
    get hasPath() {
        return this.props.record.resModel === "collection.sequence";
    }

    /** Whether its steps may still change. */
    get isDraft() {
        return !this.hasPath && this.props.record.data.state === "draft";
    }

    get boxes() {
        return this.picture.boxes.map((box) => ({
            ...box,
            foot: this.getFoot(box),
            title: this.getTitle(box),
        }));
    }

    get edges() {
        // what was taken is drawn over what was not
        return this.picture.edges
            .map((edge, index) => ({
                ...edge,
                id: index,
                taken: edge.taken || [],
                path: drawPath(edge.points),
                labels: edge.labels.map((label) => ({ ...label, title: this.getWhen(label) })),
            }))
            .sort((a, b) => a.taken.length - b.taken.length);
    }

    /** Each step with its rows as text, from the first one down. */
    get outline() {
        const boxes = this.boxes.filter((box) => !box.is_end);
        boxes.sort((a, b) => a.y - b.y || a.x - b.x);
        return boxes.map((box) => ({
            ...box,
            rows: this.picture.edges
                .filter((edge) => edge.source === box.key)
                .flatMap((edge) => edge.labels),
        }));
    }

    get style() {
        const { zoom } = this.state;
        const { width } = this.picture;
        return zoom ? `width: ${width * zoom}px` : `width: 100%; max-width: ${width}px`;
    }

    /** Places the arrow head, which points down at the origin, at the end of a line. */
    getArrow({ points }) {
        const [[fromX, fromY], [x, y]] = points.slice(-2);
        const sideways = fromY === y;
        return `translate(${x}, ${y}) rotate(${sideways ? (fromX > x ? 90 : -90) : 0})`;
    }

    getBoxClass(box) {
        return [box.is_end ? "o_end" : "", box.state ? `o_${box.state}` : ""].join(" ");
    }

    // -- labels --------------------------------------------------------------

    day(text) {
        return formatDate(deserializeDateTime(text));
    }

    getFoot(box) {
        if (box.visits?.length) {
            const last = this.day(box.visits.at(-1).entered);
            return box.visits.length > 1 ? _t("%s (×%s)", last, box.visits.length) : last;
        }
        if (box.is_end || this.hasPath) {
            return "";
        }
        return box.actions.length === 1 ? _t("1 action") : _t("%s actions", box.actions.length);
    }

    getState(box) {
        const states = {
            current: _t("Current step"),
            visited: _t("Done"),
            abandoned: _t("Left unfinished"),
            coming: _t("To come"),
        };
        return states[box.state] || "";
    }

    getTitle(box) {
        const visits = (box.visits || []).map((visit) =>
            visit.jumped
                ? _t("Entered on %s, by decision of a person", this.day(visit.entered))
                : _t("Entered on %s", this.day(visit.entered))
        );
        const actions = (box.actions || []).map((name) => `• ${name}`);
        const parts = [box.name, this.getState(box), ...visits, ...(box.functions || []), ...actions];
        return parts.filter(Boolean).join("\n");
    }

    getWhen(label) {
        const dates = (label.taken || []).map((date) => _t("Taken on %s", this.day(date)));
        return [label.sentence, ...dates].join("\n");
    }

    // -- what can be done ----------------------------------------------------

    openStep(box) {
        if (box.step_id) {
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "collection.sequence.step",
                res_id: box.step_id,
                views: [[false, "form"]],
                target: "current",
                context: { create: false, edit: this.isDraft, delete: this.isDraft },
            });
        }
    }

    onKeydown(ev, box) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.openStep(box);
        }
    }

    zoom(direction) {
        const svg = this.root.el.querySelector("svg");
        const now = svg.getBoundingClientRect().width / this.picture.width;
        const others = ZOOMS.filter((zoom) => (zoom - now) * direction > 0.01);
        this.state.zoom = (direction > 0 ? others[0] : others.at(-1)) || this.state.zoom;
    }

    print() {
        window.print();
    }
}

registry.category("fields").add("collection_picture", {
    component: CollectionPicture,
    displayName: _t("Picture of a decision tree"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
