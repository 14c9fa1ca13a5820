//! Instructions of x86-64, as far as the quick generator makes them.

/// A register by its number.
pub type Reg = u8;

pub const RAX: Reg = 0;
pub const RCX: Reg = 1;
pub const RDX: Reg = 2;
pub const RBX: Reg = 3;
pub const RSP: Reg = 4;
pub const RBP: Reg = 5;
pub const RSI: Reg = 6;
pub const RDI: Reg = 7;
pub const R8: Reg = 8;
pub const R9: Reg = 9;
pub const R10: Reg = 10;
pub const R11: Reg = 11;
pub const R12: Reg = 12;
pub const R13: Reg = 13;
pub const R14: Reg = 14;
pub const R15: Reg = 15;

/// A condition by its number; its complement differs in the lowest bit.
pub type Cond = u8;

pub mod cond {
    use super::Cond;
    pub const OVERFLOW: Cond = 0;
    pub const BELOW: Cond = 2;
    pub const NOT_BELOW: Cond = 3;
    pub const EQUAL: Cond = 4;
    pub const NOT_EQUAL: Cond = 5;
    pub const ABOVE: Cond = 7;
    pub const SIGN: Cond = 8;
    pub const NOT_SIGN: Cond = 9;
    pub const PARITY: Cond = 10;
    pub const NOT_PARITY: Cond = 11;
    pub const LESS: Cond = 12;
    pub const NOT_LESS: Cond = 13;
    pub const NOT_GREATER: Cond = 14;
}

/// Two-operand arithmetic by its number.
#[derive(Copy, Clone)]
pub enum Alu {
    Add = 0,
    Or = 1,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shifts and rotations by their numbers.
#[derive(Copy, Clone)]
pub enum Shift {
    Rotl = 0,
    Rotr = 1,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// A word in memory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Mem {
    pub base: Reg,
    pub disp: i32,
}

pub fn mem(base: Reg, disp: i32) -> Mem {
    Mem { base, disp }
}

/// A place in the code.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Label(u32);

const UNBOUND: u32 = u32::MAX;

/// Code under construction.
#[derive(Default)]
pub struct Asm {
    bytes: Vec<u8>,
    labels: Vec<u32>,
    /// Where distances to labels go.
    fixups: Vec<(u32, Label)>,
}

impl Asm {
    pub fn label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    pub fn bind(&mut self, label: Label) {
        debug_assert_eq!(self.labels[label.0 as usize], UNBOUND);
        self.labels[label.0 as usize] = self.bytes.len() as u32;
    }

    pub fn offset(&self, label: Label) -> u32 {
        self.labels[label.0 as usize]
    }

