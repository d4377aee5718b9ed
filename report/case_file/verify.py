#!/usr/bin/env python3
"""Verify a case file, on any machine with Python 3.8 or later, without network or packages.

    python3 -I verify.py case_file.zip      (or within the unpacked folder: python3 -I verify.py)

It needs nothing of whoever made the file: digests are SHA-256, anchors are RFC 6962 trees, and
timestamps RFC 3161, checked by `openssl` where that is installed. The exit code is 0 when all
holds, 1 when something does not, 2 when this is no case file.
"""

import hashlib
import json
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

CHUNK = 1 << 20
MANIFEST, MANIFEST_DIGEST, PROOF = "manifest.json", "manifest.sha256", "history/proof.json"
FORMAT = 1
#: Today's formula of a row's digest; 1 did not cover the history that the row belongs to.
VERSION = 2
#: What a row's values are, in this order; what a file says of it counts for nothing.
DIGESTED = (
    "number", "at", "user_id", "user_name", "on_behalf", "cause", "command", "command_ref",
    "kind", "sequence_id", "visit_id", "step_name", "action_id", "action_name", "old_value",
    "new_value", "data", "text_digest")
#: What a text is salted with: always as long, so that nothing moves between the two.
SALT = re.compile(r"[0-9a-f]{32}")
#: Spaces that names and French sentences have, besides the usual one.
SPACES = "\u00a0\u2009\u202f"
#: Bytes of a part that is read into memory, and of all parts: beyond, a ZIP is no case file.
MOST_READ, MOST_BYTES = 1 << 29, 1 << 34
#: What a ZIP or a list that somebody has changed has its readers raise.
UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
    RuntimeError, MemoryError, struct.error, zlib.error, zipfile.BadZipFile,
    *([zipfile.lzma.LZMAError] if getattr(zipfile, "lzma", None) else []))
#: What the system trusts, where no certificates came along.
SYSTEM_CERTIFICATES = "/etc/ssl/certs"

