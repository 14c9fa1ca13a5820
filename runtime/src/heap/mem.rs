//! Words at addresses: the collector's own view of objects.

use metatrace::layout::{FLAG_FORWARDED, HEADER_LAYOUT_SHIFT, HEADER_SIZE_SHIFT, SIZE_LARGE};

use super::large::LargeHead;

/// Word `index` of the object (or other heap memory) at `addr`.
#[inline(always)]
pub fn word(addr: usize, index: usize) -> u64 {
    // SAFETY: heap-internal callers pass addresses of live memory of this heap.
    unsafe { *(addr as *const u64).add(index) }
}

#[inline(always)]
pub fn set_word(addr: usize, index: usize, bits: u64) {
    // SAFETY: as for `word`; one engine has one thread.
    unsafe { *(addr as *mut u64).add(index) = bits }
}

#[inline(always)]
pub fn header(addr: usize) -> u64 {
    word(addr, 0)
}

#[inline(always)]
pub fn set_header(addr: usize, header: u64) {
    set_word(addr, 0, header);
}

#[inline(always)]
pub fn layout_of(header: u64) -> u8 {
    (header >> HEADER_LAYOUT_SHIFT) as u8
}

#[inline(always)]
pub fn is_large(header: u64) -> bool {
    header >> HEADER_SIZE_SHIFT & SIZE_LARGE == SIZE_LARGE
}

/// Words of an object, header included.
#[inline(always)]
pub fn size_words(addr: usize, header: u64) -> usize {
    debug_assert!(header & FLAG_FORWARDED == 0);
    let size = header >> HEADER_SIZE_SHIFT & SIZE_LARGE;
    if size == SIZE_LARGE {
        LargeHead::of(addr).words
    } else {
        size as usize
    }
}

/// Copies whole words; most objects are a few words long, for which a loop
/// beats a call of `memcpy`.
#[inline(always)]
pub fn copy_words(from: usize, to: usize, words: usize) {
    if words <= 16 {
        for i in 0..words {
            set_word(to, i, word(from, i));
        }
    } else {
        // SAFETY: both are live heap memory of this many words and do not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(from as *const u64, to as *mut u64, words);
        }
    }
}

/// Fills memory with one word.
pub fn fill(from: usize, to: usize, bits: u64) {
    let mut at = from;
    while at < to {
        set_word(at, 0, bits);
        at += 8;
    }
}
