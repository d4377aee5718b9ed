from . import collection_payment_plan_offer
from . import collection_payment_plan_paper
from . import collection_payment_plan_withdraw
