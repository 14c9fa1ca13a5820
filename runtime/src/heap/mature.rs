//! The mature space: objects that survived, in blocks of one size class each.
//!
//! ```text
//!  chunk (2 MiB): 64 blocks, each at a multiple of its size
//!  block (32 KiB): | Block: class, reciprocal, mark bits | cell | cell | ... |
//! ```
//! Objects never move, so machine code may hold their addresses. Between
//! collections a cell's mark bit says that it is occupied. Sweeping is lazy: a
//! full collection leaves the mark bits, and the allocator later takes the
//! runs of unmarked cells of one block after the other, bumping through each
//! run. Dead objects are never touched; wholly empty blocks go back to the
//! pool, and from there to the system.

use super::os;

pub const BLOCK_BYTES: usize = 32 << 10;
const CHUNK_BYTES: usize = 2 << 20;
const BLOCKS_PER_CHUNK: usize = CHUNK_BYTES / BLOCK_BYTES;
const MARK_WORDS: usize = 32;
/// From this many chunks on the heap is large enough for large pages.
const LARGE_PAGE_CHUNKS_MIN: usize = 8;

/// What a block starts with.
#[repr(C)]
pub struct Block {
    cell_bytes: u32,
    cells: u32,
    /// `ceil(2^32 / cell_bytes)`: turns a division into a multiplication.
    reciprocal: u32,
    class: u8,
    /// Marking ran out of stack for some object of this block.
    pub overflowed: bool,
    marks: [u64; MARK_WORDS],
    /// Index in `Mature::blocks`.
    slot: u32,
    pad: u32,
}

const HEAD_BYTES: usize = size_of::<Block>();
const PAYLOAD_BYTES: usize = BLOCK_BYTES - HEAD_BYTES;
const _: () = assert!(PAYLOAD_BYTES / 16 <= MARK_WORDS * 64 && HEAD_BYTES.is_multiple_of(8));

/// Largest object of the mature space; what is larger is a large object.
pub const MAX_SMALL_WORDS: usize = PAYLOAD_BYTES / 4 / 8;

/// Cell sizes: steps of 8 bytes first, then coarser, then fractions of a block.
const CLASS_BYTES: [usize; CLASSES] = class_bytes();
const CLASSES: usize = 55;

const fn class_bytes() -> [usize; CLASSES] {
    let mut sizes = [0; CLASSES];
    let mut n = 0;
    let mut bytes = 16;
    while bytes <= 1024 {
        sizes[n] = bytes;
        n += 1;
        bytes += match bytes {
            0..128 => 8,
            128..256 => 16,
            256..512 => 32,
            _ => 64,
        };
    }
    let parts = [28, 25, 22, 20, 18, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4];
    let mut i = 0;
    while i < parts.len() {
        sizes[n] = PAYLOAD_BYTES / parts[i] / 8 * 8;
        n += 1;
        i += 1;
    }
    assert!(n == CLASSES);
    sizes
}

impl Block {
    #[inline(always)]
    pub fn of<'a>(addr: usize) -> &'a mut Block {
        // SAFETY: every cell lies in a block aligned to its size; one engine has
        // one thread and callers hold one block at a time.
        unsafe { &mut *((addr & !(BLOCK_BYTES - 1)) as *mut Block) }
    }

