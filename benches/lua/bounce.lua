-- Twin of fl/bounce.py.
local Random = {}
Random.__index = Random

function Random.new()
  return setmetatable({ seed = 74755 }, Random)
end

function Random:next()
  self.seed = (self.seed * 1309 + 13849) % 65536
  return self.seed
end

local Ball = {}
Ball.__index = Ball

function Ball.new(random)
  local x = random:next() % 500
  local y = random:next() % 500
  local dx = random:next() % 300 - 150
  local dy = random:next() % 300 - 150
  return setmetatable({ x = x, y = y, dx = dx, dy = dy }, Ball)
end

function Ball:bounce()
  local bounced = false
  self.x = self.x + self.dx
  self.y = self.y + self.dy
  if self.x > 500 then
    self.x = 500
    self.dx = -math.abs(self.dx)
    bounced = true
  end
  if self.x < 0 then
    self.x = 0
    self.dx = math.abs(self.dx)
    bounced = true
  end
  if self.y > 500 then
    self.y = 500
    self.dy = -math.abs(self.dy)
    bounced = true
  end
  if self.y < 0 then
    self.y = 0
    self.dy = math.abs(self.dy)
    bounced = true
  end
  return bounced
end

local function simulate(balls, frames)
  local bounces = 0
  for _ = 1, frames do
    for i = 1, #balls do
      if balls[i]:bounce() then bounces = bounces + 1 end
    end
  end
  return bounces
end

local rounds = tonumber(arg[1]) or 20000
local bounces = 0
for _ = 1, rounds do
  local random = Random.new()
  local balls = {}
  for i = 1, 100 do balls[i] = Ball.new(random) end
  bounces = bounces + simulate(balls, 50)
end
print(string.format("bounce(%d): bounces %d", rounds, bounces))
