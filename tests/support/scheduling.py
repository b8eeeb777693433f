"""Which file a worker runs next: half of them prefer those with a browser, half the others.

A browser computes all the time, the others often wait (for a phone that rings, for a fax): beside
each other they leave no core idle. It also keeps a worker's Chromium until its folder is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

BROWSER = "tests/browser/"


class BrowsersBesideOthers(LoadFileScheduling):
    """Files in their order, each to one worker; who has no more of its kind takes the other's."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        prefers_browser = int(node.gateway.id.removeprefix("gw")) % 2 == 0
        for file in self.workqueue:
            if file.startswith(BROWSER) is prefers_browser:
                self.workqueue.move_to_end(file, last=False)
                break
        super()._assign_work_unit(node)
