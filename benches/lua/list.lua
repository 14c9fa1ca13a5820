-- Twin of fl/list.py.
local Cell = {}
Cell.__index = Cell

local function cell(value, tail)
  return setmetatable({ value = value, tail = tail }, Cell)
end

function Cell:length()
  local n = 1
  local c = self.tail
  while c ~= nil do
    n = n + 1
    c = c.tail
  end
  return n
end

local function make_list(length)
  if length == 0 then return nil end
  return cell(length, make_list(length - 1))
end

local function is_shorter(a, b)
  while b ~= nil do
    if a == nil then return true end
    a = a.tail
    b = b.tail
  end
  return false
end

local function tak(x, y, z)
  if is_shorter(y, x) then
    return (tak(tak(x.tail, y, z), tak(y.tail, z, x), tak(z.tail, x, y)))
  end
  return z
end

local rounds = tonumber(arg[1]) or 2500
local total = 0
for _ = 1, rounds do
  total = total + tak(make_list(15), make_list(10), make_list(6)):length()
end
print(string.format("list(%d) = %d", rounds, total))
