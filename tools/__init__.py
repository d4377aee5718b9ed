"""What needs no model: it may take recordsets or an environment, and defines none."""
