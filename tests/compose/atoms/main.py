# Strings of FL are atoms in Prolog: those made of data are forgotten again, and come back as they were.
import store
from polyglot import out


def churn():
    for i in range(200):
        store.touch(f'filler{i}')
    store.collect()
    for i in range(3):
        store.touch('')


def name(i):
    return f'data{i}'


# Kept in lists, dicts and sets of strings that have an atom.
kept = [name(i) for i in range(20)]
by_name = {s: i for i, s in enumerate(kept)}
for s in kept:
    store.touch(s)
churn()
print(kept == [name(i) for i in range(20)], all(by_name[name(i)] == i for i in range(20)))
print([store.same(s, name(i)) for i, s in enumerate(kept)].count(True))

# Kept by Prolog, and given back.
for i in range(20):
    store.add(name(i), i)
churn()
print(sorted(store.all_names(out)) == sorted(kept), store.number('data7', out))
for s, n in store.entry.all(out, out):
    churn()
    if name(n) != s:
        print('lost', s, n)

# Text that Prolog makes of data, as attributes, keywords and keys here.
class Box:
    pass


box = Box()
for i in range(10):
    setattr(box, store.made(i, out), i)
churn()
print([getattr(box, store.made(i, out)) for i in range(10)], sorted(vars(box))[:3])


def keywords(**given):
    return given


words = {store.made(i, out): i for i in range(3)}
churn()
print(keywords(**words))
made = {store.made(i, out) for i in range(5)} | {f'made_{i}' for i in range(5)}
churn()
print(sorted(made), 'made_3' in made)

# A term and an answer outlive the query that made them.
terms = [store.term(i, out) for i in range(5)]
churn()
print(terms, [t.args[0] for t in terms])
answers = store.query('made_between(1, 4, X)')
for a in answers:
    churn()
    print(a['X'], end=' ')
print()

# Hot loops on both sides.
total = 0
for i in range(400):
    s = name(i % 7)
    total += len(store.back(s, out)) + (store.back(s, out) == s)
    if i % 100 == 99:
        churn()
print(total)
try:
    store.fails('odd')
except Exception as e:
    churn()
    print(type(e).__name__, e)
