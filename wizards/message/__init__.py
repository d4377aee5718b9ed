from . import collection_message_edit
from . import collection_message_preview
from . import collection_notice_day
from . import collection_notice_reserve
from . import base_partner_merge_automatic_wizard
from . import collection_letter_tracking
from . import collection_letter_import
