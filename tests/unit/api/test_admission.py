"""Who is let in, who waits, and who is turned away, by what requests took lately."""

import asyncio

import pytest

from qa.api.admission import CHANGES_AT_ONCE, LONGEST_WAIT_S, SURELY_WAITING, Slots, kind_of
from qa.errors import TooBusy


class Clock:
    """Tells the time that it was given."""

    now = 0.0

    def __call__(self):
        return self.now


async def begun(slots, kind="ask", count=1):
    """Requests that wait for their turn."""
    tasks = [asyncio.create_task(slots.enter(kind)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


def test_each_gets_its_turn_in_order():
    """Of five requests two work; each that ends lets in the one that waits longest."""

    async def run():
        slots = Slots(2)
        tasks = await begun(slots, count=5)
        order = []
        while tasks:
            ready = [task for task in tasks if task.done()]
            assert len(ready) == min(2, len(tasks))
            order += [tasks.index(task) for task in ready[:1]]
            tasks.remove(ready[0])
            (await ready[0])()
            await asyncio.sleep(0)
        return order

    assert asyncio.run(run()) == [0] * 5


def test_long_work_lets_others_have_their_turn():
    """What asks for another turn waits behind those that wait already, and is not sent away however many they are."""

    async def run():
        slots = Slots(1, most_waiting=2)
        leave = await slots.enter("verify")
        others = await begun(slots, count=2)
        with pytest.raises(TooBusy, match="2 requests wait already"):
            await slots.enter("ask")
        leave()
        again = asyncio.create_task(slots.enter("verify", is_known=True))
        for other in others:
            await asyncio.sleep(0)
            assert other.done()
            assert not again.done()
            other.result()()
        (await again)()
        return slots.wait_s

    assert asyncio.run(run()) == 0


def test_what_would_wait_too_long_is_turned_away_at_once():
    """Some may always wait; beyond them one more is refused as soon as those before it take longer than the bound."""

    async def run():
        clock = Clock()
        slots = Slots(1, clock=clock)
        leave = await slots.enter("ask")
        clock.now = 10.0
        leave()  # an answer took ten seconds
        waiting = await begun(slots, count=1 + SURELY_WAITING)
        assert slots.wait_s > LONGEST_WAIT_S
        with pytest.raises(TooBusy, match=f"{SURELY_WAITING} requests wait already"):
            await slots.enter("ask")
        for task in waiting:
            task.cancel()

    asyncio.run(run())


def test_quick_requests_may_wait_in_greater_number():
    """Where those before it take little, one more may wait, up to a bound that always holds."""

    async def run():
        clock = Clock()
        slots = Slots(1, most_waiting=20, clock=clock)
        for _ in range(50):
            (await slots.enter("ask"))()  # no time at all
        waiting = await begun(slots, count=21)
        assert slots.wait_s < LONGEST_WAIT_S
        with pytest.raises(TooBusy, match="20 requests wait"):
            await slots.enter("ask")
        for task in waiting:
            task.cancel()

    asyncio.run(run())


def test_whoever_goes_away_keeps_no_slot():
    """Requests that are given up while they wait, or just as their turn comes, leave every slot to others."""

    async def run():
        slots = Slots(1)
        leave = await slots.enter("ask")
        first, second, third = await begun(slots, count=3)
        first.cancel()
        leave()
        second.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert third.done()
        (await third)()
        (await slots.enter("ask"))()

    asyncio.run(run())


def test_leaving_twice_counts_once():
    """The end of the answer and the end of the request are one end."""

    async def run():
        slots = Slots(1)
        leave = await slots.enter("ask")
        leave()
        leave()
        await slots.enter("ask")
        (waiting,) = await begun(slots)
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", ""), ("/ask", "ask"), ("/documents/a/b", "documents"), ("/c4nary", "other"), ("*", ""), ("//", "")],
)
def test_kinds_are_few(path, kind):
    """What is remembered of costs does not grow with the addresses that clients make up."""
    assert kind_of(path) == kind
    assert CHANGES_AT_ONCE > 0
