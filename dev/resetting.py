"""Going back to an earlier state of the runtime's folder."""

import shutil

from . import database, locks, paths, postgres, templates
from .ui import Failure, tell


def delete_everything():
    """Stop the server and delete the runtime's folder."""
    with (paths.LOCKS / postgres.USERS).open("w") as users:
        if not locks.try_lock(users):
            raise Failure("another command is using the databases", "wait for its end, or end it")
        postgres.stop()
        shutil.rmtree(paths.DEV)
    tell(f"Deleted {paths.DEV}.")


def drop_databases():
    """Drop what holds the module; a server that does not start goes as a whole.

    The databases with nothing but the modules it depends on stay: they are as good
    as a download, and the slowest to make. So do the copies of running tests.
    """
    if not postgres.is_made():
        tell("There are no databases.")
        return
    try:
        with postgres.running(), locks.exclusive(templates.LOCK):
            dropped = [name for name in database.ours() if not templates.is_kept(name)]
            for name in dropped:
                database.drop(name)
    except Failure:
        if postgres.is_external():
            raise
        shutil.rmtree(paths.POSTGRES)
        shutil.rmtree(paths.DATA)
        dropped = ["the whole embedded server, which did not work"]
    tell("Dropped: " + (", ".join(dropped) or "nothing") + ".")
