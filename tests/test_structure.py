import ast
import inspect
from collections import Counter, defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

from odoo.addons.account_collection import tests

from .source_code import (
    DOMAINS,
    ROOT,
    get_files,
    get_homes,
    get_imports,
    get_model_classes,
    get_references,
)

#: What may define models right in `models/`: they belong to no domain, or to all.
SHARED = {"ir_cron.py", "ir_default.py", "res_company.py", "res_config_settings.py",
          "collection_upload.py"}
#: Most times that our own models may be opened again, in all and one of them.
MOST_OPENED, MOST_OPENED_ONE = 45, 13
#: Second files of a model in a domain, each a part of it that has a name in the trade.
FACETS = {
    "collection_action_closing": "how an action ends: answers, validation, outcomes",
    "collection_action_due": "what leaves by itself: found by the clock, batch by batch",
    "collection_action_sending": "from an action to the outbox: checked again, sent, once",
    "collection_action_messages": "what external partners write, and what they are notified of",
    "collection_assignment_rule_running": "rules applied to customers by the hundred thousand",
    "collection_document_contributor_mail": "invitations, reminders and refusals to a contributor",
    "collection_document_contributor_page": "a contributor's personal page",
    "collection_document_request_invitation": "who is asked to contribute, and how they come in",
    "collection_document_request_reminders": "reminders, by the clock and by hand",
    "collection_payment_plan_decision": "what becomes of an offer, and what follows",
    "collection_scenario_planning": "which customer's which step comes when, by the thousand",
    "collection_sequence_commands": "what people order: pause, resume, stop, switch, jump",
    "collection_sequence_flow": "deadlines, events and other sequences that move a sequence",
    "collection_sequence_migration": "sequences under way that move to a newer version",
    "collection_setup_start": "what would leave, and the start: answers become the scenario's",
    "collection_sequence_writing": "the engine's entries and effects become records",
    "res_partner_identity": "what is kept of a customer follows it: parents, doubles, archiving",
}
#: The inbox and its catalogue: what happens in a domain is put there, for sequences that wait.
OPEN_TO_ALL = {"collection.signal", "collection.signal.receipt", "models.event.events"}
#: What a domain knows of one after it, by the reason: (its file, the model or module it names).
UPWARD = {
    "what a template names is neither deleted nor changed in meaning": {
        ("action/collection_action_option", "collection.sequence.content"),
        ("people/collection_function", "collection.sequence.content"),
    },
    "whom validations fall to is learnt from the templates there are": {
        ("action/collection_action_content", "collection.sequence.content"),
    },
    "a row of history that was written by SQL shows on the sequence's form": {
        ("history/collection_history", "collection.sequence"),
    },
    "the customers' list counts and filters by open sequences": {
        ("people/res_partner", "collection.sequence"),
    },
    "sending windows, and the plan is made anew before a message leaves": {
        ("message/collection_action_due", "collection.scenario"),
    },
    "a holder of a sequence passes on what is open there": {
        ("people/collection_participant", "collection.sequence"),
    },
    "a sequence leaves its items or its customer out of the scenario; a step proposes a sequence": {
        ("scenario/collection_scenario_planning", "collection.sequence"),
        ("scenario/collection_scenario_planning", "collection.sequence.template"),
        ("scenario/collection_scenario_step", "collection.sequence.template"),
    },
    "the wizard on open items asks colleagues by a personal link": {
        ("specific/collection_item_wizard", "collection.link"),
    },
    "a tree reads of its sequences how many are open, their states and their fields": {
        ("tree/collection_sequence_dry_run", "collection.sequence"),
        ("tree/collection_sequence_template", "collection.sequence"),
        ("tree/collection_sequence_transition", "collection.sequence"),
        ("tree/collection_template_check", "collection.sequence"),
    },
}


def get_excused():
    """:return: list of (file, model or module) that may be named upward"""
    return [key for keys in UPWARD.values() for key in keys]


def get_super_calls(method):
    """:return: set of str, the methods that a method calls on `super()`"""
    return {
        node.attr for node in ast.walk(method)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "super"}


def get_own_ancestors(model):
    """:return: set of str, our own models that a model takes from, itself among them"""
    parents = {
        parent for found in get_model_classes() if found.model == model
        for parent in found.parents if parent in get_homes() and parent != model}
    return {model}.union(*map(get_own_ancestors, parents))


