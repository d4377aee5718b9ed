import inspect

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import AccessCase

#: What a remote call may bring in the place of what a method asks for.
HOSTILE = (
    None, True, -1, 10 ** 12, 1.5, float("nan"), "x", "\0", [None], [["x"]], [1, 2], {"x": "x"},
    {"name": ["x"], "kind": "x", "date": "x", "user_id": "x"})
#: Of the framework itself: what Odoo does with a wrong argument is Odoo's.
OF_ODOO = {"get_empty_list_help"}


@tagged("post_install", "-at_install")
class TestAccessArguments(AccessCase):
    """Whatever a remote call brings, who called is told what is wrong: no error of the program's.

    What breaks a rule of the database (``IntegrityError``) is told by Odoo.
    """

    def get_cases(self):
        """:return: generator of (model, name of a public method, function, its parameters)"""
        for model in self.get_models_with_methods():
            for name, function in self.get_public_methods(model).items():
                names = [*inspect.signature(function).parameters][1:]
                if names and name not in OF_ODOO:
                    yield model, name, function, names

    def find_fault(self, model, name, function, given):
        """:return: str, the error of the program's that a call ends in; empty for none"""
        self.env.invalidate_all()
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"), self.undone():
                self.call(model, name, function, self.manager, given)
        except (UserError, IntegrityError):
            return ""
        except Exception as error:  # noqa: BLE001 - any other one is a fault
            return f"{type(error).__name__}: {error}"
        return ""

    def test_wrong_arguments_are_told(self):
        """X-36: in the place of each argument, whatever there is in JSON."""
        faults = []
        for model, name, function, names in self.get_cases():
            for parameter in names:
                for value in HOSTILE:
                    fault = self.find_fault(model, name, function, {parameter: value})
                    if fault:
                        faults.append(f"{model}.{name}({parameter}={value!r}): {fault[:200]}")
        self.assertFalse(faults, "\n".join(faults))
