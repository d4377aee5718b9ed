import { _t } from "@web/core/l10n/translation";

/** Labels of a row of a decision table that may not be saved yet. */

function selectionLabel(record, name) {
    const choice = record.fields[name]?.selection?.find(([v]) => v === record.data[name]);
    return choice ? choice[1] : "?";
}

/** What one of a unit is called. */
const ONE = { days: _t("day"), weeks: _t("week"), months: _t("month") };

function describeDeadline(record, action) {
    const { base, delay_amount: amount, delay_unit: unit, marker } = record.data;
    const template = record._parentRecord?._parentRecord;
    const date = template?.data.marker_definition?.find?.(
        ({ name, string }) => [name, string].includes(marker));
    const bases = { action: action || "?", marker: date?.string || marker || "?" };
    return _t("%(amount)s %(unit)s after %(base)s", {
        amount,
        unit: (amount === 1 && ONE[unit]) || selectionLabel(record, "delay_unit"),
        base: bases[base] || selectionLabel(record, "base"),
    });
}

/** An event of the catalogue; of the end of another sequence, which one and how. */
function describeEvent(record) {
    const { ended_template_code: template, ending, event_code: code } = record.data;
    const label = selectionLabel(record, "event_code");
    const ended = code === "child_ended" ? [template, ending].filter(Boolean).join(", ") : "";
    return ended ? `${label} (${ended})` : label;
}

/** What a row waits for, when it is not the result of an action. */
export function describeWait(record, action) {
    const { below, condition, event_is_named: named, event_name: name, positive } = record.data;
    if (condition === "event") {
        return named ? name || "?" : describeEvent(record);
    }
    if (condition === "level") {
        const level = selectionLabel(record, "level_code");
        return record.data.level_code === "balance" ? `${level} ${below}` : level;
    }
    if (condition === "deadline") {
        return describeDeadline(record, action);
    }
    return positive ? _t("All successful") : _t("Whatever the results");
}

/** Where a row leads, when it is not simply a step. */
export function describeTarget(data, step) {
    const { end_label: end, target, target_template_code: template } = data;
    if (target === "end") {
        return _t("End: %s", end || "–");
    }
    if (target === "switch") {
        return _t("Switch to %s", template || "?");
    }
    return _t("Launch %(template)s, then %(step)s", {
        template: template || "?", step: step || "?",
    });
}
