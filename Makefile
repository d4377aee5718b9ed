# The development runtime of account_collection: `make help` lists what it does.
# The work is done in dev/, in plain Python without any package.

PYTHON ?= python3
PORT ?= 8069
ARGS ?=
ALL ?=
SIZE ?=
RECORD ?=
N ?=
FROM ?=
SEED ?=
MINUTES ?=
HOSTS ?=
QUEUE ?=
SEEDED ?=
SHORT ?=

export PORT ALL SIZE RECORD N FROM SEED MINUTES HOSTS QUEUE SEEDED SHORT

TARGETS := run test shell reset lint core-tests core-lint click properties mutate compare-ledger \
	pot guide exec bench bench-growth bench-assign bench-desk bench-takeover bench-figures \
	bench-seal bench-night bench-beside bench-case bench-payments bench-page chaos upgrade uninstall

.PHONY: help $(TARGETS)

help:
	@$(PYTHON) dev/cli.py help

$(TARGETS):
	@$(PYTHON) dev/cli.py $@ $(ARGS)
