"""What a person may do to a sequence: pause, resume, stop, jump, and get it out of trouble."""

from __future__ import annotations

from odoo.tests import BaseCase, tagged

from ...engine import Close, CommandRefused, Goto, Jump, Pause, Resume, Retry, Row, Skip, Stop
from ...engine.sequence.effects import Release
from ...engine.sequence.run import MAX_TRANSITIONS
from .engine_trees import Walk, content, result, row, step

CLOSED = step("closed", content("archive"), row("default", end="Closed"))
CHECK = step(
    "check", content("file"), content("letter", required=False, keep=True),
    row("again", when=result("file", "failed"), goto="check"),
    row("default", goto="closed"),
    max_visits=2)
#: Nothing leads on from what was ignored: not fit to be published, so only a jump gets out.
STUCK = step("stuck", content("file"), row("done", when=result("file", "done"), end="Done"))


class AlwaysHolds:
    """A condition that no tree can express: it holds whatever happened."""

    def holds(self, situation, row):
        return True


class InterventionCase(BaseCase):

    def assertRefused(self, code, walk, command):
        """The command is refused, and nothing came of it."""
        state, written = walk.state, list(walk.entries)
        with self.assertRaises(CommandRefused) as refused:
            walk.do(command)
        self.assertEqual(refused.exception.code, code)
        self.assertEqual((walk.state, walk.entries), (state, written))

    def assertIncident(self, walk, code, held=None):
        self.assertEqual((walk.state.incident.code, walk.state.incident.row), (code, held))
        self.assertEqual(walk.state.status, "running")


@tagged("standard", "at_install")
class TestEnginePause(InterventionCase):

    def test_a_pause_records_without_moving(self):
        """D-028: a result that comes meanwhile is kept; nothing is entered or asked."""
        walk = Walk(CHECK, CLOSED)
        walk.do(Pause())
        decision = walk.close("file", "done")
        self.assertEqual(walk.action("file").outcome, "done")
        self.assertEqual(decision.effects, (Release(1),))
        self.assertEqual((walk.state.status, walk.path), ("paused", ["check"]))

    def test_resuming_follows_what_was_recorded(self):
        """D-029: one pass over what waited."""
        walk = Walk(CHECK, CLOSED)
        walk.do(Pause())
        walk.close("file", "done")
        walk.do(Resume())
        self.assertEqual((walk.state.status, walk.path), ("running", ["check", "closed"]))

    def test_resuming_reads_the_table_once_over_all_results(self):
        """D-029: rows in the table's order, not in that of the results; one of them fires."""
        walk = Walk(
            step("check", content("file"), content("lease"),
                 row("lease", when=result("lease", "refused", "ignored"), goto="closed",
                     at_once=True),
                 row("file", when=result("file", "ignored"), end="File", at_once=True),
                 row("default", end="Default")),
            CLOSED)
        walk.do(Pause())
        walk.close("file", "ignored")
        walk.close("lease", "ignored")
        walk.do(Resume())
        self.assertEqual(walk.path, ["check", "closed"])
        self.assertEqual(walk.state.visits[0].row, "lease")

    def test_resuming_without_news_goes_on_waiting(self):
        """D-029: paused and resumed, it stands where it stood."""
        walk = Walk(CHECK, CLOSED)
        before = walk.state
        walk.do(Pause(), Resume())
        self.assertEqual(walk.state, before)

    def test_a_pause_comes_after_a_launch_and_once(self):
        """D-028: what is paused is not paused again, nor resumed twice."""
        walk = Walk(CHECK, CLOSED)
        self.assertRefused("wrong_status", walk, Resume())
        walk.do(Pause())
        self.assertRefused("wrong_status", walk, Pause())

    def test_a_pause_allows_no_steering(self):
        """D-028: jump and the ways out of an incident wait for the resumption."""
        walk = Walk(CHECK, CLOSED)
        walk.do(Pause())
        for command in (Jump("closed"), Retry(), Skip()):
            self.assertRefused("wrong_status", walk, command)


