from odoo.tests import BaseCase, tagged

from ...report.case_file.drawing import draw, draw_path


def box(key, y, state="coming", **vals):
    return {"key": key, "x": 0, "y": y, "width": 196, "height": 40, "lines": [key],
            "details": [], "is_end": False, "state": state, "visits": [], **vals}


def edge(source, target, points, taken=(), **vals):
    return {"source": source, "target": target, "points": points, "back": False,
            "taken": list(taken), "labels": [], **vals}


@tagged("post_install", "-at_install")
class TestCaseDrawing(BaseCase):
    """Issue 19: the tree with the path taken, on paper."""

    def draw(self, *boxes, edges=(), height=200, breaks=()):
        return draw({"width": 196, "height": height, "boxes": boxes, "edges": list(edges),
                     "breaks": breaks}, lambda _box: "2026-03-02")

    def test_the_path_stands_out(self):
        """Issue 19: what was taken is green and drawn over the rest, with its day."""
        (page,) = self.draw(
            box("a", 0, "visited", visits=[{"entered": "2026-03-02 08:00:00"}]), box("b", 100),
            edges=[edge("a", "b", [(98, 40), (98, 100)], taken=["2026-03-02 09:00:00"]),
                   edge("a", "b", [(98, 40), (50, 100)])])
        self.assertLess(page.index("#adb5bd"), page.index("#1e7e34"))
        self.assertIn("2026-03-02", page)

    def test_names_are_text(self):
        """Issue 19: a step's name is no markup."""
        (page,) = self.draw(box("<b>&", 0))
        self.assertIn("&lt;b&gt;&amp;", page)
        self.assertNotIn("<b>", page)

    def test_a_long_one_is_cut_between_layers(self):
        """Issue 19: at its breaks alone, the pages being of about the same height."""
        pages = self.draw(box("a", 0), height=1600, breaks=(400, 800, 1200))
        self.assertEqual([page.split('viewBox="')[1].split('"')[0] for page in pages], [
            "0 0 196 800", "0 800 196 800"])

    def test_lines_bend_and_corners_are_rounded(self):
        """Issue 19: as the web client draws them."""
        self.assertEqual(
            draw_path([(0, 0), (0, 20), (40, 20)]), "M0,0 L0.0,13.0 Q0,20 7.0,20.0 L40,20")
        self.assertEqual(draw_path([(0, 0), (10, 20)]), "M0,0 C0,10.0 10,10.0 10,20")
