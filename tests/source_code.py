"""The module's own source, read as text: which classes open which model, and who names whom."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Each knows those before it, and none after it.
DOMAINS = (
    "history", "people", "item", "claim", "statement", "action", "message", "specific", "scenario",
    "tree", "sequence", "event", "assignment", "link", "plan", "portal", "document", "call",
    "reply", "limitation", "privacy", "debtor", "analysis", "case", "library", "setup")
#: Who may ask for records of a model by its name: `env["…"]`, `self.env["…"]`, `registry["…"]`.
ASKED = {"env", "registry"}


@dataclass(frozen=True)
class ModelClass:
    """A class of Odoo's ORM in `models/` or `wizards/`."""

    path: Path
    node: ast.ClassDef
    #: what it is: its name, or the model that it opens again
    model: str
    #: the models that it takes from, as they stand in `_inherit`
    parents: tuple[str, ...]
    #: whether it makes a model, rather than opening one again
    is_new: bool

    @property
    def room(self):
        """:return: "models" or "wizards" """
        return self.path.relative_to(ROOT).parts[0]

    @property
    def domain(self):
        """:return: str, its folder; empty right in `models/`"""
        return get_domain(self.path)

    @property
    def place(self):
        """:return: str such as "models/item/res_partner.py" """
        return str(self.path.relative_to(ROOT))

    @property
    def methods(self):
        """:return: dict of its methods' nodes by name"""
        return {node.name: node for node in self.node.body
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@dataclass(frozen=True)
class Reference:
    """A place where a file of one domain names another domain."""

    path: Path
    line: int
    #: the model that it asks for, or the module that it imports
    name: str
    domain: str

    @property
    def key(self):
        """:return: (str, str), the file as `domain/file` and what it names"""
        return f"{get_domain(self.path)}/{self.path.stem}", self.name

    @property
    def goes_up(self):
        own = get_domain(self.path)
        return bool(own) and DOMAINS.index(self.domain) > DOMAINS.index(own)


@cache
def read_tree(path):
    """:return: the syntax tree of a file"""
    return ast.parse(path.read_text(), str(path))


def get_files(*rooms, pattern="*.py"):
    """:return: list of paths below the rooms, such as "models", that have the pattern"""
    return sorted(path for room in rooms for path in (ROOT / room).rglob(pattern))


def get_domain(path):
    """:return: str, the folder between the room and the file; empty right in the room"""
    parts = path.relative_to(ROOT).parts
    return parts[1] if len(parts) > 2 else ""


@cache
def get_model_classes():
    """:return: tuple of :class:`ModelClass`, of models and wizards"""
    return tuple(
        found for path in get_files("models", "wizards") for node in read_tree(path).body
        if isinstance(node, ast.ClassDef) for found in _read_class(path, node))


def _read_class(path, node):
    names = {}
    for line in node.body:
        if isinstance(line, ast.Assign) and line.targets[0].id in ("_name", "_inherit"):
            value = ast.literal_eval(line.value)
            names[line.targets[0].id] = (value,) if isinstance(value, str) else tuple(value)
    parents = names.get("_inherit", ())
    if names:
        [model] = names.get("_name") or parents[:1]
        yield ModelClass(path, node, model, parents, is_new="_name" in names)


@cache
def get_homes():
    """:return: dict of the domain of each of our own models, by its name"""
    return {found.model: found.domain for found in get_model_classes() if found.is_new}


def get_references():
    """:return: list of :class:`Reference`: what the files of one domain name of another"""
    return [reference for path in get_files("models", "wizards")
            for node in ast.walk(read_tree(path)) for reference in _read_references(path, node)
            if reference.domain and reference.domain != get_domain(path)]


def _read_references(path, node):
    if isinstance(node, ast.ImportFrom):
        for room, domain, *rest in filter(lambda parts: len(parts) > 1, _get_targets(path, node)):
            if room in ("models", "wizards") and domain in DOMAINS:
                name = ".".join([room, domain, *rest[:1]])
                yield Reference(path, node.lineno, name, domain)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        asked = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(
            node.value, "id", "")
        if asked in ASKED and node.slice.value in get_homes():
            yield Reference(path, node.lineno, node.slice.value, get_homes()[node.slice.value])


def _get_targets(path, node):
    """Resolve a relative import.

    :return: list of tuples of str, the parts of what is imported from the add-on's root on; empty
        for what is not the add-on's
    """
    if not node.level:
        return []
    package = path.relative_to(ROOT).parts[:-1]
    start = [*package[:len(package) - node.level + 1], *(node.module or "").split(".")]
    return [(*filter(None, start), alias.name) for alias in node.names]


def get_imports(path):
    """:return: set of str, what a file imports; of the add-on by its path from the root on, such
    as ".engine.dates.add_days" """
    found = set()
    for node in ast.walk(read_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {"." + ".".join(target) for target in _get_targets(path, node)}
            found |= set() if node.level else {node.module}
    return found
