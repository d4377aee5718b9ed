from collections import defaultdict
from functools import partial

from odoo.tests import tagged
from odoo.tools import SQL

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

    def test_what_is_a_companys_is_of_no_other(self):
        """X-10: settings too, with all that is below them, once they are of one company."""
        for table in ("sequence_template", "document_template", "scenario"):
            self.env.cr.execute(SQL(
                "UPDATE %s SET company_id = %s", SQL.identifier(f"collection_{table}"),
                self.company.id))
        self.env.invalidate_all()
        user = self.actors["other_company"]
        for model, sample in self.samples.items():
            owned = model in self.get_own_models() and self.find_company(sample)
            for operation in ("read", "write", "unlink") if owned else ():
                with self.subTest(model=model, operation=operation):
                    self.assertFalse(sample.with_user(user).has_access(operation))

    def find_company(self, record):
        """:return: ``res.company`` that a record belongs to, by itself or by what it is part of"""
        if "company_id" in record._fields:
            return record.company_id
        owners = (record[field.name] for field in record._fields.values()
                  if field.type == "many2one" and field.required and field.store
                  and field.comodel_name.startswith("collection."))
        return next(filter(None, map(self.find_company, owners)), None)

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
