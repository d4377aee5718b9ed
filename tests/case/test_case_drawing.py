from odoo.tests import BaseCase, tagged

from ...report.case_file.drawing import draw, draw_path


def box(key, y, state="coming", **vals):
    return {"key": key, "x": 0, "y": y, "width": 196, "height": 40, "lines": [key],
            "details": [], "is_end": False, "state": state, "visits": [], **vals}


def edge(source, target, points, taken=(), **vals):
    return {"source": source, "target": target, "points": points, "back": False,
            "taken": list(taken), "labels": [], **vals}


def get_view(page):
    """:return: list of float: left, top, width and height of what a page shows"""
    return [float(number) for number in page.svg.split('viewBox="')[1].split('"')[0].split()]


@tagged("post_install", "-at_install")
class TestCaseDrawing(BaseCase):
    """Issue 19: the tree with the path taken, on paper."""

    def draw(self, *boxes, edges=(), height=200, breaks=(), width=196):
        return draw({"width": width, "height": height, "boxes": boxes, "edges": list(edges),
                     "breaks": breaks}, lambda _box: "2026-03-02")

    def test_the_path_stands_out(self):
        """Issue 19: what was taken is green and drawn over the rest, with its day."""
        (page,) = self.draw(
            box("a", 0, "visited", visits=[{"entered": "2026-03-02 08:00:00"}]), box("b", 100),
            edges=[edge("a", "b", [(98, 40), (98, 100)], taken=["2026-03-02 09:00:00"]),
                   edge("a", "b", [(98, 40), (50, 100)])])
        self.assertLess(page.svg.index("#adb5bd"), page.svg.index("#1e7e34"))
        self.assertIn("2026-03-02", page.svg)

    def test_names_are_text(self):
        """Issue 19: a step's name is no markup."""
        (page,) = self.draw(box("<b>&", 0))
        self.assertIn("&lt;b&gt;&amp;", page.svg)
        self.assertNotIn("<b>", page.svg)

    def test_a_long_one_is_cut_between_layers(self):
        """Issue 19: at its breaks alone, the pages being of about the same height."""
        pages = self.draw(box("a", 0), height=1600, breaks=(400, 800, 1200))
        self.assertEqual([get_view(page) for page in pages], [
            [0, 0, 196, 800], [0, 800, 196, 800]])

    def test_its_text_can_be_read(self):
        """Issue 19: no text has less than 7 points on paper, however wide the tree is."""
        for width in (196, 600, 700, 900, 3000):
            for page in self.draw(box("a", 0), box("b", 100, x=width - 196), width=width):
                with self.subTest(width=width, page=get_view(page)):
                    if page.whole:
                        continue
                    millimetres = float(page.svg.split("width: ")[1].split("mm")[0])
                    unit = millimetres / get_view(page)[2]  # the smallest text has ten
                    self.assertGreaterEqual(10 * unit / 25.4 * 72, 6.99)
                    self.assertLessEqual(millimetres, 237.01 if page.lying else 168.01)

    def test_a_wide_one_lies_sideways(self):
        """Issue 19: before it is cut, the paper is turned."""
        self.assertEqual([page.lying for page in self.draw(box("a", 0), width=600)], [False])
        self.assertEqual([page.lying for page in self.draw(box("a", 0), width=900)], [True])

    def test_what_is_cut_is_whole_on_the_next_page(self):
        """Issue 19: a very wide tree is shown in strips, and first as a whole."""
        boxes = [box(str(place), 0, x=place * 250) for place in range(12)]
        whole, *pages = self.draw(*boxes, width=3000)
        self.assertTrue(whole.whole)
        self.assertEqual(get_view(whole), [0, 0, 3000, 200])
        views = [get_view(page) for page in pages]
        for one in boxes:
            self.assertTrue(any(
                left <= one["x"] and one["x"] + 196 <= left + width
                for left, _top, width, _height in views), one["key"])

    def test_no_page_shows_lines_alone(self):
        """Issue 19: of a layer at the right there is no page of the left."""
        pages = self.draw(box("a", 0, x=1300), box("b", 800, x=1300), height=1000, breaks=(700,),
                          width=1500)
        self.assertEqual([get_view(page)[1] for page in pages], [0, 700])
        self.assertGreater(min(get_view(page)[0] for page in pages), 0)

    def test_lines_bend_and_corners_are_rounded(self):
        """Issue 19: as the web client draws them."""
        self.assertEqual(
            draw_path([(0, 0), (0, 20), (40, 20)]), "M0,0 L0.0,13.0 Q0,20 7.0,20.0 L40,20")
        self.assertEqual(draw_path([(0, 0), (10, 20)]), "M0,0 C0,10.0 10,10.0 10,20")
