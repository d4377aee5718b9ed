"""One task in a process of its own: `python worker.py TASK DATABASE [JSON arguments]`.

The last line printed is the task's result as JSON. A task gets an environment of Odoo's
superuser, as a cron has it, and ends with a commit. What a task does before its
measurement (loading the registry, reading the tables once) is not in its figures.
"""

import json
import sys

import assignment
import beside
import cases
import comparison
import customers
import debtors
import figures
import floor
import histories
import messages
import night
import payments
import peer
import scenarios
import takeover

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

TASKS = {
    "customers": customers.build,
    "check": customers.check,
    "describe": comparison.describe,
    "business": comparison.business,
    "setup": scenarios.setup,
    "plan": scenarios.plan,
    "floor": floor.run,
    "assign-setup": assignment.setup,
    "assign": assignment.run,
    "assign-preview": assignment.preview,
    "debtors-build": debtors.build,
    "debtors-read": debtors.read,
    "takeover-import": takeover.load,
    "takeover-report": takeover.report,
    "takeover-plan": takeover.plan,
    "figures": figures.build,
    "figures-check": figures.check,
    "figures-read": figures.read,
    "beside-setup": beside.prepare,
    "beside": beside.work,
    "case-build": cases.build,
    "case-make": cases.make,
    "histories-build": histories.build,
    "histories-verify": histories.verify,
    "mails": messages.queue_mails,
    "letters": messages.print_letters,
    "texts": messages.queue_texts,
    "night-setup": night.setup,
    "night-plan": night.plan,
    "night-send": night.send,
    "night-follow": night.follow,
    "night-check": night.check,
    "payments-setup": payments.prepare,
    "payments": payments.match,
    "payments-deliver": payments.deliver,
    "peer-setup": peer.setup,
    "peer": peer.run,
    "peer-aged": peer.read_aged,
}


def main(task, database, arguments="{}"):
    """Run a task and print its result."""
    options = json.loads(arguments)
    config.parse_config(
        ["-d", database, "--no-http", "--log-level=warn", *options.pop("odoo", ())],
        setup_logging=True,
    )
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        result = TASKS[task](api.Environment(cr, SUPERUSER_ID, {}), **options)
    sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
