"""Our side: what is due is written, queued and closed; nothing leaves the machine."""

from unittest.mock import patch

from measure import Meter, warm_up
from scenarios import assign, make_scenario

#: A message a day after the due date, which every customer's oldest item has passed.
AFTER = 1
#: Messages sent before the measurement: what a server learns once (translations, access rules).
LEARNT = 20


def queue_mails(env, count):
    """Carry out so many automatic e-mails, up to the mail queue.

    :return: the figures, and the `count` of messages that they are of
    """
    return _queue(env, "email", count)


def queue_texts(env, count):
    """Carry out so many automatic SMS, up to the SMS queue.

    :return: the figures, and the `count` of messages that they are of
    """
    env.company.country_id = env.ref("base.fr")
    env.cr.execute("UPDATE res_partner SET phone = '+33612345678'"
                   " WHERE email LIKE 'customer%@example.com'")
    return _queue(env, "sms", count)


def _queue(env, kind, count):
    _plan_messages(env, kind, count)
    env["collection.action"]._process_due(limit=LEARNT)
    env.cr.commit()
    with Meter() as meter:
        env["collection.action"]._process_due()
        env.cr.commit()
    _check(env, kind, count)
    return {**meter.result, "count": count - LEARNT}


def print_letters(env, count, url):
    """Carry out so many automatic letters, up to the PDF to print.

    :param str url: where a server of this database gives the printer its styles
    :return: the figures, the `count` of letters, and how many `runs` of the printer it took
    """
    env["ir.config_parameter"].set_param("report.url", url)
    _plan_messages(env, "letter", count)
    reports = env.registry["ir.actions.report"]
    with patch.object(
        reports, "_run_wkhtmltopdf", autospec=True, side_effect=reports._run_wkhtmltopdf
    ) as printer, Meter() as meter:
        env["collection.action"]._process_due()
        env.cr.commit()
    _check(env, "letter", count)
    return {**meter.result, "count": count, "runs": printer.call_count}


def _plan_messages(env, kind, count):
    """Have so many customers, and no others, whose scenario sends a message today."""
    env.cr.execute(
        "UPDATE res_partner SET collection_scenario_id = NULL, collection_hold_until = NULL")
    scenario = make_scenario(env, "first", [(AFTER, kind, "automatic")])
    assign(env, "collection_scenario_id", [scenario.id], limit=count)
    env["collection.scenario"]._plan()
    env.cr.commit()
    warm_up(env.cr)


def _check(env, channel, count):
    """Hold the run to one message a customer, all of them on their way."""
    sent = env["collection.dispatch"].search([("channel", "=", channel)])
    errors = set(env["collection.action"].search([("error", "!=", False)]).mapped("error"))
    assert len(sent) == len(sent.customer_id) == count, f"{len(sent)} messages; {errors}"
    assert set(sent.mapped("state")) == {"pending"}, set(sent.mapped("state"))
    assert set(sent.action_id.mapped("outcome")) == {"done"}
    if channel == "email":
        mails = env["mail.mail"].search([("mail_message_id", "in", sent.mail_message_id.ids)])
        assert set(mails.mapped("state")) == {"outgoing"} and len(mails) == count
