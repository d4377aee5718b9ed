import { registry } from "@web/core/registry";

/* The cells of a dashboard are drawn on a canvas; what can be clicked lies above it, each at the
   place of its cell. What a click opens is told by the list: how many rows it counts. */

const CELL = ".o_spreadsheet_dashboard_action .o-dashboard-clickable-cell";
/** Where the columns begin, and the row of the numbers. */
const LEFT = { A: 0, B: 190, C: 370, E: 570, F: 760, G: 940 };
const TOP = 30;

/** Click a number once its data is there. */
async function clickNumber(column) {
    for (let time = 0; time < 80; time++) {
        const cell = [...document.querySelectorAll(CELL)].find(
            (found) =>
                Math.abs(found.offsetLeft - LEFT[column]) < 4 && Math.abs(found.offsetTop - TOP) < 4
        );
        if (cell) {
            cell.click();
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`The number in column ${column} cannot be clicked`);
}

/** A number is clicked: the list that it opens has so many rows. */
function openNumber(column, rows) {
    return [
        {
            content: `The number in column ${column} can be clicked`,
            trigger: CELL,
            run: () => clickNumber(column),
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
        ...openNumber("A", 3), // outstanding
        ...openNumber("B", 2), // overdue
        ...openNumber("C", 1), // disputed
        ...openNumber("E", 1), // DSO
        ...openNumber("F", 1), // mean days late
        ...openNumber("G", 1), // money received
        ...openBar(0, 1), // aged balance: what is not due
    ],
});

/** The same of the collector's. */
registry.category("web_tour.tours").add("collection_dashboard_collector_tour", {
    steps: () => [
        { content: "The dashboard is drawn", trigger: CELL },
        ...openNumber("A", 2), // overdue
        ...openNumber("B", 1), // promises awaited
    ],
});
