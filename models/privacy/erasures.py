"""What is said of a customer in our own records, and what becomes of it when it is anonymised.

Every text that we keep of a customer stands here: erased, or kept with the reason. A domain that
adds one names it, or a test says so.
"""

from dataclasses import dataclass

from odoo.fields import Domain

#: In the place of a text that cannot be empty.
NOTHING = "–"


@dataclass(frozen=True)
class Erasure:
    """Texts of a model that are erased.

    :ivar path: of fields from a record to its customer
    :ivar fields: names of the fields that become empty
    :ivar required: names of those that cannot be empty
    :ivar domain: of the records whose texts are erased; others keep theirs
    """

    path: str
    fields: tuple = ()
    required: tuple = ()
    domain: Domain = Domain.TRUE


#: Names of what templates and settings called it, codes and keys: they say nothing of a person.
KEPT = {
    "collection.action": "content_key leader_name statement_key",
    "collection.assignment": "rule_name",
    "collection.deadline": "unit",
    "collection.dispatch": "lang sms_uuid",
    "collection.document.file": "mimetype checksum",
    "collection.document.item": "name explanation example_name",
    "collection.document.request": "name introduction",
    "collection.answer": "submission",
    "collection.link": "selector digest",
    "collection.limitation.interruption": "items",
    "collection.participant": "",
    "collection.case.file": "lang sha256 digest",
    # the digest of the text that is erased proves a copy that somebody else has kept
    "collection.payment.plan": "lang residuals digest",
    "collection.promise": "matched_before",
    "collection.reply": "key",
    "collection.sequence": "items_gone incident_row_key waiting_template_code waiting_step_key",
    "collection.signal": "key event_name ending",
    "collection.signal.receipt": "key code ending",
    "collection.history.chain": "key head_digest head_seal seal_key",
    # sealed: what happened, when and by whom; its free texts are erased by erase_text
    "collection.history":
        "user_name on_behalf command command_ref step_name action_name old_value new_value data "
        "text text_salt text_digest digest",
}

#: What is erased, by model.
ERASURES = {
    "collection.action": (
        Erasure("customer_id", (
            "subject", "body", "description", "comment", "validation_comment", "holder_name",
            "beside_note", "error", "postpone_reason", "interest_reserved")),
        Erasure("customer_id", required=("name",),
                domain=Domain("origin", "in", ("specific", "manual"))),
    ),
    "collection.answer": (Erasure("customer_id", ("item_name", "text", "refusal")),),
    # the ZIPs go with all other files; who made and took them stays
    "collection.case.file": (
        Erasure("customer_id", ("about", "error", "gone"), required=("name",)),),
    "collection.case.handover": (Erasure("case_file_id.customer_id", ("note",)),),
    "collection.cost": (Erasure("sequence_id.customer_id", ("note",)),),
    "collection.dispatch": (Erasure("customer_id", (
        "address", "copies", "email_from", "subject", "body", "whole_body", "error", "came_back",
        "registered_number")),),
    "collection.dispute": (Erasure("customer_id", ("description", "resolution")),),
    "collection.document.contributor": (Erasure("request_id.customer_id", ("invited_by",)),),
    "collection.document.file": (Erasure("item_id.customer_id", required=("name",)),),
    "collection.document.item": (Erasure("customer_id", ("refusal", "provided_by")),),
    "collection.document.notice": (Erasure("customer_id", ("address", "subject", "error")),),
    "collection.document.request": (Erasure("customer_id", ("end_reason", "pause_reason")),),
    "collection.limitation.interruption": (
        Erasure("customer_id", ("note", "withdrawn_reason")),),
    "collection.link": (Erasure("customer_id", ("subject", "body")),),
    "collection.payment.plan": (
        Erasure("customer_id", ("text", "ended_because")),
        Erasure("customer_id", required=("accepted_by",),
                domain=Domain("accepted_by", "!=", False)),
    ),
    "collection.promise": (Erasure("customer_id", ("comment",)),),
    "collection.reply": (
        Erasure("customer_id", ("email_from", "subject", "text", "result_note")),),
    "collection.sequence": (
        Erasure("customer_id", ("situation", "markers", "stop_reason", "pause_reason")),),
    "collection.signal": (Erasure("customer_id", ("about", "error")),),
    "collection.signal.receipt": (Erasure("sequence_id.customer_id", ("about",)),),
}

#: What else of the customer's case is exported: records below others, by the path to the customer.
BELOW = {
    "collection.history": "chain_id.customer_id",
    "collection.promise.line": "promise_id.customer_id",
    "collection.sequence.visit": "sequence_id.customer_id",
    "collection.deadline": "sequence_id.customer_id",
    **{model: erasures[0].path for model, erasures in ERASURES.items()},
}

#: Our texts on Odoo's entries and items, by model; what steers stays filled.
NOTED = {
    "account.move": {"collection_waiver": NOTHING, "collection_claims_paid": NOTHING},
    "account.move.line": {"collection_comment": None},
}
#: Path from those to their customer.
NOTED_PATH = {"account.move": "commercial_partner_id",
              "account.move.line": "partner_id.commercial_partner_id"}

#: Our texts on a contact, in every company.
SETTINGS = ("collection_hold_reason", "collection_bounced_email")

#: Fields of a contact that tell who it is; the country and the language stay, for figures.
IDENTITY = (
    "email", "phone", "street", "street2", "zip", "city", "state_id", "vat", "company_registry",
    "website", "comment", "function", "ref", "image_1920")
