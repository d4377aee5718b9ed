"""What the module is held to: each figure with its bar, its peer, and what holds it."""

from collections.abc import Callable
from dataclasses import dataclass

from .benchmark_record import is_of, to_number

BENCH, GROWTH = "make bench SIZE=5000", "make bench-growth"
ASSIGN, DESK = "make bench-assign SIZE=100000", "make bench-desk SIZE=100000"
TAKEOVER, NIGHT = "make bench-takeover SIZE=10000", "make bench-night SIZE=100000"
FIGURES, SEAL = "make bench-figures SIZE=1000000", "make bench-seal SIZE=1000000"
BESIDE, CASE = "make bench-beside SIZE=1000", "make bench-case SIZE=200"
PAYMENTS = "make bench-payments SIZE=10000"
CHAOS, HOSTS, QUEUE = "make chaos MINUTES=10", "make chaos HOSTS=2", "make chaos QUEUE=1"
TESTS = "make test"
#: A figure of which nothing is asked.
NO_BAR = "—"
CREDIT_CONTROL, AGED = "OCA `account_credit_control` 19.0", "OCA `account_financial_report` 19.0"


@dataclass(frozen=True)
class Bar:
    """One line of the page.

    :ivar what: is measured, or held
    :ivar bar: what it is to be, for people
    :ivar title: the command that measures it; empty where tests hold it, or nothing does
    :ivar value: of a record: the number that is held to the bar; raises `KeyError`, `IndexError`
        where the record has none
    :ivar least: the number is to be at least this
    :ivar most: the number is to be at most this
    :ivar figure: how it is shown; `{value}` is the number, other names are those of the record
    :ivar peer: the same of somebody else, with names as in `figure`
    :ivar test: what holds it: a file and a name in it; where there is a command as well, more
        of it than the command measures
    :ivar telling: it stands in the add-on's README as well
    :ivar why: the reason, shown where the bar is missed or nothing is measured
    """

    what: str
    bar: str
    title: str = ""
    value: Callable | None = None
    least: float | None = None
    most: float | None = None
    figure: str = "{value:,.2f} s"
    peer: str = ""
    test: str = ""
    telling: bool = False
    why: str = ""

    @property
    def is_tested(self):
        """Whether tests alone hold it."""
        return bool(self.test) and not self.title

    def read(self, record):
        """:return: the number that is held to the bar, None where nobody has measured it"""
        if record is None or self.value is None:
            return None
        try:
            return self.value(record)
        except (KeyError, IndexError):
            return None

    def show(self, record, value):
        """:return: (the figure, that of the peer) as text, of a record that has the value"""
        names = {**record.values, "value": value}
        return self.figure.format(**names), self.peer.format(**names)

    def is_met(self, value):
        """:return: bool, or None where there is nothing to hold it to"""
        if self.least is None and self.most is None:
            return None
        return ((self.least is None or value >= self.least)
                and (self.most is None or value <= self.most))


def _of(name):
    return lambda record: record.values[name]


def _compare(one, other):
    """:return: function that gives how many times the other figure the one is"""
    return lambda record: record.values[one] / record.values[other]


def _spread(column, first):
    """:return: function that gives the most of a column from a row on, as times that row"""
    def read(record):
        values = [to_number(row[column]) for row in record.rows[first:]]
        return max(values) / values[0]
    return read


def _lost(what, title):
    """:return: the bar of a run under faults"""
    return Bar(
        f"{what}: messages and events lost, doubled, stuck; violations", "none", title,
        lambda record: sum(record.values[name] for name in ("lost", "doubled", "stuck"))
        + sum(record.values["violations"].values()), most=0,
        figure="{lost}, {doubled}, {stuck}; {value:.0f} in all")


