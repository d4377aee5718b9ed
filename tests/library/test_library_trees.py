from datetime import date

from odoo.tests import tagged

from ... import engine
from ...models.library.examples import EXAMPLES
from .library_case import LibraryCase

TREES = tuple(key for key, example in EXAMPLES.items() if example.shelf == "template")


@tagged("post_install", "-at_install")
class TestLibraryTrees(LibraryCase):
    """Issue 17: every sequence template passes its checks, and plays to its ends."""

    examples = TREES

    def test_every_template_is_an_example(self):
        """D-015, D-107: published, without a second thought, and marked as an example."""
        loaded = self.library._load(TREES)
        for key, template in loaded.items():
            with self.subTest(key=key):
                self.assertEqual((len(template), template.state), (1, "published"))
                self.assertTrue(
                    template.note.startswith("<p>Example: have it checked by your counsel."))
                self.assertFalse(template._describe_problems())
                self.assertFalse(template._find_problems("warning"))

    def test_every_template_plays(self):
        """D-060: a dry run of each begins at its first step, and each has a way to an end."""
        for key, template in self.library._load(TREES).items():
            with self.subTest(key=key):
                definition = template._get_definition()
                self.assertFalse(template._play_dry_run(date(2026, 3, 2), []).refused)
                self.assertFalse(engine.enumerate_paths(definition).unreached)
