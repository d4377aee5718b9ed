"""Takes the pictures of the guide from a running Odoo: `guide_worker.py ADDRESS FOLDER [NAME…]`.

Run by `make guide` with the Python of the virtual environment, which has the packages.
"""

import io
import json
import re
import sys
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from browser import Browser
from guide_scenes import ADMINISTRATOR, COLLECTOR, MANAGER, SCENES
from PIL import Image

LANGUAGES = {"en": "en_US", "fr": "fr_FR"}
#: What is still moving or loading.
BUSY = ".o_loading_indicator, .o_blockUI, .o_action_loading"
SETTLED = f"document.readyState === 'complete' && !document.querySelector('{BUSY}')"
#: Nothing blinks, and nothing says who is online.
STILL = """(() => {
    const style = document.createElement("style");
    style.textContent = "*, *::before, *::after { transition: none !important;"
        + " animation: none !important; caret-color: transparent !important; }"
        + " .o_notification_manager { display: none !important; }";
    document.head.append(style);
})()"""
REPLY = """From: {sender}
To: Recouvrement <recouvrement@tilleuls.example.com>
Subject: {subject}
Message-Id: <{customer}@guide.example.com>
Content-Type: text/plain; charset=utf-8

{text}
"""
#: What customers of the demo data answer: who, from where, about what.
REPLIES = (
    ("demo_customer_bellecour", "finance@bellecour.example.com", "Votre relance",
     "Bonjour, nous attendons un avoir sur cette facture. Le reste sera viré vendredi."),
    ("demo_customer_dumont", "garage@dumont.example.com", "Facture non reçue",
     "Bonjour, je n’ai pas cette facture. Pouvez-vous m’en renvoyer une copie ?"),
)
XML_ID = re.compile(r"\{(\w+)\}")


class Session:
    """A person who is logged in."""

    def __init__(self, address, login):
        self.address = address
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies))
        with self._opener.open(f"{address}/web/login") as page:
            token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())[1]
        self._opener.open(f"{address}/web/login", urllib.parse.urlencode(
            {"login": login, "password": login, "csrf_token": token}).encode()).close()

    @property
    def cookie(self):
        return next(cookie.value for cookie in self._cookies if cookie.name == "session_id")

    def post(self, path, parameters):
        """Call a route; returns its result."""
        request = urllib.request.Request(
            self.address + path, json.dumps({"params": parameters}).encode(),
            {"Content-Type": "application/json"})
        with self._opener.open(request) as answer:
            found = json.load(answer)
        if "error" in found:
            raise RuntimeError(f"{path}: {found['error']['data']['message']}")
        return found["result"]

    def call(self, model, method, *arguments, **keywords):
        return self.post(f"/web/dataset/call_kw/{model}/{method}", {
            "model": model, "method": method, "args": arguments, "kwargs": keywords})