TEXTS = {
    "title": ("Case file of {company}, made {made_at}",
              "Dossier de {company}, établi le {made_at}"),
    "no_file": ("This is no case file: {why}", "Ceci n’est pas un dossier : {why}"),
    "whole": ("WHOLE. All that can be checked here holds.",
              "INTÈGRE. Tout ce qui peut être vérifié ici est exact."),
    "parts_only": ("NO HISTORY. The parts hold; nothing here shows what was done, and when.",
                   "SANS HISTORIQUE. Les pièces sont exactes ; rien n’établit ici ce qui a été "
                   "fait, ni quand."),
    "broken": ("NOT WHOLE. {count} faults were found:",
               "NON INTÈGRE. {count} défauts constatés :"),
    "proved": ("What this proves:", "Ce que cela prouve :"),
    "not_proved": ("What this does not prove:", "Ce que cela ne prouve pas :"),
    # faults
    "manifest": ("{name}: the list of parts was changed.",
                 "{name} : la liste des pièces a été modifiée."),
    "missing": ("{name}: missing.", "{name} : manquant."),
    "extra": ("{name}: not in the list of parts.", "{name} : absent de la liste des pièces."),
    "double": ("{name}: there twice.", "{name} : présent deux fois."),
    "changed": ("{name}: changed. Its SHA-256 is not the one of the list.",
                "{name} : modifié. Son SHA-256 n’est pas celui de la liste."),
    "unreadable": ("{name}: cannot be read ({why}).", "{name} : illisible ({why})."),
    "too_large": ("{name}: larger than a case file may be; nothing of it was read.",
                  "{name} : plus volumineux qu’un dossier ne peut l’être ; rien n’en a été lu."),
    "digested": ("{name}: says otherwise what the seals of rows cover.",
                 "{name} : indique autrement ce que couvrent les sceaux des lignes."),
    "empty": ("history {key}: has no rows.", "historique {key} : ne contient aucune ligne."),
    "company": ("history {key}: is given as that of another company ({found}).",
                "historique {key} : est présenté comme celui d’une autre société ({found})."),
    "gap": ("history {key}: row {number} is missing.",
            "historique {key} : la ligne {number} manque."),
    "row": ("history {key}: row {number} is not what was sealed.",
            "historique {key} : la ligne {number} n’est pas celle qui a été scellée."),
    "text": ("history {key}: the text of row {number} was changed.",
             "historique {key} : le texte de la ligne {number} a été modifié."),
    "unrecorded": ("history {key}: the text of row {number} was removed without a record.",
                   "historique {key} : le texte de la ligne {number} a été retiré sans trace."),
    "downgraded": ("history {key}: row {number} is sealed by an older formula than rows before.",
                   "historique {key} : la ligne {number} est scellée par une formule plus "
                   "ancienne que les précédentes."),
    "head": ("history {key}: its end was cut off: {found} rows, {number} by its head.",
             "historique {key} : sa fin a été coupée : {found} lignes, {number} selon sa tête."),
    "owner": ("history {key}: by its rows it belongs to another customer ({found}).",
              "historique {key} : selon ses lignes, il appartient à un autre client ({found})."),
    "leaf": ("history {key}: row {number} is not the one that the anchor of {day} covers.",
             "historique {key} : la ligne {number} n’est pas celle que couvre l’ancrage du "
             "{day}."),
    "path": ("history {key}: does not lead to the root of the anchor of {day}.",
             "historique {key} : ne mène pas à la racine de l’ancrage du {day}."),
    "anchor_file": ("{name}: the file says another root than the proof.",
                    "{name} : le fichier porte une autre racine que la preuve."),
    "anchor_day": ("{name}: the file is not that of the anchor of {day}.",
                   "{name} : le fichier n’est pas celui de l’ancrage du {day}."),
    "no_anchor": ("history {key}: the anchor of {day} is not there.",
                  "historique {key} : l’ancrage du {day} est absent."),
    "token": ("{name}: the timestamp is not about {data}.",
              "{name} : l’horodatage ne porte pas sur {data}."),
    "openssl": ("{name}: openssl does not accept the timestamp: {why}",
                "{name} : openssl n’accepte pas l’horodatage : {why}"),
    # what is proven
    "parts": ("{count} parts are those of the list, byte by byte.",
              "{count} pièces sont celles de la liste, octet par octet."),
    "rows": ("history {key} (by the creditor, that of {customer}): {count} rows, numbered without "
             "gap, each sealed with all before it{erased}.",
             "historique {key} (selon le créancier, celui de {customer}) : {count} lignes, "
             "numérotées sans lacune, chacune scellée avec toutes les précédentes{erased}."),
    "erased": ("; {count} texts were erased, with a row that says so",
               " ; {count} textes effacés, avec une ligne qui le dit"),
    "anchored": ("rows 1 to {number} of {key} are part of the anchor of {day}, root {root}",
                 "les lignes 1 à {number} de {key} font partie de l’ancrage du {day}, racine "
                 "{root}"),
    "stamped": ("{name} bears the fingerprint of {data} and the moment {at} UTC; by the creditor, "
                "the authority is {authority}. Check with, in the unpacked folder:",
                "{name} porte l’empreinte de {data} et l’instant {at} UTC ; selon le créancier, "
                "l’autorité est {authority}. À vérifier, dans le dossier décompressé, par :"),
    "accepted": ("openssl accepts it, with the certificates that came along: compare them with "
                 "those that the authority publishes.",
                 "openssl l’accepte, avec les certificats joints : comparez-les à ceux que publie "
                 "l’autorité."),
    "no_openssl": ("openssl is not installed here: the signature was not checked.",
                   "openssl n’est pas installé ici : la signature n’a pas été vérifiée."),
    # what is not
    "later": ("rows {first} to {last} of {key} were written after the anchor of {day}: only their "
              "order and content among themselves are shown, not that they were there on a day.",
              "les lignes {first} à {last} de {key} sont postérieures à l’ancrage du {day} : seuls "
              "leur ordre et leur contenu sont établis, non leur existence à une date."),
    "never": ("{key} is in no anchor: nobody outside has confirmed when its rows were there.",
              "{key} ne figure dans aucun ancrage : aucun tiers n’a confirmé la date de ses "
              "lignes."),
    "witnesses": ("that the anchor of {day} was mailed, as the creditor says, to: {witnesses}. Ask "
                  "them for it, and compare the root {root}.",
                  "que l’ancrage du {day} a été envoyé, comme le dit le créancier, à : "
                  "{witnesses}. Demandez-le-leur et comparez la racine {root}."),
    "no_token": ("that the anchor was made on {day}: no authority has timestamped it. Only "
                 "witnesses who got it then can confirm that.",
                 "que l’ancrage a été établi le {day} : aucune autorité ne l’a horodaté. Seuls des "
                 "témoins qui l’ont reçu alors peuvent le confirmer."),
    "resealed": ("that {key} was whole before row {number}: it was sealed anew there, on {at}. "
                 "What was found then, by the creditor: {faults}.",
                 "que {key} était intègre avant la ligne {number} : il y a été scellé de nouveau, "
                 "le {at}. Constaté alors, selon le créancier : {faults}."),
    "book": ("that the book, the workbook and the sentences beside rows say what rows say: compare "
             "them with the values in {name}, which the seals cover.",
             "que le livret, le classeur et les phrases jointes aux lignes disent ce que disent "
             "les lignes : comparez-les aux valeurs de {name}, que couvrent les sceaux."),
    "truth": ("that what was written down is true: it proves that it was written so, and not "
              "changed since.",
              "que ce qui est écrit est vrai : seulement que cela a été écrit ainsi et n’a pas été "
              "modifié depuis."),
    "before": ("who made the list of parts, and that nothing was left out: whoever changes a part "
               "can make another list. Its SHA-256 is {digest}: it must be the one in the history "
               "of whoever made the file.",
               "qui a établi la liste des pièces, ni que rien n’en a été omis : qui modifie une "
               "pièce peut établir une autre liste. Son SHA-256 est {digest} : ce doit être celui "
               "que porte l’historique de l’auteur du dossier."),
    "program": ("anything, where this program was exchanged along with the rest: run a copy that "
                "did not come with the file.",
                "quoi que ce soit, si ce programme a été remplacé avec le reste : exécutez-en une "
                "copie qui ne vient pas du dossier."),
    "no_history": ("There is no history in this file.", "Ce dossier ne contient aucun historique."),
}


