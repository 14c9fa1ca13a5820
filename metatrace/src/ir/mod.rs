//! The intermediate representation: linear SSA traces with snapshots.

pub mod eval;
pub mod ops;
pub mod parse;
pub mod print;
pub mod pure;
pub mod trace;
pub mod types;
pub mod verify;

pub use ops::{Class, Op};
pub use trace::{
    Args, Const, DelayedStore, Descr, FrameSnap, Inst, SnapVal, Snapshot, Trace, VirtualObject,
};
pub use types::{FrameSnapId, LabelId, OpRef, SnapshotId, Tag, TraceId, Ty};
