from collections import defaultdict
from functools import partial

from odoo.tests import tagged

from . import access_table
from .access_case import OPERATIONS, AccessCase


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessCase):
    """Every model and every public method of the module, with everybody: the whole of it."""

    def test_records(self):
        """D-075, D-080: who may read, write, create and delete which records."""
        for model in self.get_own_models():
            with self.subTest(model=model):
                self.assertIn(model, access_table.RECORDS, "say who may do what with it")
                expected = access_table.RECORDS[model]
                for operation in OPERATIONS:
                    self.assertEqual(
                        self.get_allowed(model, operation),
                        set(expected.get(operation, ())), operation)

    def get_allowed(self, model, operation):
        """:return: set of who may do it with the sample, or where there is none with any"""
        sample = self.samples.get(model)
        allowed = set()
        for name, user in self.actors.items():
            records = self.env[model].with_user(user)
            if (records.browse(sample.id) if sample else records).has_access(operation):
                allowed.add(name)
        return allowed

    def test_methods(self):
        """D-079, D-088: who may call which method by remote call; no other is there."""
        found = defaultdict(dict)
        for model in self.get_models_with_methods():
            for name, function in self.get_public_methods(model).items():
                found[model][name] = {
                    actor for actor, user in self.actors.items()
                    if not self.is_denied(partial(self.call, model, name, function, user))}
        for model, methods in found.items():
            expected = access_table.METHODS.get(model, {})
            with self.subTest(model=model):
                self.assertEqual(set(methods), set(expected), "say who may call it")
            for name, allowed in methods.items():
                with self.subTest(model=model, method=name):
                    self.assertEqual(allowed, set(expected.get(name, ())))
