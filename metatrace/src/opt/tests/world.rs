//! A small world for the evaluator, and what an interpreter would see of it
//! after an exit.

use super::*;
use crate::ir::eval::{Evaluator, Memory, Stop};
use crate::ir::{OpRef, SnapVal, SnapshotId, Ty};
use crate::layout::{FRAME, FloatBox, Frame, Kind, LayoutId, LayoutType};
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub layout: LayoutId,
    pub shape: u32,
    /// Word 0 is unused.
    pub words: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub objects: HashMap<u64, Object>,
    next: u64,
    pub regs: [u64; 16],
    pub depth: i64,
}

pub const ROOT_PAIR: u64 = 0x10000 + crate::value::TAG_HEAP;

impl World {
    pub fn new() -> World {
        World {
            next: 0x10000,
            ..World::default()
        }
    }

    pub fn make(&mut self, layout: LayoutId, shape: u32, words: usize) -> u64 {
        let word = Value::heap(self.next as usize).0;
        self.next += 0x100;
        let words = vec![0; words];
        self.objects.insert(
            word,
            Object {
                layout,
                shape,
                words,
            },
        );
        word
    }

    fn object(&mut self, word: u64) -> &mut Object {
        self.objects
            .get_mut(&word)
            .unwrap_or_else(|| panic!("{:?} is no object", Value(word)))
    }

    /// A value as the interpreter has it.
    pub fn boxed(&mut self, ty: Ty, bits: u64) -> u64 {
        match ty {
            Ty::Float => self.box_float(f64::from_bits(bits)),
            Ty::Bool => Value::bool(bits != 0).0,
            Ty::Val | Ty::Int | Ty::Void => bits,
        }
    }
}

impl Memory for World {
    fn load(&mut self, object: u64, field: FieldRef) -> u64 {
        let o = self.object(object);
        assert_eq!(o.layout, field.layout, "load from the wrong layout");
        o.words[field.word as usize]
    }
    fn store(&mut self, object: u64, field: FieldRef, word: u64) {
        let o = self.object(object);
        assert_eq!(o.layout, field.layout, "store to the wrong layout");
        o.words[field.word as usize] = word;
    }
    fn load_item(&mut self, object: u64, items: ItemsRef, index: i64) -> u64 {
        let o = self.object(object);
        assert_eq!(o.layout, items.layout);
        o.words[items.start as usize + index as usize]
    }
    fn store_item(&mut self, object: u64, items: ItemsRef, index: i64, word: u64) {
        let o = self.object(object);
        assert_eq!(o.layout, items.layout);
        o.words[items.start as usize + index as usize] = word;
    }
    fn load_shape(&mut self, object: u64) -> u32 {
        self.object(object).shape
    }
    fn store_shape(&mut self, object: u64, shape: u32) {
        self.object(object).shape = shape;
    }
    fn alloc(&mut self, layout: LayoutId, shape: u32, words: u16) -> u64 {
        self.make(layout, shape, words as usize)
    }
    fn alloc_items(&mut self, layout: LayoutId, shape: u32, items: i64) -> u64 {
        let l = crate::layout::lookup(layout).expect("a layout");
        let word = self.make(layout, shape, l.items_start() as usize + items as usize);
        if l.items.as_ref().is_some_and(|i| i.counted) {
            self.object(word).words[1] = Value::small(items).0;
        }
        word
    }
    fn load_reg(&mut self, reg: u8) -> u64 {
        self.regs[reg as usize]
    }
    fn store_reg(&mut self, reg: u8, word: u64) {
        self.regs[reg as usize] = word;
    }
    fn add_depth(&mut self, by: i64) {
        self.depth += by;
    }
    fn depth_left(&mut self) -> bool {
        self.depth < 100
    }
    fn tag_of(&mut self, word: u64) -> Tag {
        match Value(word).is_heap() {
            true => Tag::layout(self.object(word).layout),
            false => NoHeap.tag_of(Value(word)),
        }
    }
    fn box_float(&mut self, float: f64) -> u64 {
        match Value::float(float) {
            Some(value) => value.0,
            None => {
                let word = self.make(FloatBox::LAYOUT.id, 0, 2);
                self.object(word).words[1] = float.to_bits();
                word
            }
        }
    }
    fn call(&mut self, native: &'static Native, args: &[u64]) -> u64 {
        let a = args[0];
        match native.name {
            "any" => {
                // Touches an object, a register and its argument.
                self.regs[2] = Value::small(7).0;
                let root = self.object(ROOT_PAIR);
                root.words[1] = a;
                a
            }
            "pure" => a ^ 0x40,
            "fresh" => self.make(220, 0, 3),
            "reads_pair" => self.object(ROOT_PAIR).words[1],
            "writes_pair" => {
                let old = self.object(ROOT_PAIR).words[2];
                self.object(ROOT_PAIR).words[1] = old;
                self.object(ROOT_PAIR).words[2] = a;
                old
            }
            name => panic!("native {name}"),
        }
    }
    fn poll(&mut self) -> bool {
        false
    }
    fn valid(&mut self) -> bool {
        true
    }
}

/// What an interpreter would find: frames innermost first as (token, object), then the log.
#[derive(Debug)]
pub struct Seen {
    pub world: World,
    pub frames: Vec<(i64, u64)>,
    pub log: Vec<u64>,
    /// The snapshot's virtual objects.
    pub virtuals: Vec<u64>,
}

