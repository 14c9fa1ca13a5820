"""A small operating system's scheduler: packets, queues and polymorphic tasks."""
import sys

IDLE = 0
WORKER = 1
HANDLER_A = 2
HANDLER_B = 3
DEVICE_A = 4
DEVICE_B = 5
TASKS = 6

DEVICE_PACKET = 0
WORK_PACKET = 1
PAYLOAD = 4


class Packet:
    def __init__(self, link, ident, kind):
        self.link = link
        self.ident = ident
        self.kind = kind
        self.datum = 0
        self.data = [0] * PAYLOAD

    def append_to(self, queue):
        """The queue with this packet at its end."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """A task control block; what it does when it runs is its subclass's."""

    def __init__(self, scheduler, ident, priority, queue, runnable):
        self.scheduler = scheduler
        self.ident = ident
        self.priority = priority
        self.queue = queue
        self.link = scheduler.tasks
        self.held = False
        self.waiting = not runnable
        self.pending = queue is not None
        scheduler.tasks = self
        scheduler.table[ident] = self

    def is_blocked(self):
        return self.held or (self.waiting and not self.pending)

    def add_packet(self, packet, current):
        if self.queue is None:
            self.queue = packet
            packet.link = None
            self.pending = True
            if self.priority > current.priority:
                return self
        else:
            self.queue = packet.append_to(self.queue)
        return current

    def resume(self):
        """Runs the task on its next packet, if it waits for one."""
        packet = None
        if self.waiting and self.pending:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.pending = self.queue is not None
        return self.run(packet)

    def run(self, packet):
        raise NotImplementedError


class IdleTask(Task):
    def __init__(self, scheduler, rounds):
        Task.__init__(self, scheduler, IDLE, 0, None, True)
        self.control = 1
        self.left = rounds

    def run(self, packet):
        self.left -= 1
        if self.left == 0:
            return self.scheduler.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.scheduler.release(DEVICE_A)
        self.control = (self.control // 2) ^ 0xD008
        return self.scheduler.release(DEVICE_B)


class WorkerTask(Task):
    def __init__(self, scheduler, queue):
        Task.__init__(self, scheduler, WORKER, 1000, queue, False)
        self.destination = HANDLER_A
        self.letter = 0

    def run(self, packet):
        if packet is None:
            return self.scheduler.wait()
        if self.destination == HANDLER_A:
            self.destination = HANDLER_B
        else:
            self.destination = HANDLER_A
        packet.ident = self.destination
        packet.datum = 0
        for i in range(PAYLOAD):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = 64 + self.letter
        return self.scheduler.send(packet)


class HandlerTask(Task):
    def __init__(self, scheduler, ident, priority, queue):
        Task.__init__(self, scheduler, ident, priority, queue, False)
        self.work = None
        self.devices = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is not None:
            done = work.datum
            if done >= PAYLOAD:
                self.work = work.link
                return self.scheduler.send(work)
            if self.devices is not None:
                device = self.devices
                self.devices = device.link
                device.datum = work.data[done]
                work.datum = done + 1
                return self.scheduler.send(device)
        return self.scheduler.wait()


class DeviceTask(Task):
    def __init__(self, scheduler, ident, priority):
        Task.__init__(self, scheduler, ident, priority, None, False)
        self.current = None

    def run(self, packet):
        if packet is None:
            if self.current is None:
                return self.scheduler.wait()
            done = self.current
            self.current = None
            return self.scheduler.send(done)
        self.current = packet
        return self.scheduler.hold()


class Scheduler:
    def __init__(self):
        self.tasks = None
        self.table = [None] * TASKS
        self.current = None
        self.sent = 0
        self.holds = 0

    def schedule(self):
        self.current = self.tasks
        while self.current is not None:
            if self.current.is_blocked():
                self.current = self.current.link
            else:
                self.current = self.current.resume()

    def send(self, packet):
        target = self.table[packet.ident]
        self.sent += 1
        packet.ident = self.current.ident
        return target.add_packet(packet, self.current)

    def release(self, ident):
        task = self.table[ident]
        task.held = False
        if task.priority > self.current.priority:
            return task
        return self.current

    def hold(self):
        self.holds += 1
        self.current.held = True
        return self.current.link

    def wait(self):
        self.current.waiting = True
        return self.current


def run():
    scheduler = Scheduler()
    IdleTask(scheduler, 10000)
    queue = Packet(None, WORKER, WORK_PACKET)
    queue = Packet(queue, WORKER, WORK_PACKET)
    WorkerTask(scheduler, queue)
    for handler, device, priority in ((HANDLER_A, DEVICE_A, 2000), (HANDLER_B, DEVICE_B, 3000)):
        queue = None
        for _ in range(3):
            queue = Packet(queue, device, DEVICE_PACKET)
        HandlerTask(scheduler, handler, priority, queue)
    DeviceTask(scheduler, DEVICE_A, 4000)
    DeviceTask(scheduler, DEVICE_B, 5000)
    scheduler.schedule()
    return scheduler.sent, scheduler.holds


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    sent = 0
    holds = 0
    for _ in range(rounds):
        s, h = run()
        sent += s
        holds += h
    print("richards(%d): sent %d, held %d" % (rounds, sent, holds))


main()
