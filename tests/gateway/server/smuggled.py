"""Requests with a second request in their body, by at least one reading of their framing."""

from itertools import product

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
SIZE = len(SMUGGLED)
NO_CHUNKS = b"0\r\n\r\n" + SMUGGLED
"""A complete body in chunks, with the second request behind it."""
IN_CHUNKS = b"%x\r\n" % SIZE + SMUGGLED + b"\r\n0\r\n\r\n"
FIVE = b"12345" + SMUGGLED
"""A body of five bytes, with the second request behind it."""
CHUNKED = b"Transfer-Encoding: chunked"
WHOLE = b"Content-Length: %d" % len(NO_CHUNKS)


def post(*lines: bytes, body: bytes = SMUGGLED, first: bytes = b"POST / HTTP/1.1") -> bytes:
    return b"\r\n".join([first, b"Host: a", *lines, b"", body])


def get(first: bytes) -> bytes:
    return post(first=first)


CODINGS = [
    b"chunked, identity",
    b"identity, chunked",
    b"gzip, chunked",
    b",chunked",
    b"chunked,",
    b"",
    b"xchunked",
    b"chunked, chunked",
    b"chunked;q=1",
    b'"chunked"',
    b"\x0bchunked",
    b"identity",
    b"chunked\x0b",
    b"chun\x00ked",
    b"\xa0chunked",
    b"chunked\r\n identity",
]
NAMES = [
    b"Transfer-Encoding ",
    b" Transfer-Encoding",
    b"Transfer-Encoding\t",
    b"Transfer\x00-Encoding",
    b"Transfer-Encoding\x0b",
    b"\xefTransfer-Encoding",
    b"Transfer-Encoding\r\n ",
]
LENGTHS = [
    b"+5",
    b"-5",
    b"0_5",
    b"0x5",
    b"5_",
    b"5,5",
    b"5, 5",
    b"5 5",
    b"5;",
    b"5.0",
    b"5e0",
    b"5\x00",
    b"",
    b"\xd9\xa5",
    b"\x0b5",
    b"18446744073709551621",
    b"9" * 40,
    b"\r\n 5",
    b"five",
]
CHUNKS = [
    b"5;a\n12345\r\n0\r\n\r\n",
    b"5;\r1\r\n12345\r\n0\r\n\r\n",
    b"5;a\x00\r\n12345\r\n0\r\n\r\n",
    b"5;\n12345\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFFF\r\n12345\r\n0\r\n\r\n",
    b"0x0\r\n\r\n",
    b"10000000000000005\r\n12345\r\n0\r\n\r\n",
    b"0x5\r\n12345\r\n0\r\n\r\n",
    b"\r\n0\r\n\r\n",
    b"+5\r\n12345\r\n0\r\n\r\n",
    b"-5\r\n12345\r\n0\r\n\r\n",
    b"0_5\r\n12345\r\n0\r\n\r\n",
    b"5 \r\n12345\r\n0\r\n\r\n",
    b" 5\r\n12345\r\n0\r\n\r\n",
    b"5\t\r\n12345\r\n0\r\n\r\n",
    b"5\n12345\r\n0\r\n\r\n",
    b"5\r12345\r\n0\r\n\r\n",
    b"5\r\n12345\n0\r\n\r\n",
    b"5\r\n12345\r0\r\n\r\n",
    b"5\r\n123450\r\n\r\n",
    b"5\r\n1234567\r\n0\r\n\r\n",
    b"5\r\n12345xx0\r\n\r\n",
    b"0\n\n",
    b"0\r\n\n",
    b"0\r\n",
    b"0\r\n\r",
    b"0\r\nX: a\n\n",
    b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"0\r\n%s\r\n\r\n" % WHOLE,
    b"0\r\nX\r\n\r\n",
]
HEADS = [
    b"X: a\r\n b",
    b"X: a\r\n\tb",
    b"X: a\nY: b",
    b"X: a\rY: b",
    b"X: a\x00b",
    b"X\x00: a",
    b": a",
    b"X",
    b"X : a",
    b"X: a\r\n %s" % WHOLE,
    b"X: a\n%s" % WHOLE,
    b"X: a\r%s" % WHOLE,
    b"X: a\r%s" % CHUNKED,
    b"X: a\n%s" % CHUNKED,
    b"Content-Length : 5",
    b"\nX: a",
    b"X: a\r\r",
]
FIRST_LINES = [
    b"GET\t/\tHTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET / HTTP/1.1 ",
    b"GET / HTTP/1.2",
    b"GET / HTTP/1.10",
    b"GET / http/1.1",
    b"GET / ICE/1.0",
    b" GET / HTTP/1.1",
    b"GET x HTTP/1.1",
    b"get / HTTP/1.1",
    b"GE?T / HTTP/1.1",
    b"PRI * HTTP/2.0",
    b"GET /a\x00b HTTP/1.1",
    b"GET /a\rb HTTP/1.1",
    b"GET /a\nb HTTP/1.1",
    b"GET /\xff HTTP/1.1",
    b"CONNECT b:80 HTTP/1.1",
]
REFUSED = (
    [
        post(*lines, body=NO_CHUNKS)
        for value, more in product(CODINGS, ([], [WHOLE]))
        for lines in (
            [b"Transfer-Encoding: " + value, *more],
            [*more, b"Transfer-Encoding:" + value],
        )
    ]
    + [post(WHOLE, name + b": chunked", body=NO_CHUNKS) for name in NAMES]
    + [post(b"Content-Length: " + value, body=FIVE) for value in LENGTHS]
    + [post(CHUNKED, body=chunks + SMUGGLED) for chunks in CHUNKS]
    + [post(line, b"Content-Length: 5", body=FIVE) for line in HEADS]
    + [get(line) for line in FIRST_LINES]
    + [
        post(WHOLE, CHUNKED, body=NO_CHUNKS),
        post(CHUNKED, b"Content-Length: 5", body=NO_CHUNKS),
        post(b"Content-Length: 4", CHUNKED, body=IN_CHUNKS),
        post(WHOLE, CHUNKED, body=NO_CHUNKS, first=b"POST / HTTP/1.0"),
        post(CHUNKED, b"Transfer-Encoding: identity", body=NO_CHUNKS),
        post(b"Transfer-Encoding: identity", CHUNKED, body=NO_CHUNKS),
        post(b"Transfer-Encoding: x", CHUNKED, body=NO_CHUNKS),
        post(CHUNKED, CHUNKED, body=NO_CHUNKS),
        post(b"Content-Length: 5", WHOLE, body=FIVE),
        post(WHOLE, b"Content-Length: 5", body=FIVE),
        post(b"Content-Length: 5", b"Content-Length: 5", body=FIVE),
        post(b"Connection: Upgrade", b"Upgrade: websocket", b"Content-Length: 5", body=FIVE),
        post(b"Connection: Upgrade", b"Upgrade: h2c", CHUNKED, body=IN_CHUNKS),
        b"POST / HTTP/1.1\nHost: a\n%s\n\n" % WHOLE + NO_CHUNKS,
        b"POST / HTTP/1.1\r\nHost: a\r\n%s\n\n" % WHOLE + NO_CHUNKS,
        b"POST / HTTP/1.1\r\nHost: a\r\n%s\r\r" % WHOLE + NO_CHUNKS,
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n" + SMUGGLED,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) + SMUGGLED,
        b"GET /\r\n\r\n" + SMUGGLED,
    ]
)
"""What two servers could read in two ways, or what is no HTTP."""

