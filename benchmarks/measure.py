"""What a piece of work costs: seconds, queries, memory, rows written."""

import gc
import resource
import threading
import time
from contextlib import suppress
from pathlib import Path

from odoo.tools import SQL

STATUS = Path("/proc/self/status")
#: Writing 5 here sets the peak of the memory back to what is in use (Linux).
CLEAR_REFS = Path("/proc/self/clear_refs")
TABLES = ("res_partner", "account_move", "account_move_line")
#: The first PostgreSQL that hands out its statistics when asked to.
FLUSHES = 150000


class Meter:
    """Measure a block that runs in this thread.

    After the block, :attr:`result` holds `seconds`, `sql_seconds` (spent waiting for the
    database), `cpu_seconds` (of this process alone, the same however busy the machine is),
    `queries` (of all cursors), `peak_mib` (the most memory the process had meanwhile) and
    `grown_mib` (the same, less what it had before).
    """

    def __enter__(self):
        gc.collect()
        thread = threading.current_thread()
        thread.query_count, thread.query_time = 0, 0.0
        self._before = _reset_peak()
        self._cpu = time.process_time()
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_exception):
        seconds = time.perf_counter() - self._started
        cpu_seconds = time.process_time() - self._cpu
        thread = threading.current_thread()
        peak = _get_peak()
        self.result = {
            "seconds": seconds,
            "sql_seconds": thread.query_time,
            "cpu_seconds": cpu_seconds,
            "queries": thread.query_count,
            "peak_mib": peak,
            "grown_mib": peak - self._before,
        }


def warm_up(cr):
    """Read the tables of customers and items once, so that what follows finds them in memory."""
    for table in TABLES:
        cr.execute(SQL("SELECT MAX(write_date) FROM %s", SQL.identifier(table)))
    cr.commit()


def find_slowest(env, requests):
    """Measure requests one by one, each the second time that it is made.

    :param requests: functions without arguments
    :return: [seconds, queries]: the most of each that one of them takes
    """
    results = []
    for request in requests:
        request()  # what a server learns once: access rules, translations
        env.invalidate_all()
        with Meter() as meter:
            request()
        results.append(meter.result)
    return [max(result["seconds"] for result in results),
            max(result["queries"] for result in results)]


def count_written(cr):
    """:return: rows inserted, updated and deleted in this database, up to the last commit"""
    if cr.connection.server_version >= FLUSHES:
        cr.execute("SELECT pg_stat_force_next_flush()")
    else:
        time.sleep(1)
    cr.commit()
    cr.execute("SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables")
    [rows] = cr.fetchone()
    cr.commit()
    return rows


def _reset_peak():
    """Forget earlier peaks where the system can; returns the memory in use, in MiB."""
    with suppress(OSError):
        CLEAR_REFS.write_text("5")
        return _get_status("VmRSS")
    return _get_peak()


def _get_peak():
    """:return: the most memory this process had since the last reset, in MiB"""
    with suppress(OSError):
        return _get_status("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _get_status(name):
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
