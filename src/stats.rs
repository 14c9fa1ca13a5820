//! `--stats`: what an engine did, as JSON.

use runtime::Vm;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// Counters and times of a finished run; `wall` is the whole program's time.
///
/// Times are milliseconds unless the name says otherwise. What is not spent
/// recording, optimising, compiling or collecting is spent interpreting or in traces.
pub fn json(vm: &Vm, wall: Duration) -> Json {
    let ms = |ns: u64| ns as f64 / 1e6;
    let heap = &vm.heap.stats;
    let mut out = json!({
        "wall_ms": wall.as_secs_f64() * 1e3,
        "heap": {
            "collections_minor": heap.minor_collections,
            "collections_full": heap.full_collections,
            "collecting_ms": ms(heap.minor_ns + heap.full_ns),
            "bytes_allocated": heap.bytes_allocated,
            "bytes_peak": heap.bytes_peak.max(vm.heap.used_bytes() as u64),
        },
    });
    if let Some(jit) = &vm.jit {
        let s = jit.stats();
        let traces = s.loops + s.entries + s.bridges;
        let aborts: serde_json::Map<String, Json> = s
            .aborts
            .iter()
            .map(|(reason, n)| ((*reason).to_owned(), json!(n)))
            .collect();
        let working = s.record_ns + s.optimise_ns + s.backend.compile_ns + s.trace_ns;
        out["jit"] = json!({
            "recording_ms": ms(s.record_ns),
            "optimising_ms": ms(s.optimise_ns),
            "compiling_ms": ms(s.backend.compile_ns),
            "compiling_ms_per_trace": if traces == 0 { 0.0 } else { ms(s.backend.compile_ns) / traces as f64 },
            "in_traces_ms": ms(s.trace_ns),
            "interpreting_ms": (wall.as_secs_f64() * 1e3 - ms(working) - ms(heap.minor_ns + heap.full_ns)).max(0.0),
            "loops": s.loops,
            "entries": s.entries,
            "bridges": s.bridges,
            "trees_emitted_again": s.reemitted,
            "traces_invalidated": s.invalidated,
            "recordings": s.recordings,
            "recorded_ops": s.recorded_ops,
            "optimised_ops": s.optimised_ops,
            "trace_entries": s.entered,
            "exits": s.exits,
            "ns_per_exit": s.exit_ns.checked_div(s.exits).unwrap_or(0),
            "aborts": aborts,
            "code_bytes_live": s.backend.code_bytes_live,
            "code_bytes_total": s.backend.code_bytes_total,
        });
    }
    out
}