    /// The code. All labels that are jumped to must be bound.
    pub fn finish(&mut self) -> &[u8] {
        for (at, label) in self.fixups.drain(..) {
            let target = self.labels[label.0 as usize];
            assert_ne!(target, UNBOUND, "a jump to nowhere");
            let distance = target as i32 - (at as i32 + 4);
            let at = at as usize;
            self.bytes[at..at + 4].copy_from_slice(&distance.to_le_bytes());
        }
        &self.bytes
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn imm32(&mut self, imm: i32) {
        self.bytes.extend(imm.to_le_bytes());
    }

    /// Prefix, opcode and operands: a register (or opcode extension) and a register.
    fn rr(&mut self, prefix: Option<u8>, wide: bool, opcode: &[u8], reg: Reg, rm: Reg) {
        self.bytes.extend(prefix);
        let rex = 0x40 | u8::from(wide) << 3 | reg >> 3 << 2 | rm >> 3;
        if rex != 0x40 {
            self.byte(rex);
        }
        self.bytes.extend(opcode);
        self.byte(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /// The same with a register and memory.
    fn rm(&mut self, prefix: Option<u8>, wide: bool, opcode: &[u8], reg: Reg, m: Mem) {
        self.bytes.extend(prefix);
        let rex = 0x40 | u8::from(wide) << 3 | reg >> 3 << 2 | m.base >> 3;
        if rex != 0x40 {
            self.byte(rex);
        }
        self.bytes.extend(opcode);
        let short = i8::try_from(m.disp);
        let mode = match short {
            Ok(0) if m.base & 7 != RBP => 0,
            Ok(_) => 0x40,
            Err(_) => 0x80,
        };
        self.byte(mode | (reg & 7) << 3 | m.base & 7);
        if m.base & 7 == RSP {
            self.byte(0x24);
        }
        match (mode, short) {
            (0x40, Ok(disp)) => self.byte(disp as u8),
            (0x80, _) => self.imm32(m.disp),
            _ => {}
        }
    }

    pub fn mov(&mut self, to: Reg, from: Reg) {
        if to != from {
            self.rr(None, true, &[0x89], from, to);
        }
    }

    /// A constant. Leaves the flags alone.
    pub fn mov_imm(&mut self, to: Reg, bits: u64) {
        if u32::try_from(bits).is_ok() {
            if to >= 8 {
                self.byte(0x41);
            }
            self.byte(0xB8 | to & 7);
            self.imm32(bits as i32);
        } else if let Ok(imm) = i32::try_from(bits as i64) {
            self.rr(None, true, &[0xC7], 0, to);
            self.imm32(imm);
        } else {
            self.byte(0x48 | to >> 3);
            self.byte(0xB8 | to & 7);
            self.bytes.extend(bits.to_le_bytes());
        }
    }

    pub fn load(&mut self, to: Reg, m: Mem) {
        self.rm(None, true, &[0x8B], to, m);
    }

    pub fn store(&mut self, m: Mem, from: Reg) {
        self.rm(None, true, &[0x89], from, m);
    }

    /// Stores a sign-extended constant.
    pub fn store_imm(&mut self, m: Mem, imm: i32) {
        self.rm(None, true, &[0xC7], 0, m);
        self.imm32(imm);
    }

    pub fn store_imm32(&mut self, m: Mem, imm: i32) {
        self.rm(None, false, &[0xC7], 0, m);
        self.imm32(imm);
    }

    /// Half a word, zero-extended.
    pub fn load32(&mut self, to: Reg, m: Mem) {
        self.rm(None, false, &[0x8B], to, m);
    }

    /// A byte, zero-extended.
    pub fn load8(&mut self, to: Reg, m: Mem) {
        self.rm(None, false, &[0x0F, 0xB6], to, m);
    }

    /// Stores the low byte of `rax`, `rcx` or `rdx`.
    pub fn store8(&mut self, m: Mem, from: Reg) {
        debug_assert!(from < 4);
        self.rm(None, false, &[0x88], from, m);
    }

    pub fn lea(&mut self, to: Reg, m: Mem) {
        self.rm(None, true, &[0x8D], to, m);
    }

    /// `to := base + 2 * index`.
    pub fn lea_double(&mut self, to: Reg, base: Reg, index: Reg) {
        debug_assert!(index != RSP);
        self.byte(0x48 | to >> 3 << 2 | index >> 3 << 1 | base >> 3);
        self.byte(0x8D);
        // A displacement of 0, which some bases need.
        self.byte(0x44 | (to & 7) << 3);
        self.byte(0x40 | (index & 7) << 3 | base & 7);
        self.byte(0);
    }

    pub fn alu(&mut self, op: Alu, to: Reg, with: Reg) {
        self.rr(None, true, &[(op as u8) << 3 | 1], with, to);
    }

    pub fn alu_mem(&mut self, op: Alu, to: Reg, with: Mem) {
        self.rm(None, true, &[(op as u8) << 3 | 3], to, with);
    }

    pub fn alu_imm(&mut self, op: Alu, to: Reg, imm: i32) {
        match i8::try_from(imm) {
            Ok(short) => {
                self.rr(None, true, &[0x83], op as u8, to);
                self.byte(short as u8);
            }
            Err(_) => {
                self.rr(None, true, &[0x81], op as u8, to);
                self.imm32(imm);
            }
        }
    }

    /// Arithmetic on a word in memory.
    pub fn mem_alu_imm(&mut self, op: Alu, m: Mem, imm: i32) {
        match i8::try_from(imm) {
            Ok(short) => {
                self.rm(None, true, &[0x83], op as u8, m);
                self.byte(short as u8);
            }
            Err(_) => {
                self.rm(None, true, &[0x81], op as u8, m);
                self.imm32(imm);
            }
        }
    }

    pub fn mem_add(&mut self, m: Mem, with: Reg) {
        self.rm(None, true, &[0x01], with, m);
    }

    pub fn cmp_mem8_imm(&mut self, m: Mem, imm: u8) {
        self.rm(None, false, &[0x80], Alu::Cmp as u8, m);
        self.byte(imm);
    }

    pub fn cmp_mem32_imm(&mut self, m: Mem, imm: i32) {
        self.rm(None, false, &[0x81], Alu::Cmp as u8, m);
        self.imm32(imm);
    }

    pub fn test_mem8_imm(&mut self, m: Mem, imm: u8) {
        self.rm(None, false, &[0xF6], 0, m);
        self.byte(imm);
    }

    /// Tests the low byte.
    pub fn test8_imm(&mut self, reg: Reg, imm: u8) {
        // The prefix makes it the low byte for all registers.
        self.byte(0x40 | reg >> 3);
        self.byte(0xF6);
        self.byte(0xC0 | reg & 7);
        self.byte(imm);
    }

    pub fn test(&mut self, a: Reg, b: Reg) {
        self.rr(None, true, &[0x85], a, b);
    }

    /// Carry := bit number `index` (modulo 32) of `bits`.
    pub fn bit_test32(&mut self, bits: Reg, index: Reg) {
        self.rr(None, false, &[0x0F, 0xA3], index, bits);
    }

    pub fn clear_bit(&mut self, reg: Reg, bit: u8) {
        self.rr(None, true, &[0x0F, 0xBA], 6, reg);
        self.byte(bit);
    }

    pub fn flip_bit(&mut self, reg: Reg, bit: u8) {
        self.rr(None, true, &[0x0F, 0xBA], 7, reg);
        self.byte(bit);
    }

    pub fn shift(&mut self, op: Shift, reg: Reg, by: u8) {
        if by != 0 {
            self.rr(None, true, &[0xC1], op as u8, reg);
            self.byte(by);
        }
    }

    pub fn shift_by_cl(&mut self, op: Shift, reg: Reg) {
        self.rr(None, true, &[0xD3], op as u8, reg);
    }

    pub fn imul(&mut self, to: Reg, with: Reg) {
        self.rr(None, true, &[0x0F, 0xAF], to, with);
    }

    /// `rax := rdx:rax / by`, `rdx :=` the remainder, of `rax` extended.
    pub fn divide(&mut self, by: Reg) {
        self.bytes.extend([0x48, 0x99]);
        self.rr(None, true, &[0xF7], 7, by);
    }

    pub fn dec(&mut self, reg: Reg) {
        self.rr(None, true, &[0xFF], 1, reg);
    }

    /// The low byte of `rax`, `rcx` or `rdx` becomes 1 or 0.
    pub fn set(&mut self, cond: Cond, reg: Reg) {
        debug_assert!(reg < 4);
        self.rr(None, false, &[0x0F, 0x90 | cond], 0, reg);
    }

    /// Zero-extends the low byte of `rax`, `rcx` or `rdx`.
    pub fn extend8(&mut self, to: Reg, from: Reg) {
        debug_assert!(from < 4);
        self.rr(None, false, &[0x0F, 0xB6], to, from);
    }

    pub fn cmov(&mut self, cond: Cond, to: Reg, from: Reg) {
        self.rr(None, true, &[0x0F, 0x40 | cond], to, from);
    }

    pub fn jump_if(&mut self, cond: Cond, target: Label) {
        self.bytes.extend([0x0F, 0x80 | cond]);
        self.fixups.push((self.bytes.len() as u32, target));
        self.imm32(0);
    }

    pub fn jump(&mut self, target: Label) {
        self.byte(0xE9);
        self.fixups.push((self.bytes.len() as u32, target));
        self.imm32(0);
    }

    pub fn jump_mem(&mut self, m: Mem) {
        self.rm(None, false, &[0xFF], 4, m);
    }

    pub fn call(&mut self, target: Reg) {
        self.rr(None, false, &[0xFF], 2, target);
    }

    pub fn push(&mut self, reg: Reg) {
        if reg >= 8 {
            self.byte(0x41);
        }
        self.byte(0x50 | reg & 7);
    }

    pub fn pop(&mut self, reg: Reg) {
        if reg >= 8 {
            self.byte(0x41);
        }
        self.byte(0x58 | reg & 7);
    }

    pub fn ret(&mut self) {
        self.byte(0xC3);
    }

    // Floats: registers `xmm0` and `xmm1`.

    pub fn move_to_float(&mut self, xmm: Reg, from: Reg) {
        self.rr(Some(0x66), true, &[0x0F, 0x6E], xmm, from);
    }

    pub fn move_from_float(&mut self, to: Reg, xmm: Reg) {
        self.rr(Some(0x66), true, &[0x0F, 0x7E], xmm, to);
    }

    /// `addsd` and its like, by opcode.
    pub fn float_op(&mut self, opcode: u8, to: Reg, with: Reg) {
        self.rr(Some(0xF2), false, &[0x0F, opcode], to, with);
    }

    pub fn float_compare(&mut self, a: Reg, b: Reg) {
        self.rr(Some(0x66), false, &[0x0F, 0x2E], a, b);
    }

    pub fn float_round(&mut self, xmm: Reg, mode: u8) {
        self.rr(Some(0x66), false, &[0x0F, 0x3A, 0x0B], xmm, xmm);
        self.byte(mode);
    }

    pub fn int_to_float(&mut self, xmm: Reg, from: Reg) {
        self.rr(Some(0xF2), true, &[0x0F, 0x2A], xmm, from);
    }

    pub fn float_to_int(&mut self, to: Reg, xmm: Reg) {
        self.rr(Some(0xF2), true, &[0x0F, 0x2C], to, xmm);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_encoded() {
        let mut a = Asm::default();
        a.load(RBX, mem(R14, -8));
        a.load(R12, mem(RSP, 0));
        a.store(mem(R13, 0), RAX);
        a.mov_imm(RDI, u64::MAX);
        a.test8_imm(RSI, 3);
        a.lea_double(RAX, R13, R9);
        a.int_to_float(0, R8);
        let expected: &[u8] = &[
            0x49, 0x8B, 0x5E, 0xF8, // mov rbx, [r14 - 8]
            0x4C, 0x8B, 0x24, 0x24, // mov r12, [rsp]
            0x49, 0x89, 0x45, 0x00, // mov [r13], rax
            0x48, 0xC7, 0xC7, 0xFF, 0xFF, 0xFF, 0xFF, // mov rdi, -1
            0x40, 0xF6, 0xC6, 0x03, // test sil, 3
            0x4B, 0x8D, 0x44, 0x4D, 0x00, // lea rax, [r13 + 2 * r9]
            0xF2, 0x49, 0x0F, 0x2A, 0xC0, // cvtsi2sd xmm0, r8
        ];
        assert_eq!(a.finish(), expected);
    }
}
