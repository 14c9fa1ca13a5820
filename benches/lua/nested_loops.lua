-- Twin of fl/nested_loops.py.
local function run(n)
  local total = 0
  for a = 0, n - 1 do
    for b = 0, n - 1 do
      for c = 0, n - 1 do
        for d = 0, n - 1 do
          total = total + a * b - c * d + 1
        end
      end
    end
  end
  return total
end

local n = tonumber(arg[1]) or 150
print(string.format("nested_loops(%d) = %d", n, run(n)))
