"""An empty list is itself again after a round trip, however it went through Prolog."""
import lists
from polyglot import out, Term, Var

e = []
print(lists.same(e, out) is e, lists.head_only(e, out) is e, lists.unified(e, out) is e)
print(lists.through(lambda x: x, e, out) is e, lists.twice(lambda x: x, e, out) is e)
print(lists.wrapped(e, out).args[0] is e, Term("f", e).args[0] is e, Term("f", [e]).args[0][0] is e)
print(lists.in_list(e, out)[0] is e, lists.in_list(e, out)[1] is e, lists.same((e, 1), out)[0] is e)
print([x is e for x in lists.members.all([e, e], out)], lists.found(e, out)[0] is e)
v = Var()
print(lists.same(e, v), v.value is e)
f = []
print(lists.same(f, out) is f, lists.same(f, out) is e)

# For Prolog it is [].
print(lists.is_nil(e), lists.eq(e, []), lists.kind(e, out), lists.len(e, out), lists.text(e, out))
print(lists.joined(e, [1], out), lists.joined([1], e, out), lists.sorted([[2], e], out))
print(lists.switch(e, out), lists.switch([1], out), lists.matches(e, e), lists.matches(e, [1]))
print(list(lists.split.all(e, out, out)))


# Taken out of terms again, and sorted, it is the same list.
print([x is e for x in lists.apart(e, out, out, out)])


# A list that starts empty gathers what callbacks add.
def visit(acc, n):
    acc.append(n)
    return acc


acc = []
print(lists.walk(visit, acc, 5, out) is acc, acc)


def new():
    return []


print(lists.fresh(new, visit, out))
total = 0
for i in range(3000):
    acc = []
    r = lists.walk(visit, acc, i % 3, out)
    assert r is acc
    total += len(acc)
print(total)
