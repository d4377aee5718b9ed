"""The attributes that rules assign: one entry an attribute."""

from unittest.mock import patch

from lxml import etree

from odoo.tests import Form, tagged
from odoo.tools import LazyTranslate

from ...models.assignment import attributes
from ...models.assignment.attributes import Attribute
from .test_assignment import AssignmentCase

_lt = LazyTranslate("account_collection")

FORM = "account_collection.res_partner_view_form_tab_collection"


@tagged("post_install", "-at_install")
class TestAttributes(AssignmentCase):
    """What an entry says is what models and forms are."""

    def test_every_attribute_has_its_fields(self):
        """The customer's field, and the rule's field of its value."""
        for attribute in attributes.ATTRIBUTES.values():
            with self.subTest(attribute.code):
                self.assertIn(attribute.value, self.rules._fields)
                if attribute.field:
                    self.assertIn(attribute.field, self.env["res.partner"]._fields)

    def test_every_record_is_offered_in_the_mass_change(self):
        """M-030: under the names that the entry's code gives."""
        names = {attributes.ONE: ("{}_change", "{}_id"),
                 attributes.MANY: ("added_{}_ids", "removed_{}_ids")}
        for attribute in attributes.ATTRIBUTES.values():
            for name in names.get(attribute.how, ()):
                with self.subTest(attribute.code):
                    self.assertIn(name.format(attribute.code),
                                  self.env["collection.assignment.mass"]._fields)

    def test_every_field_shows_its_origin(self):
        """M-022: beside it on the customer's form, under its label."""
        arch = etree.fromstring(self.env["res.partner"].get_view(
            self.env.ref(FORM).id, "form")["arch"])
        for field, code in attributes.get_codes_by_field().items():
            with self.subTest(code):
                [node] = arch.xpath(f"//field[@name='{field}'][not(ancestor::field)]")
                self.assertEqual(node.getnext().get("options"), str({"attribute": code}))
                self.assertEqual(node.getparent().getprevious().get("for"), field)

    def test_a_code_is_registered_once(self):
        """Two attributes of one code would be one attribute."""
        with self.assertRaisesRegex(ValueError, "scenario"):
            attributes.register(Attribute("scenario", _lt("Scenario"), attributes.SWITCH))


@tagged("post_install", "-at_install")
class TestMadeUpSwitch(AssignmentCase):
    """A switch of somebody else's: the customer's field, one entry, and nothing else touched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.model.fields"].create({
            "name": "x_collection_vip", "ttype": "boolean", "company_dependent": True,
            "field_description": "Important", "model_id": cls.env.ref("base.model_res_partner").id})
        cls.startClassPatcher(patch.dict(attributes.ATTRIBUTES))
        attributes.register(
            Attribute("vip", _lt("Important"), attributes.SWITCH, "x_collection_vip"))

    def get_origins(self):
        return self.french.with_user(self.collector).collection_origins.get("vip", [])

    def test_a_rule_assigns_it(self):
        """M-006, M-022: made on screen, run, and shown with its origin and in the history."""
        with Form(self.rules, view="account_collection.collection_assignment_rule_view_form"
                  ) as form:
            form.attribute = "vip"
            form.filter_id = self.make_search([("id", "=", self.french.id)])
        form.record.run()
        self.assertTrue(self.french.x_collection_vip)
        self.assertFalse(self.spanish.x_collection_vip)
        self.assertEqual(
            [origin["sentence"] for origin in self.get_origins()],
            ["By the rule Switch on for “Search”"])
        self.assertIn("Important: ", self.french.collection_history_ids[0].summary)

    def test_a_hand_is_its_origin(self):
        """M-022: whoever changes it is recorded."""
        self.french.with_user(self.manager).x_collection_vip = True
        self.assertEqual(
            [origin["sentence"] for origin in self.get_origins()], ["By hand: Manager"])

    def test_it_can_be_locked(self):
        """B26: rules leave it alone."""
        self.env["collection.assignment"].with_user(self.collector).set_lock(
            self.french.id, "vip", 0, True)
        self.make_rule([("id", "=", self.french.id)], "vip")
        self.run_automatic()
        self.assertFalse(self.french.x_collection_vip)
        self.assertTrue(self.get_origins()[0]["locked"])

    def test_it_is_set_in_mass(self):
        """M-030: offered among the switches, and locked if wanted."""
        customers = self.french | self.spanish
        mass = self.env["collection.assignment.mass"].with_user(self.manager).with_context(
            active_model="res.partner", active_ids=customers.ids)
        with Form(mass) as form:
            offered = [line["attribute"] for line in form.switch_ids._records]
            with form.switch_ids.edit(offered.index("vip")) as line:
                line.change = "on"
            form.lock = True
        form.record.action_apply()
        self.assertEqual(customers.mapped("x_collection_vip"), [True, True])
        self.assertTrue(self.get_origins()[0]["locked"])

    def test_its_icon_stands_beside_its_field(self):
        """M-022: wherever a view puts the field on the customer's form."""
        view = self.env.ref(FORM)
        self.env["ir.ui.view"].create({
            "name": "vip", "model": "res.partner", "inherit_id": view.id,
            "arch": "<field name='collection_penalties' position='after'>"
                    "<field name='x_collection_vip'/></field>"})
        arch = self.env["res.partner"].get_view(view.id, "form")["arch"]
        self.assertIn("{'attribute': 'vip'}", arch)


@tagged("post_install", "-at_install")
class TestMadeUpRecord(AssignmentCase):
    """An attribute of one record, whose values are of a model that rules name already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.model.fields"].create({
            "name": "x_deputy_id", "ttype": "many2one", "relation": "res.users",
            "company_dependent": True, "field_description": "Deputy",
            "model_id": cls.env.ref("base.model_res_partner").id})
        cls.startClassPatcher(patch.dict(attributes.ATTRIBUTES))
        attributes.register(
            Attribute("deputy", _lt("Deputies"), attributes.ONE, "x_deputy_id", "user_id"))

    def test_a_rule_assigns_it(self):
        """M-004, M-022: and its collector stays."""
        self.make_rule([("id", "=", self.french.id)], "deputy", user_id=self.litigator.id)
        self.run_automatic()
        self.assertEqual(self.french.x_deputy_id, self.litigator)
        self.assertEqual(self.french.collector_id, self.collector)
        self.assertEqual(self.get_origin(self.french, "deputy").source, "rule")

    def test_its_value_is_asked_for(self):
        """M-014: by the form of the rule."""
        with Form(self.rules, view="account_collection.collection_assignment_rule_view_form"
                  ) as form:
            form.attribute = "deputy"
            form.filter_id = self.make_search([])
            with self.assertRaisesRegex(AssertionError, "user_id is a required field"):
                form.save()
            form.user_id = self.litigator
