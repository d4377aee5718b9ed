from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import access_table
from .access_case import AccessCase

#: Models of Odoo of which a dialog may tell something: what is not a setting of ours.
CASES = {"res.partner", "account.move", "account.move.line", "ir.attachment"}
#: Who keeps the table of records in motion by hand.
BOOKKEEPING = ("create_uid", "write_uid")


@tagged("post_install", "-at_install")
class TestAccessOwners(AccessCase):
    """What records belong to, and what dialogs are about: nobody gets at a case by naming it."""

    # -- re-pointing -----------------------------------------------------------------------

    @staticmethod
    def get_pointers(model):
        """:return: set of the names of the fields that point to one record"""
        return {field.name for field in model._fields.values()
                if field.type == "many2one" and field.store and field.name not in BOOKKEEPING}

    def test_every_pointer_is_named(self):
        """X-02: of records that others than managers write, each says what it does."""
        edited = {model for model, rights in access_table.RECORDS.items()
                  if set(rights.get("write", ())) - access_table.MANAGERS
                  and not self.env[model]._transient}
        self.assertEqual(edited, set(access_table.POINTERS))
        for model, kinds in access_table.POINTERS.items():
            with self.subTest(model=model):
                self.assertEqual(
                    self.get_pointers(self.env[model]), set(" ".join(kinds.values()).split()))

    def test_what_is_fixed_stays(self):
        """X-02: nobody points a record elsewhere, not even a manager."""
        for model, kinds in access_table.POINTERS.items():
            sample = self.samples[model]
            for name in kinds["fixed"].split():
                value = self.find_another(sample, name)
                for actor, user in self.actors.items():
                    with self.subTest(model=model, field=name, actor=actor):
                        self.assertFalse(self.is_repointed(user, sample, name, value))

    def find_another(self, sample, name):
        """:return: id of another record to point to, or False where there is none"""
        known = sample[name]
        return known.sudo().with_context(active_test=False).search(
            [("id", "!=", known.id)], limit=1).id

    def is_repointed(self, user, sample, name, value):
        """:return: bool, whether the record points elsewhere after the user has written it"""
        before = sample[name]
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"), self.undone():
                call_kw(self.env[sample._name].with_user(user), "write",
                        [sample.ids, {name: value}], {})
                self.env.flush_all()
                self.env.invalidate_all()
                return sample[name] != before
        except UserError:
            return False

    def test_what_is_chosen_is_chosen_by_who_may(self):
        """X-02: nobody else writes it."""
        for model, kinds in access_table.POINTERS.items():
            sample = self.samples[model]
            for name in kinds.get("chosen", "").split():
                value = self.find_another(sample, name)
                for actor in access_table.EVERYBODY - set(access_table.RECORDS[model]["write"]):
                    with self.subTest(model=model, field=name, actor=actor):
                        self.assertFalse(self.is_repointed(
                            self.actors[actor], sample, name, value))

    # -- dialogs ---------------------------------------------------------------------------

    def get_dialogs(self):
        """:return: list of the names of the module's dialogs"""
        return [name for name in self.get_own_models() if self.env[name]._transient]

    def is_case(self, field):
        """:return: bool, whether the field names records of customers"""
        rights = access_table.RECORDS.get(field.comodel_name)
        if not rights:
            return field.comodel_name in CASES
        return not set(rights["read"]) >= access_table.DESK and not set(
            rights["read"]) <= access_table.MANAGERS

    def test_every_subject_is_named(self):
        """X-12: each dialog says what it is about, and whom it names."""
        for model in self.get_dialogs():
            with self.subTest(model=model):
                self.assertEqual(
                    {field.name for field in self.env[model]._fields.values()
                     if field.type in ("many2one", "many2many") and field.store
                     and self.is_case(field)},
                    {*access_table.ABOUT.get(model, "").split(),
                     *access_table.NAMED.get(model, "").split()})

    def test_nobody_opens_a_dialog_on_what_is_not_theirs(self):
        """X-12: by its values, the context, or a form that is being filled."""
        for model, names in access_table.ABOUT.items():
            for name in names.split():
                field = self.env[model]._fields[name]
                value = self.samples[field.comodel_name].ids
                value = value[0] if field.type == "many2one" else [(6, 0, value)]
                for way, command in {
                    "create": lambda dialog, name, value: dialog.create({name: value}),
                    "default_get": lambda dialog, name, value: dialog.with_context(
                        **{f"default_{name}": value}).default_get([name]),
                    "onchange": lambda dialog, name, value: dialog.onchange(
                        {name: value}, [name], {name: {}}),
                }.items():
                    # customers are shared: managers elsewhere open dialogs on them there
                    shared = {"other_company"} if field.comodel_name == "res.partner" else set()
                    # accountants report what they read of every customer
                    shared |= {actor for actor in access_table.ACCOUNTANTS
                               if actor in access_table.RECORDS[model].get("create", ())}
                    for actor in access_table.EVERYBODY - access_table.OWN - shared:
                        with self.subTest(model=model, field=name, way=way, actor=actor):
                            dialog = self.env[model].with_user(self.actors[actor])
                            self.assertTrue(self.is_refused(partial(command, dialog, name, value)))

    def is_refused(self, command):
        """:return: bool, whether it is refused for want of rights"""
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"), self.undone():
                command()
        except AccessError:
            return True
        return False
