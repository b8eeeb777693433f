"""All trunks at work: kept as the directory has them, and told about."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.commands import TrunkStanding, TrunkStandings
from pbxcore.errors import ProtocolError
from pbxcore.journal import TrunkChanged
from pbxcore.sip.server_way import Shunned
from pbxcore.trunks.line import Line
from pbxcore.trunks.registration import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.directory import Directory, Trunk
    from pbxcore.journal import Fact
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.resolution import Names
    from pbxcore.sip.transactions.layer import TransactionLayer

log = logging.getLogger(__name__)

_ENDING_S: Final = 4.0
"""How long a changed trunk waits for the end of its old registration: the registrar may know both
by one contact, and an end that comes late would end the new one."""
_SHARES = 1 << 32


class Entropy:
    """Numbers and texts made of unguessable bytes."""

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy

    def share(self) -> float:
        """A number from 0 to 1."""
        return self.draw(_SHARES) / _SHARES

    def draw(self, most: int) -> int:
        """A number from 0 to `most`; 128 bits leave no number noticeably likelier."""
        return int.from_bytes(self._entropy(16)) % (most + 1)

    def token(self) -> bytes:
        """A text of letters and digits."""
        return self._entropy(12).hex().encode()


class Trunks:
    """Starts, changes and ends lines, and passes time to them."""

    def __init__(
        self,
        directory: Directory,
        layer: TransactionLayer,
        names: Names,
        *,
        record: Callable[[Fact], None],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._layer, self.names = layer, names
        self._record = record
        self._chance = Entropy(entropy)
        self._shunned = Shunned(layer.now)
        self._lines: dict[str, Line] = {}
        self.noticed: Callable[[str], None] = lambda trunk: None
        """Told the id of a trunk that stands differently, or begins or ends to work."""
        self._ending: dict[str, tuple[Line, float]] = {}

    def follow(self) -> None:
        """Do as the directory has it now: what changed ends and begins anew."""
        wanted = {at: each for at, each in self._directory.trunks.items() if each.enabled}
        for at, line in list(self._lines.items()):
            if wanted.get(at) != line.trunk:
                del self._lines[at]
                self._ending[at] = line, self._layer.now() + _ENDING_S
                line.stop(partial(self._ended, at, line))
                self.noticed(at)
        for at, trunk in wanted.items():
            if at not in self._lines and at not in self._ending:
                self._begin(trunk)

    def tick(self) -> None:
        """Let time pass; to be called about once a second."""
        now = self._layer.now()
        for at, (line, until) in list(self._ending.items()):
            if now >= until:
                self._ended(at, line)
        for line in list(self._lines.values()):
            line.tick()

    def lost(self, flow: Flow) -> None:
        """A connection broke."""
        for line in self._lines.values():
            line.lost(flow)

    def standings(self) -> TrunkStandings:
        """How they stand."""
        return TrunkStandings(tuple(_standing(each) for each in self._lines.values()))

    def server_of(self, trunk_id: str) -> str:
        """The address of the server of a trunk that answered last, empty for none."""
        line = self._lines.get(trunk_id)
        return "" if line is None else line.host

    def registered(self, trunk_id: str) -> bool:
        """Whether the registrar of a trunk has taken us."""
        line = self._lines.get(trunk_id)
        return line is not None and line.standing.state == State.REGISTERED

    def works(self, trunk_id: str) -> bool:
        """Whether a trunk stands as it should: registered, or not known to be away."""
        line = self._lines.get(trunk_id)
        if line is None:
            return False
        wanted = (State.REGISTERED,) if line.trunk.registers else (State.OFF, State.REACHABLE)
        return line.standing.state in wanted

    def at(self, host: str) -> Iterable[Trunk]:
        """The trunks whose server this address is, as far as it answered us."""
        return (each.trunk for each in self._lines.values() if each.host == host)

    def _ended(self, at: str, line: Line) -> None:
        ending, _ = self._ending.get(at, (None, 0.0))
        if ending is line:
            del self._ending[at]
            trunk = self._directory.trunks.get(at)
            if trunk is not None and trunk.enabled and at not in self._lines:
                self._begin(trunk)

    def _begin(self, trunk: Trunk) -> None:
        try:
            line = Line(trunk, self._layer, self.names, self._chance, self._shunned, self._changed)
        except ProtocolError as error:  # its form does not let this pass
            log.error("trunk cannot work", extra={"trunk": trunk.name, "why": str(error)})
            return
        self._lines[trunk.id] = line
        line.start()
        self.noticed(trunk.id)

    def _changed(self, line: Line) -> None:
        trunk, standing = line.trunk, line.standing
        extra = {"trunk": trunk.name, "state": standing.state, "status": standing.status}
        log.info("trunk stands differently", extra=extra)
        self._record(TrunkChanged(trunk.id, trunk.name, *standing))
        self.noticed(trunk.id)


def _standing(line: Line) -> TrunkStanding:
    took_s, left_s = line.round_trip_s, line.registered_for_s
    return TrunkStanding(
        line.trunk.id,
        *line.standing,
        None if took_s is None else round(took_s * 1000),
        None if left_s is None else max(round(left_s), 0),
    )
