//! The Mersenne Twister below the module `random`. Its words are a list of the guest.

use crate::builtins;
use crate::builtins::operators::index;
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::List;
use runtime::object::Obj;

const N: usize = 624;
const M: usize = 397;

fn words(vm: &mut Vm, list: Value) -> Result<Vec<u32>, Raised> {
    let Some(list) = Obj::<List>::of(list) else {
        return Err(crate::object::exception::type_error(
            vm,
            "a list is required",
        ));
    };
    let mut words = Vec::new();
    for v in vm.list_values(list) {
        words.push(index(vm, v)? as u32);
    }
    Ok(words)
}

fn list(vm: &mut Vm, words: &[u32]) -> Value {
    let values: Vec<Value> = words.iter().map(|w| Value::small(*w as i64)).collect();
    vm.list(&values)
}

/// The state that a key makes.
fn seeded(key: &[u32]) -> Vec<u32> {
    let mut words = vec![19_650_218u32];
    for i in 1..N {
        let x = words[i - 1];
        words.push(
            1_812_433_253u32
                .wrapping_mul(x ^ x >> 30)
                .wrapping_add(i as u32),
        );
    }
    let (mut i, mut j) = (1, 0);
    for _ in 0..N.max(key.len()) {
        let x = words[i - 1];
        let mixed = words[i] ^ (x ^ x >> 30).wrapping_mul(1_664_525);
        words[i] = mixed.wrapping_add(key[j]).wrapping_add(j as u32);
        (i, j) = (i + 1, (j + 1) % key.len());
        if i >= N {
            (words[0], i) = (words[N - 1], 1);
        }
    }
    for _ in 0..N - 1 {
        let x = words[i - 1];
        let mixed = words[i] ^ (x ^ x >> 30).wrapping_mul(1_566_083_941);
        words[i] = mixed.wrapping_sub(i as u32);
        i += 1;
        if i >= N {
            (words[0], i) = (words[N - 1], 1);
        }
    }
    words[0] = 0x8000_0000;
    words
}

/// The next state.
fn refill(words: &mut [u32]) {
    for i in 0..N {
        let y = words[i] & 0x8000_0000 | words[(i + 1) % N] & 0x7fff_ffff;
        let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
        words[i] = words[(i + M) % N] ^ y >> 1 ^ odd;
    }
}

builtins! {
    /// `_random`
    pub static RANDOM:
    "_random:seeded" "key /" |vm, [key]| {
        let key = words(vm, key)?;
        Ok(list(vm, &seeded(&key)))
    };
    "_random:refilled" "words /" |vm, [state]| {
        let mut state = words(vm, state)?;
        if state.len() != N {
            return Err(crate::object::exception::value_error(vm, "state vector is the wrong size"));
        }
        refill(&mut state);
        Ok(list(vm, &state))
    };
}
