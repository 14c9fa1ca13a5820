//! The heap: one generational, precise, moving collector per engine.
//!
//! ```text
//!   eden ──survives──► survivor space ──survives again──► mature blocks (never move)
//!     └── > 8 KiB: large objects (never move) ◄─────────────┘
//! ```
//! Invariants:
//! 1. Allocation never collects. Collections happen in [`Heap::collect`] and
//!    [`Heap::promote_all`], which the driver calls at merge points; between two
//!    calls Rust code may hold raw [`Value`]s.
//! 2. At a merge point every live reference is in the current frame, an engine
//!    register, a handle or a root source (`roots`).
//! 3. An old object with `UNLOGGED` set holds no reference to a young object,
//!    except through marked cards of a large array (`barrier`).
//! 4. Every word of an object is initialised before the next merge point.
//! 5. Objects of the mature and large spaces never move: machine code may embed
//!    their addresses if they are also in a constant table.
//!
//! Deliberately absent: threads, global state, collection outside merge points,
//! incremental marking, compaction of the mature space.
//!
//! Reading order: `nursery`, `barrier`, `roots`, `minor`, `mature`, `large`,
//! `mark`, `weak`, `symbols`, `freeze`, `verify`; `access` is what the rest of the runtime uses. The files of
//! this folder are the only ones of the runtime with `unsafe`.

pub mod access;
mod barrier;
mod freeze;
mod large;
mod mark;
mod mature;
mod mem;
mod minor;
mod nursery;
mod os;
mod roots;
mod symbols;
mod verify;
mod weak;

pub use freeze::Frozen;
pub use mature::MAX_SMALL_WORDS;
pub use os::{cpu_nanos, out_of_memory, wait_readable};
pub use roots::{Handle, RootSource};
pub use symbols::SymbolMarks;
pub use weak::{WeakRef, WeakSource};

use large::Large;
use mature::Mature;
use metatrace::layout::{self, Kind, Layout, LayoutId};
use metatrace::value::Value;
use metatrace::vm::{EXIT_BUFFER_WORDS, POLL_EACH, POLL_GC, REG_MADE, VmCore};
use nursery::Nursery;
use roots::Roots;

/// There is no room for what was asked; the caller raises the guest's memory error.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// What to do at every merge point, to find errors in code that uses the heap.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Stress {
    #[default]
    None,
    Minor,
    Full,
    PromoteAll,
}

/// How a heap behaves.
#[derive(Clone, Debug)]
pub struct HeapOptions {
    /// Bytes that all spaces together may take after a full collection.
    pub heap_limit: usize,
    /// Smallest and largest eden.
    pub nursery_bytes_min: usize,
    pub nursery_bytes_max: usize,
    /// A full collection happens when the heap has grown by this factor …
    pub growth: f64,
    /// … and is at least this large.
    pub full_bytes_min: usize,
    pub stress: Stress,
    /// Check all invariants before and after every collection.
    pub verify: bool,
    /// Overwrite dead young objects.
    pub poison: bool,
}

impl HeapOptions {
    /// The limit where none is asked for: what the machine has, less room for what lies outside
    /// the heap and for the copies that growing makes.
    pub fn limit_of_machine() -> usize {
        os::memory() / 8 * 5
    }
}

impl Default for HeapOptions {
    fn default() -> HeapOptions {
        HeapOptions {
            heap_limit: usize::MAX,
            nursery_bytes_min: 1 << 20,
            nursery_bytes_max: 16 << 20,
            growth: 1.75,
            full_bytes_min: 16 << 20,
            stress: Stress::None,
            verify: false,
            poison: cfg!(debug_assertions),
        }
    }
}

/// Counters, all since the heap was made.
#[derive(Copy, Clone, Default, Debug)]
pub struct HeapStats {
    pub minor_collections: u64,
    pub full_collections: u64,
    pub minor_ns: u64,
    pub full_ns: u64,
    pub bytes_allocated: u64,
    /// Bytes copied by minor collections, into survivor spaces and mature blocks.
    pub bytes_copied: u64,
    pub bytes_promoted: u64,
    /// Largest value of `Heap::used_bytes` seen.
    pub bytes_peak: u64,
}

/// How the items of a layout are scanned.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum ItemsScan {
    None,
    Values,
    Opaque,
}

/// What the collector needs to know of a layout, in one cache line's fraction.
#[derive(Copy, Clone, Debug)]
struct ScanInfo {
    /// Bit `i` is set when word `i` holds a value.
    value_words: u64,
    items_start: u16,
    items: ItemsScan,
    /// Items are bytes, eight to a word.
    bytes: bool,
    /// Word 1 is the number of items.
    counted: bool,
    transparent: bool,
    known: bool,
}

impl ScanInfo {
    const UNKNOWN: ScanInfo = ScanInfo {
        value_words: 0,
        items_start: 1,
        items: ItemsScan::None,
        bytes: false,
        counted: false,
        transparent: false,
        known: false,
    };