@tagged("post_install", "-at_install")
class TestStructure(BaseCase):
    """Where things stand, read from the source: each domain has one room, each model one home."""

    maxDiff = None

    def test_models_stand_in_their_domain(self):
        """Right in `models/` are only what all domains share."""
        loose = {found.path.name for found in get_model_classes()
                 if found.room == "models" and not found.domain}
        self.assertEqual(loose, SHARED)

    def test_the_domains_have_one_name_everywhere(self):
        """A folder is called after its domain, whatever the room."""
        for room, more in {
            "models": (), "wizards": (), "views": (), "tests": ("engine",),
            "static/src": ("common",),
        }.items():
            folders = {path.name for path in (ROOT / room).iterdir()
                       if path.is_dir() and path.name != "__pycache__"}
            with self.subTest(room=room):
                self.assertLessEqual(folders, {*DOMAINS, *more})

    def test_our_models_are_seldom_opened_again(self):
        """Whoever reads a model finds it in one place, and not in thirty."""
        opened = Counter(found.model for found in get_model_classes()
                         if not found.is_new and found.model in get_homes())
        self.assertLessEqual(opened.total(), MOST_OPENED)
        self.assertEqual(
            {model: times for model, times in opened.items() if times > MOST_OPENED_ONE}, {})

    def test_a_model_has_one_file_in_a_domain(self):
        """A second file is for a part of the model that has a name of its own."""
        files = defaultdict(set)
        for found in get_model_classes():
            if found.path.stem not in FACETS:
                files[found.room, found.domain, found.model].add(found.place)
        self.assertEqual([sorted(names) for names in files.values() if len(names) > 1], [])

    def test_files_are_called_after_their_model(self):
        """`ls models/*/collection_action*` shows all there is of an action."""
        models = defaultdict(set)
        for found in get_model_classes():
            models[found.path].add(found.model.replace(".", "_"))
        self.assertEqual([
            str(path.relative_to(ROOT)) for path, names in models.items()
            if path.stem not in names
            and not (path.stem in FACETS and path.stem.startswith(tuple(names)))], [])

    def test_no_facet_is_left_over(self):
        """The list of second files holds those that are there."""
        self.assertLessEqual(FACETS.keys(), {found.path.stem for found in get_model_classes()})

    def test_no_method_is_defined_twice_in_a_domain(self):
        """No class hides a method of another one of the same model, in the order of imports."""
        places = defaultdict(list)
        for found in get_model_classes():
            for name in found.methods:
                places[found.domain, found.model, name].append(found.place)
        self.assertEqual({
            f"{model}.{name}": sorted(twice) for (_domain, model, name), twice in places.items()
            if len(twice) > 1 and model in get_homes()}, {})

    def test_no_super_chain_within_a_domain(self):
        """What a domain says of a model, its mixins included, is said in one method."""
        homes = defaultdict(set)
        for found in get_model_classes():
            for name in found.methods:
                homes[found.domain, found.model, name].add(found)
        chains = [
            f"{found.place}: {name}, of {lower.place}" for found in get_model_classes()
            for name, method in found.methods.items() if name in get_super_calls(method)
            for model in get_own_ancestors(found.model)
            for lower in homes[found.domain, model, name] if lower is not found]
        self.assertEqual(chains, [])

    def test_our_selections_are_whole(self):
        """A list of values stands in one place; only the core's may be added to."""
        self.assertEqual([
            f"{found.place}:{node.value.lineno}" for found in get_model_classes()
            if found.model in get_homes() for node in ast.walk(found.node)
            if isinstance(node, ast.keyword) and node.arg == "selection_add"], [])

    def test_what_has_few_values_has_no_plain_index(self):
        """Nearly all rows come to share one of them: an index of the others is partial."""
        self.assertEqual([
            f"{found.place}:{node.lineno}" for found in get_model_classes()
            for node in ast.walk(found.node) if isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("fields.Selection", "fields.Boolean") and any(
                word.arg == "index" and ast.unparse(word.value) == "True"
                for word in node.keywords)], [])

    def test_a_domain_knows_those_before_it(self):
        """Imports and `env["…"]` go up the list of domains for a reason, or not at all."""
        excused = get_excused()
        self.assertEqual([
            f"{reference.path.relative_to(ROOT)}:{reference.line}: {reference.name}"
            for reference in get_references() if reference.goes_up
            and reference.name not in OPEN_TO_ALL and reference.key not in excused], [])

    def test_no_excuse_is_left_over(self):
        """What no longer goes up the list of domains is no longer excused."""
        upward = {reference.key for reference in get_references() if reference.goes_up}
        self.assertEqual([key for key in get_excused() if key not in upward], [])

    def test_what_is_pure_knows_nothing_of_odoo(self):
        """`engine/` and `tools/uploads/` import themselves, the language and libraries."""
        self.assertEqual([
            f"{path.relative_to(ROOT)}: {name}"
            for room in ("engine", "tools/uploads") for path in get_files(room)
            for name in get_imports(path)
            if name.split(".")[0] == "odoo"
            or name.startswith(".") and not name.startswith("." + room.replace("/", "."))], [])

    def test_every_test_is_run(self):
        """Odoo runs what the package `tests` exports; a folder left out would be silent."""
        exported = {Path(module.__file__) for name, module in inspect.getmembers(
            tests, inspect.ismodule) if name.startswith("test_")}
        here = Path(tests.__file__).parent
        self.assertEqual(
            {path.relative_to(here) for path in exported},
            {path.relative_to(ROOT / "tests") for path in get_files("tests", pattern="test_*.py")})

    def test_files_of_tests_have_names_of_their_own(self):
        """Of two with one name, the package `tests` would export the later one only."""
        names = Counter(path.name for path in get_files("tests", pattern="test_*.py"))
        self.assertEqual([name for name, times in names.items() if times > 1], [])
