// Breaks pages between the rows of tables and repeats their heads, which the PDF program with
// plain Qt does not. Runs in the page to be printed, in the browser of that program: ES5 alone.
(function () {
    "use strict";
    var body = document.body;

    function list(nodes) {
        return Array.prototype.slice.call(nodes);
    }

    function box(node) {
        return node.getBoundingClientRect();
    }

    function measure(length) {
        var probe = document.createElement("div"), height;
        probe.style.cssText = "position: absolute; height: " + length + "mm;";
        body.appendChild(probe);
        height = box(probe).height;
        body.removeChild(probe);
        return height;
    }

    // What goes along with a table: the heading right above it, with what stands between.
    function findStart(table) {
        var node = table.previousElementSibling;
        while (node && node.tagName === "P") {
            node = node.previousElementSibling;
        }
        return node && node.tagName === "H2" ? node : table;
    }

    // The parts of a table between which a page may end: its bodies, or the rows of the only one.
    function findParts(table) {
        var bodies = list(table.tBodies);
        return bodies.length === 1 ? list(bodies[0].rows) : bodies;
    }

    // Move parts into a copy of their table, on a page of its own.
    function split(table, parts) {
        var copy = table.cloneNode(false), holder = copy;
        copy.appendChild(table.tHead.cloneNode(true));
        if (parts[0].tagName === "TR") {
            holder = copy.appendChild(document.createElement("tbody"));
        }
        parts.forEach(function (part) {
            holder.appendChild(part);
        });
        copy.style.pageBreakBefore = "always";
        table.parentNode.insertBefore(copy, table.nextSibling);
        return copy;
    }

    // Odoo cuts the tables of a very large page after so many rows: they are one again.
    function rejoin(table) {
        var before = table.previousElementSibling, holder;
        if (table.tHead || !before || !before.tHead || before.className !== table.className) {
            return;
        }
        holder = before.tBodies.length === 1 && table.tBodies.length === 1
            ? before.tBodies[0] : before;
        list(holder === before ? table.tBodies : table.rows).forEach(function (part) {
            holder.appendChild(part);
        });
        table.parentNode.removeChild(table);
    }

    // Returns where the page begins on which the table ends.
    function breakTable(table, top, room) {
        var parts = findParts(table), boxes = parts.map(box), start = findStart(table);
        var head = box(table.tHead).height, cuts = [], last = table;
        while (box(start).top - top > room) { // what stands before it has filled pages
            top += room;
        }
        if (parts.length && boxes[0].bottom - top > room && box(start).top > top + 1) {
            start.style.pageBreakBefore = "always";
            top = box(start).top;
        }
        boxes.forEach(function (part, place) {
            if (place && part.bottom - top > room) {
                cuts.push(place);
                top = part.top - head;
            }
        });
        cuts.forEach(function (place, number) {
            last = split(last, parts.slice(place, cuts[number + 1]));
        });
        return cuts.length ? box(last).top : top;
    }

    list(document.querySelectorAll(".sheet .grid")).forEach(rejoin);
    body.style.width = body.getAttribute("data-width") + "mm"; // as wide as it is printed
    // what is drawn differs a little from what is measured
    var room = measure(body.getAttribute("data-height") - 5);
    list(document.querySelectorAll(".sheet")).forEach(function (sheet) {
        var top = box(sheet).top;
        list(sheet.querySelectorAll("table")).forEach(function (table) {
            if (table.tHead) {
                top = breakTable(table, top, room);
            }
        });
    });
    body.style.width = "";
})();
