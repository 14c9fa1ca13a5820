-- Twin of fl/queens.py.
local Board = {}
Board.__index = Board

local function filled(n, value)
  local t = {}
  for i = 1, n do t[i] = value end
  return t
end

function Board.new(size)
  return setmetatable({
    size = size,
    columns = filled(size, true),
    rising = filled(2 * size, true),
    falling = filled(2 * size, true),
    solutions = 0,
    weight = 0,
    placed = filled(size, 0),
  }, Board)
end

function Board:is_free(row, column)
  return self.columns[column + 1] and self.rising[row + column + 1]
    and self.falling[row - column + self.size + 1]
end

function Board:mark(row, column, free)
  self.columns[column + 1] = free
  self.rising[row + column + 1] = free
  self.falling[row - column + self.size + 1] = free
end

function Board:place(row)
  local size = self.size
  if row == size then
    self.solutions = self.solutions + 1
    self.weight = self.weight + self.placed[1] * 3 + self.placed[size]
    return
  end
  for column = 0, size - 1 do
    if self:is_free(row, column) then
      self:mark(row, column, false)
      self.placed[row + 1] = column
      self:place(row + 1)
      self:mark(row, column, true)
    end
  end
end

local rounds = tonumber(arg[1]) or 2000
local solutions, weight = 0, 0
for _ = 1, rounds do
  local board = Board.new(8)
  board:place(0)
  solutions = solutions + board.solutions
  weight = weight + board.weight
end
print(string.format("queens(%d): solutions %d, weight %d", rounds, solutions, weight))
