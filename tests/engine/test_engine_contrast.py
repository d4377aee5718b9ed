from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase

from ...engine.colour import AA, contrast, darken


def parts(colour):
    return [int(colour[at:at + 2], 16) for at in (1, 3, 5)]


class TestContrast(BaseCase):
    """A company's colour can be read on white, and white on it."""

    @settings(max_examples=300)
    @given(st.integers(0, 0xffffff))
    def test_whatever_the_colour_it_can_be_read(self, number):
        """A-049: contrast AA, and no darker than that asks for."""
        given_colour = f"#{number:06x}"
        colour = darken(given_colour)
        self.assertGreaterEqual(contrast(parts(colour)), AA)
        if contrast(parts(given_colour)) >= AA:
            self.assertEqual(colour, given_colour)

    def test_what_is_no_colour_never_reaches_the_page(self):
        """A-049, bad input: what is written into the style of a page is a colour or nothing."""
        for colour in (None, "", "red", "#fff", "#71; } body { display: none", "#12345g"):
            self.assertEqual(darken(colour, fallback="#000000"), "#000000")
