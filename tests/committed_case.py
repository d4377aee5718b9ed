"""Tests on real connections: what people and workers do at the same moment, and what is left."""

import random
import threading
from collections import defaultdict
from contextlib import closing, contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL, mute_logger

from .common import Builders

#: Odoo's server waits for seconds before it tries a request again; here the wait is a share of it.
SHARE = 8
#: Tables of which nothing can be deleted while their triggers are on.
GUARDED = ("collection_history", "collection_history_chain", "collection_payment_plan")
#: Models with a thread, of which a customer has records.
THREADS = ("collection.action", "collection.document.request", "collection.sequence")


def _own(table):
    """:return: condition on a column that names a table's rows: they are of these customers"""
    return f"IN (SELECT id FROM {table} WHERE customer_id = ANY(%(customers)s))"


#: What is put away, children first: table, and which of its rows.
PUT_AWAY = (
    *((table, f"{model} = '{name}' AND res_id {_own(name.replace('.', '_'))}")
      for table, model in (
          ("mail_activity", "res_model"), ("mail_message", "model"),
          ("mail_followers", "res_model"))
      for name in THREADS),
    ("mail_message", "model = 'res.partner' AND res_id = ANY(%(customers)s)"),
    ("ir_attachment", "res_model = 'collection.document.item' AND res_id IN (SELECT id FROM"
                      f" collection_document_item WHERE request_id"
                      f" {_own('collection_document_request')})"),
    ("collection_signal", "customer_id = ANY(%(customers)s)"),
    ("collection_signal_receipt", f"sequence_id {_own('collection_sequence')}"),
    ("collection_history", f"chain_id {_own('collection_history_chain')}"),
    ("collection_history_chain", "customer_id = ANY(%(customers)s)"),
    *((table, f"request_id {_own('collection_document_request')}") for table in (
        "collection_document_file", "collection_document_notice")),
    ("collection_link", "customer_id = ANY(%(customers)s)"),
    ("collection_dispatch", "customer_id = ANY(%(customers)s)"),
    ("collection_action", "customer_id = ANY(%(customers)s)"),
    ("collection_deadline", f"sequence_id {_own('collection_sequence')}"),
    ("collection_sequence_visit", f"sequence_id {_own('collection_sequence')}"),
    ("collection_participant", "customer_id = ANY(%(customers)s)"),
    ("collection_sequence", "customer_id = ANY(%(customers)s)"),
    *((table, f"request_id {_own('collection_document_request')}") for table in (
        "collection_document_item", "collection_document_contributor")),
    ("collection_document_request", "customer_id = ANY(%(customers)s)"),
    ("collection_payment_plan_line", f"plan_id {_own('collection_payment_plan')}"),
    ("collection_payment_plan", "customer_id = ANY(%(customers)s)"),
    ("collection_plan_mark", "partner_id = ANY(%(customers)s)"),
    ("collection_plan_wake", "customer_id = ANY(%(customers)s)"),
    ("account_move", "partner_id = ANY(%(customers)s)"),
    ("res_partner", "id = ANY(%(customers)s)"),
    ("collection_scenario", "id = ANY(%(scenarios)s)"),
    ("collection_sequence_template", "id = ANY(%(templates)s)"),
    ("collection_function", "id = ANY(%(functions)s)"),
    ("collection_document_automation", "template_id = ANY(%(document_templates)s)"),
    ("collection_document_template_item", "template_id = ANY(%(document_templates)s)"),
    ("collection_document_template", "id = ANY(%(document_templates)s)"),
)


class CommittedCase(BaseCase):
    """Several connections, each of which commits.

    What a test makes is put away by hand, as nothing that happened can be deleted through the
    product: :attr:`made` is to say what there is.
    """

    #: the moment it is, or None for the real clock
    moment = None

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # the runner's own thread may hold the lock that ours need to make an environment
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(patch("odoo.service.model.random", SimpleNamespace(
            uniform=lambda least, most: random.uniform(least, most / SHARE))))
        if self.moment:
            self.startPatcher(freeze_time(self.moment))
        #: lists of ids: customers, with all that they have, scenarios, functions, templates,
        #: document_templates
        self.made = defaultdict(list)
        self.addCleanup(self._put_away)
        with self.environment(tracking_disable=True) as env:
            env["res.lang"]._activate_lang("en_US")
            self.make(env)

    def make(self, env):
        """Make what each test needs; what a test makes besides is told in the same way."""

    @contextmanager
    def environment(self, **context):
        """A connection of one's own, committed at the end."""
        with closing(self.registry.cursor()) as cr:
            yield api.Environment(cr, SUPERUSER_ID, context)
            cr.commit()

    def get_builders(self, env):
        """:return: the class of :class:`Builders` in an environment"""
        return type("Bound", (Builders,), {
            "env": env, "company": env.company, "functions": {}, "options": {}})

    def _put_away(self):
        with self.environment() as env:
            for table in GUARDED:
                env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))
            env.cr.execute(
                "UPDATE collection_sequence SET visit_id = NULL, parent_id = NULL,"
                " successor_id = NULL WHERE customer_id = ANY(%(customers)s)", self.made)
            for table, rows in PUT_AWAY:
                env.cr.execute(f"DELETE FROM {table} WHERE {rows}", self.made)
            for table in GUARDED:
                env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))

    # -- at the same moment --------------------------------------------------------------

    def request(self, work):
        """A person's request: like Odoo's server, tried again where it lost a race.

        :param work: function of the environment
        """
        for _attempt in range(20):
            try:
                with self.environment(tracking_disable=True) as env, mute_logger("odoo.sql_db"):
                    work(env)
            except OperationalError:
                continue
            return
        self.fail("The request never came through.")

    def run_at_once(self, *works):
        """Run functions at the same time, each in a thread of its own.

        :return: list of the exceptions that they raised
        """
        errors = []

        def run(work):
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - the test says which there may be
                errors.append(error)

        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertFalse([thread for thread in threads if thread.is_alive()])
        return errors
