"""Where the picture of a tree puts things: nothing missing, nothing on top of another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from hypothesis import HealthCheck, given, settings

from odoo.tests import BaseCase, tagged

from ...engine import Definition, Goto, Row
from ...engine.picture import Captions, Sizes, lay_out
from ...engine.sequence.definition import Joined
from .engine_trees import row, step, tree, valid_trees

SETTINGS = settings(
    derandomize=True, deadline=None, max_examples=60,
    suppress_health_check=[HealthCheck.too_slow])

CHAIN = tree(
    step("check", row("refused", end="Given up"), row("default", goto="serve")),
    step("serve", row("again", goto="serve"), row("moved", goto="check"),
         row("default", goto="closed")),
    step("closed", row("default", end="Served")),
)


@dataclass(frozen=True)
class Launch:
    """A way out that the layout has never heard of."""

    template: str


def large_tree(count=20):
    """A chain of so many steps, each with an end, a loop, a way back and a way ahead."""
    keys = [f"s{number:02}" for number in range(count)]
    return tree(*(
        step(key,
             row("end", end=f"End {key}"), row("loop", goto=key),
             row("back", goto=keys[number // 2]),
             row("skip", goto=keys[min(number + 3, count - 1)]),
             row("default", goto=keys[number + 1]) if number + 1 < count
             else row("default", end="Over"))
        for number, key in enumerate(keys)))


class LayoutCase(BaseCase):

    def assert_drawn(self, definition, picture):
        """All that must hold for the picture of any tree."""
        self.assert_complete(definition, picture)
        self.assert_apart(picture)
        self.assert_inside(picture)
        self.assert_downwards(definition, picture)
        self.assert_clear(picture)

    def assert_complete(self, definition, picture):
        boxes = [box.key for box in picture.boxes if not box.is_end]
        self.assertEqual(boxes, [step.key for step in definition.steps])
        rows = [(edge.source, label.row) for edge in picture.edges for label in edge.labels]
        self.assertCountEqual(
            rows, [(step.key, row.key) for step in definition.steps for row in step.rows])
        drawn = {box.key for box in picture.boxes}
        self.assertEqual({edge.target for edge in picture.edges} - drawn, set())

    def assert_apart(self, picture):
        """No box or label lies on another."""
        labels = [label for edge in picture.edges for label in edge.labels]
        for one, other in combinations([*picture.boxes, *labels], 2):
            self.assertFalse(overlap(one, other), (one, other))

    def assert_inside(self, picture):
        points = [point for edge in picture.edges for point in edge.points]
        for item in (*picture.boxes, *(label for edge in picture.edges for label in edge.labels)):
            points += [(item.x, item.y), (item.x + item.width, item.y + item.height)]
        for x, y in points:
            self.assertTrue(0 <= x <= picture.width and 0 <= y <= picture.height, (x, y))

    def assert_downwards(self, definition, picture):
        """The start is on top, and lines go down unless they are marked as going back."""
        boxes = {box.key: box for box in picture.boxes}
        start = boxes[definition.start.key]
        self.assertEqual([box for box in picture.boxes if box.y <= start.y], [start])
        for edge in picture.edges:
            heights = [y for _x, y in edge.points]
            if not edge.back:
                self.assertEqual(heights, sorted(heights))
                self.assertLess(boxes[edge.source].y, boxes[edge.target].y)

    def assert_clear(self, picture):
        """No line runs through a box; where lines slant there is none."""
        for edge in picture.edges:
            for (x0, y0), (x1, y1) in pairwise(edge.points):
                for box in picture.boxes:
                    if x0 == x1 or y0 == y1:
                        hit = (box.x < max(x0, x1) and min(x0, x1) < box.x + box.width
                               and box.y < max(y0, y1) and min(y0, y1) < box.y + box.height)
                    else:
                        hit = box.y < max(y0, y1) and min(y0, y1) < box.y + box.height
                    self.assertFalse(hit, (edge, box))


def overlap(one, other):
    return (one.x < other.x + other.width and other.x < one.x + one.width
            and one.y < other.y + other.height and other.y < one.y + one.height)


def edge(picture, source, row):
    return next(edge for edge in picture.edges if edge.source == source
                and row in [label.row for label in edge.labels])


@tagged("standard", "at_install")
class TestEngineLayout(LayoutCase):

    def test_a_small_tree(self):
        """D-061: steps below each other, ends beside the next step, the way back apart."""
        picture = lay_out(CHAIN)
        self.assert_drawn(CHAIN, picture)
        check, serve, closed, given_up, served = picture.boxes
        self.assertLess(check.y, serve.y)
        self.assertLess(serve.y, closed.y)
        self.assertEqual((given_up.lines, given_up.y), (("Given up",), serve.y))
        self.assertEqual((served.lines, served.is_end), (("Served",), True))

    def test_ways_back_are_marked(self):
        """D-061: a loop and a way back are told from what goes on."""
        picture = lay_out(CHAIN)
        self.assertEqual(
            [(edge.source, edge.target) for edge in picture.edges if edge.back],
            [("serve", "serve"), ("serve", "check")])
        loop = edge(picture, "serve", "again")
        box = next(box for box in picture.boxes if box.key == "serve")
        self.assertEqual({loop.points[0][0], loop.points[-1][0]}, {box.x + box.width})

    def test_ways_back_to_one_step_share_their_lane(self):
        """D-061: three ways back to the start go up as one line."""
        definition = tree(
            step("one", row("default", goto="two")),
            step("two", row("back", goto="one"), row("default", goto="three")),
            step("three", row("back", goto="one"), row("default", goto="four")),
            step("four", row("back", goto="one"), row("default", end="Over")))
        picture = lay_out(definition)
        self.assert_drawn(definition, picture)
        lanes = {edge.points[5][0] for edge in picture.edges if edge.back}
        self.assertLessEqual(len(lanes), 2)

    def test_rows_between_the_same_steps_share_a_line(self):
        """D-061: one line with both conditions, one below the other."""
        definition = tree(
            step("one", row("paid", goto="two"), row("default", goto="two"),
                 row("lost", end="Lost"), row("moved", end="Lost")),
            step("two", row("default", end="Lost")))
        picture = lay_out(definition)
        self.assert_drawn(definition, picture)
        self.assertEqual(
            [[label.row for label in edge.labels] for edge in picture.edges],
            [["paid", "default"], ["lost", "moved"], ["default"]])
        paid, default = picture.edges[0].labels
        self.assertEqual(paid.y + paid.height, default.y)

    def test_words_make_room_for_themselves(self):
        """D-061: long names and conditions are wrapped, not cut off, and push the rest away."""
        words = Captions(
            steps={"check": ("Check whether the lease holds a termination clause", ("Officer",))},
            rows={("check", "refused"): "as soon as “Decide on the commandement” is: refused"},
            ends={("check", "refused"): "Given up for good"})
        picture = lay_out(CHAIN, words)
        self.assert_drawn(CHAIN, picture)
        self.assertEqual(
            " ".join(picture.boxes[0].lines), "Check whether the lease holds a termination clause")
        self.assertEqual(picture.boxes[0].details, ("Officer",))
        self.assertEqual(" ".join(picture.boxes[3].lines), "Given up for good")
        refused = edge(picture, "check", "refused").labels[0]
        self.assertEqual(
            " ".join(refused.lines), "as soon as “Decide on the commandement” is: refused")
        self.assertGreater(picture.height, lay_out(CHAIN).height)

    def test_twenty_steps(self):
        """D-061: still no wider than a screen, and quickly there."""
        definition = large_tree(20)
        picture = lay_out(definition)
        self.assert_drawn(definition, picture)
        self.assertLess(picture.width, 1400)

    def test_a_layer_too_wide_goes_on_below(self):
        """D-061: twelve ends of one step do not stand side by side."""
        definition = tree(step(
            "one", *(row(f"r{number}", end=f"End {number}") for number in range(12)),
            row("default", end="Over")))
        narrow, wide = Sizes(most_width=700), Sizes(most_width=5000)
        picture = lay_out(definition, sizes=narrow)
        self.assert_drawn(definition, picture)
        self.assertLess(picture.width, .8 * lay_out(definition, sizes=wide).width)

    def test_it_may_be_cut_between_layers(self):
        """D-061: on paper, a sheet never ends in the middle of a word."""
        picture = lay_out(large_tree(20))
        labels = [label for edge in picture.edges for label in edge.labels]
        self.assertGreaterEqual(len(picture.breaks), 19)
        for item in (*picture.boxes, *labels):
            self.assertFalse([y for y in picture.breaks if item.y < y < item.y + item.height])


@tagged("standard", "at_install")
class TestEngineLayoutDrafts(LayoutCase):
    """A draft is drawn while it is made: whatever is missing, there is a picture."""

    def test_no_step(self):
        """D-061: nothing to draw is drawn as nothing."""
        self.assertEqual(lay_out(Definition("EMPTY")).boxes, ())

    def test_a_step_without_a_row(self):
        """D-061: it stands alone."""
        definition = tree(step("one"))
        self.assert_drawn(definition, lay_out(definition))

    def test_a_row_that_leads_nowhere(self):
        """D-061: the missing step is a question mark."""
        definition = tree(step("one", row("default", goto="gone")))
        picture = lay_out(definition)
        self.assert_drawn(definition, picture)
        self.assertEqual((picture.boxes[1].lines, picture.boxes[1].is_end), (("?",), True))

    def test_steps_that_are_not_reached(self):
        """D-061: they are drawn below the start, whatever leads from them."""
        definition = tree(
            step("one", row("default", end="Over")),
            step("lost", row("start", goto="one"), row("default", goto="alone")),
            step("alone", row("default", goto="lost")))
        self.assert_drawn(definition, lay_out(definition))

    def test_a_way_out_of_another_kind(self):
        """D-061: launching another procedure, for one, is drawn as an end named after it."""
        definition = tree(step("one", Row("default", Joined(), Launch("CONV"))))
        picture = lay_out(definition)
        self.assert_drawn(definition, picture)
        launch = picture.boxes[1]
        self.assertEqual((launch.lines, launch.is_end), (("Launch CONV",), True))

    def test_only_a_loop(self):
        """D-061: a start that leads to itself alone."""
        definition = tree(step("one", Row("default", Joined(), Goto("one"))))
        self.assert_drawn(definition, lay_out(definition))


@tagged("standard", "at_install")
class TestEngineLayoutProperties(LayoutCase):

    @SETTINGS
    @given(valid_trees())
    def test_every_tree(self, definition):
        """D-061: complete, apart, inside, downwards, and the same each time."""
        picture = lay_out(definition)
        self.assert_drawn(definition, picture)
        self.assertEqual(picture, lay_out(definition))
