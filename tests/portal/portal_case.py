"""The portal of a bailiff: a deed to serve, its service date, and who must not see it."""

from ..common import CollectionCase, action, row, step
from ..link.test_answer import PDF
from ..sequence.test_sequence_wizards import MARKERS

DEED = (("deed.pdf", PDF),)


class PortalCase(CollectionCase):
    """A commandement to serve, validated by the litigation manager; then a call to make."""

    #: fields of the bailiff's action that a test changes
    deed = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("SERVED")
        cls.make_option("PV659", outcome="refused")
        cls.bailiff.write({"name": "Bailiff & Co", "is_company": True})
        cls.clerk = cls.make_portal_user("clerk", parent_id=cls.bailiff.id)
        cls.colleague = cls.make_portal_user("colleague", parent_id=cls.bailiff.id)
        cls.stranger = cls.make_portal_user("stranger")
        cls.tenant = cls.make_portal_user("tenant", cls.customer)
        cls.template = cls.make_serving(**cls.deed)
        cls.sequence = cls.launch(cls.template)
        cls.act = cls.find_action(cls.sequence)

    @classmethod
    def make_serving(cls, code="SERVE", **vals):
        """A tree that asks the bailiff to serve, then the case manager to call."""
        return cls.make_template(code, [
            step("serve", [action("deed", "CJ", **{
                "name": "Serve the commandement", "needs_validation": True,
                "validator_function_id": "RC", "required_markers": "served",
                "deadline_days": 10, **vals})], [row("call")]),
            step("call", [action("call")], [row("end")]),
        ], name="Commandement de payer", marker_definition=MARKERS)

    @classmethod
    def find_action(cls, sequence, key="deed"):
        return sequence.sudo().action_ids.filtered(lambda act: act.content_key == key)

    def find(self, user, act=None):
        """:return: the action as the user finds it on the portal; empty when not"""
        act = act or self.act
        return self.env["collection.action"].with_user(user)._find_portal(act.id)

    def answer(self, user=None, act=None, **given):
        """Complete the deed on the portal, on 1 March unless told otherwise."""
        found = self.find(user or self.clerk, act)
        with self.env.cr.savepoint():
            found._answer_from_portal(**{"markers": {"served": "2026-03-01"}, **given})

    def get_rows(self, *kinds):
        return self.sequence.sudo().history_ids.filtered(
            lambda fact: fact.kind in kinds).sorted("number")
