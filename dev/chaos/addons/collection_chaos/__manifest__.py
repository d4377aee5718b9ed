{
    "name": "Faults put into account_collection on purpose",
    "summary": "Loaded by `make chaos SEEDED=n`, so that its auditor can be seen finding them",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "depends": ["account_collection"],
    "installable": False,
}
