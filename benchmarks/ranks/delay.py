#!/usr/bin/env python3
"""A wire with a delay between two network namespaces; needs no netem of the kernel's.

    delay.py HUB PORT HOST INTERFACE SECONDS

Makes the interface PORT in the namespace HUB and INTERFACE in HOST, says "ready", and passes the
frames of each to the other after the delay, until it is killed. As root.
"""
import ctypes
import fcntl
import os
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
CLONE_NEWNET = 0x40000000
LARGEST_FRAME = 1 << 16
# A wire that is full loses frames, as a real one does.
MOST_FRAMES = 1 << 14


def interface(namespace, name):
    """The descriptor of a new interface in a namespace, which this process enters."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/var/run/netns/{namespace}") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter the namespace {namespace}")
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return descriptor


def take_in(descriptor, queue, delay):
    """Reads the frames that are there; each is due after the delay."""
    while True:
        try:
            frame = os.read(descriptor, LARGEST_FRAME)
        except BlockingIOError:
            return
        if len(queue) < MOST_FRAMES:
            queue.append((time.monotonic() + delay, frame))


def main():
    hub, port, host, name, delay = sys.argv[1:]
    ends = [interface(hub, port), interface(host, name)]
    queues = {ends[0]: deque(), ends[1]: deque()}
    others = {ends[0]: ends[1], ends[1]: ends[0]}
    print("ready", flush=True)
    while True:
        due = [queue[0][0] for queue in queues.values() if queue]
        wait = max(0, min(due) - time.monotonic()) if due else None
        for end in select.select(ends, [], [], wait)[0]:
            take_in(end, queues[end], float(delay))
        now = time.monotonic()
        for end, queue in queues.items():
            while queue and queue[0][0] <= now:
                try:
                    os.write(others[end], queue.popleft()[1])
                except OSError:
                    pass  # An interface that is not up loses what is sent to it.


if __name__ == "__main__":
    main()
