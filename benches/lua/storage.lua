-- Twin of fl/storage.py. A list of a given size is a table filled with false.
local Storage = {}
Storage.__index = Storage

function Storage.new()
  return setmetatable({ nodes = 0, slots = 0, seed = 74755 }, Storage)
end

function Storage:next()
  self.seed = (self.seed * 1309 + 13849) % 65536
  return self.seed
end

local function filled(n)
  local t = {}
  for i = 1, n do t[i] = false end
  return t
end

function Storage:build(depth)
  self.nodes = self.nodes + 1
  if depth == 1 then
    local size = self:next() % 10 + 1
    self.slots = self.slots + size
    return filled(size)
  end
  local children = filled(4)
  for i = 1, 4 do children[i] = self:build(depth - 1) end
  return children
end

local rounds = tonumber(arg[1]) or 3000
local nodes, slots = 0, 0
for _ = 1, rounds do
  local storage = Storage.new()
  storage:build(7)
  nodes = nodes + storage.nodes
  slots = slots + storage.slots
end
print(string.format("storage(%d): nodes %d, slots %d", rounds, nodes, slots))
