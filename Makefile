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

export PORT ALL SIZE RECORD N FROM

.PHONY: help run test shell reset lint core-tests properties mutate pot exec bench bench-growth bench-assign

help:
	@$(PYTHON) dev/cli.py help

run test shell reset lint core-tests properties mutate pot exec bench bench-growth bench-assign:
	@$(PYTHON) dev/cli.py $@ $(ARGS)
