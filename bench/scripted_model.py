"""The floor of the HTTP measurement: a model that streams sixty pieces, one each 5 ms, the first after 50 ms."""

from __future__ import annotations

import asyncio
import json
import sys

FIRST, EACH, PIECES = 0.05, 0.005, 60


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection, request after request."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = content_length(head)
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            await asyncio.sleep(FIRST)
            loop = asyncio.get_running_loop()
            due = loop.time()
            for number in range(PIECES):
                send(writer, {"content": "牌价" if number % 12 else "本行，"}, None)
                due += EACH
                await asyncio.sleep(max(0.0, due - loop.time()))
            send(writer, {}, "stop")
            piece = b"data: [DONE]\n\n"
            writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(piece), piece))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def content_length(head: bytes) -> int:
    """Bytes of the body that follows `head`."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def send(writer: asyncio.StreamWriter, delta: dict[str, str], finish: str | None) -> None:
    """Write one event."""
    event = {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    piece = b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1000)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
