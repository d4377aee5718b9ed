"""Where the module decides.

Pure Python: nothing below this package imports Odoo, reads a clock or touches a
database. The models gather facts, ask the engine, write what it said and trace it::

    facts (models)  ->  decide(definition, state, command, now)  ->  entries, effects

* :mod:`.definition`: one version of a decision tree, as plain values;
* :mod:`.conditions`: what its rows may wait for;
* :mod:`.dates`, :mod:`.timers`: when a delay ends, and the deadlines under way;
* :mod:`.state`: where one running sequence stands;
* :mod:`.commands`: what a person or a cron may ask of it;
* :mod:`.entries`: the facts that a command produced; folding them gives the state;
* :mod:`.decide`, :mod:`.run`: from a command to entries and effects;
* :mod:`.paths`, :mod:`.dry_run`: every way through a tree, and one played by hand;
* :mod:`.ladder`: the step of a scenario that a customer comes to, and its day;
* :mod:`.penalties`: late-payment interest at dated rates;
* :mod:`.tags`: the hashtags of a message, and what takes their place;
* :mod:`.contrast`: a company's colour, dark enough to be read;
* :mod:`.checks`: what must hold before a tree may be published.
"""

from .checks import Problem, find_problems
from .commands import (
    AddAction, Close, Fail, Jump, Launch, Leave, Migrate, Move, Pause, Receive, Resume, Retry,
    Skip, Stop, Tick,
)
from .conditions import Deadline, Event, Facts, Joined, Level, Outcome
from .dates import Calendar, Delay, Truce
from .decide import Decision, decide
from .definition import Content, Definition, End, Goto, Option, Row, Start, Step, Switch
from .dry_run import Played, play
from .entries import entry_from_dict, entry_to_dict, replay
from .errors import CommandRefused
from .paths import Path, Paths, enumerate_paths
from .penalties import Payment, Rate, RateMissing, find_rate, interest, is_late
from .run import CHILD_ENDED
from .state import Action, Incident, Received, State, Timer, Visit, Waiting
from .ways import Ways, find_content, read_answer, ways_to_close