    fn new(layout: &Layout) -> ScanInfo {
        assert!(
            layout.fields.len() < 63,
            "layout {} has too many fields",
            layout.name
        );
        let mut value_words = 0;
        for (i, field) in layout.fields.iter().enumerate() {
            if field.kind == Kind::Val {
                value_words |= 1 << (i + 1);
            }
        }
        ScanInfo {
            value_words,
            items_start: layout.items_start(),
            items: match &layout.items {
                None => ItemsScan::None,
                Some(items) if items.kind == Kind::Val => ItemsScan::Values,
                Some(_) => ItemsScan::Opaque,
            },
            bytes: layout.items.as_ref().is_some_and(|i| i.kind == Kind::Byte),
            counted: layout.items.as_ref().is_some_and(|i| i.counted),
            transparent: layout.transparent,
            known: true,
        }
    }

    /// True when objects of the layout can hold references.
    #[inline(always)]
    fn traced(&self) -> bool {
        self.value_words != 0 || self.items == ItemsScan::Values
    }
}

/// A heap and, as its first field, the engine record that machine code sees: a
/// pointer to one is a pointer to the other.
#[repr(C)]
pub struct Heap {
    pub core: VmCore,
    pub stats: HeapStats,
    nursery: Nursery,
    mature: Mature,
    large: Large,
    roots: Roots,
    /// Old objects that may refer to young ones (`UNLOGGED` clear).
    remembered: Vec<usize>,
    /// Large arrays that may have marked cards.
    carded: Vec<usize>,
    /// Objects still to be scanned by the collection in progress.
    work: Vec<usize>,
    minor: minor::Progress,
    scan: Box<[ScanInfo; 256]>,
    options: HeapOptions,
    weak: weak::Weak,
    /// References to bound logic variables may be replaced by their targets.
    shortcuts: bool,
    mark_stack_max: usize,
    /// Some object is marked but was not pushed.
    mark_overflowed: bool,
    /// Bytes outside the heap that objects keep alive.
    external_bytes: usize,
    /// Those of mortal symbols.
    symbol_bytes: usize,
    symbol_marks: SymbolMarks,
    /// `used_bytes` at which the next collection is a full one.
    full_at: usize,
    /// What `full_at` was before the heap was frozen.
    thawed_full_at: usize,
    /// `used_bytes` after the last full collection.
    live_bytes: usize,
    out_of_memory: bool,
    _exit_buffer: Box<[u64]>,
}

impl Heap {
    /// An empty heap. Box it (or what contains it) before handing out pointers to `core`.
    pub fn new(options: HeapOptions) -> Heap {
        layout::register(layout::CORE_LAYOUTS);
        layout::register(weak::LAYOUTS);
        let nursery = Nursery::new(options.nursery_bytes_min);
        let mut exit_buffer = vec![0; EXIT_BUFFER_WORDS].into_boxed_slice();
        let stressed = options.stress != Stress::None;
        let core = VmCore {
            nursery_next: nursery.eden,
            nursery_end: nursery.eden + nursery.target,
            poll: if stressed { POLL_EACH } else { 0 },
            frame: Value::NIL,
            codes: std::ptr::null(),
            exit_buffer: exit_buffer.as_mut_ptr(),
            exit_id: 0,
            grow_nursery: nursery::grow_nursery,
            log_object: barrier::log_object,
            log_item: barrier::log_item,
            alloc_items: nursery::alloc_items,
            box_float: nursery::box_float,
            regs: std::array::from_fn(|reg| match reg == REG_MADE as usize {
                true => Value::small(0),
                false => Value::NIL,
            }),
            trace_entries: 0,
            exit_count: 0,
            depth: 0,
            depth_limit: i64::MAX,
            countdown: i64::MAX,
            fuel: i64::MAX,
        };
        let mut heap = Heap {
            core,
            stats: HeapStats::default(),
            nursery,
            mature: Mature::new(),
            large: Large::default(),
            roots: Roots::default(),
            remembered: Vec::new(),
            carded: Vec::new(),
            work: Vec::new(),
            minor: minor::Progress::default(),
            scan: Box::new([ScanInfo::UNKNOWN; 256]),
            full_at: options.full_bytes_min.min(options.heap_limit),
            options,
            weak: weak::Weak::default(),
            shortcuts: false,
            mark_stack_max: mark::MARK_STACK_MAX,
            mark_overflowed: false,
            external_bytes: 0,
            symbol_bytes: 0,
            symbol_marks: SymbolMarks::default(),
            thawed_full_at: 0,
            live_bytes: 0,
            out_of_memory: false,
            _exit_buffer: exit_buffer,
        };
        heap.refresh_layouts();
        heap
    }

    /// The pointer that step loops, natives and machine code are given.
    pub fn core_ptr(&mut self) -> *mut VmCore {
        std::ptr::from_mut(self).cast()
    }

