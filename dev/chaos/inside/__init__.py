"""What runs inside Odoo, as programs of its own; the ledger is done from outside as well."""
