"""Hashtags: what is one, what is none, and what takes its place."""

from __future__ import annotations

from hypothesis import example, given, settings, strategies as st
from lxml import html as lxml_html

from odoo.tests import BaseCase, tagged

from ...engine.hashtags import (
    AMOUNT,
    BLOCK,
    CATALOGUE,
    CONDITION,
    END,
    LINK,
    Column,
    Link,
    Table,
    find,
    is_unpaired,
    nearest,
    replace,
    unknown,
)

SETTINGS = settings(derandomize=True, deadline=None, max_examples=200, database=None)

NAMES = st.sampled_from(sorted(
    name for name, kind in CATALOGUE.items() if kind not in (CONDITION, END)))
WORDS = st.text(max_size=30)
#: Text that has no hashtag of its own.
PLAIN = st.text(st.characters(blacklist_characters="#&<>", blacklist_categories=("Cs",)))
#: Pieces of HTML behind whose "#" nothing is to be replaced.
DECOYS = st.sampled_from([
    '<a href="#top">up</a>', '<a href="#customer_name">up</a>', "&#39;", "&#x27;", "&amp;",
    '<span style="color:#ff0000">', "</span>", "<b title='#today'>", "</b>", "<br/>",
    "<!-- #customer_name -->", "<style>#today { color: #fff }</style>", "#ff0000", "#fff",
    "https://example.com/page#top", "www.example.com/#top", "no. #42", "C#", "a < b",
])

TABLE = Table(
    columns=(Column("Document"), Column("Due", number=True)),
    rows=(("INV <1>", "5 €"), ("INV 2", "7 €")),
    totals=(("Total", "12 €"),),
    lines=("INV <1>: 5 €", "INV 2: 7 €", "Total: 12 €"),
    notes=("Rate missing",),
)