    /// Collects at a merge point: young objects, and the whole heap when it has
    /// grown enough. `roots` are those of the caller, beside the registered ones.
    /// Afterwards ask [`take_out_of_memory`](Heap::take_out_of_memory).
    pub fn collect(&mut self, roots: &mut dyn RootSource) {
        self.checked(roots, |heap, roots| {
            heap.collect_minor(roots, heap.options.stress == Stress::PromoteAll);
            let full = heap.used_bytes() >= heap.full_at || heap.options.stress == Stress::Full;
            match full || heap.stresses_symbols() {
                true if heap.is_frozen() => heap.postpone_full(),
                true => heap.collect_full(roots),
                false => {}
            }
        });
    }

    /// Collects the whole heap at a merge point; only what is young while the
    /// heap is frozen.
    pub fn collect_all(&mut self, roots: &mut dyn RootSource) {
        self.checked(roots, |heap, roots| {
            heap.collect_minor(roots, false);
            if !heap.is_frozen() {
                heap.collect_full(roots);
            }
        });
    }

    /// Moves every live young object (and what it reaches) to where it stays,
    /// so that machine code may embed the addresses of `roots` (unless they are
    /// frozen: see [`is_settled`](Heap::is_settled)). A collection: only at merge points.
    pub fn promote_all(&mut self, roots: &mut dyn RootSource) {
        self.checked(roots, |heap, roots| heap.collect_minor(roots, true));
    }

    /// Runs a collection between two verifications, when those are asked for.
    fn checked(
        &mut self,
        roots: &mut dyn RootSource,
        collection: impl FnOnce(&mut Heap, &mut dyn RootSource),
    ) {
        if self.options.verify {
            self.verify(roots);
        }
        collection(self, roots);
        if self.options.verify {
            self.verify(roots);
        }
    }

    /// True once after a full collection that could not get below the heap limit:
    /// the driver then raises the guest's memory error.
    pub fn take_out_of_memory(&mut self) -> bool {
        std::mem::take(&mut self.out_of_memory)
    }

    /// True when `value` is no reference to an object that may still move.
    pub fn is_settled(&self, value: Value) -> bool {
        !value.is_heap() || !self.nursery.is_young(value.addr())
    }

    pub fn options(&self) -> &HeapOptions {
        &self.options
    }

    /// Changes the limit on the bytes of all spaces together.
    pub fn set_limit(&mut self, bytes: usize) {
        self.options.heap_limit = bytes;
        self.full_at = self.full_at.min(bytes);
    }

    /// Switches a stress mode on or off.
    pub fn set_stress(&mut self, stress: Stress) {
        self.options.stress = stress;
        self.core.poll &= !POLL_EACH;
        if stress != Stress::None {
            self.core.poll |= POLL_EACH;
        }
    }

    /// Bytes taken by all objects, and by what they keep alive outside the heap.
    pub fn used_bytes(&self) -> usize {
        self.eden_used()
            + (self.nursery.survivors_end - self.nursery.survivors)
            + self.mature.used()
            + self.large.bytes
            + self.external_bytes
            + self.symbol_bytes
    }

    /// Bytes of mature blocks in use, free cells included.
    pub fn mature_footprint(&self) -> usize {
        self.mature.footprint()
    }

    fn note_peak(&mut self) {
        self.stats.bytes_peak = self.stats.bytes_peak.max(self.used_bytes() as u64);
    }

    /// Asks whether `bytes` more would fit; to be called before allocations
    /// whose size a guest controls. What a full collection may free counts as
    /// free, up to half the limit, and the collection is asked for.
    pub fn try_reserve(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        let limit = self.options.heap_limit;
        let total = self.used_bytes().checked_add(bytes).ok_or(OutOfMemory)?;
        if total <= limit {
            return Ok(());
        }
        if self.live_bytes + bytes > limit || total - limit > limit / 2 {
            return Err(OutOfMemory);
        }
        self.ask_for_full();
        Ok(())
    }

    /// Makes the next collection a full one, and asks for it at the next merge point.
    pub fn ask_for_full(&mut self) {
        self.full_at = 0;
        self.core.poll |= POLL_GC;
    }

    /// Charges memory outside the heap that objects keep alive (`bytes` may be negative).
    pub fn charge_external(&mut self, bytes: isize) {
        self.external_bytes = self.external_bytes.saturating_add_signed(bytes);
        if self.used_bytes() >= self.full_at {
            self.core.poll |= POLL_GC;
        }
    }

    /// Learns layouts registered since the last call.
    fn refresh_layouts(&mut self) {
        for id in 0..=LayoutId::MAX {
            if !self.scan[id as usize].known
                && let Some(layout) = layout::lookup(id)
            {
                self.scan[id as usize] = ScanInfo::new(layout);
            }
        }
    }

    fn scan_info(&mut self, layout: LayoutId) -> ScanInfo {
        if !self.scan[layout as usize].known {
            self.refresh_layouts();
        }
        let info = self.scan[layout as usize];
        assert!(info.known, "layout {layout} was never registered");
        info
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