    fn addr(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    #[inline(always)]
    fn index(&self, addr: usize) -> usize {
        let offset = (addr & (BLOCK_BYTES - 1)) - HEAD_BYTES;
        ((offset as u64 * self.reciprocal as u64) >> 32) as usize
    }

    fn cell(&self, index: usize) -> usize {
        self.addr() + HEAD_BYTES + index * self.cell_bytes as usize
    }

    /// Marks a cell; true when it was not marked before.
    #[inline(always)]
    pub fn mark(&mut self, addr: usize) -> bool {
        let index = self.index(addr);
        let word = &mut self.marks[index / 64 % MARK_WORDS];
        let bit = 1 << (index % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    pub fn is_marked(&self, addr: usize) -> bool {
        let index = self.index(addr);
        self.marks[index / 64] >> (index % 64) & 1 != 0
    }

    /// True when `addr` is the first byte of a cell.
    pub fn is_cell(&self, addr: usize) -> bool {
        addr & (BLOCK_BYTES - 1) >= HEAD_BYTES && self.cell(self.index(addr)) == addr
    }

    pub fn cell_bytes(&self) -> usize {
        self.cell_bytes as usize
    }

    pub fn clear_marks(&mut self) {
        self.marks = [0; MARK_WORDS];
    }

    fn count_marks(&self) -> usize {
        self.marks.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// First index >= `from` whose mark bit is `set`, or the number of cells.
    fn find(&self, from: usize, set: bool) -> usize {
        let cells = self.cells as usize;
        let mut index = from;
        while index < cells {
            let mut word = self.marks[index / 64];
            if !set {
                word = !word;
            }
            word &= !0 << (index % 64);
            if word != 0 {
                return (index / 64 * 64 + word.trailing_zeros() as usize).min(cells);
            }
            index = (index / 64 + 1) * 64;
        }
        cells
    }

    /// Addresses of the marked cells.
    pub fn marked_cells(&self) -> impl Iterator<Item = usize> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let index = self.find(next, true);
            next = index + 1;
            (index < self.cells as usize).then(|| self.cell(index))
        })
    }
}

/// Allocation state of one size class.
#[derive(Clone, Default)]
struct Class {
    /// The rest of the current run of free cells.
    cursor: usize,
    limit: usize,
    cell_bytes: usize,
    /// Where the current run began: cells from here to the cursor are occupied
    /// but not marked yet.
    run: usize,
    /// Blocks with free cells, still to be swept.
    partial: Vec<usize>,
}

pub struct Mature {
    classes: Vec<Class>,
    /// Size class by words of the object.
    class_of: Box<[u8; MAX_SMALL_WORDS + 1]>,
    /// All blocks in use.
    pub blocks: Vec<usize>,
    chunks: Vec<usize>,
    /// Blocks not in use; those at the front have memory behind them no longer.
    free: Vec<usize>,
    /// How many blocks in `free`, from its start, were given back to the system.
    free_returned: usize,
    /// Bytes in occupied cells, counted by the last full collection, and those
    /// of runs handed out since.
    used: usize,
}

impl Mature {
    pub fn new() -> Mature {
        let mut class_of = Box::new([0; MAX_SMALL_WORDS + 1]);
        let mut class = 0;
        for (words, entry) in class_of.iter_mut().enumerate() {
            while CLASS_BYTES[class] < words * 8 {
                class += 1;
            }
            *entry = class as u8;
        }
        let classes = CLASS_BYTES
            .iter()
            .map(|&cell_bytes| Class {
                cell_bytes,
                ..Class::default()
            })
            .collect();
        Mature {
            classes,
            class_of,
            blocks: Vec::new(),
            chunks: Vec::new(),
            free: Vec::new(),
            free_returned: 0,
            used: 0,
        }
    }

    /// A free cell for an object of `words` words; its contents are garbage.
    #[inline(always)]
    pub fn alloc(&mut self, words: usize) -> usize {
        let index = self.class_of[words] as usize;
        let class = &mut self.classes[index];
        let at = class.cursor;
        if at < class.limit {
            class.cursor = at + class.cell_bytes;
            return at;
        }
        self.alloc_slow(index)
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&mut self, index: usize) -> usize {
        self.next_run(index);
        let class = &mut self.classes[index];
        let at = class.cursor;
        class.cursor += class.cell_bytes;
        at
    }

    /// Marks the cells taken from the current run as occupied.
    fn flush(&mut self, index: usize) {
        let class = &mut self.classes[index];
        if class.run < class.cursor {
            let block = Block::of(class.run);
            let mut at = class.run;
            while at < class.cursor {
                block.mark(at);
                at += class.cell_bytes;
            }
            self.used += class.cursor - class.run;
            class.run = class.cursor;
        }
    }

    /// Finds the next run of free cells of a class: in the current block, in
    /// the next block with free cells, or in a new block.
    fn next_run(&mut self, index: usize) {
        self.flush(index);
        let class = &mut self.classes[index];
        let current = class.run;
        if current != 0 && (current & (BLOCK_BYTES - 1)) != 0 {
            let block = Block::of(current);
            let from = block.index(current);
            if Self::take_run(class, block, from) {
                return;
            }
        }
        while let Some(at) = class.partial.pop() {
            if Self::take_run(class, Block::of(at), 0) {
                return;
            }
        }
        let at = self.new_block(index);
        Self::take_run(&mut self.classes[index], Block::of(at), 0);
    }

