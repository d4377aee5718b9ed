"""Where the module decides.

Pure Python: nothing below this package imports Odoo, reads a clock or touches a
database. The models gather plain values, ask the engine, write its answer and trace it::

    world (models)  ->  decide(definition, state, command, now, world)  ->  entries, effects

* :mod:`.sequence`: a decision tree, where a running sequence stands, and what follows;
* :mod:`.picture`: where the boxes and lines of a drawn tree lie;
* :mod:`.dates`, :mod:`.holidays`: when a delay ends;
* :mod:`.ladder`: the step of a scenario that a customer comes to, and its day;
* :mod:`.claims`: late-payment interest at dated rates, and the fixed indemnity;
* :mod:`.figures`: days of sales, effectiveness, delays, from the ledger's sums;
* :mod:`.hashtags`: the hashtags of a message, and what takes their place;
* :mod:`.colour`: a company's colour, dark enough to be read.

Here stands what models, wizards and reports need of it; the rest stays with its module.
"""

from . import figures, hashtags, ladder
from .dates import Calendar, Delay, Truce
from .sequence import entries, outcomes
from .sequence.checks import find_problems
from .sequence.closing import check_answer, get_allowed_answers
from .sequence.commands import (
    AddAction, Close, EndAsSwitched, Fail, Jump, Launch, Migrate, Move, Pause, Receive, Resume,
    Retry, Skip, Stop, Tick,
)
from .sequence.conditions import Deadline, Event, Joined, Level, Outcome
from .sequence.decide import decide, find_orphans
from .sequence.definition import (
    Content, Definition, End, Goto, LaunchChild, Option, Row, Step, Switch,
)
from .sequence.dry_run import play
from .sequence.entries import entry_from_dict, entry_to_dict, replay
from .sequence.errors import CommandRefused
from .sequence.paths import enumerate_paths
from .sequence.state import (
    Action, GivenBack, Incident, ReceivedEvent, RunningDeadline, State, Visit, Waiting,
)
from .sequence.values import CHILD_ENDED, Base, EventCode
from .sequence.world import World
