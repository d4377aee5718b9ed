"""What a run is to be: plain values, for which no package is needed."""

#: What some of the faults of the product show in is done more often, by the faults' numbers.
SHOWING = {
    1: {"do_cron": 8},
    7: {"do_launch": 8, "do_books": 20, "do_close_pair": 1, "do_close": 1, "do_stop": 0},
    10: {"do_documents": 8, "do_upload": 12}}


class Plan:
    """What a run is to be.

    :param float minutes: of business
    :param int seed: that faults and business are drawn from
    :param int hosts: how many
    :param int seeded: a fault of the product put in on purpose, see `addons/`; 0 for none
    :param bool queue: batches are handed to OCA's job queue
    :param bool short: on the runtime's own server, and without a second ledger
    """

    clients, customers = 4, 10

    def __init__(self, minutes=10.0, seed=1, hosts=1, seeded=0, queue=False, short=False):
        self.seconds, self.seed, self.hosts = minutes * 60, seed, hosts
        self.seeded, self.queue, self.short = seeded, queue, short
        #: a fault of the product shows without any fault of the world
        self.fault_pause = 0 if seeded else 2.5
        self.pause = 0.4
        self.weights = SHOWING.get(seeded, {})

    @property
    def name(self):
        """Of its folder, and of the lock that keeps another run out of it."""
        kinds = {"short": self.short, "queue": self.queue, "hosts": self.hosts > 1}
        return next((name for name, is_it in kinds.items() if is_it), "run")

    @property
    def title(self):
        """The command that makes this run."""
        kinds = {"HOSTS": self.hosts if self.hosts > 1 else 0, "QUEUE": int(self.queue),
                 "SEEDED": self.seeded, "SHORT": int(self.short)}
        words = [f"{name}={value}" for name, value in kinds.items() if value]
        return " ".join([
            "make chaos", *words, f"MINUTES={self.seconds / 60:g}", f"SEED={self.seed}"])
