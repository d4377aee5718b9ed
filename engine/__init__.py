"""Where the module decides.

Pure Python: nothing below this package imports Odoo, reads a clock or touches a
database. The models gather facts, ask the engine, write what it said and trace it::

    facts (models)  ->  decide(definition, state, command, now)  ->  entries, effects

* :mod:`.sequence`: a decision tree, where a running sequence stands, and what follows;
* :mod:`.picture`: where the boxes and lines of a drawn tree lie;
* :mod:`.dates`, :mod:`.holidays`: when a delay ends;
* :mod:`.ladder`: the step of a scenario that a customer comes to, and its day;
* :mod:`.claims`: late-payment interest at dated rates;
* :mod:`.hashtags`: the hashtags of a message, and what takes their place;
* :mod:`.colour`: a company's colour, dark enough to be read.
"""

from . import claims, dates, hashtags, ladder
from .claims import Payment, Rate, RateMissing, find_valid, interest, is_late
from .dates import Calendar, Delay, Truce
from .sequence import conditions, effects, entries, errors, outcomes, ways
from .sequence.checks import Problem, find_problems
from .sequence.commands import (
    AddAction, Close, Fail, Jump, Launch, Leave, Migrate, Move, Pause, Receive, Resume, Retry,
    Skip, Stop, Tick,
)
from .sequence.conditions import Deadline, Event, Facts, Joined, Level, Outcome
from .sequence.decide import Decision, decide
from .sequence.definition import Content, Definition, End, Goto, Option, Row, Start, Step, Switch
from .sequence.dry_run import Played, play
from .sequence.entries import entry_from_dict, entry_to_dict, replay
from .sequence.errors import CommandRefused
from .sequence.paths import Path, Paths, enumerate_paths
from .sequence.run import CHILD_ENDED
from .sequence.state import Action, Incident, Received, State, Timer, Visit, Waiting
from .sequence.ways import Ways, find_content, read_answer, ways_to_close