PLANNING = (
    Bar("plan 5,000 customers of 10 overdue items", "at least 50 times as fast as the peer", BENCH,
        _of("plan_vs_peer"), least=50, telling=True,
        figure="{plan_s:.2f} s, {value:,.0f} times",
        peer=CREDIT_CONTROL + ", its lines of the same items: {peer_s:,.1f} s"),
    Bar("the same, beside its bare SQL", "at most 5 times one `INSERT … SELECT`", BENCH,
        _of("plan_vs_floor"), most=5, figure="{value:.1f} times",
        peer="one statement of the same decisions: {floor_s:.2f} s"),
    Bar("plan again, nothing changed", "at most a tenth of the first plan", BENCH,
        _compare("replan_s", "plan_s"), most=0.1, telling=True,
        figure="{replan_s:.2f} s, {value:.0%}"),
    Bar("rows that it writes", "none", BENCH, _of("replan_rows"), most=0, figure="{value:,.0f}"),
    Bar("a customer's cost from 5,000 to 100,000: the dearest",
        "linear: at most 1.5 times the first", GROWTH, _spread("µs each", 1), most=1.5,
        figure="{value:.2f} times"),
    Bar("memory from 5,000 to 100,000: the most", "bounded: at most 1.25 times the first",
        GROWTH, _spread("peak MiB", 1), most=1.25, figure="{value:.2f} times"),
    Bar("assign 100,000 customers by 10 rules", "at most 30 s", ASSIGN, _of("run_s"), most=30,
        telling=True, figure="{value:.1f} s",
        test="tests/assignment/test_assignment.py test_queries_do_not_grow_with_customers"),
    Bar("assign again, nothing to change", "at most 5 s", ASSIGN, _of("rerun_s"), most=5,
        figure="{value:.1f} s"),
    Bar("take over 50,000 open items of 10,000 customers, import to first plan", "at most 300 s",
        TAKEOVER, _of("seconds"), most=300, telling=True,
        figure="{value:.0f} s, {import_s:.0f} of it the import"),
)
MESSAGES = (
    Bar("e-mails decided, rendered, queued, closed, traced", "at least 300 a second and worker",
        NIGHT, _of("mails_per_s_1"), least=300, telling=True, figure="{value:,.0f} a second",
        test="tests/scenario/test_scenario_process.py test_as_many_queries_for_ten_as_for_one"),
    Bar("two workers over one", "at least 1.7 times", NIGHT, _of("two_over_one"), least=1.7,
        figure="{value:.2f} times"),
    Bar("four workers", NO_BAR, NIGHT, _of("mails_per_s_4"), figure="{value:,.0f} a second"),
    Bar("1,000 e-mails on their own", "at least 100 a second", BENCH, _of("mails_per_s"), least=100,
        figure="{value:,.0f} a second"),
    Bar("SMS", NO_BAR, NIGHT, _of("sms_per_s"), figure="{value:,.0f} a second"),
    Bar("letters", NO_BAR, NIGHT, _of("letters_per_s"), figure="{value:,.0f} a second"),
    Bar("PDF runs for a batch of 100 letters", "1", BENCH, _of("PDF runs for the letters"),
        most=1, figure="{value:.0f}",
        test="tests/message/test_letters.py test_one_run_for_a_batch"),
    Bar("a night of 100,000 customers, a fifth due: planning", NO_BAR, NIGHT, _of("plan_s"),
        figure="{value:.1f} s"),
    Bar("the same: what follows the messages", NO_BAR, NIGHT, _of("follow_s"),
        figure="{value:.1f} s"),
    Bar("the same: memory of the largest process", NO_BAR, NIGHT, _of("peak_mib"),
        figure="{value:,.0f} MiB"),
)
SCREENS = (
    Bar("work list of 100,000 debtors, 400,000 items: a page, sorted by any figure", "at most 1 s",
        DESK, _of("list_s"), most=1, telling=True,
        test="tests/debtor/test_debtor_views.py test_constant_queries"),
    Bar("the same: a filter or group", "at most 1 s", DESK, _of("filter_s"), most=1),
    Bar("the same: sums of all columns", "at most 1 s", DESK, _of("sum_s"), most=1),
    Bar("the same: made from nothing", NO_BAR, DESK, _of("rebuild_s"), figure="{value:.0f} s"),
    Bar("all figures of a day, 1,000,000 items over 36 months", "at most 2 s", FIGURES,
        _of("figure_s"), most=2, telling=True),
    Bar("aged balance at a past day, the same items", "at most 3 s", FIGURES, _of("aged_s"), most=3,
        telling=True, peer=AGED + ", the slower of two days: {peer_aged_s:.1f} s"),
    Bar("curve of 12 and of 36 months, the same items", NO_BAR, FIGURES, _of("curve_s")),
    Bar("invoices at risk, the same items", NO_BAR, FIGURES, _of("cohort_s")),
)
HISTORIES = (
    Bar("verify 1,000,000 rows of 20,000 histories", NO_BAR, SEAL, _of("verify_s"),
        telling=True, figure="{value:.0f} s"),
    Bar("the same: memory that it takes", "bounded: at most 256 MiB", SEAL, _of("verify_grown_mib"),
        most=256, figure="{value:,.0f} MiB"),
    Bar("verify again, nothing new", "at most 1 s", SEAL, _of("again_s"), most=1),
    Bar("the night after, with a thirtieth of the older rows", NO_BAR, SEAL, _of("night_s")),
    Bar("anchor 20,000 heads", NO_BAR, SEAL, _of("anchor_s")),
    Bar("case file of 200 messages and 100 documents", "at most 30 s", CASE, _of("case_s"),
        most=30, telling=True, figure="{value:.1f} s",
        test="tests/case/test_case_file.py test_queries_do_not_grow"),
)
CORE = (
    Bar("close an action and enter the next step, queries", "the same for 1 sequence and 50",
        test="tests/sequence/test_query_count.py"
             " test_closing_costs_the_same_with_one_and_with_fifty_sequences"),
    Bar("open the form of a customer with 50 sequences and 1,000 rows of history",
        "at most 1.1 times as long as without the module", BESIDE, _of("form_ratio"), most=1.1,
        figure="{form_ms:.1f} ms, {value:.2f} times", peer="Odoo alone: {bare_form_ms:.1f} ms"),
    Bar("open an invoice", "at most 1.1 times as long", BESIDE, _of("invoice_ratio"), most=1.1,
        figure="{invoice_ms:.1f} ms, {value:.2f} times",
        peer="Odoo alone: {bare_invoice_ms:.1f} ms"),
    Bar("list 80 invoices, hidden columns too", NO_BAR, BESIDE, _of("list_ratio"),
        figure="{list_ms:.1f} ms, {value:.2f} times", peer="Odoo alone: {bare_list_ms:.1f} ms",
        test="tests/item/test_invoice_views.py test_the_list_costs_no_query_more"),
    Bar("post an invoice", "0.95 to 1.05 times as long as without the module", BESIDE,
        _of("post_ratio"), least=0.95, most=1.05,
        figure="{post_ms:.1f} ms, {value:.2f} times", peer="Odoo alone: {bare_post_ms:.1f} ms",
        why="no query more; by the profile 3% are Odoo's checks of who may see our fields"),
    Bar("pay an invoice", "0.95 to 1.05 times as long as without the module", BESIDE,
        _of("pay_ratio"), least=0.95, most=1.05,
        figure="{pay_ms:.1f} ms, {value:.2f} times", peer="Odoo alone: {bare_pay_ms:.1f} ms",
        why="two queries more of 190: whether a sequence waits for it, and whose it is"),
    Bar("match 10,000 payments in one import, each of a customer with an open sequence", NO_BAR,
        PAYMENTS, _of("match_ratio"), figure="{match_s:.0f} s, {value:.2f} times",
        peer="Odoo alone: {bare_match_s:.0f} s"),
    Bar("the same: their events delivered to the sequences", NO_BAR, PAYMENTS, _of("deliver_s"),
        figure="{events:,} in {value:.0f} s"),
)
RUNNING = (
    Bar("from a killed worker to the next call that is answered, the longest", NO_BAR, CHAOS,
        _of("resumed_worker_s")),
    Bar("from a killed database server to the next call that is answered, the longest", NO_BAR,
        CHAOS, _of("resumed_postmaster_s")),
    Bar("from the last fault until nothing waits", NO_BAR, CHAOS, _of("settled_seconds"),
        figure="{value:.0f} s"),
    _lost("ten minutes of faults on one host", CHAOS),
    _lost("faults on two hosts", HOSTS),
    _lost("faults with `queue_job` of OCA", QUEUE),
    Bar("`make test` on two cores", "at most 0.6 times as long as on one", TESTS,
        _compare("two_cores_s", "one_core_s"), most=0.6,
        figure="{two_cores_s:,.0f} s, {value:.2f} times", peer="on one core: {one_core_s:,.0f} s"),
)

GROUPS = {
    "planning": PLANNING, "messages": MESSAGES, "screens": SCREENS, "histories": HISTORIES,
    "core": CORE, "running": RUNNING}


def find_bars(title):
    """:return: list of the :class:`Bar` s that a command is held to, whatever further options it
    had"""
    return [bar for bars in GROUPS.values() for bar in bars
            if bar.bar != NO_BAR and bar.title and is_of(title, bar.title)]
