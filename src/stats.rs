//! `--stats`: what an engine did, as JSON.

use metatrace::code::{Code, token_code, token_pc};
use metatrace::jit::Crossing;
use runtime::Vm;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// A call between languages that a loop still makes in step loops.
#[derive(Clone, Debug)]
pub struct Remaining {
    /// Caller: function, language, file and line.
    pub from: String,
    pub to: String,
    /// How often step loops made it.
    pub calls: u64,
    /// Why it is in no trace.
    pub reason: String,
}

/// The calls between languages that step loops made more often than until a loop is hot.
pub fn remaining(vm: &Vm) -> Vec<Remaining> {
    let Some(jit) = &vm.jit else {
        return Vec::new();
    };
    let hot = u64::from(
        jit.options()
            .loop_threshold
            .max(jit.options().entry_threshold),
    );
    let crossings = jit.crossings().into_iter();
    let is_left = |c: &Crossing| c.interpreted > 2 * hot.max(8);
    crossings
        .filter(is_left)
        .take(REMAINING_MAX)
        .map(|c| {
            let (caller, callee) = (vm.codes.get(token_code(c.caller)), vm.codes.get(c.callee));
            Remaining {
                // It waits behind the call.
                from: place(vm, caller, token_pc(c.caller).saturating_sub(1)),
                to: place(vm, callee, 0),
                calls: c.interpreted,
                reason: match (c.reason, c.inlined) {
                    (Some(reason), _) => reason.text().to_owned(),
                    (None, 0) => "no loop around it was recorded".to_owned(),
                    (None, _) => "traces that contain it are left before it".to_owned(),
                },
            }
        })
        .collect()
}

fn place(vm: &Vm, code: &Code, pc: u32) -> String {
    let language = vm.languages[code.lang as usize].name();
    if code.data.is_machinery() {
        return format!("{} ({language})", code.name);
    }
    format!(
        "{} ({language}), {}:{}",
        code.name,
        code.file,
        code.data.line(pc)
    )
}

/// Most calls listed.
const REMAINING_MAX: usize = 20;

/// Counters and times of a finished run; `wall` is the whole program's time.
///
/// Times are milliseconds unless the name says otherwise. What is not spent
/// recording, optimising, compiling or collecting is spent interpreting or in traces.
/// `bridge_entry_ns` was measured apart from the program.
pub fn json(vm: &Vm, wall: Duration, bridge_entry_ns: Option<f64>) -> Json {
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
        let crossings = jit.crossings();
        let remaining: Vec<Json> = remaining(vm)
            .iter()
            .map(|r| json!({"from": r.from, "to": r.to, "calls": r.calls, "reason": r.reason}))
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
            "gotos_missed": s.missed,
            "recordings": s.recordings,
            "recorded_ops": s.recorded_ops,
            "optimised_ops": s.optimised_ops,
            "trace_entries": s.entered,
            "exits": s.exits,
            "ns_per_exit": s.exit_ns.checked_div(s.exits).unwrap_or(0),
            "ns_per_bridge_entry": bridge_entry_ns,
            "search_trials": {
                "done": s.trials,
                "won": s.trials_won,
                "work_per_us": s.trial_pace[0],
                "work_per_us_interpreted": s.trial_pace[1],
            },
            "aborts": aborts,
            "crossings": {
                "inlined": crossings.iter().map(|c| c.inlined).sum::<u64>(),
                "interpreted": crossings.iter().map(|c| c.interpreted).sum::<u64>(),
                "remaining": remaining,
            },
            "code_bytes_live": s.backend.code_bytes_live,
            "code_bytes_total": s.backend.code_bytes_total,
        });
    }
    out
}
