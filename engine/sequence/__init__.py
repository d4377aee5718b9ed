"""A decision tree, and the sequence that runs through it.

* :mod:`.definition`: one version of a decision tree, as plain values;
* :mod:`.conditions`: what its rows may wait for;
* :mod:`.timers`: the deadlines under way;
* :mod:`.state`: where one running sequence stands;
* :mod:`.commands`: what a person or a cron may ask of it;
* :mod:`.entries`: the facts that a command produced; folding them gives the state;
* :mod:`.decide`, :mod:`.run`: from a command to entries and effects;
* :mod:`.ways`: how an action may be closed;
* :mod:`.paths`, :mod:`.dry_run`: every way through a tree, and one played by hand;
* :mod:`.checks`: what must hold before a tree may be published.
"""
