"""A decision tree, and the sequence that runs through it.

* :mod:`.definition`: one version of a decision tree, as plain values;
* :mod:`.conditions`: what its rows may wait for;
* :mod:`.values`: what a few strings in it mean;
* :mod:`.world`: what is known of the world around a sequence;
* :mod:`.deadlines`: the deadlines under way;
* :mod:`.state`: where one running sequence stands;
* :mod:`.commands`: what a person or a cron may ask of it;
* :mod:`.entries`: what a command produced; folding them gives the state;
* :mod:`.effects`: what is to be done outside the sequence;
* :mod:`.decide`, :mod:`.run`: from a command to entries and effects;
* :mod:`.closing`: how an action may be closed;
* :mod:`.paths`, :mod:`.dry_run`: every way through a tree, and one played by hand;
* :mod:`.checks`: what must hold before a tree may be published.
"""
