"""Draws a decision tree: where its boxes and lines lie.

* :mod:`.shapes`: what a picture is made of;
* :mod:`.layout`: from a definition to a picture;
* :mod:`.layout_graph`, :mod:`.layout_order`, :mod:`.layout_lines`: the steps on the way.
"""

from .layout import lay_out
from .shapes import Captions, Sizes