@tagged("standard", "at_install")
class TestEngineTags(BaseCase):

    def test_hashtags_of_the_field(self):
        """A-023, A-024, A-045: the hashtags that collectors know are there."""
        self.assertLessEqual({
            "customer_name", "items_amount_overdue", "items_list_overdue",
            "items_amount_selected", "items_list_selected", "penalties_amount",
            "indemnity_amount", "next_step_date", "collector_name", "portal_link",
            "items_amount_selected_with_penalties",
        }, set(CATALOGUE))
        self.assertEqual(CATALOGUE["items_amount_selected"], AMOUNT)
        self.assertEqual(CATALOGUE["items_list_selected"], BLOCK)

    def test_longest_name_wins(self):
        """A-045: one hashtag begins like another."""
        text = "#items_amount_selected_with_penalties, #items_amount_selected."
        self.assertEqual(find(text), (
            "items_amount_selected_with_penalties", "items_amount_selected"))
        self.assertEqual(
            replace(text, {"items_amount_selected": "5", "items_amount_selected_with_penalties":
                           "6"}), "6, 5.")

    def test_unknown_hashtag_is_found(self):
        """Build: a misspelt hashtag is named, with what may have been meant."""
        self.assertEqual(unknown("Dear #custmer_name, #customer_name"), ("custmer_name",))
        self.assertEqual(nearest("custmer_name")[0], "customer_name")
        self.assertEqual(nearest("Customer_Name")[0], "customer_name")
        self.assertEqual(nearest("zzzzzz"), ())

    def test_broken_by_markup_is_unknown(self):
        """A hashtag of which a part is bold would leave as it stands."""
        self.assertEqual(unknown("<p>#customer_<b>name</b></p>", html=True), ("customer_",))

    def test_accents_belong_to_the_name(self):
        """A hashtag in French is no known one."""
        self.assertEqual(unknown("#montant_dû"), ("montant_dû",))

    def test_glued_to_a_word_is_replaced(self):
        """A forgotten space does not send the hashtag to the customer."""
        self.assertEqual(replace("Dear#customer_name!", {"customer_name": "Ann"}), "DearAnn!")

    def test_decoys(self):
        """Build: colours, anchors, entities and addresses are no hashtags."""
        for decoy in (
            '<a href="#top">up</a>', "&#39;", "&#x27;", '<span style="color:#ff0000">x</span>',
            '<p title="#customer_name">x</p>', "<!-- #customer_name -->", "#ff0000", "#FFF",
            "https://example.com/page#top", "https://example.com/?to=#top", "no. #42",
            "<style>#today { color: #fff }</style>",
        ):
            with self.subTest(decoy=decoy):
                self.assertEqual(find(decoy, html=True), ())
                self.assertEqual(replace(decoy, {"customer_name": "X"}, html=True), decoy)

    def test_values_are_escaped(self):
        """Show: a customer named <script> stays text."""
        values = {"customer_name": '<script>alert("x")</script> & Sons'}
        self.assertEqual(
            replace("<p>#customer_name</p>", values, html=True),
            "<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; Sons</p>")
        self.assertEqual(replace("#customer_name", values), values["customer_name"])

    def test_values_are_not_read_again(self):
        """A customer named like a hashtag does not bring its value in."""
        values = {"customer_name": "#company_name", "company_name": "Us"}
        self.assertEqual(replace("#customer_name", values), "#company_name")

    def test_known_without_value_leaves_nothing(self):
        """A collector without a phone leaves an empty place."""
        self.assertEqual(replace("Call #collector_phone.", {}), "Call .")

    def test_a_condition_that_does_not_hold(self):
        """L16: what stands between it and its end is left out, in a text and in HTML."""
        text = "Pay.#if_claimed Interest: #penalties_amount.#end_if Yours"
        values = {"if_claimed": "1", "penalties_amount": "4 €"}
        self.assertEqual(replace(text, values), "Pay. Interest: 4 €. Yours")
        self.assertEqual(replace(text, {**values, "if_claimed": ""}), "Pay. Yours")
        self.assertEqual(
            replace(f"<p>{text}</p><p>Us</p>", {}, html=True), "<p>Pay. Yours</p><p>Us</p>")

    def test_a_condition_and_its_end_come_in_pairs(self):
        """L16: one without the other is found before it takes the rest of a text along."""
        for text in ("", "#today", "#if_claimed a #end_if b #if_claimed c #end_if"):
            self.assertFalse(is_unpaired(text), text)
        for text in ("#if_claimed a", "a #end_if", "#if_claimed #if_claimed a #end_if",
                     "#end_if a #if_claimed"):
            self.assertTrue(is_unpaired(text), text)

    def test_block_in_html(self):
        """Build: a list of items is a table, and its cells are escaped."""
        result = replace(
            '<p style="x">#items_list_due</p><p>Regards</p>', {"items_list_due": (TABLE,)},
            html=True)
        root = lxml_html.fromstring(f"<div>{result}</div>")
        self.assertEqual([cell.text for cell in root.iter("td", "th")], [
            "Document", "Due", "INV <1>", "5 €", "INV 2", "7 €", "Total", "12 €"])
        self.assertEqual([p.text for p in root.iter("p")], ["Regards"])
        self.assertIn("Rate missing", result)

    def test_block_in_text(self):
        """Build: in an SMS, a list of items is plain lines."""
        self.assertEqual(
            replace("You owe:\n#items_list_due", {"items_list_due": (TABLE,)}),
            "You owe:\nINV <1>: 5 €\nINV 2: 7 €\nTotal: 12 €\nRate missing")

    def test_link(self):
        """A link is clickable in HTML, and an address in an SMS."""
        self.assertEqual(CATALOGUE["portal_link"], LINK)
        values = {"portal_link": Link("https://example.com/?a=1&b=2", "Your <invoices>")}
        self.assertEqual(
            replace("#portal_link", values, html=True),
            '<a href="https://example.com/?a=1&amp;b=2">Your &lt;invoices&gt;</a>')
        self.assertEqual(replace("#portal_link", values), "https://example.com/?a=1&b=2")

    def test_link_behind_words(self):
        """The address of a link may be the hashtag, as editors offer."""
        values = {"portal_link": Link("https://example.com/?a=1&b=2", "Invoices")}
        for address in ("#portal_link", "http://#portal_link"):
            self.assertEqual(
                replace(f'<a href="{address}">Pay</a>', values, html=True),
                '<a href="https://example.com/?a=1&amp;b=2">Pay</a>')

    @SETTINGS
    @given(st.lists(st.one_of(PLAIN, DECOYS)))
    def test_decoys_anywhere(self, pieces):
        """Whatever stands around, decoys are left alone."""
        text = " ".join(pieces)
        self.assertEqual(replace(text, dict.fromkeys(CATALOGUE, "X"), html=True), text)

    @SETTINGS
    @given(WORDS, st.booleans())
    @example("<a \"'>#customer_name", True)
    def test_text_without_values_keeps_the_rest(self, text, html):
        """Replacing by the hashtags themselves gives the text back."""
        if CATALOGUE.keys() & set(find(text, html)):
            return
        self.assertEqual(replace(text, {}, html), text)

    @SETTINGS
    @given(st.lists(st.tuples(PLAIN, NAMES), min_size=1), WORDS, st.booleans())
    def test_every_known_hashtag_is_replaced(self, pieces, value, html):
        """No known hashtag reaches the customer, in whatever company."""
        text = " ".join(f"{words} #{name} " for words, name in pieces)
        values = {name: "•" for _words, name in pieces}
        result = replace(text, values, html)
        self.assertEqual(find(text, html), tuple(dict.fromkeys(n for _w, n in pieces)))
        self.assertNotIn("#", result)
        self.assertEqual(result.count("•"), len(pieces) + sum(w.count("•") for w, _n in pieces))

    @SETTINGS
    @given(st.lists(WORDS, max_size=4), WORDS)
    def test_no_value_makes_markup(self, cells, name):
        """Whatever a customer or a document is called, no tag comes of it."""
        table = Table((Column("a"),), tuple((cell,) for cell in cells), notes=(name,))
        result = replace(
            "<div>#customer_name#items_list_due#portal_link</div>",
            {"customer_name": name, "items_list_due": (table,),
             "portal_link": Link(name, name)}, html=True)
        opened = result.count("<")
        plain = Table((Column("a"),), tuple(("x",) for _cell in cells), notes=("x",))
        self.assertEqual(opened, replace(
            "<div>#customer_name#items_list_due#portal_link</div>",
            {"customer_name": "x", "items_list_due": (plain,), "portal_link": Link("x", "x")},
            html=True).count("<"))
