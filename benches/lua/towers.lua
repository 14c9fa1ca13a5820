-- Twin of fl/towers.py.
local Towers = {}
Towers.__index = Towers

function Towers.new(height)
  local self = setmetatable({ piles = { nil, nil, nil }, moves = 0 }, Towers)
  for size = height, 0, -1 do self:push({ size = size, below = nil }, 0) end
  return self
end

function Towers:push(disc, pile)
  local top = self.piles[pile + 1]
  if top ~= nil and disc.size >= top.size then
    error("a bigger disc on a smaller one")
  end
  disc.below = top
  self.piles[pile + 1] = disc
end

function Towers:pop(pile)
  local top = self.piles[pile + 1]
  if top == nil then error("no disc on this pile") end
  self.piles[pile + 1] = top.below
  top.below = nil
  return top
end

function Towers:move_top(source, target)
  self:push(self:pop(source), target)
  self.moves = self.moves + 1
end

function Towers:move(discs, source, target)
  if discs == 1 then
    self:move_top(source, target)
    return
  end
  local other = 3 - source - target
  self:move(discs - 1, source, other)
  self:move_top(source, target)
  self:move(discs - 1, other, target)
end

local rounds = tonumber(arg[1]) or 2000
local moves = 0
for _ = 1, rounds do
  local towers = Towers.new(13)
  towers:move(13, 0, 1)
  moves = moves + towers.moves
end
print(string.format("towers(%d): moves %d", rounds, moves))
