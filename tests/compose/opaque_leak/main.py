import store
from polyglot import out


class Big:
    def __init__(self, i):
        self.data = [i] * 20000


for i in range(3000):
    store.put(i, Big(i))
    assert store.get(i, out).data[0] == i
    store.drop(i)
print(store.count(out))
