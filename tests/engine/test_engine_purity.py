"""What the engine and the reading of uploads may know: neither Odoo, nor the clock, nor the rest
of the module. The source is read, nothing of it is run."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from odoo.tests import BaseCase, tagged

MODULE = Path(__file__).resolve().parents[2]
#: Libraries besides Python's own, by the package that may import them.
ALLOWED = {"engine": {"dateutil"}, "tools/uploads": {"PIL", "lxml", "pikepdf", "uploads"}}
#: What reads the clock, as (name, attribute).
CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"),
          ("time", "time"), ("time", "monotonic")}


def read_sources(package):
    """Yield (path within the module, parsed source) of each file of a package."""
    for path in sorted((MODULE / package).rglob("*.py")):
        yield path.relative_to(MODULE), ast.parse(path.read_text())


def find_imports(path, tree):
    """Yield the dotted name of each import; those of the module itself begin with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            within = path.parts[:len(path.parts) - node.level] if node.level else ()
            start = "." + ".".join(within) + ("." if within else "") if node.level else ""
            yield start + (node.module or "")


@tagged("standard", "at_install")
class TestEnginePurity(BaseCase):

    def test_no_odoo_and_no_other_part_of_the_module(self):
        """Layout: both import Python's own library, few others, and themselves."""
        for package, libraries in ALLOWED.items():
            own = "." + package.replace("/", ".")
            for path, tree in read_sources(package):
                strangers = [
                    name for name in find_imports(path, tree)
                    if not (f"{name}.".startswith(f"{own}.") if name.startswith(".") else
                            name.split(".")[0] in libraries | sys.stdlib_module_names)]
                self.assertFalse(strangers, path)

    def test_no_clock_in_the_engine(self):
        """Layout: whoever asks says which day it is."""
        for path, tree in read_sources("engine"):
            read = [
                (node.value.id, node.attr) for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
            self.assertFalse(CLOCKS & set(read), path)

    def test_the_engine_shows_what_the_module_uses(self):
        """Layout: whatever else is in it stays with its own module."""
        text = "\n".join(
            path.read_text() for folder in ("models", "wizards", "report")
            for path in (MODULE / folder).rglob("*.py"))
        [(_path, tree)] = [found for found in read_sources("engine")
                           if str(found[0]) == "engine/__init__.py"]
        shown = [alias.asname or alias.name for node in ast.walk(tree)
                 if isinstance(node, ast.ImportFrom) for alias in node.names]
        self.assertEqual([name for name in shown if not re.search(rf"\b{name}\b", text)], [])
