"""What goes wrong, drawn from a seed: each fault strikes, lasts a while, and is taken back."""

import random
import subprocess
import threading
import time

from .sink import TROUBLES

#: Faults by name, and how often each is drawn.
WEIGHTS = {
    "kill_worker": 8, "kill_host": 1, "kill_postmaster": 1, "end_sessions": 5, "lock_tables": 2,
    "lock_timeout": 2, "statement_timeout": 2, "mail_trouble": 6, "clock_forward": 2,
    "clock_back": 1, "no_room": 1, "pdf_hangs": 1, "cable": 2}
TABLES = ("collection_history_chain", "collection_sequence", "collection_action", "mail_mail",
          "account_move_line")
DAY = 86400


class Faults(threading.Thread):
    """:param Run run: what is to suffer, see :class:`~.run.Run`
    :param float pause: seconds between two faults, on the average
    """

    def __init__(self, run, pause):
        super().__init__(name="faults", daemon=True)
        self.target, self.pause = run, pause
        self.random = random.Random(f"{run.seed}-faults")
        self.counts = {}
        self.lasting = {}
        self.crash = None

    def run(self):
        try:
            while not self.target.ended.wait(self.random.uniform(0.3, 1.7) * self.pause):
                self._strike()
        except Exception as error:  # the harness's own fault, told at the end
            self.crash = error
            raise
        finally:
            self.heal()

    def _strike(self):
        self._end_lasting()
        [name] = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        began = time.time()
        detail = getattr(self, name)()
        if detail is None:
            return
        key = name if detail is True else f"{name}: {detail}"
        self.counts[key] = self.counts.get(key, 0) + 1
        self.target.story.tell("fault", key, began=began)

    def _last(self, name, seconds, end):
        """Take a fault back later."""
        if name in self.lasting:
            self.lasting.pop(name)[1]()
        self.lasting[name] = (time.monotonic() + seconds, end)

    def _end_lasting(self):
        for name, (until, end) in list(self.lasting.items()):
            if time.monotonic() > until:
                del self.lasting[name]
                end()

    def heal(self):
        """Take everything back."""
        for _until, end in self.lasting.values():
            end()
        self.lasting.clear()
        self.target.sink.mode = "accept"

    # -- processes ---------------------------------------------------------------------------

    def kill_worker(self):
        return self.random.choice(self.target.hosts).kill_worker(self.random) or None

    def kill_host(self):
        """A host loses its power, and comes back; a short run would see little else."""
        if self.target.plan.short:
            return None
        host = self.random.choice(self.target.hosts)
        host.kill()
        time.sleep(self.random.random())
        host.start()
        return True

    def kill_postmaster(self):
        if not self.target.cluster.can_be_killed:
            return None
        self.target.cluster.kill()
        time.sleep(self.random.random() * 2)
        self.target.cluster.start()
        return True

    def cable(self):
        """The network of one host is away for a while."""
        hosts = [host for host in self.target.hosts if host.namespace]
        if not hosts:
            return None
        host = self.random.choice(hosts)
        host.pull_cable(True)
        self._last("cable", self.random.uniform(1, 6), lambda: host.pull_cable(False))
        return True

    # -- the database --------------------------------------------------------------------------

    def _query(self, statement, insist=False):
        """:param bool insist: until it is done: the server may be coming up again
        :return: list of str; empty where it could not be done
        """
        while True:
            try:
                return self.target.cluster.query(statement, self.target.database)
            except subprocess.CalledProcessError:
                if not insist:
                    return []
                time.sleep(0.2)

    def end_sessions(self):
        """Some of the connections end, whatever they are at."""
        return True if self._query(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
            f" WHERE datname = '{self.target.database}' AND pid <> pg_backend_pid()"
            " ORDER BY state = 'active' DESC, random() LIMIT 3) AS some") else None

    def lock_tables(self):
        """Somebody keeps a table to himself for a while, as a migration does."""
        table = self.random.choice(TABLES)
        seconds = self.random.uniform(0.5, 3)
        threading.Thread(target=self._lock, args=(table, seconds), daemon=True).start()
        return table

    def _lock(self, table, seconds):
        self._query(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE; "
                    f"SELECT pg_sleep({seconds}); COMMIT")

    def _limit(self, name, value):
        self._query(f"ALTER DATABASE \"{self.target.database}\" SET {name} = '{value}'")
        self._query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                    f" '{self.target.database}' AND state = 'idle' AND pid <> pg_backend_pid()")
        self._last(name, 6, lambda: self._query(
            f'ALTER DATABASE "{self.target.database}" RESET {name}', insist=True))
        return value

    def lock_timeout(self):
        return self._limit("lock_timeout", "20ms")

    def statement_timeout(self):
        return self._limit("statement_timeout", self.random.choice(("300ms", "900ms")))

    # -- the world around ------------------------------------------------------------------------

    def mail_trouble(self):
        mode = self.random.choice(TROUBLES)
        self.target.sink.mode = mode
        self._last("mail", self.random.uniform(2, 10), self._heal_mail)
        return mode

    def _heal_mail(self):
        self.target.sink.mode = "accept"

    def clock_forward(self):
        """A day passes; now and then three."""
        if not self.target.clock.can_jump:
            return None
        days = self.random.choice((1, 1, 1, 3))
        self.target.clock.jump(days * DAY)
        return f"{days} days"

    def clock_back(self):
        if not self.target.clock.can_jump:
            return None
        seconds = self.random.choice((90, 3700, DAY))
        self.target.clock.jump(-seconds)
        self._last("clock", 10, lambda: self.target.clock.jump(seconds))
        return f"{seconds} s"

    def no_room(self):
        """The files' disk is full."""
        if not self.target.files.fill():
            return None
        self._last("room", 5, self.target.files.free)
        return True

    def pdf_hangs(self):
        self.target.pdf_hangs.touch()
        self._last("pdf", 8, lambda: self.target.pdf_hangs.unlink(missing_ok=True))
        return True
