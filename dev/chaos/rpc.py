"""Calls over HTTP as a browser makes them; and what became of each, as its caller saw it."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar

#: Longer than any server lets a request run.
TIMEOUT = 75
#: What Odoo says when it has refused, and nothing is changed.
REFUSALS = ("odoo.exceptions.", "werkzeug.exceptions.")
#: Calls that change nothing are not kept.
READING = ("search_read", "read", "search", "search_count")


class Refused(Exception):
    """The server has said no: nothing has changed."""


class Unknown(Exception):
    """Nobody knows whether it was done: the answer never came, or tells of a fault."""


class Story:
    """What the clients saw, a line of JSON a call: who, what, when, and ok, refused or unknown."""

    def __init__(self, path):
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()
        self.counts = {}

    def tell(self, kind, result, **more):
        with self._lock:
            self.counts.setdefault(kind, {}).setdefault(result, 0)
            self.counts[kind][result] += 1
            self._file.write(json.dumps(
                {"kind": kind, "result": result, "at": time.time(), **more}) + "\n")


class Session:
    """One user's session, on whichever host answers.

    :param urls: function that returns the hosts' addresses, the preferred one first
    :param str database: its name
    :param str login: of the user, and its password
    """

    def __init__(self, urls, database, login):
        self.urls, self.database, self.login = urls, database, login
        self.jar, self.is_open = CookieJar(), False
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar),
            urllib.request.ProxyHandler({}))

    def open(self):
        self.send("/web/session/authenticate", {
            "db": self.database, "login": self.login, "password": self.login})
        self.is_open = True

    def call(self, model, method, args=(), kwargs=None):
        """:return: what the method returns
        :raise Refused: the server said no
        :raise Unknown: nobody knows
        """
        if not self.is_open:
            self.open()
        return self.send("/web/dataset/call_kw", {
            "model": model, "method": method, "args": list(args), "kwargs": kwargs or {}})

    def send(self, path, parameters):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode()
        request = urllib.request.Request(
            self._choose() + path, body, {"Content-Type": "application/json"})
        try:
            with self.opener.open(request, timeout=TIMEOUT) as response:
                answer = json.load(response)
        except Exception as error:  # the answer never came, or half of it
            raise Unknown(repr(error)) from error
        return self._read(answer)

    def _read(self, answer):
        if "error" not in answer:
            return answer.get("result")
        data = answer["error"].get("data") or {}
        text = f"{data.get('name')}: {data.get('message')}"
        if "SessionExpired" in text:
            self.is_open = False
        if text.startswith(REFUSALS):
            raise Refused(text)
        raise Unknown(text)

    def _choose(self):
        return self.urls()[0]

    def post(self, path, fields, files=()):
        """Send a form as a browser does.

        :param files: list of (field, file name, type, content)
        :return: (status, text of the page that follows)
        """
        boundary = uuid.uuid4().hex
        parts = [(f'name="{name}"', "", str(value).encode()) for name, value in fields]
        parts += [(f'name="{name}"; filename="{file}"', f"\r\nContent-Type: {kind}", content)
                  for name, file, kind, content in files]
        body = b"".join(
            f"--{boundary}\r\nContent-Disposition: form-data; {head}{kind}\r\n\r\n".encode()
            + content + b"\r\n" for head, kind, content in parts)
        return self._open_page(path, body + f"--{boundary}--\r\n".encode(), {
            "Content-Type": f"multipart/form-data; boundary={boundary}"})

    def get(self, path):
        return self._open_page(path, None, {})

    def _open_page(self, path, body, headers):
        request = urllib.request.Request(self._choose() + path, body, headers)
        try:
            with self.opener.open(request, timeout=TIMEOUT) as response:
                return response.status, response.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return error.code, error.read().decode(errors="replace")
            raise Unknown(repr(error)) from error
        except Exception as error:  # the answer never came, or half of it
            raise Unknown(repr(error)) from error
