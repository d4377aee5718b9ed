import { registry } from "@web/core/registry";

/**
 * Values that a view of Odoo's own shows a moment after it is there, so that it opens as fast as
 * without us: all that is asked for at a time is read by one request a model.
 */
export class LateReads {
    constructor(orm) {
        this.orm = orm;
        this.asked = new Map();
    }

    /**
     * @param {string} resModel
     * @param {number} resId
     * @param {string[]} fieldNames
     * @returns {Promise<Object>} values by field, as `read` gives them; empty where the record is
     *  gone. Refused, as `read` is, where the user may not read one of those asked for.
     */
    async read(resModel, resId, fieldNames) {
        let asked = this.asked.get(resModel);
        if (!asked) {
            asked = { ids: new Set(), names: new Set() };
            asked.rows = new Promise((resolve) => setTimeout(resolve)).then(() => {
                this.asked.delete(resModel);
                return this.orm.read(resModel, [...asked.ids], [...asked.names]);
            });
            this.asked.set(resModel, asked);
        }
        asked.ids.add(resId);
        fieldNames.forEach((name) => asked.names.add(name));
        const rows = await asked.rows;
        return rows.find((row) => row.id === resId) || {};
    }
}

registry.category("services").add("collection_late_reads", {
    dependencies: ["orm"],
    start: (_env, { orm }) => new LateReads(orm),
});
