"""Checks of whole pages against WCAG 2.2 AA, by axe-core in a browser.

``make test`` fetches axe-core and names it in ``COLLECTION_AXE``; without it the tests are
skipped. It runs through the browser's debugger, so that pages whose policy forbids foreign
scripts are checked as they are.

    class TestMyPage(AccessibilityCase):

        def test_it(self):
            self.assert_accessible("/my/page", login="portal")
"""

import json
import os
import unittest
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase

VARIABLE = "COLLECTION_AXE"
#: A telephone and a desktop.
WIDTHS = (390, 1280)

#: Prepares a personal page: what a reader's dark setting changes is shown, whatever the browser's.
DARK = """([...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).forEach(
    (rule) => { if (rule.media?.mediaText.includes("dark")) rule.media.mediaText = "all"; }),
    getComputedStyle(document.body).backgroundColor === "rgb(17, 24, 39)")"""

#: Between these the browser says what it found.
_BEGIN, _END = "Not accessible:\n", "\n(end)"
_READY = "if (document.readyState === 'complete' && (%s)) { %s; true }"
_RUN = """
const known = KNOWN;
const isKnown = (rule, node) => known.some(([id, selector]) =>
    [rule, "*"].includes(id) && document.querySelector(node.target[0])?.closest(selector));
axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: {"target-size": {enabled: true}},
    resultTypes: ["violations"],
}).then(({violations}) => {
    const lines = violations.flatMap((rule) => rule.nodes.filter(
        (node) => !isKnown(rule.id, node)).map((node) =>
        `${rule.id}: ${node.target.join(" ")}\\n    ${node.failureSummary.replace(/\\s+/g, " ")}`));
    if (lines.length) {
        console.error("Not accessible:\\n" + lines.join("\\n") + "\\n(end)");
    } else {
        console.log("test successful");
    }
}, (error) => console.error(String(error)));
"""


class AccessibilityCase(HttpCase):
    """Opens pages in a browser and holds them to WCAG 2.2 AA."""

    @classmethod
    def setUpClass(cls):
        script = os.environ.get(VARIABLE)
        if not script or not Path(script).is_file():
            raise unittest.SkipTest(
                f"axe-core is not here: `make test` fetches it with npm, or {VARIABLE} names its "
                "axe.min.js")
        cls.axe = Path(script).read_text()
        super().setUpClass()

    #: what is not ours to mend: (rule or ``*``, CSS selector of what holds the element)
    known = ()

    def assert_accessible(self, url, *, login=None, widths=WIDTHS, prepare="true"):
        """Fail with what hinders somebody on a page: rule, element, why.

        :param str url: path of the page, with its query
        :param str login: who opens it; by default nobody is logged in
        :param widths: of the browser's window, in pixels; each is checked
        :param str prepare: JavaScript expression that brings the page into the state that is to
            be checked, and holds once it is. It is evaluated again and again, also on the page
            that a form leads to: ``document.querySelector(".error") || (send(), false)``
        """
        for width in widths:
            # on the instance: opening the browser sets it there too
            with self.subTest(url=url, width=width), patch.object(
                    self, "browser_size", f"{width}x844"):
                found = self._find_violations(url, login, prepare)
                if found:
                    self.fail(f"{url}, {width} pixels wide\n{found}")

    def _find_violations(self, url, login, prepare):
        """:return: what axe-core finds, as text; empty for nothing"""
        ready = _READY % (prepare, self.axe.strip().rstrip(";"))
        try:
            run = _RUN.replace("KNOWN", json.dumps(self.known))
            self.browser_js(url, run, ready=ready, login=login)
        except AssertionError as failure:
            said = str(failure)
            found = said.rpartition(_BEGIN)[2].rpartition(_END)[0]
            return found or said[-2000:]  # the page itself failed
        return ""
