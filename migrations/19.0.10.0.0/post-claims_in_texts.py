"""Examples that were loaded before speak of interest and indemnity only where some is claimed."""

from odoo.tools import SQL

#: Where the texts stand; what has left stays as it left.
TABLES = {
    "collection_scenario_step": SQL("TRUE"),
    "collection_action_template": SQL("TRUE"),
    "collection_action": SQL("state <> 'closed'"),
}

#: The sentences of the examples, in the languages in which they are loaded.
SENTENCES = (
    "Late-payment interest and a fixed indemnity for each invoice are due by law without any "
    "reminder. To this day they come to #penalties_amount and #indemnity_amount.",
    "Les pénalités de retard et une indemnité forfaitaire par facture sont dues de plein droit, "
    "sans qu’un rappel soit nécessaire. À ce jour, elles s’élèvent à #penalties_amount et "
    "#indemnity_amount.",
    "Late-payment interest and a fixed indemnity for each invoice are due by law without any "
    "reminder (Commercial Code, articles L. 441-10 and D. 441-5). To this day they come to "
    "#penalties_amount and #indemnity_amount.",
    "Des pénalités de retard et une indemnité forfaitaire par facture sont dues de plein droit, "
    "sans rappel (code de commerce, articles L. 441-10 et D. 441-5). À ce jour, elles s’élèvent à "
    "#penalties_amount et #indemnity_amount.",
    "Late-payment interest and the fixed indemnity are due by law without any formality (Public "
    "Procurement Code, articles L. 2192-13 and D. 2192-35). To this day they come to "
    "#penalties_amount and #indemnity_amount; you therefore owe us #total_amount. Interest runs "
    "until payment.",
    "Les intérêts moratoires et l’indemnité forfaitaire sont dus de plein droit et sans formalité "
    "(code de la commande publique, articles L. 2192-13 et D. 2192-35). À ce jour, ils s’élèvent "
    "à #penalties_amount et #indemnity_amount&nbsp;; vous nous devez donc #total_amount. Les "
    "intérêts courent jusqu’au paiement.",
)


def migrate(cr, version):
    if not version:
        return
    for table, condition in TABLES.items():
        for sentence in SENTENCES:
            cr.execute(SQL(
                """
                UPDATE %(table)s
                   SET body = replace(replace(body::text, %(conditional)s, %(sentence)s),
                                      %(sentence)s, %(conditional)s)::jsonb
                 WHERE %(condition)s AND strpos(body::text, %(sentence)s) > 0
                """,
                table=SQL.identifier(table), condition=condition, sentence=sentence,
                conditional=f"#if_claimed {sentence}#end_if"))
