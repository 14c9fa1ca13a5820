-- Twin of fl/calls.py.
local function add(a, b)
  return a + b
end

local function clamp(x, limit)
  limit = limit or 1000000
  if x >= limit then return x - limit end
  return x
end

local Counter = {}
Counter.__index = Counter

function Counter.new(step)
  return setmetatable({ step = step, count = 0 }, Counter)
end

function Counter:bump(by)
  self.count = clamp(self.count + self:get_step() * by)
  return self.count
end

function Counter:get_step()
  return self.step
end

local function make_adder(k)
  return function(x) return x + k end
end

local function run(n)
  local counter = Counter.new(3)
  local by_seven = make_adder(7)
  local x = 0
  for i = 0, n - 1 do
    x = clamp(add(x, i % 5))
    x = clamp(by_seven(x))
    if counter:bump(2) % 2 == 1 then
      x = add(x, 1)
    end
  end
  return x, counter.count
end

local n = tonumber(arg[1]) or 300000007
local x, count = run(n)
print(string.format("calls(%d) = %d %d", n, x, count))
