"""The proof of histories, as files that anybody can check without us and without Odoo.

``history/proof.json`` holds everything that a digest covers, the heads, and the way from each to
the root of the last anchor; beside it stand the anchors' files as witnesses and the authority have
them. ``report/case_file/verify.py`` reads them.
"""

import json

from ...engine.seal import DIGESTED, find_path
from ...tools.records import in_company_language

#: What this format is, for whoever reads it.
FORMAT = 1
FOLDER = "history"


def make_proof(chains):
    """Write down what proves histories.

    :param chains: ``collection.history.chain``, in superuser mode
    :return: dict of bytes by file name, all of them in the folder ``history``
    """
    files, proved = {}, []
    leaves = {company: _read_tree(chains.env, company) for company in chains.company_id}
    for chain in chains.sorted("id"):
        anchor, tree = leaves[chain.company_id]
        proved.append({**_describe_chain(chain), "anchor": _describe_place(chain, anchor, tree)})
    for company in chains.company_id:
        for anchor in _find_anchors(company, leaves[company][0]):
            files |= _get_files(anchor)
    files[f"{FOLDER}/proof.json"] = _dump({
        "format": FORMAT, "digested": list(DIGESTED), "chains": proved,
        "anchors": [_describe_anchor(anchor) for company in chains.company_id
                    for anchor in _find_anchors(company, leaves[company][0])]})
    return files


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
    rows = chain.env["collection.history"].search([("chain_id", "=", chain.id)], order="number")
    [head] = chain._get_heads()
    return {
        "key": chain.key, "customer": chain.customer_id.id, "customer_name": chain.customer_id.name,
        "company": chain.company_id.id, "company_name": chain.company_id.name,
        "head": {"number": head.number, "digest": head.digest},
        "seal": {"seal": head.seal, "key": head.seal_key, "number": head.sealed_number},
        "rows": [_describe_row(row) for row in in_company_language(rows, chain.company_id)],
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
    return json.dumps(value, indent=1, ensure_ascii=False, default=str).encode()
