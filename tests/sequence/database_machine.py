"""A machine that drives sequences in the database, and what must hold after each move."""

from __future__ import annotations

from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from odoo.exceptions import AccessError, UserError

from ..common import NOW

#: The same examples at every run; a slow machine is no fault.
SETTINGS = settings(
    derandomize=True,
    deadline=None,
    max_examples=12,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
    # time stands still here, so that looking for the smallest example would never end
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    database=None,
)

TABLES = (
    "collection_sequence", "collection_sequence_visit", "collection_action",
    "collection_deadline", "collection_signal", "collection_signal_receipt",
    "collection_participant", "collection_history", "collection_history_chain",
)
OPEN = ("running", "paused")
OUTCOMES = ("done", "validated", "refused", "cancelled", "ignored")
EVENTS = ("payment", "payment_reversed", "manual", "credit_note")
EVENT_NAMES = ("Moved out", "Called back")

customers = st.integers(0, 1)
codes = st.sampled_from(["MAIN", "MAIN", "SIDE", "LAST"])
picks = st.integers(0, 7)
seldom = st.sampled_from([False, False, True])


class DatabaseMachine(RuleBasedStateMachine):
    """Two tenants, their invoices and their sequences, in a savepoint of their own.

    Beside the database it keeps a small book of what it has seen, so that nothing that is over
    can change unnoticed.
    """

    #: the test case that made the trees
    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.savepoint.__enter__()
        self.freezer = freeze_time(NOW)
        self.clock = self.freezer.start()
        #: by action: how it was closed; by sequence: how it ended, where its pause found it
        self.closed, self.ended, self.paused = {}, {}, {}
        #: number of the last event put into the inbox
        self.keys = 0

    def teardown(self):
        self.freezer.stop()
        self.savepoint.rollback()
        self.savepoint.__exit__(None, None, None)

    # -- what it may look at -------------------------------------------------

    @property
    def today(self):
        return self.clock().date()

    @property
    def sequences(self):
        return self.env["collection.sequence"].search(
            [("customer_id", "in", self.case.customers.ids)], order="id")

    def pick(self, records, number):
        """One of them, or none of none; numbers beyond the last begin again."""
        return records[number % len(records)] if records else records

    def pick_sequence(self, number, *states):
        return self.pick(
            self.sequences.filtered(lambda s: s.state in (states or OPEN)), number)

    def print_state(self):
        """All that is stored, as one value that differs when anything does."""
        self.env.flush_all()
        found = []
        for table in TABLES:
            self.env.cr.execute(
                f"SELECT md5(string_agg(t::text, ' ' ORDER BY id)) FROM {table} t")
            found.append(self.env.cr.fetchone())
        return found

    def attempt(self, command, expected=None):
        """Run a command as a request does: whole, or not at all.

        :param expected: whether it must be accepted, or None where the book cannot tell
        :return: whether it was accepted
        """
        before = self.print_state()
        try:
            with self.env.cr.savepoint():
                command()
        except (UserError, AccessError) as refused:
            assert not expected, f"refused against the rules: {refused}"
            assert self.print_state() == before, "what is refused has changed something"
            return False
        assert expected is not False, "accepted against the rules"
        return True

    def get_open(self, customer, code):
        return self.sequences.filtered(lambda s: (
            s.customer_id == customer and s.template_code == code and s.state in OPEN))

    def user_of(self, sequence):
        return sequence.with_user(self.case.collector)

    # -- what people do ------------------------------------------------------

    @initialize()
    def begin(self):
        for customer, code in ((0, "MAIN"), (1, "MAIN"), (1, "SIDE")):
            self.launch(customer, code)

    @rule(customer=customers, code=codes)
    def launch(self, customer, code):
        customer = self.case.customers[customer]
        taken = bool(self.get_open(customer, code))
        self.attempt(
            lambda: self.case.launch(self.case.templates[code], customer), expected=not taken)

    def get_answer(self, number, outcome, option):
        """An open action, and an answer to it that it takes."""
        act = self.pick(self.sequences.filtered(
            lambda s: s.state in OPEN).action_ids.filtered(
                lambda a: a.state != "closed").sorted("id"), number)
        if not act:
            return act, {}
        if outcome in ("cancelled", "ignored"):
            return act, {"outcome": outcome, "comment": "Why"}
        if act.option_ids:
            return act, {"outcome": None, "option": self.case.options[option]}
        if act.state == "validating":
            outcome = "refused" if outcome == "refused" else "validated"
            return act, {"outcome": outcome, "comment": "Why"}
        return act, {"outcome": "done"}

    @rule(number=picks, outcome=st.sampled_from(OUTCOMES),
          option=st.sampled_from(["served", "absent"]))
    def close(self, number, outcome, option):
        """Give a valid answer; a second one changes nothing any more."""
        act, answer = self.get_answer(number, outcome, option)
        if not act:
            return
        holder, user = act.responsible_id.name, self.case.manager
        submits = act.needs_validation and act.state == "todo" and (
            answer["outcome"] not in ("cancelled", "ignored"))
        # a row may lead to a tree that the customer is in already: then it is refused
        if self.attempt(lambda: act.with_user(user).close(**answer)) and not submits:
            assert (act.state, act.holder_name, act.closed_by_id) == ("closed", holder, user)
            if answer["outcome"]:
                assert act.outcome == answer["outcome"]
            self.attempt(lambda: act.with_user(self.case.litigator).close(
                "cancelled", comment="Too late"), expected=False)

    @rule(number=picks, refused=seldom)
    def go_on(self, number, refused):
        """The usual course of a case, more often than all else."""
        self.close(number, "refused" if refused else "validated", "served")

    @rule(number=picks, outcome=st.sampled_from(["moot", "expired", "refused", "cancelled"]))
    def close_wrongly(self, number, outcome):
        """An outcome that no person may give, or one without its reason."""
        act, _answer = self.get_answer(number, outcome, "served")
        if act:
            self.attempt(lambda: act.with_user(self.case.manager).close(outcome), expected=False)

    @rule(number=picks)
    def pause(self, number):
        sequence = self.pick_sequence(number, "running")
        if sequence:
            self.attempt(lambda: self.user_of(sequence).action_pause("Wait"), expected=True)

    @rule(number=picks)
    def resume(self, number):
        """Internal delays get the days of the pause back, legal ones never."""
        sequence = self.pick_sequence(number, "paused")
        if not sequence:
            return
        days = self.today - sequence.paused_on
        due = {line: (line.due, line.nature, line.remaining, line.frozen)
               for line in sequence.deadline_ids if not line.visit_id.left_at}
        if not self.attempt(lambda: self.user_of(sequence).action_resume()):
            return
        for line, (day, nature, remaining, frozen) in due.items():
            if nature == "legal":
                assert line.due == day or line.transition_id.base == "marker"
            elif frozen and remaining:
                assert line.due == day + days, "the pause is not given back"

    @rule(number=picks, sure=seldom)
    def stop(self, number, sure=True):
        sequence = self.pick_sequence(number)
        if sequence and sure:
            self.attempt(lambda: self.user_of(sequence).action_stop("Enough"), expected=True)
            assert sequence.state == "stopped"

    @rule(number=picks, code=codes, sure=seldom)
    def switch(self, number, code, sure):
        sequence = self.pick_sequence(number)
        if not sequence or not sure:
            return
        taken = bool(self.get_open(sequence.customer_id, code) - sequence)
        if self.attempt(lambda: self.user_of(sequence).switch_to(
                self.case.templates[code], "Change"), expected=not taken):
            assert sequence.state == "switched"
            assert sequence.successor_id.parent_id == sequence

    @rule(number=picks, way=st.sampled_from(["retry", "skip"]))
    def leave_incident(self, number, way):
        sequence = self.pick(
            self.sequences.filtered(lambda s: s.state == "running" and s.incident), number)
        if sequence:
            self.attempt(lambda: getattr(self.user_of(sequence), f"action_{way}")("Seen"))

    @rule(number=picks, function=st.sampled_from(["GEST", "RC"]), user=st.booleans())
    def change_participant(self, number, function, user):
        """What is open passes to the new holder; what is closed stays with the old one."""
        sequence = self.pick_sequence(number)
        function = self.case.functions[function]
        line = sequence.participant_ids.filtered(lambda p: p.function_id == function)
        if not line:
            return
        user = self.case.collector if user else self.case.litigator
        self.attempt(lambda: line.with_user(self.case.manager).write({"user_id": user.id}),
                     expected=True)
        open_actions = sequence.action_ids.filtered(
            lambda a: a.state != "closed" and a.function_id == function)
        assert open_actions.responsible_id <= user.partner_id

    @rule(number=picks, ago=st.integers(-10, 30))
    def fill_date(self, number, ago):
        sequence = self.pick_sequence(number)
        if sequence.template_code == "MAIN":
            sequence.markers = {"served": str(self.today - timedelta(days=ago))}

    # -- what happens in the world ---------------------------------------------

    @rule(number=picks, name=st.sampled_from(EVENT_NAMES))
    def record_event(self, number, name):
        sequence = self.pick_sequence(number)
        if sequence:
            known = name in sequence._get_known_events()
            accepted = self.attempt(
                lambda: self.user_of(sequence).record_event(name), None if known else False)
            assert accepted or not known or sequence.state == "running"

    @rule(customer=customers, code=st.sampled_from(EVENTS), again=st.booleans(), late=seldom,
          amount=st.sampled_from([50, 400]), name=st.sampled_from(EVENT_NAMES))
    def put_signal(self, customer, code, again, late, amount, name):
        """Put an event into the inbox twice, an old one too: it is the same."""
        self.keys += not again
        vals = {
            "key": f"test:{self.keys}", "code": code, "amount": amount,
            "event_name": name if code == "manual" else False,
            "customer_id": self.case.customers[customer].id, "company_id": self.case.company.id}
        signals = self.env["collection.signal"]
        known = signals.search_count([("key", "=", vals["key"])])
        assert len(signals._post([vals, vals])) == 1 - known
        assert not signals._post([vals])
        if not late:
            self.deliver()

    @rule(number=picks, part=st.booleans(), late=seldom)
    def pay(self, number, part, late=True):
        """Money comes in, whatever the sequences make of it."""
        invoice = self.pick(self.case.invoices, number)
        if invoice.amount_residual:
            self.case.pay(invoice, min(200, invoice.amount_residual) if part else None)
        if not late:
            self.deliver()

    @rule(number=picks)
    def take_payment_back(self, number):
        invoice = self.pick(self.case.invoices, number)
        invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable").remove_move_reconcile()

    @rule(number=st.integers(0, 1))
    def redeliver(self, number):
        """A worker died after its work and before it could say so: the event comes again."""
        signals = self.env["collection.signal"].search(
            [("delivered_at", "!=", False), ("key", "like", "test:")], order="id desc")
        self.pick(signals, number).delivered_at = False

    @rule()
    def deliver(self):
        self.case.deliver_signals()
        assert not self.env["collection.signal"].search([
            ("delivered_at", "=", False), ("attempts", "=", 0), ("code", "!=", "child_ended")])

    @rule(days=st.integers(0, 40))
    def tick(self, days):
        """Time goes by; what is over has been seen."""
        self.clock.tick(timedelta(days=days))
        self.case.run_night()
        for sequence in self.sequences.filtered(lambda s: s.state in OPEN and not s.incident):
            over = sequence.deadline_ids.filtered(
                lambda line: not line.visit_id.left_at and line.due < self.today)
            if sequence.state == "paused":
                assert all(line.alerted for line in over if line.nature == "legal")
                assert all(line.frozen for line in over if line.nature == "internal")
            else:
                assert not over, "a deadline is over and nothing has happened"

    @rule(number=picks, outcome=st.sampled_from(OUTCOMES),
          command=st.sampled_from(["close", "stop", "pause", "launch", "pay"]))
    def kill(self, number, outcome, command):
        """The connection breaks before the end: nothing remains."""
        before = self.print_state()
        with self.env.cr.savepoint() as savepoint:
            if command == "close":
                self.close(number, outcome, "served")
            elif command == "launch":
                self.launch(number % 2, "MAIN")
            elif command == "pay":
                self.pay(number, False)
            else:
                getattr(self, command)(number)
            self.env.flush_all()
            savepoint.rollback()
        assert self.print_state() == before

    # -- what must hold --------------------------------------------------------

    @invariant()
    def one_open_sequence_of_a_tree(self):
        found = [(s.customer_id, s.template_code) for s in self.sequences if s.state in OPEN]
        assert len(found) == len(set(found))

    @invariant()
    def open_actions_are_of_the_visit_or_kept(self):
        for sequence in self.sequences:
            for act in sequence.action_ids.filtered(lambda a: a.state != "closed"):
                assert sequence.state in OPEN
                assert act.keep or (
                    act.visit_id == sequence.visit_id and not act.visit_id.left_at)

    @invariant()
    def closed_actions_never_change(self):
        now = {
            act.id: (act.outcome, act.option_id, act.closed_by_id, act.closed_at,
                     act.holder_name, act.responsible_id)
            for act in self.sequences.action_ids if act.state == "closed"}
        assert self.closed.items() <= now.items()
        self.closed = now

    @invariant()
    def what_has_ended_never_moves(self):
        now = {
            s.id: (s.state, s.visit_id, len(s.visit_ids), len(s.action_ids))
            for s in self.sequences if s.state not in OPEN}
        assert self.ended.items() <= now.items()
        self.ended = now

    @invariant()
    def a_pause_enters_and_leaves_nothing(self):
        now = {
            (s.id, s.paused_on): (
                s.visit_id, s.visit_id.left_at, len(s.visit_ids), len(s.action_ids))
            for s in self.sequences if s.state == "paused"}
        for key in self.paused.keys() & now.keys():
            # paused, resumed and paused again on one day is another pause
            assert self.paused[key] == now[key] or self.count_pauses(key) > 1
        self.paused = now

    def count_pauses(self, key):
        rows = self.env["collection.history"].search(
            [("sequence_id", "=", key[0]), ("kind", "=", "paused")])
        return len([r for r in rows if r.data["date"] == str(key[1])])

    @invariant()
    def an_event_is_used_once(self):
        rows = self.env["collection.history"].search(
            [("sequence_id", "in", self.sequences.ids),
             ("kind", "in", ("event_used", "event_received"))])
        found = [(row.sequence_id, row.kind, row.data["key"]) for row in rows]
        assert len(found) == len(set(found))
        assert set(self.sequences.receipt_ids.filtered("used").mapped("key")) == {
            key for _sequence, kind, key in found if kind == "event_used"}

    @invariant()
    def something_can_move_it(self):
        for sequence in self.sequences.filtered(lambda s: s.state == "running"):
            if sequence.incident:
                continue
            if sequence.waiting_template_code:
                self.check_waiting(sequence)
                continue
            here = sequence.action_ids.filtered_domain([("visit_id", "=", sequence.visit_id.id)])
            outside = sequence.step_id.transition_ids.filtered(lambda r: (
                r.timing == "at_once" and r.condition in ("event", "level", "deadline")))
            # a step with actions has a default row, so that their last result moves it
            assert here.filtered(lambda a: a.state != "closed") if here else outside

    def check_waiting(self, sequence):
        """Whoever waits, waits for one that is open, or whose end is on its way."""
        running = sequence.child_ids.filtered(lambda s: (
            s.template_code == sequence.waiting_template_code and s.state in OPEN))
        notified = self.env["collection.signal"].search_count([
            ("sequence_id", "=", sequence.id), ("code", "=", "child_ended"),
            ("delivered_at", "=", False)])
        assert running or notified, "it waits for nobody"

    @invariant()
    def history_gives_the_state(self):
        for sequence in self.sequences:
            assert sequence._replay() == sequence._get_state()

    @invariant()
    def history_is_whole(self):
        histories = self.env["collection.history"].with_user(self.case.manager)
        for customer in self.case.customers:
            assert histories.verify(customer)
        self.env.cr.execute(
            "SELECT chain_id FROM collection_history GROUP BY chain_id"
            " HAVING max(number) <> count(*) OR count(DISTINCT number) <> count(*)")
        assert not self.env.cr.fetchall()
