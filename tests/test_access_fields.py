from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import access_table
from .access_case import EMPTY, MANY, FieldCase


@tagged("post_install", "-at_install")
class TestAccessFields(FieldCase):
    """Every field that the module adds to models of Odoo, with everybody, in every way there is.

    Whoever reads a field finds records by it, groups and orders by it; for nobody else do its
    values change anything.
    """

    def test_every_field_is_named(self):
        """X-04, X-14: a new field on a model of Odoo says who reads and writes it."""
        found = self.get_fields()
        self.assertEqual(set(found), set(access_table.FIELDS))
        for model, names in access_table.FIELDS.items():
            with self.subTest(model=model):
                self.assertEqual(set(found[model]), set(names))

    # -- looking ---------------------------------------------------------------------------

    def rpc(self, user, model, method, *args, **kwargs):
        """:return: what a remote call gives, or None where it is refused for want of rights"""
        self.env.invalidate_all()
        try:
            with mute_logger("odoo.addons.base.models.ir_rule", "odoo.orm.models"):
                return call_kw(self.env[model].with_user(user), method, list(args), kwargs)
        except AccessError:
            return None

    def assert_each(self, found, see):
        """Hold who sees each field to the table.

        :param found: list of (sample, field, readers)
        :param see: function of sample, field and user: whether the user sees the field's value
        """
        for sample, field, readers in found:
            with self.subTest(model=sample._name, field=field.name):
                self.assertEqual(
                    {name for name, user in self.actors.items() if see(sample, field, user)},
                    readers)

    def test_reading(self):
        """X-04, X-14: by the read of a form."""
        self.assert_each(self.each(), lambda sample, field, user: (
            self.read(user, sample, field.name) == self.read(self.env.user, sample, field.name)))

    def read(self, user, sample, name):
        """:return: the value, with ids in order, or None where it is refused"""
        rows = self.rpc(user, sample._name, "read", sample.ids, [name], load=None) or [{}]
        value = rows[0].get(name)
        return sorted(value) if isinstance(value, (list, tuple)) else value

    def test_the_samples_show_something(self):
        """X-04: what is compared is there; what is not is refused by group."""
        for sample, field, _readers in self.each():
            with self.subTest(model=sample._name, field=field.name):
                self.assertTrue(sample[field.name])
        for model, found in self.get_fields().items():
            for name in found.keys() & EMPTY:
                readers = access_table.FIELDS[model][name][0]
                for actor in access_table.EVERYBODY - access_table.DESK - set(readers):
                    with self.subTest(model=model, field=name, actor=actor):
                        self.assertIsNone(
                            self.read(self.actors[actor], self.samples[model], name))

    def test_export(self):
        """X-14: an export shows no more than a form."""
        def see(sample, field, user):
            return self.export(user, sample, field) == self.export(self.env.user, sample, field)
        for actor in access_table.COLLEAGUES:
            self.actors[actor].group_ids += self.env.ref("base.group_allow_export")
        self.assert_each(self.each(lambda field: (
            field.exportable and field.type not in ("json", *MANY)
            and field.model_name != "res.company")), see)

    def export(self, user, sample, field):
        try:
            found = self.rpc(user, sample._name, "export_data", sample.ids, [field.name])
        except UserError:  # who may not export at all
            return None
        return found and found["datas"]

    def test_searching(self):
        """X-04: nobody learns by a condition what is not theirs to read."""
        def see(sample, field, user):
            return self.rpc(user, sample._name, "search", [
                ("id", "=", sample.id), *self.get_condition(field, sample[field.name])])
        self.assert_each(self.each(lambda field: field._description_searchable), see)

    def test_searching_by_another_model(self):
        """X-04: nor by a condition on the customer of an invoice."""
        def see(sample, field, user):
            return self.rpc(user, "account.move", "search", [
                ("id", "=", self.invoice.id), ("partner_id", "any", self.get_condition(
                    field, sample[field.name]))])
        self.assert_each([
            (sample, field, readers - {"other_company"})
            for sample, field, readers in self.each(lambda field: field._description_searchable)
            if sample._name == "res.partner"], see)

    def test_grouping(self):
        """X-04: nor by a group."""
        def see(sample, field, user):
            group = f"{field.name}:day" if field.type == "date" else field.name
            return self.group(user, sample, [group], []) == self.group(
                self.env.user, sample, [group], [])
        self.assert_each(self.each(lambda field: field.store and field.type != "one2many"), see)

    def test_sums(self):
        """X-04: nor by what is counted."""
        def see(sample, field, user):
            total = "bool_or" if field.type == "boolean" else "count_distinct"
            return self.group(user, sample, [], [f"{field.name}:{total}"]) == [(1,)]
        self.assert_each(self.each(lambda field: field.store and field.type not in MANY), see)

    def group(self, user, sample, groupby, aggregates):
        """:return: list of tuples, or None where it is refused"""
        self.env.invalidate_all()
        try:
            with mute_logger("odoo.addons.base.models.ir_rule"):
                rows = self.env[sample._name].with_user(user)._read_group(
                    [("id", "=", sample.id)], groupby, aggregates)
        except AccessError:
            return None
        return [tuple(getattr(value, "ids", value) for value in row) for row in rows]

    def test_ordering(self):
        """X-04: nor by an order: without a value, forwards and backwards are the same."""
        def see(sample, field, user):
            both = [("id", "in", (sample | self.twins[sample._name]).ids)]
            ways = [self.rpc(user, sample._name, "search", both, order=f"{field.name} {way}, id")
                    for way in ("asc", "desc")]
            return ways[0] != ways[1]
        self.assert_each([
            found for found in self.each(lambda field: field.store and field.type not in MANY)
            if found[0]._name in self.twins], see)

    def test_writing(self):
        """X-01, X-14: nobody writes what is not theirs; what commands set nobody sets by hand."""
        for model, found in self.get_fields().items():
            for name, field in found.items():
                if model not in self.samples or not field.store or (
                        field.compute or field.type in MANY):
                    continue
                sample = self.samples[model]
                with self.subTest(model=model, field=name):
                    values = {name: field.convert_to_write(sample[name], sample)}
                    self.assertEqual(
                        {actor for actor, user in self.actors.items() if not self.is_denied(partial(
                            self.write, user, sample, values))},
                        set(access_table.FIELDS[model][name][1]))

    def write(self, user, sample, values):
        return call_kw(
            self.env[sample._name].with_user(user), "write", [sample.ids, values], {})
