const RADIUS = 7;

/**
 * A line through the given points, as the `d` of an SVG path: slanting parts bend smoothly
 * from downwards to downwards, right angles are rounded.
 */
export function drawPath(points) {
    const parts = [`M${points[0]}`];
    for (let index = 1; index < points.length; index++) {
        const [before, point, after] = points.slice(index - 1, index + 2);
        if (before[0] !== point[0] && before[1] !== point[1]) {
            const middle = (before[1] + point[1]) / 2;
            parts.push(`C${before[0]},${middle} ${point[0]},${middle} ${point}`);
        } else if (after && isCorner(before, point, after)) {
            parts.push(`L${towards(point, before)} Q${point} ${towards(point, after)}`);
        } else {
            parts.push(`L${point}`);
        }
    }
    return parts.join(" ");
}

function isCorner([x0, y0], [x1, y1], [x2, y2]) {
    return (x0 === x1 && y1 === y2) || (y0 === y1 && x1 === x2);
}

/** The point a little on the way from a corner to its neighbour. */
function towards([x, y], [toX, toY]) {
    const length = Math.abs(toX - x) + Math.abs(toY - y);
    const share = length ? Math.min(RADIUS, length / 2) / length : 0;
    return [x + (toX - x) * share, y + (toY - y) * share];
}
