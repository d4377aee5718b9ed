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

What is decided where the field leaves it open:

* An action that was submitted does not expire while its validator is slow.
* *All successful* means nothing but success, and some: an optional action that was refused,
  cancelled or skipped counts as well.
* Every event is recorded, whether a row waits for it or not: after a migration, a row *since
  launch* sees those of before.
* A row on the end of another sequence may ask of which template it was, and how it ended: by the
  label of its end, or as stopped or switched.
* No day of a pause counts for an internal deadline. Of one that became known, or was corrected,
  during the pause, the days before the pause have run; one that counts from a later day begins
  when the pause ends, or on that day. What pauses gave back outlives corrections and migrations;
  units stay what they were. One that was over before the pause is due at once after it.
* A pause moves the deadlines of open actions, and the day of those still to come; a day that a
  person chose during the pause moves by what was left of it. A clock set back moves nothing.
* An emptied date, or a guard that fails, takes the row's deadline away.
* A wait ends by an end received after it began. An incident holds it; skipping goes on without.
* A migration's cancellations are no results. Legal or internal is what the new version says.
* A step without actions that only guarded rows may leave is published with a warning.
"""
