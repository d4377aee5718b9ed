import hashlib
from functools import reduce

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine import seal

KEY = "1:7"
WORDS = st.text(max_size=12)
#: What a row may hold: (kind, old value, data, text).
FACTS = st.lists(st.tuples(
    st.sampled_from(["launched", "action_closed", "note_added"]), WORDS,
    st.dictionaries(WORDS, st.one_of(st.integers(-9, 9), WORDS), max_size=2),
    st.one_of(st.none(), st.text(min_size=1, max_size=12))), min_size=1, max_size=12)
LEAVES = st.lists(st.builds(
    seal.Leaf, st.from_regex(r"[1-3]:[1-9][0-9]?", fullmatch=True), st.integers(1, 99),
    st.integers(1, 99), st.sampled_from(["aa", "bb", "cc"])),
    max_size=40, unique_by=lambda leaf: leaf.key)


def make_values(number, kind="note_added", **vals):
    known = {"number": number, "kind": kind, "at": "2026-03-02 09:00:00", **vals}
    return [known.get(name) for name in seal.DIGESTED]


def make_rows(facts, key=KEY, version=seal.VERSION):
    """:return: list of :class:`SealedRow`, sealed one after the other"""
    rows, digest = [], ""
    for number, (kind, old, data, text) in enumerate(facts, start=1):
        salt = f"{number:032x}"
        values = make_values(number, kind, old_value=old, data=data,
                             text_digest=seal.hash_text(salt, text))
        digest = seal.hash_row(digest, version, key, values)
        rows.append(seal.SealedRow(version, values, text, salt if text else None, digest))
    return rows


def read(rows, key=KEY, customer=7, head=None):
    """:return: list of the codes and numbers of what does not hold"""
    reader = seal.ChainReader(key)
    for row in rows:
        reader.read(row)
    number, digest = head or (len(rows), rows[-1].digest if rows else "")
    return [(fault.code, fault.number) for fault in reader.close(number, digest, customer)]


def find_root_by_definition(leaves):
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return seal.hash_leaf(leaves[0])
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + find_root_by_definition(leaves[:half])
                          + find_root_by_definition(leaves[half:])).digest()