class Photographer:
    """Goes through the scenes and keeps what they show.

    :param folder: gets a folder for each language
    """

    def __init__(self, browser, address, folder):
        self._browser, self._address, self._folder = browser, address, Path(folder)
        self._admin = Session(address, ADMINISTRATOR)
        #: what could not be taken, and why
        self.failures = []

    def take_all(self, scenes):
        """Take the pictures in each language."""
        self._receive_replies()
        self._equip()
        started = self._start(False)
        self._take_in_each_language([scene for scene in scenes if scene.before_start])
        self._start(started)
        self._take_in_each_language([scene for scene in scenes if not scene.before_start])

    def _take_in_each_language(self, scenes):
        people = self._admin.call(
            "res.users", "search", [["login", "in", [COLLECTOR, MANAGER, ADMINISTRATOR]]])
        for language, code in LANGUAGES.items():
            self._admin.call("res.users", "write", people, {"lang": code})
            sessions = {login: Session(self._address, login)
                        for login in {scene.login for scene in scenes}}
            self._choose_app()
            for scene in scenes:
                self._try(scene, sessions[scene.login], language)

    def _try(self, scene, session, language, again=True):
        """Take a picture, or keep why not; the first page of a language may be slow to come."""
        try:
            self._take(scene, session, language)
        except TimeoutError as error:
            if again:
                self._try(scene, session, language, again=False)
            else:
                self.failures.append(f"{language}/{scene.name}: {error}")
        except (LookupError, RuntimeError) as error:
            self.failures.append(f"{language}/{scene.name}: {error}")

    def _choose_app(self):
        """What the first page of a language would not know: whose menus stand above it; the last
        one may have been another's, whom this person does not see."""
        self._browser.order("Page.navigate", url=f"{self._address}/web/login")
        self._browser.wait_for(f"{SETTLED} && location.pathname === '/web/login'")
        menu = self._find_id("menu_collection_root")
        self._browser.ask(f"sessionStorage.setItem('menu_id', {menu})")

    def _receive_replies(self):
        """Customers answer by e-mail: the demo data have nobody who does."""
        company = self._find_id("demo_company")
        for customer, sender, subject, text in REPLIES:
            self._admin.call(
                "mail.thread", "message_process", "res.partner", REPLY.format(
                    sender=sender, subject=subject, customer=customer, text=text),
                thread_id=self._find_id(customer), context={"allowed_company_ids": [company]})

    def _equip(self):
        """The company has a server for its e-mails, and a bank account."""
        company = self._find_id("demo_company")
        self._admin.call("ir.mail_server", "create", [
            {"name": "Tilleuls", "smtp_host": "mail.tilleuls.example.com", "active": True}])
        [row] = self._admin.call("res.company", "read", [company], ["partner_id"])
        self._admin.call("res.partner.bank", "create", [{
            "acc_number": "FR7630006000011234567890189", "partner_id": row["partner_id"][0]}])

    def _start(self, day):
        """Let messages leave from a day on, or not yet; returns what the day was."""
        company = self._find_id("demo_company")
        [row] = self._admin.call("res.company", "read", [company], ["collection_started_on"])
        self._admin.call("res.company", "write", [company], {"collection_started_on": day})
        return row["collection_started_on"]

    def _take(self, scene, session, language):
        browser = self._browser
        browser.resize(scene.width, scene.height)
        browser.order("Network.setCookie", name="session_id", value=session.cookie,
                      url=self._address)
        browser.order("Page.navigate", url="about:blank")
        browser.order("Page.navigate", url=self._address + self._resolve(scene.path))
        self._settle(".o_main_navbar .o_menu_sections *")
        browser.ask(STILL)
        for step in scene.steps:
            selector, text = step if isinstance(step, tuple) else (step, "")
            self._settle(selector)
            browser.ask(f"document.querySelector({json.dumps(selector)}).click()")
            if text:
                browser.order("Input.insertText", text=text)
        self._settle(scene.shows)
        self._keep(browser.take_picture(scene.clip), self._folder / language / scene.name)

    def _settle(self, selector):
        """Wait until something is there, and nothing loads any more, twice in a row."""
        there = f"document.querySelector({json.dumps(selector)})"
        for _time in range(2):
            self._browser.wait_for(f"{SETTLED} && {there}")
            self._browser.ask("new Promise(done => setTimeout(done, 500))")

    def _keep(self, png, place):
        """Write a picture as WebP, without what it does not show."""
        place.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        picture.save(place.with_suffix(".webp"), "WEBP", quality=82, method=6)
        sys.stdout.write(f"{place}.webp {picture.size}\n")
        sys.stdout.flush()

    def _resolve(self, path):
        return XML_ID.sub(lambda found: str(self._find_id(found[1])), path)

    def _find_id(self, name):
        rows = self._admin.call("ir.model.data", "search_read", [
            ["module", "=", "account_collection"], ["name", "=", name]], ["res_id"])
        if not rows:
            raise LookupError(f"the demo data have no {name}")
        return rows[0]["res_id"]


def main(address, folder, *names):
    """Take the pictures that are named, or all of them; returns what failed, as text, or None."""
    scenes = [scene for scene in SCENES if not names or scene.name in names]
    with Browser() as browser:
        photographer = Photographer(browser, address, folder)
        photographer.take_all(scenes)
    return "\n".join(photographer.failures) or None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
