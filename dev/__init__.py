"""The development runtime: what `make run`, `make test` and the others do."""
