import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from ..action.channels import CHANNELS
from .holds import HOLDS

_logger = logging.getLogger(__name__)

#: Actions sent in one transaction: what is asked of the database once a batch weighs little on
#: each, and a person who acts on one of them waits for about a second.
BATCH = 250


class CollectionAction(models.Model):
    """What is due by itself: found by the clock, sent batch by batch, here or by a job queue."""

    _inherit = "collection.action"

    held_because = fields.Char(
        string="Why it waits", compute="_compute_held_because",
        help="Why it does not leave by itself although its day has come.")
    #: read by the cron that sends what is due (_process_due)
    _due_index = models.Index(
        "(date, id) WHERE state IN ('scheduled', 'todo') AND mode <> 'manual'")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("mode", "state", "customer_id")
    def _compute_held_because(self):
        held = self._origin._find_holds()
        for action in self:
            action.held_because = held.get(action._origin.id, False)

    # === WHAT IS DUE === #
    # Sending what is due by itself: checked again, rendered, queued, closed, traced.
    #
    # Each batch is a transaction of its own. Actions of a killed worker are simply still due; one
    # that cannot be sent carries its error and a next try, and the others go on.

    @api.model
    def _process_due(self, limit=None):
        """Send what is due by itself; safe to run many times at once.

        :param int limit: actions taken at most, None for all
        :return: int, number of actions sent
        """
        crons, actions = self.env["ir.cron"], self.sudo()
        due = actions._get_due_domain()
        remaining = actions.search_count(due)
        crons._commit_progress(remaining=remaining)
        done = taken = last = 0
        while limit is None or taken < limit:
            size = min(BATCH, (limit or BATCH) - taken) if limit is not None else BATCH
            batch = actions.search(due & Domain("id", ">", last), order="id", limit=size)
            if not batch:
                break
            last, taken = batch[-1].id, taken + len(batch)
            done += batch._dispatch_batch()
            remaining = max(remaining - len(batch), 0)
            if not crons._commit_progress(len(batch), remaining=remaining):
                break
        return done

    def _dispatch_batch(self):
        """Send a batch here, or hand it to the job queue of OCA where that is installed.

        :return: int, number of actions sent here
        """
        if hasattr(self, "with_delay"):
            self._hand_to_queue()
            return 0
        return self._process_batch()

    def _hand_to_queue(self):
        """Hand these to OCA's job queue, a job a share of the actions' ids.

        A share is the same at every run of the cron, whatever became of its other actions
        meanwhile: a job that still waits for it is the same job, and the queue adds no other.
        """
        for share in sorted({action_id // BATCH for action_id in self.ids}):
            self.browse().with_delay(
                description=self.env._("Collection: send what is due"),
                identity_key=f"account_collection.due.{share}")._process_share(share)

    @api.model
    def _process_share(self, share):
        """Job: send what is due of a share now, which may be less than when it was handed over.

        The transaction is the queue's, which commits it, and tries again what lost a race.

        :param int share: of the ids, see :meth:`_hand_to_queue`
        :return: int, number of actions sent
        :raise OperationalError: it lost a race
        """
        actions = self.sudo()
        batch = actions.search(
            actions._get_due_domain() & Domain("id", ">=", share * BATCH)
            & Domain("id", "<", (share + 1) * BATCH), order="id").try_lock_for_update()
        return batch._execute_within() if batch else 0

    def _execute_within(self):
        """Send these within the transaction of somebody else: a fault stays its action's own.

        :return: int, number of actions sent
        """
        try:
            with self.env.cr.savepoint():
                return self._execute()
        except OperationalError:
            raise
        except Exception as fault:  # whatever it is, the others go on
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                _logger.exception("%s could not be sent", self)
                self._record_fault(fault)
                return 0
        return sum(action._execute_within() for action in self)

    def _record_fault(self, fault):
        """Keep what this one action failed of, and try again later."""
        self._record_problems({self.id: str(fault) or type(fault).__name__})

    def _process_batch(self):
        """Send these in the present transaction, as far as no other worker has them.

        A fault that is not caught for a single message is looked for action by action: no
        exception leaves.

        :return: int, number of actions sent
        """
        try:
            batch = self.try_lock_for_update()
            batch.invalidate_recordset()
            done = batch.filtered(
                lambda action: action.state in ("scheduled", "todo"))._execute()
            self.env.flush_all()
            return done
        except OperationalError as error:  # lost a race: the next run finds them still due
            self.env.cr.rollback()
            _logger.info("%s are still due: %s", self, error)
            return 0
        except Exception as fault:  # whatever it is, the others go on
            self.env.cr.rollback()
            if len(self) == 1:
                _logger.exception("%s could not be sent", self)
                self._record_fault(fault)
                return 0
        done = 0
        for action in self:
            # in a transaction of its own: it may have been held, paused or changed meanwhile
            due = self.search(self._get_due_domain() & Domain("id", "=", action.id))
            done += due._process_batch() if due else 0
            self.env["ir.cron"]._commit_progress()
        return done

    @api.model
    def _get_due_domain(self):
        """:return: domain of what may leave by itself now"""
        now = fields.Datetime.now()
        actions, scenarios = self.sudo(), self.env["collection.scenario"].sudo()
        days = Domain.OR([
            Domain("company_id", "=", company.id)
            & Domain("date", "<=", company._get_collection_day())
            for company in self.env["res.company"].sudo().search([])])
        return (
            days
            & Domain("state", "in", ("scheduled", "todo"))
            & Domain("kind", "in", list(CHANNELS))
            & (Domain("mode", "=", "automatic")
               | (Domain("mode", "=", "confirm") & Domain("confirmed", "=", True)))
            & (Domain("next_try", "=", False) | Domain("next_try", "<=", now))
            & (Domain("sequence_id", "=", False) | Domain("sequence_id.state", "=", "running"))
            & Domain("customer_id.active", "=", True)
            & Domain("scenario_id", "not in", scenarios._get_closed_windows(now).ids)
            & ~Domain.OR(hold.get_domain(actions.env) for hold in HOLDS))

    def _find_holds(self):
        """:return: dict of the sentence that says why an open message does not leave by itself
            now, by action id; one query a reason"""
        own = Domain("id", "in", self.ids) & Domain("mode", "!=", "manual") & Domain(
            "state", "!=", "closed")
        actions = self.sudo()
        return {action_id: self.env._(hold.sentence) for hold in reversed(HOLDS)
                for action_id in actions._search(own & hold.get_domain(actions.env))
                } if self.ids else {}