/// Performs an exit.
pub fn rebuild(trace: &Trace, snapshot: SnapshotId, values: &[u64], mut world: World) -> Seen {
    let ops = trace.exit_values(snapshot);
    let snapshot = trace.snapshot(snapshot);
    let mut objects = Vec::new();
    for v in &snapshot.virtuals {
        objects.push(world.make(v.layout, v.shape, v.words as usize));
    }
    let raw = |op: OpRef| match trace.const_bits(op) {
        Some(bits) => bits,
        None => values[ops.iter().position(|o| *o == op).expect("an exit value")],
    };
    let value = |world: &mut World, v: SnapVal| match v {
        SnapVal::Op(op) => world.boxed(trace.ty(op), raw(op)),
        SnapVal::Virtual(i) => objects[i as usize],
    };
    let word = |world: &mut World, layout: LayoutId, at: u16, v: SnapVal| match (
        virtualize::word_kind(layout, at),
        v,
    ) {
        (Kind::Float, SnapVal::Op(op)) => raw(op),
        _ => value(world, v),
    };
    for (i, v) in snapshot.virtuals.iter().enumerate() {
        if let Some(items) = v.items
            && crate::layout::lookup(v.layout)
                .and_then(|l| l.items.as_ref())
                .is_some_and(|i| i.counted)
        {
            world.object(objects[i]).words[1] = Value::small(items as i64).0;
        }
        for (at, field) in &v.fields {
            let word = word(&mut world, v.layout, *at, *field);
            world.object(objects[i]).words[*at as usize] = word;
        }
    }
    for s in &snapshot.stores {
        let object = value(&mut world, s.object);
        let word = word(&mut world, s.field.layout, s.field.word, s.value);
        world.store(object, s.field, word);
    }
    for (reg, v) in &snapshot.regs {
        world.regs[*reg as usize] = value(&mut world, *v);
    }
    world.depth += snapshot.depth as i64;
    let mut frames = Vec::new();
    let mut next = snapshot.frame;
    while let Some(id) = next {
        let frame = &trace.frames[id.index()];
        let object = match frame.object {
            Some(object) => value(&mut world, object),
            None => world.make(FRAME, 0, frame.words as usize),
        };
        for (slot, v) in &frame.slots {
            let word = value(&mut world, *v);
            let at = Frame::LAYOUT.items_start() + slot;
            world.object(object).words[at as usize] = word;
        }
        frames.push((frame.token, object));
        next = frame.parent;
    }
    let log = snapshot.log.iter().map(|v| value(&mut world, *v)).collect();
    Seen {
        world,
        frames,
        log,
        virtuals: objects,
    }
}

/// Evaluates until an exit.
pub fn run(trace: &Trace, inputs: &[u64], mut world: World) -> Option<Seen> {
    let mut eval = Evaluator::new(trace);
    eval.fuel = 1000;
    match eval.run(inputs, &mut world) {
        Stop::Exit {
            snapshot, values, ..
        } => Some(rebuild(trace, snapshot, &values, world)),
        Stop::Jump { .. } | Stop::Enter { .. } | Stop::Goto { .. } | Stop::OutOfFuel => None,
    }
}

/// Compares what two executions left behind, up to the addresses of new objects.
pub struct Isomorphism<'a> {
    pub a: &'a World,
    pub b: &'a World,
    /// Objects of `a` and their partners.
    pub pairs: HashMap<u64, u64>,
    pub work: Vec<(u64, u64)>,
    /// Objects below this address existed before and are only equal to themselves.
    pub old: u64,
}

impl Isomorphism<'_> {
    pub fn value(&mut self, x: u64, y: u64) -> Result<(), String> {
        let (vx, vy) = (Value(x), Value(y));
        if !vx.is_heap() || !vy.is_heap() {
            return if x == y {
                Ok(())
            } else {
                Err(format!("{vx:?} and {vy:?}"))
            };
        }
        // Floats have no identity.
        let float = |o: &Object| (o.layout == FloatBox::LAYOUT.id).then(|| o.words[1]);
        let floats = (float(&self.a.objects[&x]), float(&self.b.objects[&y]));
        if let (Some(x), Some(y)) = floats {
            return if x == y {
                Ok(())
            } else {
                Err("boxed floats".into())
            };
        }
        if (x < self.old || y < self.old) && x != y {
            return Err(format!("objects {vx:?} and {vy:?}"));
        }
        match self.pairs.get(&x) {
            Some(partner) if *partner == y => Ok(()),
            Some(_) => Err(format!("{vx:?} has two partners")),
            None => {
                if self.pairs.values().any(|p| *p == y) {
                    return Err(format!("{vy:?} has two partners"));
                }
                self.pairs.insert(x, y);
                self.work.push((x, y));
                Ok(())
            }
        }
    }

    pub fn rest(&mut self) -> Result<(), String> {
        while let Some((x, y)) = self.work.pop() {
            let (a, b) = (&self.a.objects[&x], &self.b.objects[&y]);
            if (a.layout, a.shape, a.words.len()) != (b.layout, b.shape, b.words.len()) {
                return Err(format!("{:?} is {a:?}, {:?} is {b:?}", Value(x), Value(y)));
            }
            let (layout, wa, wb) = (a.layout, a.words.clone(), b.words.clone());
            for (word, (x, y)) in wa.into_iter().zip(wb).enumerate().skip(1) {
                match virtualize::word_kind(layout, word as u16) {
                    Kind::Float if x == y => {}
                    Kind::Float => return Err(format!("raw float in word {word} of {layout}")),
                    _ => {
                        self.value(x, y)
                            .map_err(|e| format!("word {word} of layout {layout}: {e}"))?;
                    }
                }
            }
        }
        Ok(())
    }
}
