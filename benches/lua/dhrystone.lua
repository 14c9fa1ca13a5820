-- Twin of fl/dhrystone.py.
local byte, char, sub, floor = string.byte, string.char, string.sub, math.floor
local IDENT_1, IDENT_2, IDENT_3, IDENT_4, IDENT_5 = 1, 2, 3, 4, 5

local FIRST_STRING = "DHRYSTONE PROGRAM, 1'ST STRING"
local SECOND_STRING = "DHRYSTONE PROGRAM, 2'ND STRING"
local THIRD_STRING = "DHRYSTONE PROGRAM, 3'RD STRING"
local SOME_STRING = "DHRYSTONE PROGRAM, SOME STRING"

local Record = {}
Record.__index = Record

function Record.new(next_record, discr, enum_comp, int_comp, text)
  return setmetatable({ next_record = next_record, discr = discr, enum_comp = enum_comp,
                        int_comp = int_comp, text = text }, Record)
end

function Record:clone()
  return Record.new(self.next_record, self.discr, self.enum_comp, self.int_comp, self.text)
end

local function proc_7(par_1, par_2)
  return par_2 + par_1 + 2
end

local function func_1(char_1, char_2)
  if char_1 ~= char_2 then return IDENT_1 end
  return IDENT_2
end

local function func_3(enum)
  return enum == IDENT_3
end

local function zeros(n)
  local t = {}
  for i = 1, n do t[i] = 0 end
  return t
end

local Machine = {}
Machine.__index = Machine

function Machine.new()
  local array_2 = {}
  for i = 1, 51 do array_2[i] = zeros(51) end
  local next_record = Record.new(nil, 0, 0, 0, "")
  return setmetatable({
    int_glob = 0,
    bool_glob = false,
    char_1 = "\0",
    char_2 = "\0",
    array_1 = zeros(51),
    array_2 = array_2,
    next_record = next_record,
    record = Record.new(next_record, IDENT_1, IDENT_3, 40, SOME_STRING),
  }, Machine)
end

function Machine:run(loops)
  self.array_2[9][8] = 10
  local int_1, int_2, int_3 = 0, 0, 0
  local enum = IDENT_1
  for i = 0, loops - 1 do
    self:proc_5()
    self:proc_4()
    int_1 = 2
    int_2 = 3
    local text_2 = SECOND_STRING
    enum = IDENT_2
    self.bool_glob = not self:func_2(FIRST_STRING, text_2)
    while int_1 < int_2 do
      int_3 = 5 * int_1 - int_2
      int_3 = proc_7(int_1, int_2)
      int_1 = int_1 + 1
    end
    self:proc_8(self.array_1, self.array_2, int_1, int_3)
    self.record = self:proc_1(self.record)
    local code = 65
    while code <= byte(self.char_2) do
      if enum == func_1(char(code), "C") then
        enum = self:proc_6(IDENT_1)
        text_2 = THIRD_STRING
        int_2 = i
        self.int_glob = i
      end
      code = code + 1
    end
    int_2 = int_2 * int_1
    int_1 = floor(int_2 / int_3)
    int_2 = 7 * (int_2 - int_3) - int_1
    int_1 = self:proc_2(int_1)
  end
  return int_1, int_2, int_3, enum
end

function Machine:proc_1(record)
  local next_record = self.record:clone()
  record.next_record = next_record
  record.int_comp = 5
  next_record.int_comp = record.int_comp
  next_record.next_record = record.next_record
  next_record.next_record = self:proc_3(next_record.next_record)
  if next_record.discr == IDENT_1 then
    next_record.int_comp = 6
    next_record.enum_comp = self:proc_6(record.enum_comp)
    next_record.next_record = self.record.next_record
    next_record.int_comp = proc_7(next_record.int_comp, 10)
  else
    record = next_record:clone()
  end
  next_record.next_record = nil
  return record
end

function Machine:proc_2(value)
  local result = value + 10
  while true do
    local enum = IDENT_2
    if self.char_1 == "A" then
      result = result - 1
      value = result - self.int_glob
      enum = IDENT_1
    end
    if enum == IDENT_1 then return value end
  end
end

function Machine:proc_3(record)
  if self.record ~= nil then
    record = self.record.next_record
  else
    self.int_glob = 100
  end
  self.record.int_comp = proc_7(10, self.int_glob)
  return record
end

function Machine:proc_4()
  local flag = self.char_1 == "A"
  flag = flag or self.bool_glob
  self.char_2 = "B"
  return flag
end

function Machine:proc_5()
  self.char_1 = "A"
  self.bool_glob = false
end

function Machine:proc_6(enum)
  local result = enum
  if not func_3(enum) then result = IDENT_4 end
  if enum == IDENT_1 then
    result = IDENT_1
  elseif enum == IDENT_2 then
    result = self.int_glob > 100 and IDENT_1 or IDENT_4
  elseif enum == IDENT_3 then
    result = IDENT_2
  elseif enum == IDENT_5 then
    result = IDENT_3
  end
  return result
end

function Machine:proc_8(array_1, array_2, par_1, par_2)
  local where = par_1 + 5
  array_1[where + 1] = par_2
  array_1[where + 2] = array_1[where + 1]
  array_1[where + 31] = where
  local row = array_2[where + 1]
  for index = where, where + 1 do row[index + 1] = where end
  row[where] = row[where] + 1
  array_2[where + 21][where + 1] = array_1[where + 1]
  self.int_glob = 5
end

function Machine:func_2(text_1, text_2)
  local where = 1
  local ch = "\0"
  while where <= 1 do
    if func_1(sub(text_1, where + 1, where + 1), sub(text_2, where + 2, where + 2)) == IDENT_1 then
      ch = "A"
      where = where + 1
    else
      where = where + 3
    end
  end
  if "W" <= ch and ch <= "Z" then where = 7 end
  if ch == "X" then return true end
  if text_1 > text_2 then
    where = where + 7
    return true
  end
  return false
end

local loops = tonumber(arg[1]) or 5000000
local machine = Machine.new()
local int_1, int_2, int_3, enum = machine:run(loops)
print(string.format("dhrystone(%d): %d %d %d %d", loops, int_1, int_2, int_3, enum))
print(string.format("%d %s %s %d %d %d %d", machine.int_glob, machine.char_1, machine.char_2,
                    machine.array_1[9], machine.array_2[9][8], machine.record.int_comp,
                    machine.record.enum_comp))
