from . import test_signals
from . import test_signal_sources
