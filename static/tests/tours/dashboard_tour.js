import { registry } from "@web/core/registry";

/* The cells of a dashboard are drawn on a canvas; what can be clicked lies above it, in the order
   of the cells. What a click opens is told by the list: how many rows it counts. */

const CELL = ".o_spreadsheet_dashboard_action .o-dashboard-clickable-cell";

/** A number is clicked: the list that it opens has so many rows. */
function openNumber(index, rows) {
    return [
        {
            content: `Number ${index} can be clicked`,
            trigger: `${CELL}:eq(${index})`,
            run: "click",
        },
        {
            content: `It opens ${rows} rows`,
            trigger: `.o_list_view .o_pager_limit:contains(/^${rows}$/)`,
        },
        { trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button", run: "click" },
        { content: "Back on the dashboard", trigger: CELL },
    ];
}

/** A bar of a chart is clicked. */
function openBar(index, rows) {
    return [
        {
            content: `Chart ${index} is drawn`,
            trigger: `.o_spreadsheet_dashboard_action .o-figure canvas`,
            async run() {
                const canvases = document.querySelectorAll(
                    ".o_spreadsheet_dashboard_action .o-figure canvas"
                );
                const canvas = canvases[index];
                const chart = window.Chart.getChart(canvas);
                const filled = chart.data.datasets
                    .flatMap((dataset, number) =>
                        dataset.data.map((value, item) => ({ number, item, value }))
                    )
                    .find(({ value }) => value);
                const element = chart.getDatasetMeta(filled.number).data[filled.item];
                const { x, y } = element.getCenterPoint();
                const box = canvas.getBoundingClientRect();
                canvas.dispatchEvent(
                    new MouseEvent("click", {
                        bubbles: true,
                        clientX: box.x + x,
                        clientY: box.y + y,
                    })
                );
            },
        },
        {
            content: `It opens ${rows} rows`,
            trigger: `.o_list_view .o_pager_limit:contains(/^${rows}$/)`,
        },
        { trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button", run: "click" },
        { content: "Back on the dashboard", trigger: CELL },
    ];
}

/** Numbers and charts of the manager's dashboard, each with the rows that it counts. */
registry.category("web_tour.tours").add("collection_dashboard_manager_tour", {
    steps: () => [
        { content: "The dashboard is drawn", trigger: CELL },
        ...openNumber(0, 3), // outstanding
        ...openNumber(1, 2), // overdue
        ...openNumber(2, 1), // disputed
        ...openNumber(3, 1), // DSO
        ...openNumber(4, 1), // mean days late
        ...openNumber(5, 1), // money received
        ...openBar(0, 1), // aged balance: what is not due
    ],
});

/** The same of the collector's. */
registry.category("web_tour.tours").add("collection_dashboard_collector_tour", {
    steps: () => [
        { content: "The dashboard is drawn", trigger: CELL },
        ...openNumber(0, 2), // overdue
        ...openNumber(1, 1), // promises awaited
    ],
});
