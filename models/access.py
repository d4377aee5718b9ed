"""Who may see what the module adds to records of other modules."""

#: Group of all who collect: it includes those who see every customer, and the managers.
COLLECTORS = "account_collection.group_collection_user"
#: Group of those who collect from every customer: managers among them.
ALL_CUSTOMERS = "account_collection.group_collection_all"
