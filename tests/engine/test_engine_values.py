"""The few strings of a tree that mean more than they say."""

from __future__ import annotations

from odoo.tests import BaseCase, tagged

from ...engine import EventCode
from ...engine.sequence.values import format_added_key, is_added_key


@tagged("standard", "at_install")
class TestEngineValues(BaseCase):

    def test_codes_of_events_as_they_are_stored(self):
        """D-043: one noted by hand carries its name, which may hold anything."""
        for text, event in (
                ("payment", EventCode("payment")),
                ("manual:Heirs known", EventCode("manual", "Heirs known")),
                ("manual:At 9:30", EventCode("manual", "At 9:30")),
                ("manual:", EventCode("manual"))):
            with self.subTest(text=text):
                self.assertEqual(EventCode.parse(text), event)
                self.assertEqual(event.format(), text)

    def test_a_name_left_over_means_nothing(self):
        """D-043: a row that waited for an event by hand may wait for another one now."""
        self.assertEqual(EventCode("payment", "Heirs known").format(), "payment")

    def test_keys_of_added_actions_as_they_are_stored(self):
        """D-065: told apart from those of a tree."""
        self.assertEqual(format_added_key(3), "added:3")
        self.assertTrue(is_added_key("added:3"))
        self.assertFalse(is_added_key("deed"))