@tagged("standard", "at_install")
class TestEngineSeal(BaseCase):
    """Issue 19: digests, chains and trees, as anybody may compute them."""

    facts = (("launched", "", {}, None), ("note_added", "x", {"a": 1}, "Rent of May"),
             ("action_closed", "y", {}, "Done"), ("note_added", "z", {}, None))

    def setUp(self):
        super().setUp()
        self.rows = make_rows(self.facts)

    @settings(max_examples=200, deadline=None)
    @given(FACTS)
    def test_what_was_sealed_holds(self, facts):
        """X-08: whatever the values."""
        self.assertEqual(read(make_rows(facts)), [])

    @settings(max_examples=200, deadline=None)
    @given(FACTS, st.data())
    def test_whatever_is_changed_shows(self, facts, data):
        """X-07, X-08: any value of any row, at that row."""
        rows = make_rows(facts)
        place = data.draw(st.integers(0, len(rows) - 1))
        name = data.draw(st.sampled_from([
            name for name in seal.DIGESTED if name not in ("number", "text_digest")]))
        values = list(rows[place].values)
        values[seal.DIGESTED.index(name)] = "something else"
        rows[place] = rows[place]._replace(values=values)
        self.assertIn(("changed", place + 1), read(rows))

    @settings(max_examples=100, deadline=None)
    @given(FACTS, st.data())
    def test_whatever_is_cut_out_shows(self, facts, data):
        """X-08: any row, the last one included, as long as the head is there."""
        rows = make_rows(facts)
        head = len(rows), rows[-1].digest
        del rows[data.draw(st.integers(0, len(rows) - 1))]
        self.assertTrue(read(rows, head=head))

    def test_each_fault_is_named(self):
        """X-08: what is wrong, and at which row."""
        rows = self.rows
        head = 4, rows[-1].digest
        swapped = [rows[0], rows[2], rows[1], rows[3]]
        other = rows[1]._replace(text="Rent of June")
        bare = rows[1]._replace(text=None, salt=None)
        for found, expected in (
            (read(rows), []),
            (read([rows[0], *rows[2:]], head=head), ("gap", 2)),
            (read(swapped), ("gap", 2)),
            (read([rows[0], other, *rows[2:]]), ("text", 2)),
            (read([rows[0], bare, *rows[2:]]), ("unrecorded", 2)),
            (read(rows[:3], head=head), ("head", 4)),
            (read(rows, customer=8), ("owner", 4)),
        ):
            with self.subTest(expected):
                self.assertIn(expected, found) if expected else self.assertEqual(found, [])

    def test_a_chain_cannot_be_taken_for_another(self):
        """X-08: the digest covers the key, from the first row on."""
        self.assertIn(("changed", 1), read(self.rows, key="1:8", customer=8))

    def test_rows_of_the_first_formula_hold_and_do_not_come_back(self):
        """X-08: older rows keep theirs; after today's it is no way to forge."""
        older = make_rows(self.facts, version=1)
        self.assertEqual(read(older), [])
        reader = seal.ChainReader(KEY)
        for row in older:
            reader.read(row)
        values = make_values(5)
        reader.read(seal.SealedRow(
            2, values, None, None, seal.hash_row(reader.digest, 2, KEY, values)))
        values = make_values(6)
        reader.read(seal.SealedRow(
            1, values, None, None, seal.hash_row(reader.digest, 1, KEY, values)))
        self.assertEqual([(fault.code, fault.number) for fault in reader.faults], [
            ("downgraded", 6)])

    def test_an_erased_text_is_recorded(self):
        """X-15: by a row that names it."""
        rows = make_rows([*self.facts, ("text_erased", "", {"rows": [2]}, "By law")])
        rows[1] = rows[1]._replace(text=None, salt=None)
        self.assertEqual(read(rows), [])

    def test_an_erasure_is_not_recorded_beforehand(self):
        """X-15: a row excuses texts that were there before it, and none that came later."""
        rows = make_rows([("text_erased", "", {"rows": [1, 3]}, "By law"), *self.facts])
        for place in (0, 2):
            rows[place] = rows[place]._replace(text=None, salt=None)
        self.assertEqual(read(rows), [("unrecorded", 1), ("unrecorded", 3)])

    def test_the_salt_is_no_part_of_the_text(self):
        """X-07: whatever is moved between them, the digest of both together being the same."""
        row = self.rows[1]
        for size in (-3, -1, 1, 5):
            with self.subTest(size=size):
                whole = row.salt + row.text
                moved = row._replace(salt=whole[:32 + size], text=whole[32 + size:])
                self.assertEqual(seal.hash_text(moved.salt, moved.text),
                                 seal.hash_text(row.salt, row.text))
                self.assertEqual(read([self.rows[0], moved, *self.rows[2:]]), [("text", 2)])

    def test_a_chain_changes_hands_by_a_row_of_its_own(self):
        """X-06: not by a row about another chain."""
        for chain, expected in ((KEY, []), ("1:9", [("owner", 5)])):
            rows = make_rows([*self.facts, (
                "customer_changed", "", {"chain": chain, "current": 9}, None)])
            self.assertEqual(read(rows, customer=9), expected)

    def test_sealing_anew_later_excuses_nothing(self):
        """X-08: neither whose it is nor a text that is gone; only rows of the first formula."""
        said = ("history_resealed", "", {"customer": 9, "rows": [2]}, None)
        rows = make_rows([*self.facts, said])
        rows[1] = rows[1]._replace(text=None, salt=None)
        self.assertEqual(read(rows, customer=9), [("unrecorded", 2), ("owner", 5)])

    def test_values_of_no_kind_stop_nothing(self):
        """X-08: whoever writes rubbish is found, and the verification goes on."""
        for kind in ("customer_changed", "history_resealed", "text_erased"):
            for data in ([1], "x", {"rows": 3}, {"rows": [[], "x", None]},
                         {"chain": KEY, "current": "x"}, {"chain": KEY, "current": 10**12},
                         {"customer": "x"}):
                with self.subTest(kind=kind, data=data):
                    rows = make_rows([(kind, "", data, None)])
                    self.assertIsInstance(read(rows, key=KEY), list)
        self.assertEqual(read([], key="rubbish", customer=7), [("owner", 0)])

    # -- trees -----------------------------------------------------------------------------

    @settings(max_examples=200, deadline=None)
    @given(LEAVES)
    def test_the_root_is_that_of_rfc_6962(self, leaves):
        """X-08: whoever knows the standard computes the same root."""
        leaves = seal.sort_leaves(leaves)
        self.assertEqual(seal.find_root(leaves), find_root_by_definition(leaves).hex())

    @settings(max_examples=200, deadline=None)
    @given(LEAVES)
    def test_each_leaf_leads_to_the_root(self, leaves):
        """X-08: by its own path, and a forged one by none."""
        leaves = seal.sort_leaves(leaves)
        root = seal.find_root(leaves)
        for place, leaf in enumerate(leaves):
            path = seal.find_path(leaves, place)
            self.assertEqual(seal.follow_path(leaf, path), root)
            forged = leaf._replace(number=leaf.number + 1)
            self.assertNotEqual(seal.follow_path(forged, path), root)

    def test_a_leaf_is_no_node(self):
        """RFC 6962: nobody passes off an inner node as the head of a history."""
        leaves = [seal.Leaf(f"1:{id_}", id_, 1, "aa") for id_ in range(1, 5)]
        nodes = [seal.hash_leaf(leaf) for leaf in leaves]
        without = reduce(lambda one, other: hashlib.sha256(one + other).digest(), nodes)
        self.assertNotEqual(seal.find_root(leaves), without.hex())

    def test_the_file_of_an_anchor_reads_as_lines(self):
        """A name with line breaks cannot write lines of its own."""
        tree = seal.Tree("ab" * 32, "", 3, 9)
        content = seal.write_root_file(
            "Evil\nroot: 00", "2026-03-02", "2026-03-02 02:00:00", tree).decode()
        self.assertIn("company: Evil root: 00\n", content)
        self.assertEqual(content.splitlines()[-1], f"root: {'ab' * 32}")
