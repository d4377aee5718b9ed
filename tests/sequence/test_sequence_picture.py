from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestSequencePicture(CollectionCase):
    """The picture says what the tree says, and where a sequence went in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.steps = [
            step("one", [action("a")], [
                row("end", "a", outcomes=["cancelled"]), row("one", "a", outcomes=["failed"]),
                row("two")]),
            step("two", [action("b")], [row("end")]),
        ]
        cls.template = cls.make_template("DRAWN", cls.steps)

    def boxes(self, record):
        return {box["name"]: box for box in record.picture["boxes"] if not box["is_end"]}

    def test_a_template_is_drawn_with_its_texts(self):
        """D-061: names, functions, actions, and the condition of each row."""
        steps = self.template.step_ids
        boxes = self.boxes(self.template)
        self.assertEqual([box["step_id"] for box in boxes.values()], steps.ids)
        for step_, box in zip(steps, boxes.values(), strict=True):
            self.assertEqual(box["name"], step_.name)
            self.assertEqual(box["functions"], step_.content_ids.function_id.mapped("name"))
            self.assertEqual(box["actions"], step_.content_ids.mapped("name"))
        labels = [label for edge in self.template.picture["edges"] for label in edge["labels"]]
        self.assertEqual(
            [label["sentence"] for label in labels], steps.transition_ids.mapped("sentence"))
        self.assertEqual(" ".join(labels[0]["lines"]), "cancelled")
        self.assertEqual(" ".join(labels[2]["lines"]), "otherwise")
        self.assertEqual(" ".join(labels[3]["lines"]), "then")

    def test_rows_that_read_the_same_are_told_apart(self):
        """D-061: two exits for one result, one of them for some cases only."""
        template = self.make_template("TWINS", [step("one", [action("a")], [
            {**row("end:Small", "a", outcomes=["failed"]), "guard": "[('amount_due', '<', 100)]"},
            row("end:Large", "a", outcomes=["failed"]), row("end:Done")])])
        labels = [" ".join(label["lines"]) for edge in template.picture["edges"]
                  for label in edge["labels"]]
        self.assertEqual(labels, ["failed (row 1)", "failed (row 2)", "otherwise"])

    def test_a_draft_is_drawn_as_it_is_saved(self):
        """D-061: whatever it still lacks."""
        draft = self.make_template("DRAFT", self.steps, publish=False)
        draft.step_ids[0].name = "Renamed"
        self.assertIn("Renamed", self.boxes(draft))
        draft.step_ids[1].unlink()
        self.assertEqual(list(self.boxes(draft)), ["Renamed"])
        draft.step_ids.unlink()
        self.assertFalse(draft.picture)
        self.assertFalse(draft.new({"code": "NEW"}).picture)

    def test_the_path_taken(self):
        """D-061: the current step, those visited with dates, and the lines in between."""
        sequence = self.launch(self.template, self.make_customer("Path")).with_user(self.collector)
        one, two = self.boxes(sequence).values()
        self.assertEqual((one["state"], two["state"]), ("current", "coming"))
        self.close(sequence, "a", user=self.collector)
        one, two = self.boxes(sequence).values()
        self.assertEqual((one["state"], two["state"]), ("visited", "current"))
        self.assertEqual((len(one["visits"]), len(two["visits"])), (1, 1))
        taken = [edge["target"] for edge in sequence.picture["edges"] if edge["taken"]]
        self.assertEqual(taken, [two["key"]])
        self.close(sequence, "b", user=self.collector)
        self.assertEqual(
            {box["state"] for box in self.boxes(sequence).values()}, {"visited"})
        ends = [box["state"] for box in sequence.picture["boxes"] if box["is_end"]]
        self.assertEqual(ends, ["coming", "visited"])

    def test_it_costs_the_same_for_one_and_for_five(self):
        """D-040: steps, rows and visits are read for all sequences at once."""
        sequences = self.env["collection.sequence"]
        for number in range(5):
            sequences |= self.launch(self.template, self.make_customer(f"Customer {number}"))
        sequences.mapped("picture")
        one = self.count_queries(lambda: sequences[:1].picture)
        self.assertEqual(one, self.count_queries(lambda: sequences.mapped("picture")))