BODIES = (
    [post(line, b"Content-Length: %d" % SIZE) for line in (b"X: a", b"Connection: content-length")]
    + [post(line, CHUNKED, body=IN_CHUNKS) for line in (b"X: a", b"Connection: transfer-encoding")]
    + [post(b"Content-Length: %d" % SIZE, b"Transfer_Encoding: chunked")]
    + [post(b"Content-Length: %d" % SIZE, first=b"GET / HTTP/1.1")]
    + [post(CHUNKED, body=IN_CHUNKS, first=b"GET / HTTP/1.1")]
    + [post(b"Transfer-Encoding: Chunked ", body=IN_CHUNKS)]
    + [post(b"Content-Length: %05d" % SIZE)]
    + [post(CHUNKED, body=b"0" * 20 + IN_CHUNKS)]
)
"""Requests whose body the second request is."""

ENDS = (
    [
        post(CHUNKED, *more, body=NO_CHUNKS, first=b"POST / HTTP/1.0")
        for more in ([], [b"Connection: keep-alive"])
    ]
    + [get(b"GET /" + version) for version in (b" HTTP/1.0", b" HTTP/2.0", b" HTTP/0.9", b"")]
    + [post(b"Connection: close")]
    + [post(b"Connection: Upgrade", b"Upgrade: h2c", first=b"GET / HTTP/1.1")]
)
"""Requests after which the connection ends, so what follows is not read."""

TWO = (
    [get(b"GET %s HTTP/1.1" % target) for target in (b"/", b"http://evil/", b"  /  ", b"/#x")]
    + [post(CHUNKED, body=body) for body in (NO_CHUNKS, b"5;a=b\r\n12345\r\n" + NO_CHUNKS)]
    + [post(b"Content-Length: 5", body=FIVE), b"\r\n" + post()]
)
"""Two requests by every reading: here the second one has its answer."""
