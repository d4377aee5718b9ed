import { patch } from "@web/core/utils/patch";
import { WebClient } from "@web/webclient/webclient";

/** Whether a window action is Collection's, or shows records of one of its models. */
function isOurs({ xml_id = "", res_model = "" } = {}) {
    return `${xml_id}`.startsWith("account_collection.") || res_model.startsWith("collection.");
}

/**
 * An address opened in a new tab shows the menus of the app whose menu has that very action. What
 * a menu opens through a dialog or a choice has none: it belongs to Collection all the same.
 */
patch(WebClient.prototype, {
    async loadRouterState() {
        await super.loadRouterState(...arguments);
        const controller = this.actionService.currentController;
        if (!this.menuService.getCurrentApp() && isOurs(controller?.action)) {
            const app = this.menuService
                .getApps()
                .find(({ xmlid }) => xmlid === "account_collection.menu_collection_root");
            this.menuService.setCurrentMenu(app);
        }
    },
});
