"""What the engine counts with is what people may choose, each under a label."""

from odoo.tests import TransactionCase, tagged

from ...engine import dates, outcomes
from ...engine.sequence import conditions, state
from ...models.action.collection_outcome import OUTCOME_LABELS
from ...models.sequence.collection_sequence import (
    INCIDENT_LABELS,
    STATE_LABELS,
)
from ...models.tree.collection_sequence_step import JOIN_LABELS
from ...models.tree.collection_sequence_transition import (
    DELAY_UNIT_LABELS,
    LEVEL_LABELS,
    NATURE_LABELS,
)


@tagged("post_install", "-at_install")
class TestEngineConstants(TransactionCase):
    """Selections are the engine's constants, in its order."""

    def get_codes(self, model, field):
        return tuple(self.env[model]._fields[field].get_values(self.env))

    def test_every_constant_has_a_label(self):
        """And no label stands for a constant that the engine no longer has."""
        for constants, labels in (
                (outcomes.ALL, OUTCOME_LABELS), (state.STATUSES, STATE_LABELS),
                (state.INCIDENTS, INCIDENT_LABELS), (conditions.LEVELS, LEVEL_LABELS),
                (conditions.NATURES, NATURE_LABELS), (conditions.JOINS, JOIN_LABELS),
                (dates.UNITS, DELAY_UNIT_LABELS)):
            with self.subTest(constants=constants):
                self.assertEqual(constants, tuple(labels))

    def test_fields_offer_the_constants(self):
        """Each selection is built from its constants."""
        for model, field, constants in (
                ("collection.action", "outcome", outcomes.ALL),
                ("collection.sequence", "state", state.STATUSES),
                ("collection.sequence", "incident", state.INCIDENTS),
                ("collection.sequence.step", "join", conditions.JOINS),
                ("collection.sequence.transition", "level_code", conditions.LEVELS),
                ("collection.sequence.transition", "nature", conditions.NATURES),
                ("collection.sequence.transition", "delay_unit", dates.UNITS),
                ("collection.deadline", "nature", conditions.NATURES)):
            with self.subTest(model=model, field=field):
                self.assertEqual(self.get_codes(model, field), constants)

    def test_options_stand_for_what_the_engine_allows(self):
        """An option of the trade means one of three outcomes, whatever their order."""
        self.assertEqual(
            set(self.get_codes("collection.action.option", "outcome")), outcomes.FOR_OPTIONS)

    def test_decision_tables_choose_among_outcomes(self):
        """One record an outcome, under its label; not those that never route a sequence."""
        self.assertEqual(
            self.env["collection.outcome"].with_context(lang=None).search([]).mapped(
                lambda outcome: (outcome.code, outcome.name)),
            [(code, OUTCOME_LABELS[code]) for code in outcomes.ALL if code not in outcomes.SILENT])
