"""A synthetic mix after Dhrystone 2.1: records, strings, arrays, small procedures."""
import sys

IDENT_1 = 1
IDENT_2 = 2
IDENT_3 = 3
IDENT_4 = 4
IDENT_5 = 5

FIRST_STRING = "DHRYSTONE PROGRAM, 1'ST STRING"
SECOND_STRING = "DHRYSTONE PROGRAM, 2'ND STRING"
THIRD_STRING = "DHRYSTONE PROGRAM, 3'RD STRING"
SOME_STRING = "DHRYSTONE PROGRAM, SOME STRING"


class Record:
    def __init__(self, next_record=None, discr=0, enum_comp=0, int_comp=0, text=""):
        self.next_record = next_record
        self.discr = discr
        self.enum_comp = enum_comp
        self.int_comp = int_comp
        self.text = text

    def clone(self):
        return Record(self.next_record, self.discr, self.enum_comp, self.int_comp, self.text)


class Machine:
    def __init__(self):
        self.int_glob = 0
        self.bool_glob = False
        self.char_1 = "\0"
        self.char_2 = "\0"
        self.array_1 = [0] * 51
        self.array_2 = [[0] * 51 for _ in range(51)]
        self.next_record = Record()
        self.record = Record(self.next_record, IDENT_1, IDENT_3, 40, SOME_STRING)

    def run(self, loops):
        self.array_2[8][7] = 10
        int_1 = int_2 = int_3 = 0
        enum = IDENT_1
        for i in range(loops):
            self.proc_5()
            self.proc_4()
            int_1 = 2
            int_2 = 3
            text_2 = SECOND_STRING
            enum = IDENT_2
            self.bool_glob = not self.func_2(FIRST_STRING, text_2)
            while int_1 < int_2:
                int_3 = 5 * int_1 - int_2
                int_3 = proc_7(int_1, int_2)
                int_1 += 1
            self.proc_8(self.array_1, self.array_2, int_1, int_3)
            self.record = self.proc_1(self.record)
            code = 65
            while code <= ord(self.char_2):
                if enum == func_1(chr(code), "C"):
                    enum = self.proc_6(IDENT_1)
                    text_2 = THIRD_STRING
                    int_2 = i
                    self.int_glob = i
                code += 1
            int_2 = int_2 * int_1
            int_1 = int_2 // int_3
            int_2 = 7 * (int_2 - int_3) - int_1
            int_1 = self.proc_2(int_1)
        return int_1, int_2, int_3, enum

    def proc_1(self, record):
        next_record = self.record.clone()
        record.next_record = next_record
        record.int_comp = 5
        next_record.int_comp = record.int_comp
        next_record.next_record = record.next_record
        next_record.next_record = self.proc_3(next_record.next_record)
        if next_record.discr == IDENT_1:
            next_record.int_comp = 6
            next_record.enum_comp = self.proc_6(record.enum_comp)
            next_record.next_record = self.record.next_record
            next_record.int_comp = proc_7(next_record.int_comp, 10)
        else:
            record = next_record.clone()
        next_record.next_record = None
        return record

    def proc_2(self, value):
        result = value + 10
        while True:
            if self.char_1 == "A":
                result -= 1
                value = result - self.int_glob
                enum = IDENT_1
            else:
                enum = IDENT_2
            if enum == IDENT_1:
                return value

    def proc_3(self, record):
        if self.record is not None:
            record = self.record.next_record
        else:
            self.int_glob = 100
        self.record.int_comp = proc_7(10, self.int_glob)
        return record

    def proc_4(self):
        flag = self.char_1 == "A"
        flag = flag or self.bool_glob
        self.char_2 = "B"
        return flag

    def proc_5(self):
        self.char_1 = "A"
        self.bool_glob = False

    def proc_6(self, enum):
        result = enum
        if not func_3(enum):
            result = IDENT_4
        if enum == IDENT_1:
            result = IDENT_1
        elif enum == IDENT_2:
            result = IDENT_1 if self.int_glob > 100 else IDENT_4
        elif enum == IDENT_3:
            result = IDENT_2
        elif enum == IDENT_5:
            result = IDENT_3
        return result

    def proc_8(self, array_1, array_2, par_1, par_2):
        where = par_1 + 5
        array_1[where] = par_2
        array_1[where + 1] = array_1[where]
        array_1[where + 30] = where
        row = array_2[where]
        for index in range(where, where + 2):
            row[index] = where
        row[where - 1] += 1
        array_2[where + 20][where] = array_1[where]
        self.int_glob = 5

    def func_2(self, text_1, text_2):
        where = 1
        char = "\0"
        while where <= 1:
            if func_1(text_1[where], text_2[where + 1]) == IDENT_1:
                char = "A"
                where += 1
            else:
                where += 3
        if "W" <= char <= "Z":
            where = 7
        if char == "X":
            return True
        if text_1 > text_2:
            where += 7
            return True
        return False


def proc_7(par_1, par_2):
    return par_2 + par_1 + 2


def func_1(char_1, char_2):
    if char_1 != char_2:
        return IDENT_1
    return IDENT_2


def func_3(enum):
    return enum == IDENT_3


def main():
    loops = int(sys.argv[1]) if len(sys.argv) > 1 else 5000000
    machine = Machine()
    int_1, int_2, int_3, enum = machine.run(loops)
    print("dhrystone(%d): %d %d %d %d" % (loops, int_1, int_2, int_3, enum))
    print("%d %s %s %d %d %d %d" % (machine.int_glob, machine.char_1, machine.char_2,
                                    machine.array_1[8], machine.array_2[8][7],
                                    machine.record.int_comp, machine.record.enum_comp))


main()