class Source:
    """A case file: a ZIP, or a folder into which it was unpacked."""

    def __init__(self, path):
        self.path = Path(path)
        self.archive = None if self.path.is_dir() else zipfile.ZipFile(self.path)
        self.names = self._list()

    def _list(self):
        if self.archive:
            return [found.filename for found in self.archive.infolist() if not found.is_dir()]
        own = Path(__file__).resolve()
        return sorted(
            found.relative_to(self.path).as_posix() for found in self.path.rglob("*")
            if found.is_file() and (found.resolve() != own or self._is_listed(own)))

    def _is_listed(self, own):
        """Whether this program is a part itself, or lies in the folder by chance."""
        manifest = self.path / MANIFEST
        return manifest.is_file() and own.name in manifest.read_text("utf-8", "replace")

    def open(self, name):
        return self.archive.open(name) if self.archive else (self.path / name).open("rb")

    def size(self, name):
        """Bytes, as the archive has it: no more are read."""
        return self.archive.getinfo(name).file_size if self.archive else (
            self.path / name).stat().st_size

    def read(self, name):  # pylint: disable=method-required-super
        if self.size(name) > MOST_READ:
            raise ValueError(f"{self.size(name)} bytes")
        with self.open(name) as file:
            return file.read()

    def digest(self, name):
        digest = hashlib.sha256()
        with self.open(name) as file:
            for part in iter(lambda: file.read(CHUNK), b""):
                digest.update(part)
        return digest.hexdigest()


class Report:
    """What was found: faults, and sentences on what is proven and what is not."""

    def __init__(self):
        self.language = 0
        self.faults, self.proved, self.not_proved = [], [], []
        self.rows = 0

    def say(self, code, **names):
        return TEXTS[code][self.language].format(
            **{name: make_plain(value) for name, value in names.items()})

    def fault(self, code, **names):
        self.faults.append(self.say(code, **names))

    def write(self, title):  # pylint: disable=method-required-super
        lines = [title, ""]
        if self.faults:
            lines += [self.say("broken", count=len(self.faults)),
                      *("  - " + fault for fault in self.faults)]
        else:
            lines += [self.say("whole" if self.rows else "parts_only"), "", self.say("proved"),
                      *("  - " + line for line in self.proved)]
        lines += ["", self.say("not_proved"), *("  - " + line for line in self.not_proved)]
        sys.stdout.write("\n".join(lines) + "\n")


