"""Databases and the files that belong to them, always handled together."""

import hashlib
import os
import shutil
from contextlib import suppress

from . import paths
from .postgres import is_external, query

#: Marks this working copy's databases on a server that may have others, and their
#: files in a folder that may have those of another server's.
_SERVER = [os.environ.get(name) if is_external() else None for name in ("PGHOST", "PGPORT")]
_OWNER = " ".join(map(str, (paths.DEV, *_SERVER)))
PREFIX = "collection_" + hashlib.sha256(_OWNER.encode()).hexdigest()[:6]


def name(*parts):
    """A database name of this working copy."""
    return "_".join([PREFIX, *map(str, parts)])


def ours():
    """The names of this working copy's databases."""
    return query(f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}\\_%' ORDER BY 1")


def exists(database):
    """Whether there is such a database; a half-made one bears another name."""
    return database in ours()


def filestore(database):
    """The folder of a database's attachments."""
    return paths.DATA / "filestore" / database


def copy(source, target):
    """Copy a database and its files; the files as links, for they never change."""
    query(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    shutil.rmtree(filestore(target), ignore_errors=True)
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def rename(source, target):
    """Give a database its final name, with its files."""
    shutil.rmtree(filestore(target), ignore_errors=True)
    with suppress(FileNotFoundError):
        filestore(source).rename(filestore(target))
    query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def drop(database):
    """Remove a database and its files, if they are there."""
    query(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    shutil.rmtree(filestore(database), ignore_errors=True)


def mark(database, text):
    """Note something on a database."""
    query(f"COMMENT ON DATABASE \"{database}\" IS '{text}'")


def marked(database):
    """What `mark` noted on a database."""
    return "".join(
        query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            f" WHERE datname = '{database}'"
        )
    )
