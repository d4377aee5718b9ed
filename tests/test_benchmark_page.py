"""The page of the benchmarks: what it reads from the record, and what it says of it."""

from unittest import skipUnless
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from . import runtime

benchmark_bars, benchmark_page, benchmark_record, benchmark_report = map(runtime.find, (
    "benchmark_bars", "benchmark_page", "benchmark_record", "benchmark_report"))

RECORD = """# Record

## make bench SIZE=5000

2026-11-22, Linux, 2 cores; PostgreSQL 18.4 (embedded, without fsync), commit 878c5ad

| 5,000 customers | seconds |
| --------------- | ------: |
| plan            |   0.868 |

- PDF runs for the letters: 1 (bar: 1)
- rows written: 1,337 (bar: 0)

{"plan_s": 0.868, "mails_per_s": 126.2}

## make bench-growth

2026-11-22, Linux, 2 cores; PostgreSQL 18.4 (embedded, without fsync), commit 878c5ad

| customers | plan s | µs each | peak MiB | again s | bare SQL s |
| --------- | -----: | ------: | -------: | ------: | ---------: |
| 1,000     |  0.364 |     364 |      144 |   0.033 |      0.144 |
| 5,000     |  0.756 |     150 |      150 |   0.036 |      0.576 |
| 100,000   | 14.707 |     300 |      163 |   0.055 |     11.890 |
"""


@tagged("post_install", "-at_install")
@skipUnless(benchmark_page, "the development runtime is not there")
class TestBenchmarkPage(BaseCase):
    """Issue 20: a table of every bar, made from the record and nothing else."""

    def setUp(self):
        super().setUp()
        self.records = benchmark_record.read(RECORD)

    def judge(self, value=5.0, **vals):
        bar = benchmark_bars.Bar("What", "bar", "make it", **vals)
        return benchmark_page.judge(bar, value)

    def test_a_record_is_read(self):
        """Issue 20: command, day, commit, machine; figures of remarks and of the last line."""
        record, growth = self.records
        self.assertEqual((record.title, record.day, record.commit, record.anchor), (
            "make bench SIZE=5000", "2026-11-22", "878c5ad", "make-bench-size5000"))
        self.assertEqual(
            record.machine, "Linux, 2 cores; PostgreSQL 18.4 (embedded, without fsync)")
        self.assertEqual(record.values, {
            "PDF runs for the letters": 1, "rows written": 1337, "plan_s": 0.868,
            "mails_per_s": 126.2})
        self.assertEqual([row["customers"] for row in growth.rows], ["1,000", "5,000", "100,000"])

    def test_a_command_with_other_options_is_another_one(self):
        """Issue 20: a run of another size proves nothing; further options do no harm."""
        find = benchmark_record.find
        self.assertIsNone(find(self.records, "make bench SIZE=500"))
        self.assertIsNone(find(self.records, ""))
        self.assertEqual(find(self.records, "make bench"), self.records[0])

    def test_what_a_record_lacks_is_not_measured(self):
        """Issue 20: a figure that nobody has measured is said to be so, never guessed."""
        page = benchmark_page.render("$table_planning", self.records)
        _head, _rule, first, *_others = page.splitlines()
        self.assertIn("| not measured | at least 50 times as fast as the peer |  |", first)
        self.assertNotIn("878c5ad", first)

    def test_the_readme_has_what_is_measured(self):
        """Issue 20: the few figures of the README follow the record as well."""
        record = benchmark_record.Record(benchmark_bars.TAKEOVER, values={
            "seconds": 150.0, "import_s": 140.0})
        _head, _rule, *lines = benchmark_page.render_telling([record]).splitlines()
        [line] = lines
        self.assertIn("| 150 s, 140 of it the import | at most 300 s |", line)
        self.assertEqual(
            benchmark_page.MARKED.sub("new\n", "a\n<!-- make bench-page -->\nold\n<!-- end -->\n"),
            "a\n<!-- make bench-page -->\nnew\n<!-- end -->\n")

    def test_growth_is_the_dearest_size(self):
        """Issue 20: a customer's cost at any size, as times that of the first size that counts."""
        page = benchmark_page.render("$table_planning", self.records)
        [line] = [line for line in page.splitlines() if "a customer's cost" in line]
        self.assertIn("| 2.00 times | linear: at most 1.5 times the first | **no**", line)

    def test_a_bar_is_met_or_missed(self):
        """Issue 20: the bar itself meets it; what misses it has its reason."""
        self.assertEqual(self.judge(least=5, most=5), "yes")
        self.assertEqual(self.judge(most=4.9, why="The disk"), "**no**: The disk")
        self.assertEqual(self.judge(least=5.1), "**no**: nobody has looked why")
        self.assertEqual(self.judge(), "")
        self.assertEqual(self.judge(None, most=4), "")

    def test_a_report_says_the_bars_of_its_command(self):
        """Issue 20: one source for both: a benchmark prints the bars that the page has, and none
        where it was run at another size."""
        figures = {"list_s": 0.5, "filter_s": 1.25, "rebuild_s": 78}
        with patch.object(benchmark_report, "tell"):
            said, other = (benchmark_report.Report(title).sum_up(figures).lines for title in (
                benchmark_bars.DESK, "make bench-desk SIZE=1000"))
        self.assertEqual([line.partition(": ")[2].partition(": ")[2] for line in said[1:3]], [
            "0.50 s (bar: at most 1 s; met)", "1.25 s (bar: at most 1 s; missed)"])
        self.assertEqual(len(said), 4, "what has no bar, or was not measured, is not judged")
        self.assertEqual(other[0], "")
        self.assertEqual(len(other), 2)

    def test_pictures_need_two_sizes(self):
        """Issue 20: a picture of growth is drawn from two points on, and said to be missing."""
        [picture] = benchmark_page.get_pictures(self.records)
        self.assertEqual(picture["name"], "planning")
        self.assertEqual(picture["lines"][0]["points"][1], [5000, 0.756])
        page = benchmark_page.render("$picture_planning $picture_figures", self.records)
        self.assertIn("plan: 0.364 at 1,000, 0.756 at 5,000, 14.707 at 100,000", page)
        self.assertIn("No picture", page)

    def test_each_figure_can_be_had(self):
        """Issue 20: each bar names a command that there is, and tests that there are."""
        commands = (benchmark_page.paths.REPOSITORY / "Makefile").read_text().split()
        for bar in (bar for bars in benchmark_page.GROUPS.values() for bar in bars):
            if bar.title:
                self.assertIn(bar.title.split()[1], commands, bar.what)
            self.assertTrue(bar.title or bar.test or bar.why, bar.what)
        for bars in benchmark_page.GROUPS:
            benchmark_page.render(f"$table_{bars}", [])
