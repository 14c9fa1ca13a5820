-- Twin of fl/binary_trees.py.
local function make(depth)
  if depth == 0 then return { left = nil, right = nil } end
  depth = depth - 1
  return { left = make(depth), right = make(depth) }
end

local function check(node)
  if node.left == nil then return 1 end
  return 1 + check(node.left) + check(node.right)
end

local n = tonumber(arg[1]) or 16
local smallest = 4
local deepest = math.max(smallest + 2, n)
print(string.format("stretch tree of depth %d\t check: %d", deepest + 1, check(make(deepest + 1))))
local long_lived = make(deepest)
for depth = smallest, deepest, 2 do
  local rounds = 2 ^ (deepest - depth + smallest)
  local total = 0
  for _ = 1, rounds do total = total + check(make(depth)) end
  print(string.format("%d\t trees of depth %d\t check: %d", rounds, depth, total))
end
print(string.format("long lived tree of depth %d\t check: %d", deepest, check(long_lived)))
