"""The people: each has customers of its own, whose books it alone keeps, and all their cases."""

import hashlib
import random
import re
import threading
import time
from datetime import timedelta

from .inside import ledger
from .rpc import READING, Refused, Session, Unknown

PDF = b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]" \
      b"/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n" \
      b"%% %s\ntrailer<</Root 1 0 R/Size 4>>\n%%%%EOF\n"
HIDDEN = re.compile(r'name="(csrf_token|key)"[^>]*value="([^"]*)"')
ITEM = re.compile(r'name="item"[^>]*value="(\d+)"')
FILES = re.compile(r'name="(files-\d+)"')
#: How often each kind of business is done.
WEIGHTS = {
    "do_books": 8, "do_launch": 4, "do_close_pair": 8, "do_close": 3, "do_answer": 3,
    "do_documents": 1, "do_upload": 3, "do_import": 1, "do_participant": 2, "do_rule": 1,
    "do_pause": 1, "do_stop": 1, "do_cron": 3, "do_send_now": 1, "do_jump": 1}


class Client(threading.Thread):
    """One user who does business until told to stop.

    :param Run run: see :class:`~.run.Run`
    :param int number: 0, 1, 2…
    """

    def __init__(self, run, number):
        super().__init__(name=f"client-{number}", daemon=True)
        self.run_, self.number = run, number
        self.random = random.Random(f"{run.seed}-{number}")
        self.session = self._make_session(number)
        others = (number + 1) % run.clients
        self.other = self._make_session(others)
        self.names = ledger.Names(
            number, run.prepared["customers"][number], run.prepared["invoices"][number])
        self.books = []
        self.crash = None
        self.pauses = run.pause

    def _make_session(self, number):
        return Session(lambda: self.run_.get_urls(self.random), self.run_.database,
                       f"user{number}")

    def run(self):
        try:
            while not self.run_.ended.is_set():
                self._work()
                time.sleep(self.random.random() * self.pauses)
        except Exception as error:  # the harness's own fault, told at the end
            self.crash = error
            raise

    def _work(self):
        weights = {**WEIGHTS, **self.run_.plan.weights}
        [name] = self.random.choices(list(weights), list(weights.values()))
        try:
            getattr(self, name)()
        except (Refused, Unknown):
            pass  # told already
        except (KeyError, IndexError, TypeError):
            if not self.run_.ended.is_set():
                raise

    # -- calls, told in the story ------------------------------------------------------------

    def call(self, model, method, args=(), kwargs=None, session=None):
        session, reads = session or self.session, method in READING
        try:
            result = session.call(model, method, args, kwargs)
        except (Refused, Unknown) as error:
            if not reads:
                self._tell(f"{model}.{method}", type(error).__name__.lower(), args, str(error))
            raise
        if not reads:
            self._tell(f"{model}.{method}", "ok", args)
        return result

    def _tell(self, kind, result, args, error=""):
        self.run_.story.tell(kind, result, who=self.number, args=repr(args)[:300],
                             error=error[:300])

    def search(self, model, domain, *names, limit=20):
        return self.call(model, "search_read", [domain, list(names)],
                         {"limit": limit, "order": "id desc"})

    def pick(self, model, domain, *names):
        """One of the newest records of a domain, or None."""
        found = self.search(model, domain, *names)
        return self.random.choice(found) if found else None

    def pick_customer(self):
        found = self.search(
            "res.partner", [("ref", "in", self.names.customers)], "id", "name")
        return self.random.choice(found)["id"]

    # -- books -------------------------------------------------------------------------------

    def do_books(self):
        operation, arguments = ledger.draw(self.random, self.names, self.run_.get_today())
        self.keep_books(operation, arguments)

    def keep_books(self, operation, arguments):
        """Do an operation until it is done: whoever does not know looks, and goes on."""
        books = ledger.Ledger(self.call, self.run_.prepared["places"])
        while True:
            try:
                books.do(operation, arguments)
                break
            except Unknown:
                if self.run_.gone.is_set():
                    return
                self.run_.calm(self.random)
            except Refused as error:
                self._tell(f"books.{operation}", "refused", arguments, str(error))
                self.run_.refusals.append((operation, arguments, str(error)))
                return
        self.books.append((operation, arguments))
        self.names.learn(operation, arguments)
        self.run_.story.tell(f"books.{operation}", "ok", who=self.number)

    # -- cases -------------------------------------------------------------------------------

    def do_launch(self):
        code = self.random.choice(("CHPAIR", "CHPAIR", "CHLATE"))
        self.call("collection.sequence.template", "launch",
                  [[self.run_.prepared["templates"][code]], self.pick_customer()])

    def do_close_pair(self):
        """Two people close the two actions of a step at the same moment."""
        sequence = self.pick(
            "collection.sequence", [("state", "=", "running")], "visit_id")
        actions = sequence and self.search(
            "collection.action", [("visit_id", "=", sequence["visit_id"][0]),
                                  ("state", "!=", "closed"), ("kind", "=", "task")], "id")
        if not actions:
            return
        barrier = threading.Barrier(min(2, len(actions)))
        sessions = (self.session, self.other)
        threads = [threading.Thread(target=self._close_at, args=(barrier, session, action["id"]))
                   for session, action in zip(sessions, actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _close_at(self, barrier, session, action_id):
        barrier.wait()
        outcome = "cancelled" if self.random.random() < 0.2 else "done"
        try:
            self.call("collection.action", "close", [[action_id], outcome],
                      {"comment": "Chaos"}, session=session)
        except (Refused, Unknown):
            pass  # told already

    def do_close(self):
        action = self.pick("collection.action", [
            ("state", "=", "todo"), ("kind", "=", "task"), ("sequence_id", "!=", False)], "id")
        if action:
            self.call("collection.action", "close", [[action["id"]], "done"], {})

    def _pick_sequence(self, state="running"):
        sequence = self.pick("collection.sequence", [("state", "=", state)], "step_id")
        return [sequence["id"]] if sequence else None

    def do_pause(self):
        paused = self._pick_sequence("paused")
        if paused:
            self.call("collection.sequence", "action_resume", [paused])
        elif found := self._pick_sequence():
            self.call("collection.sequence", "action_pause", [found, "Chaos"])

    def do_stop(self):
        if found := self._pick_sequence():
            self.call("collection.sequence", "action_stop", [found, "Chaos"])

    def do_jump(self):
        sequence = self.pick("collection.sequence", [("state", "=", "running")], "template_id")
        step = sequence and self.pick("collection.sequence.step", [
            ("template_id", "=", sequence["template_id"][0])], "id")
        if step:
            self.call("collection.sequence", "jump_to", [[sequence["id"]], step["id"], "Chaos"])

    def do_send_now(self):
        action = self.pick("collection.action", [
            ("state", "in", ("scheduled", "todo")), ("kind", "=", "email")], "id")
        if action:
            self.call("collection.action", "send_now", [[action["id"]]])

    # -- what outsiders do ---------------------------------------------------------------------

    def _open_link(self):
        """:return: (path, its page, hidden fields of its form) of a link that was sent"""
        links = self.run_.sink.links[-60:]
        if not links:
            return None, "", {}
        path = f"/collection/{self.random.choice(links)}"
        outsider = self._make_outsider()
        status, page = outsider.get(path)
        hidden = dict(HIDDEN.findall(page)) if status == 200 else {}
        self.outsider = outsider
        return (path if hidden else None), page, hidden

    def _make_outsider(self):
        """:return: a browser without login, which keeps its cookies"""
        return Session(lambda: self.run_.get_urls(self.random), self.run_.database, "")

    def _send_form(self, kind, path, fields, files, digests):
        try:
            status, _page = self.outsider.post(path, fields, files)
        except Unknown as error:
            self.run_.story.tell(kind, "unknown", who=self.number, error=str(error)[:200])
            raise
        result = "ok" if status in (200, 303) else "refused"
        self.run_.story.tell(kind, result, who=self.number, digests=digests, status=status)

    def do_answer(self):
        path, page, hidden = self._open_link()
        items = ITEM.findall(page)
        if not path or not items:
            return
        kind = self.random.choice(("question", "promise", "paid"))
        day = self.run_.get_today() + timedelta(days=3 if kind == "promise" else -1)
        content = PDF % self.names.make("F").encode()
        self._send_form("page.answer", path, [
            *hidden.items(), ("kind", kind), ("item", items[0]), (f"{kind}_day", day),
            ("amount", "10"), ("text", "What is this?")],
            [("files", "proof.pdf", "application/pdf", content)],
            [hashlib.sha1(content).hexdigest()])

    def do_documents(self):
        self.call("collection.document.request", "start", [
            self.run_.prepared["documents"], self.pick_customer()])

    def do_upload(self):
        """A contributor sends papers from the page behind a link."""
        for _try in range(4):
            path, page, hidden = self._open_link()
            fields = FILES.findall(page)
            if path and fields:
                break
        else:
            return
        content = PDF % self.names.make("U").encode()
        self._send_form("page.upload", path, [("csrf_token", hidden["csrf_token"])], [
            (fields[0], "paper.pdf", "application/pdf", content)],
            [hashlib.sha1(content).hexdigest()])

    # -- master data ---------------------------------------------------------------------------

    def do_import(self):
        """Customers come by a file, as the import screen sends it."""
        rows = [[f"Imported {self.names.make('X')}", f"x{self.number}@example.com", "Road", "Lyon"]
                for _row in range(5)]
        self.call("res.partner", "load", [["name", "email", "street", "city"], rows])

    def do_participant(self):
        function = self.random.choice(self.run_.prepared["functions"])
        customer, user = self.pick_customer(), self.random.choice(self.run_.prepared["users"])
        line = self.pick("collection.participant", [
            ("customer_id", "=", customer), ("function_id", "=", function),
            ("sequence_id", "=", False)], "id")
        if line:
            self.call("collection.participant", "write", [[line["id"]], {"user_id": user}])
        else:
            self.call("collection.participant", "create", [{
                "customer_id": customer, "function_id": function, "user_id": user}])

    def do_rule(self):
        rule = self.run_.prepared["rule"]
        if self.random.random() < 0.5:
            self.call("collection.assignment.rule", "run", [[rule]])
        else:
            self.call("collection.assignment.rule", "write", [
                [rule], {"sequence": self.random.randint(1, 50)}])

    def do_cron(self):
        cron = self.random.choice(self.run_.prepared["crons"])
        self.call("ir.cron", "method_direct_trigger", [[cron]],
                  session=self.run_.get_admin(self.number))

