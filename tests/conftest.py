"""What holds for every test: surroundings that do not depend on the machine."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

# Before any module reads them: keys and addresses of the machine must not steer a test, nor may a proxy stand
# between a test and the server it started.
for name in [name for name in os.environ if name.startswith("OPENAI_")]:
    del os.environ[name]
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"
os.environ["TZ"] = "UTC"
# Nor may what the developer's own user folder holds, such as packages of nodes.
os.environ["FLOWENGINE_USER_DIR"] = str(Path(tempfile.gettempdir(), "no-user-folder-of-flowengine"))
if hasattr(time, "tzset"):
    time.tzset()
