"""Whole SIP stacks joined by virtual wires, in virtual time: for tests, ours and yours.

Nothing here opens a socket or looks at a clock. A seed decides every loss and every delay, so that
what failed once fails again. `docs/guide/simulator.md` shows how to use it.
"""

from pbxcore.simulator.asking import Asked, Invited
from pbxcore.simulator.invariants import InvariantBroken
from pbxcore.simulator.network import Conditions
from pbxcore.simulator.server import Server
from pbxcore.simulator.simulation import Simulation
from pbxcore.simulator.stack import Stack

__all__ = ["Asked", "Conditions", "InvariantBroken", "Invited", "Server", "Simulation", "Stack"]