def make_plain(value):
    """A text of the file as it is printed: on one line, and without commands to a terminal."""
    return "".join(char if char.isprintable() or char in SPACES else repr(char)[1:-1]
                   for char in str(value))


# === PARTS ===


def check_parts(source, manifest, report):
    listed = {part["name"]: part for part in manifest["parts"]}
    if read_told(source, report) != [source.digest(MANIFEST)]:
        report.fault("manifest", name=MANIFEST)
    for name in sorted({name for name in source.names if source.names.count(name) > 1}):
        report.fault("double", name=name)
    for name in sorted(set(source.names) - set(listed) - {MANIFEST, MANIFEST_DIGEST}):
        report.fault("extra", name=name)
    if sum(map(source.size, set(source.names))) > MOST_BYTES:
        report.fault("too_large", name=source.path.name)
        return
    for name, part in listed.items():
        check_part(source, name, part, report)
    report.proved.append(report.say("parts", count=len(listed)))


def read_told(source, report):
    """What stands in the place of the digest of the list of parts."""
    if MANIFEST_DIGEST not in source.names:
        return []
    try:
        return source.read(MANIFEST_DIGEST).decode("ascii", "replace").split()[:1]
    except UNREADABLE as error:
        report.fault("unreadable", name=MANIFEST_DIGEST, why=error)
        return []


def check_part(source, name, part, report):
    if name not in source.names:
        report.fault("missing", name=name)
        return
    if part.get("size", source.size(name)) != source.size(name):
        report.fault("changed", name=name)
        return
    try:
        digest = source.digest(name)
    except UNREADABLE as error:
        report.fault("unreadable", name=name, why=error)
        return
    if digest != part["sha256"]:
        report.fault("changed", name=name)


# === HISTORIES ===


def to_json(values):
    return json.dumps(values, sort_keys=True)


def hash_row(previous, version, key, values):
    known = [value or None for value in values]
    covered = known if version == 1 else [version, key, *known]
    return hashlib.sha256((previous + to_json(covered)).encode()).hexdigest()


def check_chain(chain, names, report):
    """Check the rows of one history against each other and its head."""
    key, number, digest, version = chain["key"], 0, "", 0
    company, _colon, begun_for = key.rpartition(":")
    owner, erased, recorded = int(begun_for) if begun_for.isdecimal() else 0, set(), set()
    if company != str(chain["company"]):
        report.fault("company", key=key, found=chain["company"])
    if not chain["rows"]:
        report.fault("empty", key=key)
    for row in chain["rows"]:
        values = dict(zip(names, row["values"]))
        if values["number"] != number + 1:
            report.fault("gap", key=key, number=number + 1)
        if row["version"] < version:
            report.fault("downgraded", key=key, number=values["number"])
        if len(row["values"]) != len(names) or (
                row["digest"] != hash_row(digest, row["version"], key, row["values"])):
            report.fault("row", key=key, number=values["number"])
        if is_erased(row, values):
            erased.add(values["number"])
        elif not is_text_whole(row, values):
            report.fault("text", key=key, number=values["number"])
        owner = read_owner(owner, key, values, version)
        recorded |= read_recorded(values, version)
        if values["kind"] == "history_resealed":
            tell_resealed(key, values, report)
        number, digest, version = values["number"], row["digest"], max(version, row["version"])
    report.rows += len(chain["rows"])
    check_end(chain, number, digest, owner, erased - recorded, report)
    report.proved.append(report.say(
        "rows", customer=chain["customer_name"], key=key, count=number,
        erased=report.say("erased", count=len(erased)) if erased else ""))


def is_erased(row, values):
    return bool(values["text_digest"]) and row["text"] is None and row["salt"] is None


def is_text_whole(row, values):
    text, salt, digest = row["text"], row["salt"], values["text_digest"] or ""
    if not text:
        return not digest
    return bool(SALT.fullmatch(salt or "")) and (
        digest == hashlib.sha256(f"{salt}{text}".encode()).hexdigest())


