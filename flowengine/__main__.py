"""``python -m flowengine`` is ``flowengine``."""

import sys

from .cli import main

sys.exit(main())
