from . import collection_claim_waive
