"""The chain of a history, computed by the auditor from what the documentation says of it.

A row's digest is the SHA-256 of the digest before it, followed by a JSON list of the row's values;
of its text it holds a salted SHA-256. The list begins with the formula's number and the chain's
key, except by the first formula.
"""

import hashlib
import json
from itertools import groupby

VALUES = (
    "number", "at", "user_id", "user_name", "on_behalf", "cause", "command", "command_ref",
    "kind", "sequence_id", "visit_id", "step_name", "action_id", "action_name", "old_value",
    "new_value", "data", "text_digest")


def find_broken_chains(chains, rows):
    """Yield what is wrong with the chains, as text.

    :param chains: list of dicts of `collection_history_chain`
    :param rows: list of dicts of `collection_history`, by chain and number
    """
    heads = {chain["id"]: ("", 0) for chain in chains}
    keys = {chain["id"]: chain["key"] for chain in chains}
    for chain_id, own in groupby(rows, lambda row: row["chain_id"]):
        digest = ""
        for number, row in enumerate(own, start=1):
            digest = compute_digest(digest, row, keys[chain_id])
            if row["number"] != number:
                yield f"chain {chain_id}: {row['number']} stands where {number} should"
            if row["digest"] != digest:
                yield f"chain {chain_id}: row {number} does not follow from the one before"
                digest = row["digest"]
            if row["text"] and row["text_digest"] != hash_text(row["text_salt"], row["text"]):
                yield f"chain {chain_id}: the text of row {number} was changed"
            heads[chain_id] = (digest, number)
    for chain in chains:
        if heads[chain["id"]] != (chain["head_digest"] or "", chain["head_number"]):
            yield f"chain {chain['id']}: its head is not its last row"


def compute_digest(before, row, key):
    values = [row[name] or None for name in VALUES]
    version = row.get("digest_version") or 1
    if version > 1:
        values = [version, key, *values]
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256((before + text).encode()).hexdigest()


def hash_text(salt, text):
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()
