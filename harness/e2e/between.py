"""Stands between fullstop and an endpoint, and changes one thing: `between.py PORT ENDPOINT_PORT spoil|mend`.

`spoil`: a StopUserImportJob without a JobId is let through, which no ledger knows of yet. `mend`: a JobId of more than 55 characters
is refused as AWS does, which a ledger of an endpoint that takes it still lists. All else passes as the bytes that came.
"""

import asyncio
import json
import re
import sys

port, endpoint_port, what = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
# An ordinary request on its own: whatever is said otherwise is not ours to read.
ORDINARY = re.compile(rb"POST / HTTP/1\.1\r\n(?:[!-9;-~]+:[^\r\n]*\r\n)+\r\n")
PATIENCE = 0.2


def answered(status, body, headers=()):
    body = json.dumps(body, separators=(",", ":")).encode()
    head = [f"HTTP/1.1 {status}", "Content-Type: application/x-amz-json-1.1", f"Content-Length: {len(body)}"]
    head += ["x-amzn-RequestId: 00000000-0000-4000-8000-000000000000", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def changed(head, body):
    """The answer in place of the endpoint's own, or None."""
    if b".stopuserimportjob\r" not in head.lower():
        return None
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or not isinstance(members.get("UserPoolId"), str):
        return None
    job = members.get("JobId")
    if what == "spoil" and "JobId" not in members:
        return answered("200 OK", {"UserImportJob": {}})
    if what == "mend" and isinstance(job, str) and len(job) > 55:
        wanted = "Member must have length less than or equal to 55"
        message = f"1 validation error detected: Value '{job}' at 'jobId' failed to satisfy constraint: {wanted}"
        body = {"__type": "InvalidParameterException", "message": message}
        return answered("400 Bad Request", body, ["x-amzn-ErrorType: InvalidParameterException:"])
    return None


def whole(read):
    """The head and the body of an ordinary request that came whole, or None."""
    head = ORDINARY.match(read)
    lengths = re.findall(rb"\r\ncontent-length: *(\d+)(?=\r)", head.group().lower()) if head else []
    if len(lengths) != 1 or len(read) != head.end() + int(lengths[0]):
        return None
    return head.group(), read[head.end() :]


async def pass_on(reader, writer):
    try:
        while read := await reader.read(65536):
            writer.write(read)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def met(reader, writer):
    from_endpoint, to_endpoint = await asyncio.open_connection("127.0.0.1", endpoint_port)
    back = asyncio.create_task(pass_on(from_endpoint, writer))
    read = b""
    try:
        while True:
            # What does not come whole soon is passed on as it is.
            try:
                more = await asyncio.wait_for(reader.read(65536), PATIENCE if read else None)
            except asyncio.TimeoutError:
                more = None
            read += more or b""
            request = whole(read)
            if request is None and more:
                continue
            answer = changed(*request) if request else None
            (writer if answer else to_endpoint).write(answer or read)
            read = b""
            if more == b"":
                to_endpoint.write_eof()
                break
        await back
    except OSError:
        back.cancel()
    finally:
        to_endpoint.close()
        writer.close()


async def main():
    server = await asyncio.start_server(met, "127.0.0.1", port, limit=1 << 24)
    async with server:
        await server.serve_forever()


asyncio.run(main())
