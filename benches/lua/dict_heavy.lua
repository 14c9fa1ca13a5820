-- Twin of fl/dict_heavy.py.
local function int_keys(n)
  local t = {}
  local size = 0
  local seed = 42
  for _ = 1, n do
    seed = (seed * 1309 + 13849) % 65536
    local old = t[seed]
    if old == nil then
      size = size + 1
      old = 0
    end
    t[seed] = old + 1
  end
  local total = 0
  for key, value in pairs(t) do total = total + key * value end
  return total, size
end

local function string_keys(n)
  local names = {}
  for i = 0, 999 do names[i] = "name" .. (i % 1000) end
  local t = {}
  for i = 0, n - 1 do
    local name = names[i * 7 % 1000]
    if t[name] ~= nil then
      t[name] = t[name] + i % 10
    else
      t[name] = 1
    end
  end
  local total = 0
  for i = 0, 999 do total = total + t[names[i]] end
  return total
end

local function churn(n)
  local t = {}
  local size, removed = 0, 0
  for i = 0, n - 1 do
    local key = i * 31 % 4099
    if t[key] == nil then size = size + 1 end
    t[key] = i
    key = i * 17 % 4099
    if t[key] ~= nil then
      removed = removed + t[key] % 3
      t[key] = nil
      size = size - 1
    end
  end
  return removed, size
end

local n = tonumber(arg[1]) or 15000000
local total, size = int_keys(n)
local names = string_keys(n)
local removed, left = churn(n)
print(string.format("dict_heavy(%d): %d %d %d %d %d", n, total, size, names, removed, left))
