from . import collection_signal
from . import collection_signal_receipt
from . import account_move_line
from . import account_partial_reconcile
from . import mail_thread
from . import res_partner
