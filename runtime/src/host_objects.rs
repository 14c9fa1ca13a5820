//! Objects of the host that guests hold: open files, compiled patterns, sockets.
//!
//! The Rust object lives in a table of the engine; the guest has a small heap
//! object with its number. When the collector finds that dead, the Rust object is dropped.

use crate::engine::Vm;
use crate::layouts;
use crate::object::Obj;
use metatrace::value::Value;
use std::any::Any;

/// The table: entries by number, and which numbers are free.
#[derive(Default)]
pub struct HostObjects {
    entries: Vec<Option<Box<dyn Any>>>,
    free: Vec<usize>,
}

impl Vm {
    /// Gives the guest a host object. `bytes`: what it takes outside the heap.
    pub fn host_object(&mut self, object: Box<dyn Any>) -> Value {
        let table = &mut self.host_objects;
        let index = match table.free.pop() {
            Some(index) => index,
            None => {
                table.entries.push(None);
                table.entries.len() - 1
            }
        };
        table.entries[index] = Some(object);
        let o = self.alloc::<layouts::HostObject>(0);
        o.set_int(layouts::HostObject::INDEX, index as i64);
        self.heap.add_finaliser(o.value());
        o.value()
    }

    /// The host object of type `T` that `v` stands for.
    pub fn host_object_mut<T: 'static>(&mut self, v: Value) -> Option<&mut T> {
        let index = Obj::<layouts::HostObject>::of(v)?.size(layouts::HostObject::INDEX);
        self.host_objects.entries[index].as_mut()?.downcast_mut()
    }

    /// Takes the host object out, to use it beside the engine; put it back with
    /// [`Vm::put_host_object`]. `None` if it is of another type or was taken for good.
    pub fn take_host_object<T: 'static>(&mut self, v: Value) -> Option<Box<T>> {
        self.host_object_mut::<T>(v)?;
        let index = Obj::<layouts::HostObject>::cast(v).size(layouts::HostObject::INDEX);
        self.host_objects.entries[index].take()?.downcast().ok()
    }

    pub fn put_host_object(&mut self, v: Value, object: Box<dyn Any>) {
        let index = Obj::<layouts::HostObject>::cast(v).size(layouts::HostObject::INDEX);
        self.host_objects.entries[index] = Some(object);
    }

    /// After a collection: drops the host objects of dead guest objects.
    pub(crate) fn drop_dead_host_objects(&mut self) {
        while let Some(dead) = self.heap.next_finaliser() {
            if let Some(o) = Obj::<layouts::HostObject>::of(dead) {
                let index = o.size(layouts::HostObject::INDEX);
                self.host_objects.entries[index] = None;
                self.host_objects.free.push(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::vm;
    use std::rc::Rc;

    #[test]
    fn dead_objects_are_dropped() {
        let vm = &mut *vm();
        let (kept, lost) = (Rc::new(1), Rc::new(2));
        let v = vm.host_object(Box::new(Rc::clone(&kept)));
        vm.host_object(Box::new(Rc::clone(&lost)));
        let root = vm.add_root(v);
        for _ in 0..4 {
            vm.collect();
            vm.promote_all(&mut ());
        }
        vm.collect_fully();
        let v = vm.roots[root];
        assert_eq!(vm.host_object_mut::<Rc<i32>>(v).map(|o| **o), Some(1));
        assert_eq!(vm.host_object_mut::<String>(v), None);
        assert_eq!((Rc::strong_count(&kept), Rc::strong_count(&lost)), (2, 1));
        let taken = vm.take_host_object::<Rc<i32>>(v).expect("still there");
        assert!(vm.host_object_mut::<Rc<i32>>(v).is_none());
        vm.put_host_object(v, taken);
        assert!(vm.host_object_mut::<Rc<i32>>(v).is_some());
    }
}
