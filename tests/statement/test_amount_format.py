from odoo.tools import formatLang

from ..common import CollectionCase

#: Amounts of each sign and size, and some that round.
AMOUNTS = (
    0.0, -0.0, 0.004, -0.004, 0.005, 0.125, 0.995, -0.5, -0.999, 1, 12.3, -999.995, 999.99, 1000,
    -1000.5, 12345.678, -123456.785, 1234567.891, 98765432101.23)


class TestAmountFormat(CollectionCase):
    """Amounts of statements and messages, written fast, are written as Odoo writes them."""

    def assertAsOdoo(self, currency, lang):
        env = self.env(context={**self.env.context, "lang": lang})
        for amount in AMOUNTS:
            with self.subTest(currency=currency.name, lang=lang, amount=amount):
                self.assertEqual(
                    env["collection.statement"]._format_amount(amount, currency),
                    formatLang(env, currency.round(amount) + 0.0, currency_obj=currency))

    def test_as_odoo_writes_them(self):
        """Issue 20: any language, place of the symbol and number of decimals."""
        langs = self.env["res.lang"]
        for code in ("en_US", "fr_FR", "de_CH", "hi_IN"):
            langs._activate_lang(code)
        langs.search([("code", "=", "hi_IN")]).grouping = "[3,2,0]"
        langs.search([("code", "=", "de_CH")]).write({"thousands_sep": "’", "decimal_point": "."})
        currencies = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("EUR", "USD", "JPY", "TND", "CHF"))])
        self.assertEqual(len(currencies), 5)
        for currency in currencies:
            for lang in ("en_US", "fr_FR", "de_CH", "hi_IN", None):
                self.assertAsOdoo(currency, lang)

    def test_what_is_changed_counts_at_once(self):
        """Issue 20: a symbol, its place, the rounding, a language's separator."""
        currency = self.env["res.currency"].create({
            "name": "XTS", "symbol": "T", "rounding": 0.01, "position": "after"})
        lang = self.env["res.lang"]._activate_lang("fr_FR")
        self.assertAsOdoo(currency, "fr_FR")
        for record, vals in (
            (currency, {"symbol": "EUR"}), (currency, {"position": "before"}),
            (currency, {"rounding": 0.05}), (currency, {"rounding": 1}),
            (lang, {"thousands_sep": ".", "decimal_point": ","}),
        ):
            record.write(vals)
            self.assertAsOdoo(currency, "fr_FR")
