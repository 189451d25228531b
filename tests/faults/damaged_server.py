"""``qa serve`` with every array mapped, as those of a large index are, and files looked at every 50 ms.

Questions to suggest are not sought: that takes longer than all else that follows the opening of a snapshot.
"""

import sys

from qa import arrays
from qa.answering.suggestions import Suggestions
from qa.serving import damage, service

arrays.IN_MEMORY_BYTES = damage.IN_MEMORY_BYTES = 0
service.POLL_S = 0.05
service.RETRY_S = 0.2
Suggestions.of = lambda self, snapshot: ()

if __name__ == "__main__":  # the processes of one server run the lines above too
    from qa.cli import main

    sys.exit(main())
