//! Filtering for `all_distinct/1` of the constraint library: which values of
//! each variable occur in some assignment of different values to all variables
//! (after Régin: a maximum matching, alternating cycles and paths).

use crate::builtins;
use crate::errors::type_error;
use crate::state::pl;
use crate::term::{MakeTerms, deref};
use crate::unify::unify;
use hashbrown::HashMap;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "$fd_matching" / 2 => fd_matching;
}

/// `'$fd_matching'(Domains, Kept)`: lists of integers; fails when there is no assignment.
fn fd_matching(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let mut numbers: HashMap<u64, usize> = HashMap::new();
    let mut values: Vec<Value> = Vec::new();
    let mut domains: Vec<Vec<usize>> = Vec::new();
    let Ok(lists) = p.list(a[0]) else {
        return Err(type_error(vm, "list", deref(a[0])));
    };
    for list in lists {
        let Ok(items) = p.list(list) else {
            return Err(type_error(vm, "list", deref(list)));
        };
        let mut domain = Vec::with_capacity(items.len());
        for v in items {
            let n = *numbers.entry(v.0).or_insert_with(|| {
                values.push(v);
                values.len() - 1
            });
            domain.push(n);
        }
        domains.push(domain);
    }
    let Some(matching) = maximum_matching(&domains, values.len()) else {
        return Ok(false);
    };
    let kept = consistent(&domains, &matching, values.len());
    let mut lists = Vec::with_capacity(domains.len());
    for (domain, keep) in domains.iter().zip(&kept) {
        let items: Vec<Value> = domain
            .iter()
            .zip(keep)
            .filter(|(_, k)| **k)
            .map(|(v, _)| values[*v])
            .collect();
        lists.push(vm.make_list(&items));
    }
    let result = vm.make_list(&lists);
    Ok(unify(vm, a[1], result))
}

/// The value given to each variable, all different; `None` if that is impossible.
fn maximum_matching(domains: &[Vec<usize>], values: usize) -> Option<Vec<usize>> {
    let mut owner: Vec<Option<usize>> = vec![None; values];
    for start in 0..domains.len() {
        // An augmenting path, by depth-first search with an explicit stack.
        let mut seen = vec![false; values];
        let mut stack: Vec<(usize, usize)> = vec![(start, 0)];
        loop {
            let (var, next) = stack.last_mut()?;
            let Some(&value) = domains[*var].get(*next) else {
                stack.pop();
                continue;
            };
            *next += 1;
            if std::mem::replace(&mut seen[value], true) {
                continue;
            }
            match owner[value] {
                Some(other) => stack.push((other, 0)),
                None => {
                    for (var, next) in stack {
                        owner[domains[var][next - 1]] = Some(var);
                    }
                    break;
                }
            }
        }
    }
    let mut matching = vec![0; domains.len()];
    for (value, var) in owner.iter().enumerate() {
        if let Some(var) = var {
            matching[*var] = value;
        }
    }
    Some(matching)
}

/// Which entries of the domains belong to some maximum matching.
fn consistent(domains: &[Vec<usize>], matching: &[usize], values: usize) -> Vec<Vec<bool>> {
    let n = domains.len();
    let mut owner: Vec<Option<usize>> = vec![None; values];
    for (var, value) in matching.iter().enumerate() {
        owner[*value] = Some(var);
    }
    // Variables stand for their matched values: an edge x -> y when x could take y's value.
    let mut free_reaches = vec![false; n];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut todo = Vec::new();
    for (var, domain) in domains.iter().enumerate() {
        for value in domain {
            match owner[*value] {
                Some(other) if other != var => users[other].push(var),
                Some(_) => {}
                None if !free_reaches[var] => {
                    free_reaches[var] = true;
                    todo.push(var);
                }
                None => {}
            }
        }
    }
    // A variable that could move to a free value, directly or through others.
    while let Some(var) = todo.pop() {
        for &user in &users[var] {
            if !std::mem::replace(&mut free_reaches[user], true) {
                todo.push(user);
            }
        }
    }
    let edges: Vec<Vec<usize>> = domains
        .iter()
        .enumerate()
        .map(|(var, d)| {
            d.iter()
                .filter_map(|v| owner[*v])
                .filter(|o| *o != var)
                .collect()
        })
        .collect();
    let component = components(&edges);
    domains
        .iter()
        .enumerate()
        .map(|(var, domain)| {
            domain
                .iter()
                .map(|value| match owner[*value] {
                    None => true,
                    Some(o) => o == var || free_reaches[o] || component[o] == component[var],
                })
                .collect()
        })
        .collect()
}

/// Strongly connected components (Tarjan, without recursion): a number for each node.
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let n = edges.len();
    let (mut index, mut low) = (vec![NONE; n], vec![0; n]);
    let mut component = vec![NONE; n];
    let (mut open, mut counter, mut count) = (Vec::new(), 0, 0);
    for root in 0..n {
        if index[root] != NONE {
            continue;
        }
        let mut path = vec![(root, 0)];
        index[root] = counter;
        low[root] = counter;
        counter += 1;
        open.push(root);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let Some(&to) = edges[node].get(*next) {
                *next += 1;
                if index[to] == NONE {
                    index[to] = counter;
                    low[to] = counter;
                    counter += 1;
                    open.push(to);
                    path.push((to, 0));
                } else if component[to] == NONE {
                    low[node] = low[node].min(index[to]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == index[node] {
                while let Some(member) = open.pop() {
                    component[member] = count;
                    if member == node {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_no_matching_are_dropped() {
        let domains = vec![vec![0, 1], vec![0, 1], vec![0, 1, 2, 3]];
        let matching = maximum_matching(&domains, 4).expect("there is one");
        let kept = consistent(&domains, &matching, 4);
        assert_eq!(kept[2], vec![false, false, true, true]);
        assert!(kept[0].iter().all(|k| *k));
    }

    #[test]
    fn too_few_values() {
        assert!(maximum_matching(&[vec![0, 1], vec![1, 0], vec![0, 1]], 2).is_none());
    }
}
