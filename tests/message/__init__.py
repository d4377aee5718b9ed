from . import test_messages
from . import test_message_tags
from . import test_message_preview
from . import test_letters
from . import test_channels
from . import test_mail_back
from . import test_gate
from . import test_message_edit
