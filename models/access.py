"""Who may see what the module adds to records of other modules."""

from ..tools.portfolio import ALL_CUSTOMERS, COLLECTORS

__all__ = ["ALL_CUSTOMERS", "COLLECTORS"]
