-- Twin of fl/spectral_norm.py.
local floor = math.floor

local function entry(i, j)
  return 1.0 / (floor((i + j) * (i + j + 1) / 2) + i + 1)
end

local function times(n, v, out)
  for i = 0, n - 1 do
    local total = 0.0
    for j = 0, n - 1 do total = total + entry(i, j) * v[j + 1] end
    out[i + 1] = total
  end
end

local function times_transposed(n, v, out)
  for i = 0, n - 1 do
    local total = 0.0
    for j = 0, n - 1 do total = total + entry(j, i) * v[j + 1] end
    out[i + 1] = total
  end
end

local n = tonumber(arg[1]) or 2500
local u, v, tmp = {}, {}, {}
for i = 1, n do
  u[i] = 1.0
  v[i] = 0.0
  tmp[i] = 0.0
end
for _ = 1, 10 do
  times(n, u, tmp)
  times_transposed(n, tmp, v)
  times(n, v, tmp)
  times_transposed(n, tmp, u)
end
local uv, vv = 0.0, 0.0
for i = 1, n do
  uv = uv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("%.9f", math.sqrt(uv / vv)))
