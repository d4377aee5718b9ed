"""A Chromium without window, led through its debugger. Needs the package websocket-client."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

COMMANDS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
SECONDS = 60
QUIET = (
    "--headless=new", "--no-first-run", "--disable-gpu", "--disable-background-networking",
    "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
)


class Browser:
    """One page of a browser; use it in a `with`, which ends it."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        program = next(filter(None, map(shutil.which, COMMANDS)))
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [program, *QUIET, *sandbox, "--remote-debugging-port=0", "--remote-allow-origins=*",
             f"--user-data-dir={self._folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._socket = websocket.create_connection(self._find_page(), timeout=SECONDS)
        except BaseException:
            self.__exit__()
            raise
        self._number = 0
        return self

    def __exit__(self, *_exception):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def _find_page(self):
        """The address of the page's debugger; the browser writes its port into its folder."""
        file = Path(self._folder.name, "DevToolsActivePort")
        wait_until(lambda: file.exists() and file.read_text(), "the browser")
        port = file.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            return next(
                tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page")

    def order(self, method, **parameters):
        """Send a command of the protocol; returns its result."""
        self._number += 1
        self._socket.send(json.dumps(
            {"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def ask(self, expression):
        """Evaluate an expression in the page; returns its value."""
        found = self.order("Runtime.evaluate", expression=expression, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait_for(self, expression):
        """Wait until an expression is true in the page."""
        wait_until(lambda: self.ask(f"Boolean({expression})"), expression)

    def resize(self, width, height):
        self.order("Emulation.setDeviceMetricsOverride", width=width, height=height,
                   deviceScaleFactor=1, mobile=False)

    def take_picture(self, clip=None):
        """A picture of the window, as PNG.

        :param clip: selector of the element that it shows, or several with commas between: the
            first of each and what lies between them; without, all of the window
        """
        area = {}
        if clip:
            area = {"clip": self.ask(f"""(() => {{
                const parts = {json.dumps(clip.split(", "))}.map(
                    (part) => document.querySelector(part));
                parts.toReversed().forEach((part) => part.scrollIntoView({{block: "nearest"}}));
                const boxes = parts.map((part) => part.getBoundingClientRect());
                const x = Math.min(...boxes.map((box) => box.left));
                const y = Math.min(...boxes.map((box) => box.top));
                const right = Math.max(...boxes.map((box) => box.right));
                const bottom = Math.max(...boxes.map((box) => box.bottom));
                return {{x, y, scale: 1, width: right - x,
                    height: Math.min(bottom, innerHeight) - y}};
            }})()""")}
        return base64.b64decode(self.order("Page.captureScreenshot", format="png", **area)["data"])


def wait_until(is_so, what):
    """Ask again and again until something is so."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {SECONDS} s for {what}")
        time.sleep(0.2)
