"""Tells agents who waits, and visitors where they stand."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from engage.livechat import wire
from engage.livechat.assignment_options import AUTO
from engage.livechat.model import WAITING
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import Moment, open_to_take_over, positions

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.delivery import Delivery
    from engage.hub.service import HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import Handover, Inquiry, LiveChat, Seat, Seats
    from engage.storage.database import Database


class Lobby:
    """Everybody who should hear about those who wait."""

    def __init__(
        self,
        database: Database,
        delivery: Delivery,
        seats: Seats,
        livechats: LiveChats,
        clock: Clock,
    ) -> None:
        self._database = database
        self._delivery = delivery
        self._seats = seats
        self._livechats = livechats
        self._clock = clock
        self._opened_at_ms = clock()
        self._told: dict[str, tuple[int, bool]] = {}
        self._attended: dict[str, bool] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.talking: Callable[[str], bool] = lambda conversation_id: False
        """Whether an answered call is up in a conversation: told by who follows the calls."""

    def open(self) -> int:
        """From now people can come; returns the moment."""
        self._opened_at_ms = self._clock()
        return self._opened_at_ms

    def moment(self) -> Moment:
        """Now, as the rules of waiting want to know it."""
        return Moment(self._clock(), self._opened_at_ms)

    def on_duty(self, livechat: LiveChat) -> list[str]:
        """Who may take its inquiries now, as the hub calls them."""
        return [f"user:{seat.number}" for seat in self._agents(livechat) if not seat.paused]

    def staff(self, livechat: LiveChat) -> list[str]:
        """Everybody with a seat, on a break or not: who may have seen an inquiry."""
        return [f"user:{seat.number}" for seat in self._agents(livechat)]

    def names(self, livechat: LiveChat) -> dict[str, str]:
        """The staff's names by what the hub calls them."""
        return {f"user:{seat.number}": seat.name for seat in self._agents(livechat)}

    def may_take_over(self, handover: Handover) -> list[str]:
        """To whom a chat is offered that its agent wants to give away."""
        colleague = not _is_queue(handover)  # asked in person, even on a break
        asked = self._asked(handover)
        return [f"user:{each.number}" for each in asked if colleague or not each.paused]

    def is_gone(self, owner: str | None) -> bool:
        """Whether whoever serves a visitor has no enabled extension any more."""
        kind, _, number = (owner or "").partition(":")
        if kind == "bot":  # who looks after bots notices
            return False
        return not self._seats.agents_of("extensions", [number])

    def open_to_take_over(self, inquiry: Inquiry) -> bool:
        """Whether another agent may take an active conversation: nobody is there for it."""
        return open_to_take_over(inquiry, self.moment()) and not self.talking(
            inquiry.conversation_id
        )

    def attended(self, livechat: LiveChat) -> bool:
        """Whether somebody who may take its inquiries is connected now."""
        return any(self._delivery.connections(who) for who in self.on_duty(livechat))

    def seats(self, livechat: LiveChat) -> list[Seat]:
        """The staff, as mails want to know them."""
        return self._agents(livechat)

    def served_by(self, who: str) -> list[LiveChat]:
        """The live chats whose inquiries somebody may take now."""
        return [livechat for livechat in self._livechats.all() if who in self.on_duty(livechat)]

    def staffed_by(self, who: str) -> list[LiveChat]:
        """The live chats where somebody has a seat, on a break or not."""
        return [livechat for livechat in self._livechats.all() if who in self.staff(livechat)]

    async def waiting(self, connection: AsyncConnection, inquiries: list[Inquiry]) -> list[Any]:
        """Inquiries of any live chats as the agents' list shows them, oldest first."""
        rows = LiveChatRepository(connection)
        people = await rows.visitors([inquiry.visitor_id for inquiry in inquiries])
        bodies = await rows.previews([inquiry.conversation_id for inquiry in inquiries])
        places = await self._places(rows, inquiries)
        return [
            wire.inquiry_json(
                wire.Waiting(
                    inquiry=inquiry,
                    livechat=self._livechats.by_id(inquiry.livechat_id),
                    visitor=people[inquiry.visitor_id],
                    position=places.get(inquiry.conversation_id, 0),
                    preview=wire.preview(bodies.get(inquiry.conversation_id)),
                    now_ms=self._clock(),
                )
            )
            for inquiry in sorted(inquiries, key=lambda each: (each.queued_at_ms, each.number))
        ]

    async def messages(
        self, connection: AsyncConnection, inquiries: list[Inquiry]
    ) -> list[dict[str, Any]]:
        """Messages left as the agents' list shows them."""
        rows = LiveChatRepository(connection)
        people = await rows.visitors([inquiry.visitor_id for inquiry in inquiries])
        bodies = await rows.previews([inquiry.conversation_id for inquiry in inquiries])
        return [
            wire.message_json(
                inquiry,
                self._livechats.by_id(inquiry.livechat_id),
                people[inquiry.visitor_id],
                bodies.get(inquiry.conversation_id),
            )
            for inquiry in inquiries
        ]

    async def tell_message(self, transaction: HubTransaction, inquiry: Inquiry) -> None:
        """Let the staff know of a message left, or what became of it, after the commit."""
        staff = self.staff(self._livechats.by_id(inquiry.livechat_id))
        for entry in await self.messages(transaction.connection, [inquiry]):
            transaction.tell(staff, "offline_message", entry)

    async def offer(self, transaction: HubTransaction, inquiry: Inquiry) -> None:
        """Let everybody who may take it know of an inquiry once the transaction is committed.

        One that is given to somebody at once is shown to the others only if nobody is free.
        """
        livechat = self._livechats.by_id(inquiry.livechat_id)
        if inquiry.state == WAITING and livechat.options.assignment_mode == AUTO:
            return
        if inquiry.handover is not None:
            takers = self.may_take_over(inquiry.handover)
        else:
            takers = self.on_duty(livechat)
        whos = [who for who in takers if who != inquiry.owner]
        for entry in await self.waiting(transaction.connection, [inquiry]):
            transaction.tell(whos, "inquiry", entry)

    async def offer_again(self, conversation_id: str) -> None:
        """Let agents know what has changed about an inquiry, such as the visitor's last words."""
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
            if inquiry is None or inquiry.state != WAITING:
                return
            entries = await self.waiting(connection, [inquiry])
        whos = self.on_duty(self._livechats.by_id(inquiry.livechat_id))
        for entry in entries:
            self._delivery.send(whos, "inquiry", entry)

    def withdraw(
        self,
        transaction: HubTransaction,
        inquiry: Inquiry,
        reason: str,
        by: dict[str, str] | None = None,
    ) -> None:
        """Take an inquiry from every list once the transaction is committed."""
        payload: dict[str, Any] = {"conversation": inquiry.conversation_id, "reason": reason}
        if by is not None:
            payload["by"] = by
        # Whoever may have seen it, on a break meanwhile or not.
        shown = dict.fromkeys(self.staff(self._livechats.by_id(inquiry.livechat_id)))
        if inquiry.handover is not None:
            asked = self._asked(inquiry.handover)
            shown |= dict.fromkeys(f"user:{each.number}" for each in asked)
        transaction.tell(shown, "inquiry_gone", payload)

    def take_back(self, inquiry: Inquiry) -> None:
        """Its agent is there again: nobody else need take it over."""
        livechat = self._livechats.by_id(inquiry.livechat_id)
        whos = [who for who in self.staff(livechat) if who != inquiry.owner]
        payload = {"conversation": inquiry.conversation_id, "reason": "returned"}
        self._delivery.send(whos, "inquiry_gone", payload)

    async def offer_all(self) -> None:
        """Show all who wait to all on duty: an agent may have come on duty just now, or left it."""
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).open_inquiries()
            waiting = [inquiry for inquiry in found if inquiry.state == WAITING]
            entries = await self.waiting(connection, waiting)
        for entry in entries:
            livechat = self._livechats.by_id(entry["livechat"]["id"])
            on_duty = self.on_duty(livechat)
            resting = [who for who in self.staff(livechat) if who not in on_duty]
            gone = {"conversation": entry["conversation"], "reason": "break"}
            self._delivery.send(resting, "inquiry_gone", gone)
            self._delivery.send(on_duty, "inquiry", entry)

    async def line_moved(self, livechat_id: str) -> None:
        """Tell each visitor whose place in the line has changed."""
        async with self._turns[livechat_id]:
            async with self._database.read() as connection:
                line = await LiveChatRepository(connection).line(livechat_id)
            places = positions(line)
            attended = self.attended(self._livechats.by_id(livechat_id))
            self._attended[livechat_id] = attended
            for inquiry in line:
                place = (places[inquiry.conversation_id], attended)
                if self._told.get(inquiry.conversation_id) != place:
                    self._tell_place(inquiry, place)

    async def staff_moved(self, who: str | None = None) -> None:
        """Somebody came or went: tell those who wait where nobody was there, or nobody is now."""
        for livechat in self._livechats.all():
            concerned = who is None or who in self.staff(livechat)
            if concerned and self._attended.get(livechat.id) != self.attended(livechat):
                await self.line_moved(livechat.id)

    async def moved(self, before: LiveChat, after: LiveChat) -> None:
        """A live chat has another destination: who waits is shown to those who serve it now."""
        async with self._database.read() as connection:
            line = await LiveChatRepository(connection).line(after.id)
            entries = await self.waiting(connection, line)
        former = [who for who in self.staff(before) if who not in self.on_duty(after)]
        for entry in entries:
            gone = {"conversation": entry["conversation"], "reason": "transferred"}
            self._delivery.send(former, "inquiry_gone", gone)
            self._delivery.send(self.on_duty(after), "inquiry", entry)
        await self.line_moved(after.id)

    async def tell_place(self, visitor_id: str) -> None:
        """Tell a visitor who has just connected where they stand."""
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            inquiry = await rows.latest_inquiry_of(visitor_id)
            if inquiry is None or inquiry.state != WAITING:
                return
            place = await rows.place(inquiry)
        attended = self.attended(self._livechats.by_id(inquiry.livechat_id))
        self._tell_place(inquiry, (place, attended))

    def forget(self, conversation_id: str) -> None:
        """It waits no more."""
        self._told.pop(conversation_id, None)

    async def _places(self, rows: LiveChatRepository, inquiries: list[Inquiry]) -> dict[str, int]:
        """Their places in their lines; those who do not wait have none."""
        waiting = [inquiry for inquiry in inquiries if inquiry.state == WAITING]
        if len(waiting) == 1:
            return {waiting[0].conversation_id: await rows.place(waiting[0])}
        places: dict[str, int] = {}
        for livechat_id in {inquiry.livechat_id for inquiry in waiting}:
            places |= positions(await rows.line(livechat_id))
        return places

    def _tell_place(self, inquiry: Inquiry, place: tuple[int, bool]) -> None:
        self._told[inquiry.conversation_id] = place
        position, attended = place
        payload = {
            "conversation": inquiry.conversation_id,
            "position": position,
            "attended": attended,
        }
        self._delivery.send([f"visitor:{inquiry.visitor_id}"], "position", payload)

    def _asked(self, handover: Handover) -> list[Seat]:
        """The colleague, or everybody in the queue, on a break or not."""
        kind = "queue" if _is_queue(handover) else "extensions"
        return list(self._seats.agents_of(kind, [handover.value]))

    def _agents(self, livechat: LiveChat) -> list[Any]:
        destination = livechat.destination
        return list(self._seats.agents_of(destination.kind, list(destination.values)))


def _is_queue(handover: Handover) -> bool:
    return handover.kind == "queue"
