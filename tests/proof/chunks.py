"""A message as BDAT sends it (RFC 3030)."""


def chunks(octets, count):
    """The command and its octets, for each chunk; the last says so.  Where
    they are cut is the same each time: not at a line's end."""
    at = [len(octets) * each // count for each in range(count + 1)]
    parts = [octets[start:end] for start, end in zip(at, at[1:])]
    return [b"BDAT %d%s\r\n%s" % (len(part), b" LAST" if number == count - 1
        else b"", part) for number, part in enumerate(parts)]
