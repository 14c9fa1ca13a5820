-- Twin of fl/mandelbrot.py.
local function mandelbrot(size, limit)
  local inside, steps = 0, 0
  for py = 0, size - 1 do
    local ci = 2.0 * py / size - 1.0
    for px = 0, size - 1 do
      local cr = 2.0 * px / size - 1.5
      local zr, zi, zr2, zi2 = 0.0, 0.0, 0.0, 0.0
      local k = 0
      while k < limit and zr2 + zi2 <= 4.0 do
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
        zr2 = zr * zr
        zi2 = zi * zi
        k = k + 1
      end
      steps = steps + k
      if k == limit then inside = inside + 1 end
    end
  end
  return inside, steps
end

local size = tonumber(arg[1]) or 1200
local inside, steps = mandelbrot(size, 200)
print(string.format("mandelbrot(%d): inside %d, steps %d", size, inside, steps))
