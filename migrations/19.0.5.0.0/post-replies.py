"""What customers have answered on their personal pages, and nobody has checked yet, is in the
queue of replies from now on. It is no news: nothing is silenced by it."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    answers = env["collection.answer"].search([
        ("state", "=", "waiting"), ("reply_id", "=", False), ("link_id.kind", "=", "customer")])
    for own in answers.grouped(lambda answer: (answer.link_id, answer.submission)).values():
        reply = env["collection.reply"]._receive([
            {**own[0]._prepare_reply_vals(own), "received_at": own[0].create_date}])
        reply.quiet_until = False
        own.reply_id = reply
