"""The auditor: reads the database by SQL, what the mail server took, and the files.

It shares no code with the product. Whatever it finds is a violation: a sentence of its own kind.
"""

import hashlib
import json
from collections import Counter, defaultdict
from email.utils import parseaddr

import psycopg2
import psycopg2.extras

from .owners import LOST
from .replay import OPEN, Replayed
from .seal import find_broken_chains


class Auditor:
    """:param str dsn: of the database
    :param Path sink: the mail server's record
    :param Path filestore: the database's files
    :param digests: list of str: SHA-1 of the files whose senders were told that they arrived
    """

    def __init__(self, dsn, sink, filestore, digests=()):
        self.connection = psycopg2.connect(dsn)
        self.sink = [json.loads(line) for line in sink.read_text().splitlines()]
        self.filestore, self.digests = filestore, digests
        self.violations = []
        self.counts = Counter()

    def read(self, statement, *arguments):
        """:return: list of dicts"""
        with self.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(statement, arguments or None)
            return cursor.fetchall()

    def find(self, kind, text):
        self.violations.append(f"{kind}: {text}")

    def audit(self):
        """Look at everything; returns the violations."""
        for check in (
            self.check_mails, self.check_queues, self.check_sequences, self.check_signals,
            self.check_ways_forward, self.check_singles, self.check_crons, self.check_chains,
            self.check_files,
        ):
            check()
        return self.violations

    # -- messages --------------------------------------------------------------------------------

    def check_mails(self):
        """Every message that was decided left once, or a person is told that nobody knows."""
        taken = Counter(entry["message_id"] for entry in self.sink
                        if "message_id" in entry and not entry.get("refused"))
        refused = {entry.get("message_id") or entry["recipient"] for entry in self.sink
                   if entry.get("refused") == "refuse_for_good"}
        decided = self.read("""
            SELECT dispatch.id, dispatch.state, dispatch.error, dispatch.address,
                   message.message_id
              FROM collection_dispatch AS dispatch
         LEFT JOIN mail_message AS message ON message.id = dispatch.mail_message_id
             WHERE dispatch.channel = 'email'""")
        self.counts["messages"] = len(decided)
        for dispatch in decided:
            address = parseaddr(dispatch["address"] or "")[1].lower()
            self._check_mail(dispatch, taken[dispatch["message_id"]],
                             not refused.isdisjoint({dispatch["message_id"], address}))
        self._check_strangers(taken, {dispatch["message_id"] for dispatch in decided})

    def _check_mail(self, dispatch, times, refused):
        state, name = dispatch["state"], f"message {dispatch['id']} ({dispatch['state']})"
        if state == "to_verify":
            self.counts["to_verify"] += 1
        elif times > 1:
            self.counts["doubled"] += 1
            self.find("doubled", f"{name} left {times} times")
        elif state in ("sent", "replied") and not times:
            self.counts["lost"] += 1
            self.find("lost", f"{name} never left")
        elif state in ("failed", "bounced", "cancelled") and times:
            self.counts["unsaid"] += 1
            self.find("unsaid", f"{name} left, and it is said that it did not")
        elif state == "failed" and not refused:
            self.counts["given_up"] += 1
            self.find("given up", f"{name} was never refused for good: {dispatch['error']}")
        self.counts["left"] += bool(times)
        self.counts["failed"] += state == "failed"

    def _check_strangers(self, taken, decided):
        """Whatever left about a customer was decided, and what was decided is not undone."""
        known = {row["message_id"]: row for row in self.read(
            "SELECT message_id, model, message_type FROM mail_message WHERE message_id = ANY(%s)",
            list(taken))}
        others = {row["message_id"] for row in self.read("""
            SELECT message.message_id FROM mail_message AS message
              JOIN collection_document_notice AS notice ON notice.mail_message_id = message.id""")}
        for message_id in set(taken) - decided - others:
            row = known.get(message_id)
            if not row and "-openerp-" in message_id and "-res.partner@" in message_id:
                self.counts["doubled"] += 1
                self.find("stranger", f"{message_id} left, and nothing says that it should")
            elif row and (row["model"], row["message_type"]) == ("res.partner", "email_outgoing"):
                self.counts["doubled"] += 1
                self.find("stranger", f"{message_id} left, and no dispatch is its own")

    def check_queues(self):
        """Nothing waits for ever, and nothing is under way for ever."""
        for row in self.read("""
            SELECT dispatch.id, dispatch.channel, dispatch.state, mail.state AS mail
              FROM collection_dispatch AS dispatch
         LEFT JOIN mail_mail AS mail ON mail.mail_message_id = dispatch.mail_message_id
               AND NOT COALESCE(mail.is_collection_copy, FALSE)
             WHERE dispatch.state IN ('pending', 'claimed') AND dispatch.channel = 'email'"""):
            self._stick(f"message {row['id']} is {row['state']}, its e-mail {row['mail']}")
        [jobs] = self.read("SELECT to_regclass('queue_job') IS NOT NULL AS are_there")
        if jobs["are_there"]:
            self._check_jobs()

    def _stick(self, text):
        self.counts["stuck"] += 1
        self.find("stuck", text)

    def _check_jobs(self):
        """Where a job queue has the batches: each was handed over once, and came to its end."""
        for row in self.read("SELECT state, count(*) FROM queue_job GROUP BY state"):
            self.counts[f"jobs {row['state']}"] = row["count"]
            if row["state"] not in ("done", "failed", "cancelled"):
                self._stick(f"{row['count']} jobs are {row['state']}")
        for row in self.read("""
            SELECT identity_key, count(*) FROM queue_job
             WHERE state IN ('pending', 'enqueued') GROUP BY 1 HAVING count(*) > 1"""):
            self.find("twice", f"{row['count']} jobs wait for {row['identity_key']}")
        for row in self.read("SELECT DISTINCT left(exc_message, 120) AS said FROM queue_job"
                             " WHERE exc_message LIKE '%ommit is forbidden%'"):
            self.find("commit", f"a job ends its queue's transaction: {row['said']}")

    # -- sequences -------------------------------------------------------------------------------

    def check_sequences(self):
        """Each equals the replay of its history; each join fired once."""
        stored = {row["id"]: row for row in self.read("""
            SELECT id, state, incident, incident_row_key, waiting_template_code,
                   waiting_step_key, paused_on::text, template_code FROM collection_sequence""")}
        rows = defaultdict(list)
        for row in self.read("SELECT sequence_id, kind, data FROM collection_history"
                             " WHERE sequence_id IS NOT NULL ORDER BY id"):
            rows[row["sequence_id"]].append(row)
        parts = self._read_parts()
        self.counts["sequences"] = len(stored)
        for id_, sequence in stored.items():
            replayed = Replayed()
            try:
                for row in rows[id_]:
                    replayed.read(row["kind"], row["data"] or {})
            except (KeyError, TypeError) as error:
                replayed.faults.append(f"its history cannot be read: {error!r}")
            self._compare(id_, sequence, replayed, parts)

    def _read_parts(self):
        """:return: dict of what is stored of each sequence, by (sequence, part)"""
        parts = defaultdict(dict)
        for row in self.read("""
            SELECT visit.sequence_id, number, step.key, left_at IS NOT NULL AS left, row.key AS row
              FROM collection_sequence_visit AS visit
              JOIN collection_sequence_step AS step ON step.id = visit.step_id
         LEFT JOIN collection_sequence_transition AS row ON row.id = visit.transition_id"""):
            parts[row["sequence_id"], "visits"][row["number"]] = (
                row["key"], row["left"], row["row"])
        for row in self.read("""
            SELECT action.sequence_id, action.number, visit.number AS visit,
                   content_key AS content, required, keep, action.outcome,
                   option.code AS option,
                   CASE action.state WHEN 'scheduled' THEN 'todo' ELSE action.state END AS state,
                   deadline::text, closed_on::text
              FROM collection_action AS action
              JOIN collection_sequence_visit AS visit ON visit.id = action.visit_id
         LEFT JOIN collection_action_option AS option ON option.id = action.option_id"""):
            id_, number = row.pop("sequence_id"), row.pop("number")
            parts[id_, "actions"][number] = dict(row)
        for row in self.read("""
            SELECT deadline.sequence_id, visit.number, row.key, deadline.due::text,
                   deadline.base::text,
                   COALESCE(deadline.frozen, FALSE) AS frozen
              FROM collection_deadline AS deadline
              JOIN collection_sequence_visit AS visit ON visit.id = deadline.visit_id
              JOIN collection_sequence_transition AS row ON row.id = deadline.transition_id"""):
            parts[row["sequence_id"], "timers"][row["number"], row["key"]] = {
                name: row[name] for name in ("due", "base", "frozen")}
        for row in self.read("SELECT sequence_id, key, COALESCE(used, FALSE) AS used"
                             " FROM collection_signal_receipt"):
            parts[row["sequence_id"], "events"][row["key"]] = row["used"]
        return parts

    def _compare(self, id_, stored, replayed, parts):
        for fault in replayed.faults:
            self.find("twice", f"sequence {id_}: {fault}")
        told = {
            "state": replayed.state, "incident": replayed.incident and replayed.incident[0],
            "paused_on": replayed.paused_on,
            "waiting_template_code": replayed.waiting and replayed.waiting[0]}
        for name, value in told.items():
            if (stored[name] or None) != value:
                self.find("replay", f"sequence {id_}, {name}: {stored[name]}, told {value}")
        for part in ("visits", "actions", "timers", "events"):
            kept, said = parts[id_, part], getattr(replayed, part)
            if kept != said:
                keys = [key for key in {*kept, *said} if kept.get(key) != said.get(key)]
                self.find("replay", f"sequence {id_}, {part} {keys[0]}: {kept.get(keys[0])}, "
                                    f"told {said.get(keys[0])}")
        self._check_course(id_, stored, parts)

    def _check_course(self, id_, stored, parts):
        """A running sequence waits for something: an answer, a day, another sequence, a person."""
        visits, actions = parts[id_, "visits"], parts[id_, "actions"]
        if stored["state"] not in OPEN:
            left_open = [number for number, action in actions.items()
                         if action["state"] != "closed" and not action["keep"]]
            if left_open:
                self.find("left open", f"actions {left_open} of sequence {id_}, which has ended")
            return
        if stored["incident"] and stored["incident"] != "stuck":
            return
        current = [number for number, visit in visits.items() if not visit[1]]
        waits = stored["waiting_template_code"] or any(
            action["visit"] in current and action["required"] and action["state"] != "closed"
            for action in actions.values())
        if stored["state"] == "running" and not waits:
            self.find("join", f"sequence {id_} is at a step whose join is met, and stays")
            self.counts["stuck"] += 1
        for number, action in actions.items():
            if (action["state"] != "closed" and action["visit"] not in current
                    and not action["keep"]):
                self.find("left open", f"action {number} of sequence {id_}, whose step was left")

    def check_signals(self):
        """Every event was delivered, and reached the open sequences of whose it was then."""
        rows = self.read("SELECT id, key, attempts, error FROM collection_signal"
                         " WHERE delivered_at IS NULL")
        for row in rows:
            self._stick(f"event {row['key']}: {row['attempts']} attempts, {row['error']}")
        [count] = self.read("SELECT count(*) FROM collection_signal")
        self.counts["events"] = count["count"]
        for row in self.read(LOST):
            self.counts["lost"] += 1
            self.find("lost event", f"{row['key']} never reached sequence {row['id']}")

    # -- nothing is left behind --------------------------------------------------------------------

    def check_ways_forward(self):
        """What should have left by itself has left, or says why not and when it is tried again."""
        for row in self.read("""
            SELECT action.id, action.name, action.date::text FROM collection_action AS action
         LEFT JOIN collection_sequence AS sequence ON sequence.id = action.sequence_id
              JOIN res_partner AS customer ON customer.id = action.customer_id
             WHERE action.state IN ('scheduled', 'todo') AND action.mode = 'automatic'
               AND action.kind IN ('email', 'sms', 'letter') AND customer.active
               AND action.date < (now() AT TIME ZONE 'UTC')::date - 1
               AND action.error IS NULL AND action.next_try IS NULL
               AND (sequence.id IS NULL OR sequence.state = 'running')
               AND sequence.incident IS NULL"""):
            self._stick(f"action {row['id']}, {row['name']}, should have left on {row['date']}")
        for table in ("collection_plan_mark", "collection_debtor_mark"):
            [count] = self.read(f"SELECT count(*) FROM {table}")
            if count["count"]:
                self._stick(f"{count['count']} rows wait in {table}")

    def check_singles(self):
        """What there is once is there once."""
        for what, statement in {
            "open sequences of one template": """
                SELECT customer_id, company_id, template_code FROM collection_sequence
                 WHERE state IN ('running', 'paused') AND duplicate_of_id IS NULL
              GROUP BY 1, 2, 3 HAVING count(*) > 1""",
            "open actions of a ladder": """
                SELECT customer_id, company_id FROM collection_action
                 WHERE origin = 'scenario' AND state <> 'closed'
              GROUP BY 1, 2 HAVING count(*) > 1""",
            "dispatches of one action and recipient": """
                SELECT action_id, partner_id, channel, occurrence FROM collection_dispatch
              GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
            "closings of one action": """
                SELECT action_id FROM collection_history WHERE kind = 'action_closed'
              GROUP BY 1 HAVING count(*) > 1""",
        }.items():
            for row in self.read(statement):
                self.find("twice", f"several {what}: {dict(row)}")

    def check_crons(self):
        for row in self.read("""
            SELECT cron.id, cron.cron_name, cron.active FROM ir_cron AS cron
              JOIN ir_model_data AS data ON data.res_id = cron.id AND data.model = 'ir.cron'
             WHERE (data.module = 'account_collection' OR data.name =
                    'ir_cron_mail_scheduler_action') AND NOT cron.active"""):
            self.find("cron", f"{row['cron_name']} is switched off")

    # -- the trace and the files -------------------------------------------------------------------

    def check_chains(self):
        chains = self.read("SELECT * FROM collection_history_chain")
        rows = self.read("SELECT * FROM collection_history ORDER BY chain_id, number")
        self.counts["history"] = len(rows)
        for text in find_broken_chains(chains, rows):
            self.find("chain", text)

    def check_files(self):
        """Each file that the database names is there, and says what it said."""
        names = self.read("SELECT DISTINCT store_fname, checksum FROM ir_attachment"
                          " WHERE store_fname IS NOT NULL")
        self.counts["files"] = len(names)
        for row in names:
            path = self.filestore / row["store_fname"]
            if not path.is_file():
                self.find("file", f"{row['store_fname']} is gone")
            elif hashlib.sha1(path.read_bytes()).hexdigest() != row["checksum"]:
                self.find("file", f"{row['store_fname']} says something else")
        known = {row["checksum"] for row in names}
        for digest in self.digests:
            if digest not in known:
                self.counts["lost"] += 1
                self.find("file", f"{digest} was received, said the page, and is nowhere")
