"""`make chaos`: real servers under faults drawn from a seed, and an auditor that trusts nobody.

Odoo with its workers and cron threads works on a PostgreSQL of its own that waits for the disk.
Clients do business over RPC and personal links, faults strike, and what the clients saw is kept.
Then the auditor reads the database by SQL, what the mail server took, and the files; it shares no
code with the product.
"""
