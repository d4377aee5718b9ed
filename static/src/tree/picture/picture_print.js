import { onMounted, onWillUnmount } from "@odoo/owl";

/** Height of a printed page for one of width; a title and the margins taken off. */
const PAGE = 1.36;

/**
 * While the picture is on screen, printing the page prints the picture alone: as wide as the
 * paper, cut between two layers where it is too long for one sheet.
 */
export function usePictureOnPaper(root, getPicture) {
    let paper = null;
    const lay = () => {
        const svg = root.el?.querySelector("svg");
        if (svg && root.el.offsetParent) {
            paper = makePaper(svg, getPicture());
            document.body.append(paper);
            document.body.classList.add("o_collection_printing");
        }
    };
    const clear = () => {
        paper?.remove();
        paper = null;
        document.body.classList.remove("o_collection_printing");
    };
    onMounted(() => {
        window.addEventListener("beforeprint", lay);
        window.addEventListener("afterprint", clear);
    });
    onWillUnmount(() => {
        window.removeEventListener("beforeprint", lay);
        window.removeEventListener("afterprint", clear);
        clear();
    });
}

function makePaper(svg, { width, height, breaks }) {
    const paper = document.createElement("div");
    paper.className = "o_collection_picture_paper";
    const title = document.createElement("h3");
    title.textContent = document.title;
    paper.append(title);
    for (const [top, bottom] of findSheets(width, height, breaks)) {
        const sheet = svg.cloneNode(true);
        sheet.setAttribute("viewBox", `0 ${top} ${width} ${bottom - top}`);
        sheet.removeAttribute("style");
        paper.append(sheet);
    }
    return paper;
}

/** Where to cut: as few sheets as possible, of about the same height. */
function findSheets(width, height, breaks) {
    const room = Math.max(width, 700) * PAGE;
    const full = cutAt([...breaks, height], room);
    const even = cutAt([...breaks, height], Math.min(room, (height / full.length) * 1.1));
    return even.length === full.length ? even : full;
}

function cutAt(cuts, room) {
    const sheets = [];
    let top = 0;
    let bottom = 0;
    for (const cut of cuts) {
        if (cut - top > room && bottom > top) {
            sheets.push([top, bottom]);
            top = bottom;
        }
        bottom = cut;
    }
    return [...sheets, [top, bottom]];
}
