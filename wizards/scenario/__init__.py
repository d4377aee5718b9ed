from . import collection_message_preview
