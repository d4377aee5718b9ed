"""Records that a cron processes, each in a transaction of its own.

Those of a killed worker, or of one that lost a race, are simply still due; a fault is rolled
back alone, and the batch goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)


def process_batch(records: Any, remaining: int, process: Callable[[Any], object]) -> int:
    """Process records, each in its own transaction, as long as the cron may run.

    :param records: recordset whose model says ``_is_due()`` (bool, of one locked record or of
        none: another worker has it) and ``_postpone(error)`` (puts off a record at fault)
    :param int remaining: how many records are due in all
    :param process: called with one locked record that is still due
    :return: int, number of records processed
    """
    crons, done = records.env["ir.cron"], 0
    crons._commit_progress(remaining=remaining)
    for record in records:
        processed = process_alone(record, process)
        done += processed
        remaining = max(remaining - processed, 0)
        if not crons._commit_progress(int(processed), remaining=remaining):
            break
    return done


def process_alone(record: Any, process: Callable[[Any], object]) -> bool:
    """Process a record that is still due; whatever happens, the batch goes on.

    :param record: one record, see :func:`process_batch`
    :param process: called with the locked record
    :return: bool, False if it lost a race and is still due
    """
    cr = record.env.cr
    try:
        locked = record.try_lock_for_update()
        if locked._is_due():
            process(locked)
        cr.flush()
    except OperationalError as error:  # its transaction is lost: the next run tries again
        cr.rollback()
        _logger.info("%s is still due: %s", record, error)
        return False
    except Exception as error:  # whatever it is: no fault may stop the cron
        cr.rollback()
        _logger.exception("%s could not be processed", record)
        record._postpone(error)
    return True


@contextmanager
def contained(env: Any, message: str, *arguments: object) -> Iterator[None]:
    """Do something of ours within somebody else's transaction: a fault costs them nothing.

    What was done is rolled back, the fault is logged, and the transaction goes on. A lost race is
    no fault: the whole transaction is tried again.

    :param env: :class:`~odoo.api.Environment`
    :param message: what failed, for the log, with places for the arguments
    """
    try:
        with env.cr.savepoint():
            yield
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it is logged
        env.invalidate_all(flush=False)
        report(message, *arguments)


def report(message: str, *arguments: object) -> None:
    """Log the fault that is being handled."""
    _logger.exception(message, *arguments)
