"""Records that a cron processes, one or some in a transaction.

Those of a killed worker, or of one that lost a race, are simply still due; a fault is rolled
back, those that shared its transaction are tried one by one, and the batch goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)


def process_batch(
        records: Any, remaining: int, process: Callable[[Any], object], together: int = 1) -> int:
    """Process records, some in each transaction, as long as the cron may run.

    :param records: recordset whose model has ``_filtered_due()`` (returns those of its locked
        records that are still due) and ``_postpone(error)`` (puts off a record at fault)
    :param int remaining: how many records are due in all
    :param process: called with locked records that are still due, ``together`` at most
    :param int together: how many share a transaction and what is read in it, until one of them
        fails: then each of them has its own
    :return: int, number of records processed
    """
    crons, done = records.env["ir.cron"], 0
    crons._commit_progress(remaining=remaining)
    for processed in _process_shares(records, process, together):
        done += processed
        remaining = max(remaining - processed, 0)
        if not crons._commit_progress(processed, remaining=remaining):
            break
    return done


def _process_shares(
        records: Any, process: Callable[[Any], object], together: int) -> Iterator[int]:
    """Yield, at the end of each transaction, how many records it has processed."""
    for start in range(0, len(records), together):
        share = records[start:start + together]
        if len(share) > 1 and _process_together(share, process):
            yield len(share)
            continue
        for record in share:
            yield int(_process_alone(record, process))


def _process_together(records: Any, process: Callable[[Any], object]) -> bool:
    """Process records in one transaction.

    :return: bool, False if one of them failed: nothing has changed
    """
    cr = records.env.cr
    try:
        _process_due(records, process)
    except OperationalError as error:
        cr.rollback()
        _logger.info("%s are tried one by one: %s", records, error)
        return False
    except Exception:  # which of them it is, and whether it is one alone, is found one by one
        cr.rollback()
        _logger.warning("%s are tried one by one", records, exc_info=True)
        return False
    return True


def _process_alone(record: Any, process: Callable[[Any], object]) -> bool:
    """Process a record that is still due; whatever happens, the batch goes on.

    :param record: one record, see :func:`process_batch`
    :param process: called with the locked record
    :return: bool, False if it lost a race and is still due
    """
    cr = record.env.cr
    try:
        _process_due(record, process)
    except OperationalError as error:  # its transaction is lost: the next run tries again
        cr.rollback()
        _logger.info("%s is still due: %s", record, error)
        return False
    except Exception as error:  # whatever it is: no fault may stop the cron
        cr.rollback()
        _logger.exception("%s could not be processed", record)
        record._postpone(error)
    return True


def _process_due(records: Any, process: Callable[[Any], object]) -> None:
    due = records.try_lock_for_update()._filtered_due()
    if due:
        process(due)
    records.env.cr.flush()


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