@tagged("standard", "at_install")
class TestEngineStop(InterventionCase):

    def test_a_stop_closes_everything(self):
        """D-030, D-042: stopped, also what was kept, and whoever owed it is released."""
        walk = Walk(CHECK, CLOSED)
        decision = walk.do(Stop())
        self.assertEqual(walk.state.status, "stopped")
        self.assertEqual([a.outcome for a in walk.state.actions], ["stopped", "stopped"])
        self.assertEqual(decision.effects, (Release(1), Release(2)))

    def test_a_paused_sequence_can_be_stopped(self):
        """D-030: without resuming it first."""
        walk = Walk(CHECK, CLOSED)
        walk.do(Pause(), Stop())
        self.assertEqual(walk.state.status, "stopped")

    def test_a_stop_ends_an_incident(self):
        """D-042: nothing of it is left to repair."""
        walk = Walk(STUCK, CLOSED)
        walk.close("file", "ignored")
        walk.do(Stop())
        self.assertIsNone(walk.state.incident)

    def test_a_stop_keeps_earlier_results(self):
        """D-035: what was done before stays done."""
        walk = Walk(CHECK, CLOSED)
        walk.close("letter", "done")
        walk.do(Stop())
        self.assertEqual(walk.action("letter").outcome, "done")

    def test_what_has_ended_does_not_move(self):
        """D-042: neither stopped nor done, it takes no command at all."""
        stopped, done = Walk(CHECK, CLOSED), Walk(CLOSED)
        stopped.do(Stop())
        done.close("archive", "done")
        for walk in (stopped, done):
            self.assertRefused("already_closed", walk, Close(1, "done"))
            for command in (Pause(), Resume(), Stop(), Retry(), Skip(), Jump("closed")):
                self.assertRefused("wrong_status", walk, command)


@tagged("standard", "at_install")
class TestEngineJump(InterventionCase):

    def test_a_jump_leaves_without_a_row(self):
        """D-065: a person's decision, told from the table's."""
        walk = Walk(CHECK, CLOSED)
        walk.do(Jump("closed"))
        self.assertEqual(walk.path, ["check", "closed"])
        self.assertIsNone(walk.state.visits[0].row)
        self.assertEqual(walk.action("file").outcome, "moot")
        self.assertTrue(walk.action("letter").is_open)

    def test_a_jump_is_not_counted_against_the_limit(self):
        """D-032: a person may always go where the table may no more."""
        walk = Walk(CHECK, CLOSED)
        walk.do(Jump("check"), Jump("check"))
        self.assertEqual(walk.path, ["check"] * 3)

    def test_a_jump_needs_a_step_of_the_tree(self):
        """D-065: elsewhere there is nothing to do."""
        self.assertRefused("unknown_step", Walk(CHECK, CLOSED), Jump("nowhere"))


    def test_a_jump_is_routed_on(self):
        """D-065: the step jumped to is followed like any other, and may be in trouble at once."""
        walk = Walk(CHECK, CLOSED, step("empty"))
        walk.do(Jump("empty"))
        self.assertIncident(walk, "stuck")


