"""The proof of histories, as files that anybody can check without us and without Odoo.

``history/proof.json`` holds everything that a digest covers, the heads, and the way from each to
the root of the last anchor; beside it stand the anchors' files as witnesses and the authority have
them. ``report/case_file/verify.py`` reads them.
"""

import json
from pathlib import Path

from ...engine.seal import DIGESTED, find_path
from ...tools.records import in_company_language

#: What this format is, for whoever reads it.
FORMAT = 1
FOLDER = "history"
#: Rows of a history that are in memory at a time.
BATCH = 1000


def make_proof(chains, folder):
    """Write down what proves histories.

    :param chains: ``collection.history.chain``, in superuser mode
    :param Path folder: where the rows are written to, however many they are
    :return: dict of bytes, or the file that they lie in, by file name; all of them in the folder
        ``history``
    """
    leaves = {company: _read_tree(chains.env, company) for company in chains.company_id}
    anchors = [anchor for company in chains.company_id
               for anchor in _find_anchors(company, leaves[company][0])]
    files = {}
    for anchor in anchors:
        files |= _get_files(anchor)
    path = Path(folder, "proof.json")
    with path.open("w", encoding="utf-8") as target:
        _write(target, chains, leaves, anchors)
    return {**files, f"{FOLDER}/proof.json": path}


def _write(target, chains, leaves, anchors):
    """Write the proof as JSON, a row at a time."""
    head = {"format": FORMAT, "digested": list(DIGESTED),
            "anchors": [_describe_anchor(anchor) for anchor in anchors]}
    target.write(f'{_dump(head)[:-2]},\n "chains": [')
    for place, chain in enumerate(chains.sorted("id")):
        anchor, tree = leaves[chain.company_id]
        head = {**_describe_chain(chain), "anchor": _describe_place(chain, anchor, tree)}
        target.write(f'{"," if place else ""}\n{_dump(head)[:-2]},\n "rows": [')
        for number, row in enumerate(_read_rows(chain)):
            target.write(f'{"," if number else ""}\n{_dump(_describe_row(row))}')
        target.write("]}")
    target.write("]}")


def _read_rows(chain):
    """:return: generator of ``collection.history`` in order, each forgotten with its batch"""
    history = in_company_language(chain.env["collection.history"], chain.company_id)
    ids = history.search([("chain_id", "=", chain.id)], order="number").ids
    for start in range(0, len(ids), BATCH):
        rows = history.browse(ids[start:start + BATCH])
        yield from rows
        rows.invalidate_recordset()


def _read_tree(env, company):
    """:return: (the company's last anchor, list of its leaves)"""
    anchor = env["collection.anchor"].search([("company_id", "=", company.id)], limit=1)
    return anchor, anchor._read_leaves(company, anchor) if anchor else []


def _find_anchors(company, last):
    """:return: the last anchor, and the last one with a timestamp where that has none"""
    if last.token_file or not last:
        return last
    return last | last.search([
        ("company_id", "=", company.id), ("token_state", "=", "done")], limit=1)


def _describe_chain(chain):
    [head] = chain._get_heads()
    return {
        "key": chain.key, "customer": chain.customer_id.id, "customer_name": chain.customer_id.name,
        "company": chain.company_id.id, "company_name": chain.company_id.name,
        "head": {"number": head.number, "digest": head.digest},
        "seal": {"seal": head.seal, "key": head.seal_key, "number": head.sealed_number},
    }


def _describe_row(row):
    values = [row[name] for name in DIGESTED]
    values = [getattr(value, "id", value) or None for value in values]
    return {
        "version": row.digest_version, "values": values, "text": row.text or None,
        "salt": row.text_salt or None, "digest": row.digest,
        "erased": bool(row.text_digest and not row.text), "summary": row.summary, "who": row.who,
    }


def _describe_place(chain, anchor, tree):
    """:return: dict, where the chain stands in the tree of the anchor; None for nowhere"""
    place = next((place for place, leaf in enumerate(tree) if leaf.key == chain.key), None)
    if place is None:
        return None
    return {
        "day": str(anchor.day), "root": anchor.root, "leaf": list(tree[place]),
        "path": [list(step) for step in find_path(tree, place)]}


def _describe_anchor(anchor):
    name = _get_name(anchor)
    return {
        "day": str(anchor.day), "made_at": str(anchor.at), "company": anchor.company_id.name,
        "root": anchor.root, "file": f"{name}.root",
        "token": f"{name}.tsr" if anchor.token_file else None,
        "token_at": str(anchor.token_at) if anchor.token_file else None,
        "authority": anchor.authority or None,
        "certificates": f"{name}.pem" if anchor.token_file and anchor.certificates else None,
        "witnesses": anchor.witnesses or None,
    }


def _get_files(anchor):
    """:return: dict of bytes by file name"""
    name = _get_name(anchor)
    files = {f"{name}.root": anchor._read_file("root_file")}
    if anchor.token_file:
        files[f"{name}.tsr"] = anchor._read_file("token_file")
        if anchor.certificates:
            files[f"{name}.pem"] = anchor.certificates.encode()
    return files


def _get_name(anchor):
    return f"{FOLDER}/anchors/{anchor.company_id.id}-{anchor.day}"


def _dump(value):
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)
