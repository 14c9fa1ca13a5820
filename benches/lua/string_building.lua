-- Twin of fl/string_building.py.
local byte, char, sub = string.byte, string.char, string.sub

local function checksum(text)
  local h = 7
  for i = 1, #text do
    h = (h * 31 + byte(text, i)) % 65521
  end
  return h
end

local function words(i)
  local parts = {}
  for k = 0, 19 do parts[#parts + 1] = tostring(i * 20 + k) end
  return table.concat(parts, ",")
end

local function reverse_by_adding(text)
  local out = ""
  for i = 1, #text do
    out = sub(text, i, i) .. out
  end
  return out
end

local function caesar(text, shift)
  local out = {}
  for i = 1, #text do
    local code = byte(text, i)
    if 48 <= code and code <= 57 then
      code = 48 + (code - 48 + shift) % 10
    end
    out[#out + 1] = char(code)
  end
  return table.concat(out)
end

local function split(text)
  local fields = {}
  for field in text:gmatch("[^,]+") do fields[#fields + 1] = field end
  return fields
end

local n = tonumber(arg[1]) or 60000
local total, length = 0, 0
for i = 0, n - 1 do
  local text = words(i)
  length = length + #text
  total = (total + checksum(reverse_by_adding(sub(text, 1, 60)))) % 1000003
  total = (total + checksum(caesar(text, i % 10))) % 1000003
  local fields = split(text)
  total = total + #fields + tonumber(fields[i % 20 + 1]) % 17
  local line = string.format("[%5d|%s|%x]", i, fields[1], i)
  line = line:gsub("|", "::")
  total = total + #line:upper()
  local at = text:find("99", 1, true)
  if at then total = total + at - 1 end
end
print(string.format("string_building(%d): %d %d", n, length, total))
