from . import test_signals
from . import test_signal_sources
from . import test_events
