//! The object model under a moving collector: random operations on a graph of
//! lists, dicts, instances and strings, with collections in between. A
//! shadow of plain Rust values must agree, and the heap verifier runs each time.

use proptest::prelude::*;
use runtime::engine::Vm;
use runtime::heap::HeapOptions;
use runtime::host::Captured;
use runtime::layouts::{Dict, Instance, List, Str};
use runtime::object::Obj;
use runtime::options::Options;
use runtime::{shapes::ClassId, text};
use std::collections::BTreeMap;

use metatrace::value::Value;

#[derive(Clone, Debug)]
enum Action {
    /// Appends text to the list, as a fresh string.
    Push(u16),
    Pop,
    SetItem(u16, u16),
    SetKey(u16, u16),
    DeleteKey(u16),
    SetAttribute(u8, u16),
    DeleteAttribute(u8),
    /// Appends to the growing string.
    Grow(u8),
    /// Makes the list's store large, or starts it anew.
    Fill(u16),
    Sort,
    Minor,
    Full,
    Promote,
}

fn action() -> impl Strategy<Value = Action> {
    use Action::*;
    prop_oneof![
        4 => (0u16..500).prop_map(Push),
        1 => Just(Pop),
        2 => (any::<u16>(), 0u16..500).prop_map(|(i, v)| SetItem(i, v)),
        4 => (0u16..60, 0u16..500).prop_map(|(k, v)| SetKey(k, v)),
        2 => (0u16..60).prop_map(DeleteKey),
        3 => (0u8..20, 0u16..500).prop_map(|(k, v)| SetAttribute(k, v)),
        1 => (0u8..20).prop_map(DeleteAttribute),
        2 => any::<u8>().prop_map(Grow),
        1 => (0u16..3000).prop_map(Fill),
        1 => Just(Sort),
        4 => Just(Minor),
        1 => Just(Full),
        1 => Just(Promote),
    ]
}

#[derive(Default)]
struct Shadow {
    list: Vec<u16>,
    dict: BTreeMap<u16, u16>,
    attributes: BTreeMap<u8, u16>,
    text: String,
}

/// Numbers of the roots that hold the graph.
struct Graph {
    list: usize,
    dict: usize,
    object: usize,
    text: usize,
}

fn name(n: u16) -> String {
    format!("v{n:04}")
}

impl Graph {
    fn new(vm: &mut Vm, class: ClassId) -> Graph {
        let list = vm.list(&[]);
        let dict = vm.dict().value();
        let object = vm.new_instance(class).value();
        let text = vm.str("");
        Graph {
            list: vm.add_root(list),
            dict: vm.add_root(dict),
            object: vm.add_root(object),
            text: vm.add_root(text),
        }
    }

    fn apply(&self, vm: &mut Vm, shadow: &mut Shadow, action: &Action) {
        let list = Obj::<List>::cast(vm.roots[self.list]);
        let dict = Obj::<Dict>::cast(vm.roots[self.dict]);
        let object = Obj::<Instance>::cast(vm.roots[self.object]);
        match *action {
            Action::Push(n) => {
                let v = vm.str(&name(n));
                vm.list_push(list, v);
                shadow.list.push(n);
            }
            Action::Pop if !shadow.list.is_empty() => {
                vm.list_remove(list, shadow.list.len() - 1);
                shadow.list.pop();
            }
            Action::SetItem(i, n) if !shadow.list.is_empty() => {
                let i = i as usize % shadow.list.len();
                let v = vm.str(&name(n));
                vm.list_set(list, i, v);
                shadow.list[i] = n;
            }
            Action::SetKey(k, n) => {
                let (key, v) = (vm.str(&name(k)), vm.str(&name(n)));
                vm.dict_set(dict, key, v).expect("strings");
                shadow.dict.insert(k, n);
            }
            Action::DeleteKey(k) => {
                let key = vm.str(&name(k));
                let gone = vm
                    .dict_delete(dict, key)
                    .expect("strings")
                    .done()
                    .expect("built in");
                assert_eq!(gone.is_some(), shadow.dict.remove(&k).is_some());
            }
            Action::SetAttribute(k, n) => {
                let v = vm.str(&name(n));
                vm.instance_set(object, k as u32, v);
                shadow.attributes.insert(k, n);
            }
            Action::DeleteAttribute(k) => {
                let gone = shadow.attributes.remove(&k).is_some();
                assert_eq!(vm.instance_delete(object, k as u32), gone);
            }
            Action::Grow(n) => {
                let more = "ab".repeat(n as usize);
                let part = vm.str(&more);
                let old = Obj::<Str>::cast(vm.roots[self.text]);
                vm.roots[self.text] = text::concat(vm, old, Obj::cast(part)).value();
                shadow.text += &more;
            }
            Action::Fill(n) => {
                let items: Vec<Value> = (0..n).map(|i| vm.str(&name(i))).collect();
                vm.list_assign(list, &items);
                shadow.list = (0..n).collect();
            }
            Action::Sort => {
                assert_eq!(vm.list_sort(list, false), Ok(true));
                shadow.list.sort();
            }
            Action::Minor => vm.collect(),
            Action::Full => vm.collect_fully(),
            Action::Promote => vm.promote_all(&mut ()),
            Action::Pop | Action::SetItem(..) => {}
        }
    }

    fn check(&self, vm: &mut Vm, shadow: &Shadow) {
        let shown = |v: Value| text::of(v).expect("a string").into_owned();
        let list = vm.list_values(Obj::cast(vm.roots[self.list]));
        let list: Vec<String> = list.into_iter().map(shown).collect();
        assert_eq!(
            list,
            shadow.list.iter().map(|&n| name(n)).collect::<Vec<_>>()
        );
        let dict = vm.dict_entries(Obj::cast(vm.roots[self.dict]));
        let dict: BTreeMap<_, _> = dict
            .into_iter()
            .map(|(k, v)| (shown(k), shown(v)))
            .collect();
        let expected = shadow.dict.iter().map(|(&k, &v)| (name(k), name(v)));
        assert_eq!(dict, expected.collect());
        let object = vm.instance_attributes(Obj::cast(vm.roots[self.object]));
        let object: BTreeMap<_, _> = object
            .into_iter()
            .map(|(k, v)| (k as u8, shown(v)))
            .collect();
        let expected = shadow.attributes.iter().map(|(&k, &v)| (k, name(v)));
        assert_eq!(object, expected.collect());
        assert_eq!(shown(vm.roots[self.text]), shadow.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn objects_survive_being_moved(actions in proptest::collection::vec(action(), 1..120), strategies: bool) {
        let options = Options {
            strategies,
            heap: HeapOptions { verify: true, ..HeapOptions::default() },
            ..Options::default()
        };
        let vm = &mut *Vm::new(options, Box::new(Captured::default()));
        let class = vm.shapes.new_class(Value::NONE, 3, false);
        let (graph, mut shadow) = (Graph::new(vm, class), Shadow::default());
        for action in &actions {
            graph.apply(vm, &mut shadow, action);
            graph.check(vm, &shadow);
        }
    }
}
