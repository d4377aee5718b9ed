"""`make bench-night`: a night of many customers, sent by one worker, by two and by four."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

#: Open items of each customer.
ITEMS = 4
#: How many workers share the e-mails, one run each.
WORKERS = (1, 2, 4)
LETTERS, SMS = 100, 1_000
#: How many steps :func:`measure` takes.
STEPS = 4 + len(WORKERS)


def measure(size, steps):
    """Plan all, send what is due by more and more workers, bring the work list up to date.

    :param size: number of customers, of whom one in five is written to
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-night SIZE={size}")
    with Databases(size, ITEMS) as databases:
        databases.make(steps)
        databases.install_ours(steps)
        nights = {}
        for workers in WORKERS:
            with steps.step(f"A night with {workers} worker{'s'[:workers - 1]}"):
                nights[workers] = databases.pass_night(workers)
        with steps.step("SMS and letters"):
            texts = databases.texts(min(SMS, size))
            letters = databases.letters(min(LETTERS, size))
    rates = {workers: night.due / night.seconds for workers, night in nights.items()}
    first = nights[WORKERS[0]]
    report.say_machine()
    report.table((f"{size:,} customers, {first.due:,} written to", *COLUMNS), [
        row("all planned", first.plan), row("e-mails, one worker", first.sent[0]),
        row("what follows", first.follow), row(f"{texts['count']:,} SMS", texts),
        row(f"{letters['count']:,} letters", letters)])
    report.say()
    for workers, rate in rates.items():
        report.say(f"- e-mails a second, {workers} side by side: {rate:,.0f}")
    return report.sum_up(_sum_up(size, nights, rates, texts, letters))


def _sum_up(size, nights, rates, texts, letters):
    """The last line, for programs."""
    first = nights[WORKERS[0]]
    [alone] = first.sent
    peak = max(figures["peak_mib"] for night in nights.values()
               for figures in (night.plan, night.follow, *night.sent))
    return {
        "size": size, "due": first.due,
        "plan_s": round(first.plan["seconds"], 3),
        "follow_s": round(first.follow["seconds"], 3),
        **{f"mails_per_s_{workers}": round(rate, 1) for workers, rate in rates.items()},
        "two_over_one": round(rates[2] / rates[1], 2),
        "mail_cpu_ms": round(alone["cpu_seconds"] / first.due * 1e3, 3),
        "mail_sql_ms": round(alone["sql_seconds"] / first.due * 1e3, 3),
        **{f"mail_{kind}_ms_{workers}": round(
            sum(figures[f"{kind}_seconds"] for figures in night.sent) / first.due * 1e3, 3)
           for workers, night in nights.items() if workers > 1 for kind in ("cpu", "sql")},
        "queries_per_100": round(alone["queries"] / first.due * 100, 1),
        "sms_per_s": round(texts["count"] / texts["seconds"], 1),
        "letters_per_s": round(letters["count"] / letters["seconds"], 1),
        "peak_mib": round(peak, 1), "grown_mib": round(alone["grown_mib"], 1),
    }
