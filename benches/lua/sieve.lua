-- Twin of fl/sieve.py.
local function sieve(limit)
  local flags = {}
  for i = 1, limit do flags[i] = true end
  local count = 0
  for i = 2, limit do
    if flags[i] then
      count = count + 1
      local k = i + i
      while k <= limit do
        flags[k] = false
        k = k + i
      end
    end
  end
  return count
end

local rounds = tonumber(arg[1]) or 1000
local total = 0
for _ = 1, rounds do total = total + sieve(100000) end
print(string.format("sieve(%d) = %d", rounds, total))
