"""In which states could a power cut leave a disk?

Of what was written since the last flush, anything may have arrived, or not: a
state is a tuple of the numbers of the sectors that have.  At every point of
the log these are looked at: all, none, each write alone, each one missing,
random halves of the sectors.  Most of them are the same at several points,
and appear once: with the last point, because the most has been acknowledged
by then.  All of a window is none of the next, and left out for that."""

import random

RANDOM = 4	# random halves at each point


def spans(window):
    """Of each write, the numbers of its sectors."""
    at, found = 0, []
    for write in window.writes:
        count = len(list(write.sectors()))
        found.append(range(at, at + count))
        at += count
    return found


def but(numbers, span):
    return tuple(each for each in numbers if each not in span)


def half(numbers, chance):
    return tuple(sorted(chance.sample(numbers, len(numbers) // 2)))


def at_point(each, chance):
    """The states that are new with the last of these writes."""
    numbers = range(each[-1].stop)
    yield tuple(each[-1]), "one alone"
    yield tuple(numbers), "all"
    for span in each:
        yield but(numbers, span), "one missing"
    for _ in range(RANDOM):
        yield half(numbers, chance), "a random half"


def states(window, seed, most=None):
    """Each with its name; most: a random choice of so many, but always with
    the disk as the last flush has left it, and as the end has."""
    chance = random.Random(seed)
    each = spans(window)
    if not each and not window.last:
        return {}
    found = {(): "none"}
    for point in range(len(each)):
        for state, why in at_point(each[:point + 1], chance):
            found.setdefault(state, why)
    if each and not window.last:
        found.pop(tuple(range(each[-1].stop)))
    if most and len(found) > most:
        always = {state: found.pop(state) for state in list(found)
            if not state or len(state) == each[-1].stop}
        found = always | dict(chance.sample(sorted(found.items()),
            most - len(always)))
    return found
