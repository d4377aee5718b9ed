# The development runtime of account_collection: `make help` lists what it does.
# The work is done in dev/, in plain Python without any package.

PYTHON ?= python3
PORT ?= 8069
ARGS ?=
ALL ?=
SIZE ?= 5000
RECORD ?=
N ?=

export PORT ALL SIZE RECORD N

.PHONY: help run test shell reset lint properties mutate pot exec bench bench-growth bench-assign bench-desk

help:
	@$(PYTHON) dev/cli.py help

run test shell reset lint properties mutate pot exec bench bench-growth bench-assign bench-desk:
	@$(PYTHON) dev/cli.py $@ $(ARGS)
