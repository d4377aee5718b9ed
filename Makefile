# The development runtime of account_collection: `make help` lists what it does.
# The work is done in dev/, in plain Python without any package.

PYTHON ?= python3
PORT ?= 8069
ARGS ?=
ALL ?=
SIZE ?= 5000
RECORD ?=
N ?=
FROM ?=
SEED ?=

export PORT ALL SIZE RECORD N FROM SEED

.PHONY: help run test shell reset lint core-tests properties mutate pot exec bench bench-growth bench-assign \
	compare-ledger

help:
	@$(PYTHON) dev/cli.py help

run test shell reset lint core-tests properties mutate pot exec bench bench-growth bench-assign \
compare-ledger:
	@$(PYTHON) dev/cli.py $@ $(ARGS)
