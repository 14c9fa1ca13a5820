-- Twin of fl/richards.py.
local floor = math.floor
local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local DEVICE_PACKET, WORK_PACKET = 0, 1
local PAYLOAD = 4

local Packet = {}
Packet.__index = Packet

function Packet.new(link, ident, kind)
  return setmetatable({ link = link, ident = ident, kind = kind, datum = 0,
                        data = { 0, 0, 0, 0 } }, Packet)
end

function Packet:append_to(queue)
  self.link = nil
  if queue == nil then return self end
  local last = queue
  while last.link ~= nil do last = last.link end
  last.link = self
  return queue
end

local Task = {}

local function subclass()
  local class = setmetatable({}, { __index = Task })
  class.__index = class
  return class
end

local function new_task(class, scheduler, ident, priority, queue, runnable)
  local self = setmetatable({
    scheduler = scheduler, ident = ident, priority = priority, queue = queue,
    link = scheduler.tasks, held = false, waiting = not runnable, pending = queue ~= nil,
  }, class)
  scheduler.tasks = self
  scheduler.table[ident] = self
  return self
end

function Task:is_blocked()
  return self.held or (self.waiting and not self.pending)
end

function Task:add_packet(packet, current)
  if self.queue == nil then
    self.queue = packet
    packet.link = nil
    self.pending = true
    if self.priority > current.priority then return self end
  else
    self.queue = packet:append_to(self.queue)
  end
  return current
end

function Task:resume()
  local packet = nil
  if self.waiting and self.pending then
    packet = self.queue
    self.queue = packet.link
    self.waiting = false
    self.pending = self.queue ~= nil
  end
  return self:run(packet)
end

local IdleTask = subclass()

function IdleTask.new(scheduler, rounds)
  local self = new_task(IdleTask, scheduler, IDLE, 0, nil, true)
  self.control = 1
  self.left = rounds
  return self
end

-- LuaJIT has a library for it, Lua 5.4 an operator that LuaJIT cannot parse.
local bxor = bit and bit.bxor or load("return function(a, b) return a ~ b end")()

function IdleTask:run(_)
  self.left = self.left - 1
  if self.left == 0 then return self.scheduler:hold() end
  if self.control % 2 == 0 then
    self.control = floor(self.control / 2)
    return self.scheduler:release(DEVICE_A)
  end
  self.control = bxor(floor(self.control / 2), 0xD008)
  return self.scheduler:release(DEVICE_B)
end

local WorkerTask = subclass()

function WorkerTask.new(scheduler, queue)
  local self = new_task(WorkerTask, scheduler, WORKER, 1000, queue, false)
  self.destination = HANDLER_A
  self.letter = 0
  return self
end

function WorkerTask:run(packet)
  if packet == nil then return self.scheduler:wait() end
  if self.destination == HANDLER_A then
    self.destination = HANDLER_B
  else
    self.destination = HANDLER_A
  end
  packet.ident = self.destination
  packet.datum = 0
  for i = 1, PAYLOAD do
    self.letter = self.letter + 1
    if self.letter > 26 then self.letter = 1 end
    packet.data[i] = 64 + self.letter
  end
  return self.scheduler:send(packet)
end

local HandlerTask = subclass()

function HandlerTask.new(scheduler, ident, priority, queue)
  local self = new_task(HandlerTask, scheduler, ident, priority, queue, false)
  self.work = nil
  self.devices = nil
  return self
end

function HandlerTask:run(packet)
  if packet ~= nil then
    if packet.kind == WORK_PACKET then
      self.work = packet:append_to(self.work)
    else
      self.devices = packet:append_to(self.devices)
    end
  end
  local work = self.work
  if work ~= nil then
    local done = work.datum
    if done >= PAYLOAD then
      self.work = work.link
      return self.scheduler:send(work)
    end
    if self.devices ~= nil then
      local device = self.devices
      self.devices = device.link
      device.datum = work.data[done + 1]
      work.datum = done + 1
      return self.scheduler:send(device)
    end
  end
  return self.scheduler:wait()
end

local DeviceTask = subclass()

function DeviceTask.new(scheduler, ident, priority)
  local self = new_task(DeviceTask, scheduler, ident, priority, nil, false)
  self.current = nil
  return self
end

function DeviceTask:run(packet)
  if packet == nil then
    if self.current == nil then return self.scheduler:wait() end
    local done = self.current
    self.current = nil
    return self.scheduler:send(done)
  end
  self.current = packet
  return self.scheduler:hold()
end

local Scheduler = {}
Scheduler.__index = Scheduler

function Scheduler.new()
  return setmetatable({ tasks = nil, table = {}, current = nil, sent = 0, holds = 0 }, Scheduler)
end

function Scheduler:schedule()
  self.current = self.tasks
  while self.current ~= nil do
    if self.current:is_blocked() then
      self.current = self.current.link
    else
      self.current = self.current:resume()
    end
  end
end

function Scheduler:send(packet)
  local target = self.table[packet.ident]
  self.sent = self.sent + 1
  packet.ident = self.current.ident
  return target:add_packet(packet, self.current)
end

function Scheduler:release(ident)
  local task = self.table[ident]
  task.held = false
  if task.priority > self.current.priority then return task end
  return self.current
end

function Scheduler:hold()
  self.holds = self.holds + 1
  self.current.held = true
  return self.current.link
end

function Scheduler:wait()
  self.current.waiting = true
  return self.current
end

local function run()
  local scheduler = Scheduler.new()
  IdleTask.new(scheduler, 10000)
  local queue = Packet.new(nil, WORKER, WORK_PACKET)
  queue = Packet.new(queue, WORKER, WORK_PACKET)
  WorkerTask.new(scheduler, queue)
  local set_up = { { HANDLER_A, DEVICE_A, 2000 }, { HANDLER_B, DEVICE_B, 3000 } }
  for _, s in ipairs(set_up) do
    queue = nil
    for _ = 1, 3 do queue = Packet.new(queue, s[2], DEVICE_PACKET) end
    HandlerTask.new(scheduler, s[1], s[3], queue)
  end
  DeviceTask.new(scheduler, DEVICE_A, 4000)
  DeviceTask.new(scheduler, DEVICE_B, 5000)
  scheduler:schedule()
  return scheduler.sent, scheduler.holds
end

local rounds = tonumber(arg[1]) or 600
local sent, holds = 0, 0
for _ = 1, rounds do
  local s, h = run()
  sent = sent + s
  holds = holds + h
end
print(string.format("richards(%d): sent %d, held %d", rounds, sent, holds))
