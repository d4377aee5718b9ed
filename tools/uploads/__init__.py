"""What is looked at in a file that somebody sends. Pure Python, without Odoo."""
