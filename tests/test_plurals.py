import ast
import re
from pathlib import Path

from lxml import etree

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("controllers", "models", "report", "static/src", "tools", "views", "wizards")
#: What is counted, by how one of it is called.
SINGULAR = {
    noun + "s": noun for noun in (
        "action", "contributor", "customer", "day", "debtor", "document", "e-mail", "file",
        "hour", "instalment", "invoice", "item", "letter", "message", "month", "other", "promise",
        "row", "sequence", "statement", "step", "week", "year")} | {"replies": "reply"}
#: Numbers on screens that are far above one.
LIMITS = {"most", "most_files"}
#: Units beside a number that is entered: each reads as a label.
UNITS = {"days", "months", "years"}
WORDS = "|".join(sorted(SINGULAR, key=len, reverse=True))
COUNTED = re.compile(rf"(%\(\w+\)s|%s) ((?:open |calendar )?)({WORDS})\b")
FOLLOWS = re.compile(rf"\s*(?:open )?({WORDS})\b")
TRANSLATED = re.compile(r'_t\(\s*"((?:[^"\\]|\\.)*)"')
#: Sentences of more than one, always, by the reason.
MANY = {
    "a limit that is far above one": {
        "%(customer)s has %(count)s open items: a printed statement lists %(most)s at most. Export "
        "the list of open items instead.",
        "You chose %(count)s items: %(most)s at most at a time. Narrow the list down by a filter, "
        "or choose them page by page.",
        "“%(action)s” has %(count)s files already. Write to the collection team instead.",
        "Send %(most)s files at most.",
        "Very many files were sent today already: %(files)s files of %(size)s MB together at most. "
        "Send the rest tomorrow, or contact us.",
        "Very many files were sent for this request already: %(files)s files of %(size)s MB "
        "together at most. Please contact us.",
        "This tree has %(steps)s steps with %(rows)s rows: %(most_steps)s steps and %(most_rows)s "
        "rows are allowed. Cut it into templates that take over from each other.",
        "Choose 1 to %(most)s months, not “%(months)s”.",
        "One file holds the statements of %(most)s customers at most, not of %(count)s. Choose "
        "fewer, or send them by e-mail.",
        "The list is too long: %(rows)s rows at most. Cut it into parts.",
    },
    "a line of the log": {"Quota of %s reached: %s files, %s bytes, %s"},
    "several customers, so several items": {
        "%(customers)s customers – %(count)s items, %(amount)s",
    },
    "one instalment is a promise without instalments": {
        "%(amount)s in %(count)s instalments until %(day)s",
    },
    "from a first day to a later one": {"%(first)s–%(last)s days"},
    "a number with a decimal": {"%(number)s days"},
}


def get_files(*endings):
    """:return: generator of the paths of the module's own source"""
    for room in ROOMS:
        yield from (path for path in sorted((ROOT / room).rglob("*")) if path.suffix in endings)


def read_sentences():
    """:return: two sets of str: the texts in Python, and in JavaScript"""
    python = {node.value for path in get_files(".py")
              for node in ast.walk(ast.parse(path.read_text()))
              if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return python, {
        text for path in get_files(".js") for text in TRANSLATED.findall(path.read_text())}


def say_one(text):
    """:return: str, the sentence of one"""
    return COUNTED.sub(lambda found: f"1 {found[2]}{SINGULAR[found[3]]}", text, count=1)


def read_counts(path):
    """:return: generator of (element that shows a number, the text that follows it)"""
    for node in etree.parse(path).iter(etree.Element):
        shows = node.tag == "field" or node.get("t-out") or node.get("t-esc")
        last = node
        while not (last.tail or "").strip() and last.getparent() is not None and (
                last.getnext() is None and last.getparent().tag in ("b", "span", "strong", "t")):
            last = last.getparent()
        if shows and last.tail:
            yield node, last.tail


def is_guarded(node):
    """:return: bool, whether what holds a number is shown for some numbers only"""
    around = [node, *node.iterancestors()]
    around += [above.getprevious() for above in around
               if "t-else" in above.attrib or "t-elif" in above.attrib]
    conditions = [above.get(name) or "" for above in around
                  for name in ("invisible", "t-if", "t-elif")]
    return any(re.search(r"(=|>|<) ?1\b", condition) for condition in conditions)


@tagged("post_install", "-at_install")
class TestPlurals(BaseCase):
    """Issue 17: no sentence says “1 customers”."""

    maxDiff = None

    def test_sentences(self):
        """One has a sentence of its own, beside that of many; or the number stands apart."""
        many = set().union(*MANY.values())
        self.assertEqual([
            text for sentences in read_sentences() for text in sorted(sentences - many)
            if COUNTED.search(text) and say_one(text) not in sentences], [])

    def test_screens(self):
        """The same where a screen puts a number before what it counts."""
        self.assertEqual([
            f"{path.relative_to(ROOT)}:{node.sourceline}: {found[1]}"
            for path in get_files(".xml") for node, text in read_counts(path)
            for found in [FOLLOWS.match(text)] if found and not is_guarded(node)
            and node.get("t-out") not in LIMITS
            and not (node.tag == "field" and found[1] in UNITS)], [])

    def test_no_excuse_is_left_over(self):
        """What is no longer said is no longer excused."""
        self.assertFalse(set().union(*MANY.values()) - set().union(*read_sentences()))
