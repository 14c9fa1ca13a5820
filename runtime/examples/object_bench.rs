//! How long operations of the object model take without an interpreter around
//! them: a check that a change made none of them slow.

use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::host::Captured;
use runtime::layouts::{Dict, List, Str};
use runtime::object::Obj;
use runtime::options::Options;
use runtime::{dict, list, text};
use std::time::Instant;

const N: i64 = 1_000_000;

fn timed(name: &str, f: impl FnOnce()) {
    let start = Instant::now();
    f();
    println!(
        "{name:24} {:7.1} ns",
        start.elapsed().as_nanos() as f64 / N as f64
    );
}

fn main() {
    let vm = &mut *Vm::new(Options::default(), Box::new(Captured::default()));
    let core = vm.core_ptr();
    let ints = Obj::<List>::cast(vm.list(&[]));
    timed("list append int", || {
        (0..N).for_each(|i| vm.list_push(ints, Value::small(i)))
    });
    timed("list append native", || {
        let l = vm.list(&[]);
        for i in 0..N {
            list::LIST_APPEND_SLOW.call(core, &[l.0, Value::small(i).0]);
        }
    });
    timed("list get", || {
        let sum: i64 = (0..N as usize).map(|i| vm.list_get(ints, i).as_int()).sum();
        assert!(sum > 0);
    });
    let d = vm.dict();
    timed("dict set int", || {
        for i in 0..N {
            dict::DICT_SET.call(
                core,
                &[d.value().0, Value::small(i * 7).0, Value::small(i).0],
            );
        }
    });
    timed("dict get int", || {
        for i in 0..N {
            dict::DICT_GET.call(core, &[d.value().0, Value::small(i * 7).0]);
        }
    });
    let keys: Vec<Value> = (0..1000).map(|i| vm.str(&format!("key{i}"))).collect();
    let s = Obj::<Dict>::cast(vm.dict().value());
    timed("dict set str", || {
        for i in 0..N {
            dict::DICT_SET.call(
                core,
                &[s.value().0, keys[i as usize % 1000].0, Value::small(i).0],
            );
        }
    });
    timed("dict get str", || {
        for i in 0..N {
            dict::DICT_GET.call(core, &[s.value().0, keys[i as usize % 1000].0]);
        }
    });
    let set = vm.set().value();
    timed("set add int", || {
        for i in 0..N {
            dict::SET_ADD.call(core, &[set.0, Value::small(i).0]);
        }
    });
    timed("set contains int", || {
        for i in 0..N {
            dict::TABLE_CONTAINS.call(core, &[set.0, Value::small(i).0]);
        }
    });
    let x = vm.str("x");
    timed("string append", || {
        let mut s = vm.str("");
        for _ in 0..N {
            s = text::concat(vm, Obj::<Str>::cast(s), Obj::cast(x)).value();
        }
    });
    timed("string concat short", || {
        for i in 0..N {
            text::STR_CONCAT.call(core, &[keys[i as usize % 1000].0, x.0]);
        }
    });
    timed("tuple hash", || {
        for i in 0..N {
            let t = vm.tuple(&[Value::small(i), Value::small(3)]);
            assert!(vm.hash(t).is_ok());
        }
    });
    timed("dict set tuple", || {
        let d = vm.dict();
        for i in 0..N {
            let t = vm.tuple(&[Value::small(i % 1000), Value::small(3)]);
            dict::DICT_SET.call(core, &[d.value().0, t.0, Value::small(i).0]);
        }
    });
    timed("sort ints", || {
        let mut state = 1u64;
        let items: Vec<Value> = (0..N)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
                Value::small((state >> 20) as i64)
            })
            .collect();
        let l = Obj::cast(vm.list(&items));
        assert_eq!(vm.list_sort(l, false), Ok(true));
    });
}
