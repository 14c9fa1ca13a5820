-- Twin of fl/permute.py.
local Permuter = {}
Permuter.__index = Permuter

function Permuter.new(size)
  local values = {}
  for i = 1, size do values[i] = i - 1 end
  return setmetatable({ values = values, count = 0, mix = 0 }, Permuter)
end

function Permuter:swap(i, j)
  local values = self.values
  local t = values[i + 1]
  values[i + 1] = values[j + 1]
  values[j + 1] = t
end

function Permuter:permute(n)
  self.count = self.count + 1
  if n ~= 0 then
    local last = n - 1
    self:permute(last)
    for i = last, 0, -1 do
      self:swap(last, i)
      self:permute(last)
      self:swap(last, i)
    end
  else
    self.mix = (self.mix * 31 + self.values[1]) % 1000003
  end
end

local rounds = tonumber(arg[1]) or 300
local count, mix = 0, 0
for _ = 1, rounds do
  local p = Permuter.new(7)
  p:permute(7)
  count = count + p.count
  mix = (mix + p.mix) % 1000003
end
print(string.format("permute(%d): calls %d, mix %d", rounds, count, mix))
