"""Keep pytest's own clock running where a test class freezes time.

Freezegun spares the older places where pytest reads the time, not the present one;
the durations that pytest reports would be decades.
"""

import freezegun

freezegun.configure(extend_ignore_list=["_pytest.timing"])
