import { registry } from "@web/core/registry";

/** The settings, opened by their address: over the work list, as from the menu. */
registry.category("actions").add("collection_settings_address", async ({ services }) => {
    await services.action.doAction("account_collection.collection_debtor_action_work", {
        clearBreadcrumbs: true,
    });
    await services.action.doAction("account_collection.collection_settings_action");
});