    fn take_run(class: &mut Class, block: &mut Block, from: usize) -> bool {
        let start = block.find(from, false);
        if start >= block.cells as usize {
            return false;
        }
        let end = block.find(start, true);
        class.cursor = block.cell(start);
        class.run = class.cursor;
        class.limit = block.cell(end);
        true
    }

    fn new_block(&mut self, class: usize) -> usize {
        let at = self.free_block();
        let cell_bytes = CLASS_BYTES[class];
        let block = Block::of(at);
        *block = Block {
            cell_bytes: cell_bytes as u32,
            cells: (PAYLOAD_BYTES / cell_bytes) as u32,
            reciprocal: (1u64 << 32).div_ceil(cell_bytes as u64) as u32,
            class: class as u8,
            overflowed: false,
            marks: [0; MARK_WORDS],
            slot: self.blocks.len() as u32,
            pad: 0,
        };
        self.blocks.push(at);
        at
    }

    fn free_block(&mut self) -> usize {
        if self.free.is_empty() {
            let chunk =
                os::map_aligned(CHUNK_BYTES, CHUNK_BYTES).unwrap_or_else(|| os::out_of_memory());
            if self.chunks.len() >= LARGE_PAGE_CHUNKS_MIN {
                os::prefer_large_pages(chunk, CHUNK_BYTES);
            }
            self.chunks.push(chunk);
            self.free
                .extend((0..BLOCKS_PER_CHUNK).rev().map(|i| chunk + i * BLOCK_BYTES));
            self.free_returned = self.free.len();
        }
        let at = self.free.pop().unwrap_or_default();
        self.free_returned = self.free_returned.min(self.free.len());
        at
    }

    /// Marks everything that was handed out, so that mark bits tell which cells are occupied.
    pub fn flush_runs(&mut self) {
        for index in 0..self.classes.len() {
            self.flush(index);
        }
    }

    /// Prepares for marking: forgets free runs and clears all marks.
    pub fn clear_marks(&mut self) {
        for class in &mut self.classes {
            (class.cursor, class.limit, class.run) = (0, 0, 0);
            class.partial.clear();
        }
        for &at in &self.blocks {
            Block::of(at).clear_marks();
        }
    }

    /// After marking: empty blocks return to the pool, the others wait to be swept.
    pub fn sweep(&mut self) {
        self.used = 0;
        let blocks = std::mem::take(&mut self.blocks);
        let (mut full, mut freed) = (Vec::with_capacity(blocks.len()), Vec::new());
        for at in blocks {
            let block = Block::of(at);
            let live = block.count_marks();
            if live == 0 {
                freed.push(at);
                continue;
            }
            self.used += live * block.cell_bytes as usize;
            block.slot = full.len() as u32;
            full.push(at);
            if live < block.cells as usize {
                self.classes[block.class as usize].partial.push(at);
            }
        }
        self.blocks = full;
        self.free.append(&mut freed);
    }

    /// Gives memory of free blocks back to the system, except `keep_bytes` of it.
    pub fn release(&mut self, keep_bytes: usize) {
        let resident = self.free.len() - self.free_returned;
        let excess = resident.saturating_sub(keep_bytes / BLOCK_BYTES);
        if excess == 0 {
            return;
        }
        for &at in &self.free[self.free_returned..self.free_returned + excess] {
            os::decommit(at, BLOCK_BYTES);
        }
        self.free_returned += excess;
    }

    /// Bytes in occupied cells.
    pub fn used(&self) -> usize {
        let runs = self.classes.iter().map(|c| c.cursor - c.run);
        self.used + runs.sum::<usize>()
    }

    /// Bytes of blocks in use.
    pub fn footprint(&self) -> usize {
        self.blocks.len() * BLOCK_BYTES
    }

    /// True when `addr` lies in a chunk of this space.
    pub fn contains(&self, addr: usize) -> bool {
        self.chunks.contains(&(addr & !(CHUNK_BYTES - 1)))
    }

    /// True when `addr` is an occupied cell (after `flush_runs`).
    pub fn is_object(&self, addr: usize) -> bool {
        let block = addr & !(BLOCK_BYTES - 1);
        self.contains(addr)
            && self.blocks.get(Block::of(block).slot as usize) == Some(&block)
            && Block::of(block).is_cell(addr)
            && Block::of(block).is_marked(addr)
    }
}

impl Drop for Mature {
    fn drop(&mut self) {
        for &chunk in &self.chunks {
            os::unmap(chunk, CHUNK_BYTES);
        }
    }
}
