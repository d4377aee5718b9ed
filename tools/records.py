"""Arguments of public methods, which a remote call can only name by their ids."""


def as_record(env, model, value):
    """Take a record from what a caller gave.

    :param str model: model of the record
    :param value: a record of that model, an id, or nothing
    :return: record of that model, with the rights of ``env``; empty for nothing
    """
    ids = getattr(value, "ids", value)
    return env[model].browse(ids or ())
