import { DashboardSearchBar } from "@spreadsheet_dashboard/bundle/dashboard_action/dashboard_search_bar/dashboard_search_bar";
import { patch } from "@web/core/utils/patch";

/** A filter that is set stands in the search bar by its name in the reader's language, as it does
 * where it is offered; Odoo shows it as the file has it. */
patch(DashboardSearchBar.prototype, {
    async getFacetFor(filter) {
        const facet = await super.getFacetFor(filter);
        return { ...facet, title: this.props.model.getters.dynamicTranslate(filter.label) };
    },
});
