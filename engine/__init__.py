"""Where the module decides.

Pure Python: nothing below this package imports Odoo, reads a clock or touches a
database. The models gather facts, ask the engine, write what it said and trace it::

    facts (models)  ->  decide(definition, state, command, now)  ->  entries, effects

* :mod:`.definition`: one version of a decision tree, as plain values;
* :mod:`.state`: where one running sequence stands;
* :mod:`.commands`: what a person or a cron may ask of it;
* :mod:`.entries`: the facts that a command produced; folding them gives the state;
* :mod:`.decide`: the one function that turns a command into entries and effects;
* :mod:`.checks`: what must hold before a tree may be published.
"""

from .checks import Problem, find_problems
from .commands import Close, Jump, Launch, Pause, Resume, Retry, Skip, Stop
from .decide import Decision, decide
from .definition import Content, Definition, End, Goto, Joined, Option, Outcome, Row, Step
from .entries import entry_from_dict, entry_to_dict, replay
from .errors import CommandRefused
from .state import Action, Incident, State, Visit
from .ways import Ways, ways_to_close