@tagged("standard", "at_install")
class TestEngineIncidents(InterventionCase):

    def too_often(self):
        """A walk that the table wants to take to ``check`` a third time."""
        walk = Walk(CHECK, CLOSED)
        walk.close("file", "failed")
        walk.close("file", "failed")
        return walk

    def test_a_step_entered_too_often_is_an_incident(self):
        """D-066: the table goes round no more than allowed, and says which row it held back."""
        walk = self.too_often()
        self.assertIncident(walk, "max_visits", "again")
        self.assertEqual(walk.path, ["check", "check"])

    def test_a_dead_stop_is_an_incident(self):
        """D-066: when nothing can move it any more, a sequence does not hang in silence."""
        walk = Walk(STUCK, CLOSED)
        walk.close("file", "ignored")
        self.assertIncident(walk, "stuck")

    def test_a_step_without_actions_is_an_incident(self):
        """D-066: nothing would ever come of waiting there."""
        self.assertIncident(Walk(step("empty", row("default", end="Closed"))), "stuck")

    def test_a_ring_is_an_incident(self):
        """D-066: after 25 moves of one command the table is no longer followed."""
        ring = step(
            "ring", content("file"), Row("round", AlwaysHolds(), Goto("ring"), at_once=True),
            max_visits=1000)
        walk = Walk(ring)
        self.assertIncident(walk, "runaway", "round")
        self.assertEqual(len(walk.path), 1 + MAX_TRANSITIONS)
        self.assertEqual(MAX_TRANSITIONS, 25)

    def test_a_long_way_may_end_in_a_dead_stop(self):
        """D-066: the last move allowed is looked at like any other."""
        moves = [
            step(f"s{n}", content("file"), Row("on", AlwaysHolds(), Goto(f"s{n + 1}"), True))
            for n in range(MAX_TRANSITIONS)
        ]
        walk = Walk(*moves, step(f"s{MAX_TRANSITIONS}"))
        self.assertIncident(walk, "stuck")

    def test_an_incident_routes_nothing_by_itself(self):
        """D-066: results are recorded, a person decides."""
        walk = self.too_often()
        walk.close("letter", "done")
        self.assertIncident(walk, "max_visits", "again")
        self.assertEqual(walk.action("letter").outcome, "done")

    def test_an_incident_outlives_a_pause(self):
        """D-028: resuming is no way out."""
        walk = self.too_often()
        walk.do(Pause(), Resume())
        self.assertIncident(walk, "max_visits", "again")

    def test_retrying_reads_the_table_again(self):
        """D-032: it goes on when something has changed, else the incident is back."""
        checked = step(
            "check", content("file"), content("letter", required=False),
            row("out", when=result("letter", "done"), goto="closed"),
            row("again", when=result("file", "failed"), goto="check"),
            row("default", goto="closed"), max_visits=1)
        walk = Walk(checked, CLOSED)
        walk.close("file", "failed")
        walk.do(Retry())
        self.assertIncident(walk, "max_visits", "again")
        walk.close("letter", "done")
        walk.do(Retry())
        self.assertEqual((walk.path, walk.state.incident), (["check", "closed"], None))

    def test_skipping_takes_the_row_held_back(self):
        """D-032: a person may go once more than the limit."""
        walk = self.too_often()
        walk.do(Skip())
        self.assertEqual((walk.path, walk.state.incident), (["check"] * 3, None))
        self.assertEqual(walk.state.visits[1].row, "again")

    def test_skipping_a_dead_stop_takes_the_default(self):
        """D-032: the way that the table keeps for all else."""
        walk = Walk(step("empty", row("default", goto="closed")), CLOSED)
        walk.do(Skip())
        self.assertEqual((walk.path, walk.state.incident), (["empty", "closed"], None))

    def test_a_skip_is_routed_on(self):
        """D-066: from one dead stop to the next."""
        walk = Walk(step("empty", row("default", goto="void")), step("void"))
        walk.do(Skip())
        self.assertIncident(walk, "stuck")
        self.assertEqual(walk.path, ["empty", "void"])

    def test_a_step_may_be_entered_three_times(self):
        """D-056: unless its step says otherwise."""
        loop = step("check", content("file"), row("again", goto="check"))
        walk = Walk(loop)
        for _visit in range(3):
            walk.close("file", "done")
        self.assertIncident(walk, "max_visits", "again")
        self.assertEqual(walk.path, ["check"] * 3)

    def test_skipping_needs_a_way(self):
        """D-032: without a default there is none, and the incident stays."""
        walk = Walk(STUCK, CLOSED)
        walk.close("file", "ignored")
        self.assertRefused("nothing_to_skip_to", walk, Skip())
        self.assertIncident(walk, "stuck")

    def test_jumping_leaves_the_incident_behind(self):
        """D-065: the third way out."""
        walk = self.too_often()
        walk.do(Jump("closed"))
        self.assertIsNone(walk.state.incident)
        self.assertEqual(walk.path[-1], "closed")

    def test_without_an_incident_there_is_no_way_out(self):
        """D-032: retry and skip are for incidents."""
        for command in (Retry(), Skip()):
            self.assertRefused("no_incident", Walk(CHECK, CLOSED), command)
