# The development runtime of account_collection: `make help` lists what it does.
# The work is done in dev/, in plain Python without any package.

PYTHON ?= python3
PORT ?= 8069
ARGS ?=
ALL ?=

export PORT ALL

.PHONY: help run test shell reset lint pot exec

help:
	@$(PYTHON) dev/cli.py help

run test shell reset lint pot exec:
	@$(PYTHON) dev/cli.py $@ $(ARGS)
