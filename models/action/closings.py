"""What follows wherever an action is closed, besides what its steering does.

A domain that has something to do then registers a function here; the action knows none of them.
"""

#: Functions of (the ``collection.action`` records just closed, the ``collection.action.option``
#: that they were closed with: one, or empty or None for none).
FOLLOWERS = []


def register(follower):
    """Function decorator: have a function called with whatever is closed, once it is written.

    :param follower: see :data:`FOLLOWERS`; in superuser mode, in the transaction that closes
    :return: the function
    """
    FOLLOWERS.append(follower)
    return follower