def read_owner(owner, key, values, version):
    """Who the rows say the history belongs to, after this one."""
    data = values["data"] or {}
    if values["kind"] == "customer_changed" and data.get("chain") == key:
        return data["current"]
    if values["kind"] == "history_resealed" and version < VERSION:
        return data.get("customer", owner)
    return owner


def read_recorded(values, version):
    """Numbers of the rows of which this one says that their texts were erased."""
    kind = values["kind"]
    if kind == "text_erased" or (kind == "history_resealed" and version < VERSION):
        # only texts from before: nobody allows for what is to be written
        return {row for row in (values["data"] or {}).get("rows", ()) if row < values["number"]}
    return set()


def tell_resealed(key, values, report):
    faults = (values["data"] or {}).get("faults") or ["–"]
    report.not_proved.append(report.say(
        "resealed", key=key, number=values["number"], at=values["at"],
        faults=", ".join(map(str, faults))))


def check_end(chain, number, digest, owner, unrecorded, report):
    key, head = chain["key"], chain["head"]
    for gone in sorted(unrecorded):
        report.fault("unrecorded", key=key, number=gone)
    if (head["number"], head["digest"]) != (number, digest):
        report.fault("head", key=key, number=head["number"], found=number)
    if owner != chain["customer"]:
        report.fault("owner", key=key, found=owner)


# === ANCHORS ===


def follow_path(leaf, path):
    """The root to which a leaf and its path lead."""
    digest = hashlib.sha256(b"\x00" + to_json(leaf).encode()).digest()
    for side, beside in path:
        other = bytes.fromhex(beside)
        pair = other + digest if side == "left" else digest + other
        digest = hashlib.sha256(b"\x01" + pair).digest()
    return digest.hex()


def check_place(source, chain, anchors, report):
    """Check the way from a history to the root of an anchor."""
    key, place = chain["key"], chain["anchor"]
    if not place:
        report.not_proved.append(report.say("never", key=key))
        return
    day, (leaf_key, _customer, number, digest) = place["day"], place["leaf"]
    rows = {row["values"][0]: row["digest"] for row in chain["rows"]}
    if leaf_key != key or rows.get(number) != digest:
        report.fault("leaf", key=key, number=number, day=day)
    if follow_path(place["leaf"], place["path"]) != place["root"]:
        report.fault("path", key=key, day=day)
    anchor = next((found for found in anchors if found["root"] == place["root"]
                   and found["day"] == day and found["file"] in source.names), None)
    if anchor is None:
        report.fault("no_anchor", key=key, day=day)
        return
    report.proved.append(report.say(
        "anchored", key=key, number=number, day=day, root=place["root"]))
    last = chain["head"]["number"]
    if last > number:
        report.not_proved.append(report.say(
            "later", key=key, first=number + 1, last=last, day=day))


def check_anchor(source, anchor, report):
    name = anchor["file"]
    if name not in source.names:
        report.fault("missing", name=name)
        return
    content = source.read(name)
    lines = content.decode("utf-8", "replace").split("\n")
    # one of each: a file that says two roots would stand for whichever suits later
    if [line for line in lines if line.startswith("root:")] != [f"root: {anchor['root']}"]:
        report.fault("anchor_file", name=name)
    if [line for line in lines if line.startswith("day:")] != [f"day: {anchor['day']}"]:
        report.fault("anchor_day", name=name, day=anchor["day"])
    if anchor["witnesses"]:
        report.not_proved.append(report.say(
            "witnesses", day=anchor["day"], witnesses=anchor["witnesses"], root=anchor["root"]))
    if anchor["token"] and anchor["token"] in source.names:
        check_token(source, anchor, content, report)
    elif anchor["token"]:
        report.fault("missing", name=anchor["token"])
    else:
        report.not_proved.append(report.say("no_token", day=anchor["day"]))


def check_token(source, anchor, content, report):
    """Check that a timestamp is about the anchor's file, and have openssl check its signature."""
    name, token = anchor["token"], source.read(anchor["token"])
    digests = [hashlib.new(kind, content).digest() for kind in ("sha256", "sha384", "sha512")]
    at = next(filter(None, (read_moment(token, digest) for digest in digests)), None)
    if at is None:
        report.fault("token", name=name, data=anchor["file"])
        return
    certificates = anchor["certificates"] if anchor["certificates"] in source.names else None
    command = ["openssl", "ts", "-verify", "-data", anchor["file"], "-in", name, *(
        ("-CAfile", certificates) if certificates else ("-CApath", SYSTEM_CERTIFICATES))]
    report.proved.append(report.say(
        "stamped", name=name, data=anchor["file"], authority=anchor["authority"],
        at=at) + "\n      " + make_plain(" ".join(map(shlex.quote, command))))
    if not shutil.which("openssl"):
        report.not_proved.append(report.say("no_openssl"))
        return
    run_openssl(source, anchor, certificates, report)


def read_moment(token, digest):
    """The moment in a timestamp about a digest: behind it stand, in DER, the number of the
    timestamp and its time (RFC 3161, TSTInfo). None where it is not about it."""
    place = token.find(digest)
    while place >= 0:
        behind = token[place + len(digest):]
        if behind[:1] == b"\x02":
            time = behind[2 + behind[1]:]
            found = re.fullmatch(rb"(....)(..)(..)(..)(..)(..)(\.\d+)?Z", time[2:2 + time[1]]) if (
                time[:1] == b"\x18") else None
            if found:
                parts = [part.decode() for part in found.groups()[:6]]
                return "-".join(parts[:3]) + " " + ":".join(parts[3:])
        place = token.find(digest, place + 1)
    return None


def run_openssl(source, anchor, certificates, report):
    with tempfile.TemporaryDirectory() as folder:
        files = {"data": anchor["file"], "token": anchor["token"], "ca.pem": certificates}
        for own, name in files.items():
            if name:
                Path(folder, own).write_bytes(source.read(name))
        trusted = ["-CAfile", "ca.pem"] if certificates else ["-CApath", SYSTEM_CERTIFICATES]
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", "data", "-in", "token", *trusted],
            cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        report.fault("openssl", name=anchor["token"], why="".join(why))
    else:
        report.proved.append(report.say("accepted"))


# === ALL ===


def check_history(source, report):
    if PROOF not in source.names:
        report.not_proved.append(report.say("no_history"))
        return
    proof = json.loads(source.read(PROOF).decode())
    if proof["digested"] != list(DIGESTED):
        report.fault("digested", name=PROOF)
    for chain in proof["chains"]:
        check_chain(chain, DIGESTED, report)
        check_place(source, chain, proof["anchors"], report)
    for anchor in proof["anchors"]:
        check_anchor(source, anchor, report)
    report.not_proved.append(report.say("book" if report.rows else "no_history", name=PROOF))


def read_manifest(source, report):
    """The list of parts, checked as far as the rest relies on it; None where it is of no use."""
    try:
        manifest = json.loads(source.read(MANIFEST).decode())
        if manifest["format"] != FORMAT:
            raise ValueError(f"format {manifest['format']}")
        for part in manifest["parts"]:
            part["name"], part["sha256"]
        return manifest
    except UNREADABLE as error:
        report.fault("unreadable", name=MANIFEST, why=error)
        return None


def verify(path):
    """Check all of a case file, and write what was found; returns the exit code."""
    report = Report()
    try:
        source = Source(path)
        if MANIFEST not in source.names:
            raise ValueError(MANIFEST)
    except UNREADABLE as error:
        sys.stdout.write(report.say("no_file", why=error) + "\n")
        return 2
    manifest = read_manifest(source, report)
    if manifest is None:
        report.write(report.say("title", company="–", made_at="–"))
        return 1
    report.language = 1 if str(manifest.get("language", "")).startswith("fr") else 0
    try:
        check_parts(source, manifest, report)
        check_history(source, report)
    except UNREADABLE as error:
        report.fault("unreadable", name=PROOF, why=f"{type(error).__name__}: {error}")
    report.not_proved += [
        report.say("before", digest=source.digest(MANIFEST)), report.say("truth"),
        report.say("program")]
    report.write(report.say(
        "title", company=manifest.get("company", "–"), made_at=manifest.get("made_at", "–")))
    return 1 if report.faults else 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # a name in a script that the terminal has not
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(verify(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent))
