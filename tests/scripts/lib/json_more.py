"""JSON: errors and their places, hooks, classes."""
import io
import json
from collections import OrderedDict, namedtuple
from enum import IntEnum

for s in ['', ' ', '{', '[', '[1', '[1,', '[1,]', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "{'a':1}",
          '{a:1}', '"abc', '"a\nb"', '"\\x"', '"\\u12"', '"\\u12G4"', '01', '1 2', 'nul', 'tru', '-', '1.', '.5',
          '1e', '[1 2]', '{"a" 1}', '{"a":1 "b":2}', '\n\n  [1,\n 2,\n x]', '{"a":[1,{"b":]}', '"\\', '"\\u', '[]]',
          '+1', 'NaN', '[Infinity,-Infinity]', '\ufeff1', '"\t"', '{1:2}', '[,1]', 'True', "'a'", '--1', '1e5', '1E-2',
          '-0', '-0.0', '12345678901234567890123', '1.5e300', '1e999', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\/\\b\\f"']:
    try:
        print(ascii(s), "->", ascii(json.loads(s)))
    except json.JSONDecodeError as e:
        print(ascii(s), "->", e, "|", ascii(e.msg), e.pos, e.lineno, e.colno, e.doc == s)
print(json.loads(b'{"k": [1, 2.0, "\xc3\xa9"]}'), json.loads(bytearray(b"[1]")))
try:
    json.loads(5)
except TypeError as e:
    print(e)
print(json.loads('{"a":1,"a":2}'))
print(json.loads('{"a":{"b":1}}', object_hook=lambda d: sorted(d.items())))
print(json.loads('{"b":1,"a":2}', object_pairs_hook=OrderedDict))
print(json.loads('[1.5, 2, NaN]', parse_float=lambda s: "F" + s, parse_int=lambda s: "I" + s, parse_constant=lambda s: "C" + s))
print(json.loads('"a\nb"', strict=False))
dec = json.JSONDecoder()
print(dec.raw_decode('[1,2] tail'), dec.raw_decode('xx {"a":1}', 3), dec.decode(' 1 '))
data = {"z": [1, 2.5, None, True, False, "s"], "a": {"n": {}, "l": []}, "u": "h\u00e9\u20ac\U0001f600\x7f", "t": (1, 2)}
for kw in ({}, {"indent": 2}, {"indent": 0}, {"indent": "\t"}, {"sort_keys": True}, {"separators": (",", ":")},
           {"ensure_ascii": False}, {"indent": 2, "separators": (", ", " = ")}, {"indent": None, "sort_keys": True}):
    print(kw, json.dumps(data, **kw))
print(json.dumps({1: 1, 2.5: 2, True: 3, None: 4, "s": 5}), json.dumps({3: 1, 1: 2}, sort_keys=True))
print(json.dumps([float("nan"), float("inf"), -float("inf"), 1e16, 1e-7, 0.1, -0.0, 10**30]))
for bad, kw in ((float("nan"), {"allow_nan": False}), ({(1, 2): 3}, {}), (object, {}), ({1, 2}, {}), (b"x", {}), (1j if False else print, {})):
    try:
        print(json.dumps(bad, **kw))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
print(json.dumps({(1, 2): 3, "a": 4}, skipkeys=True))
loop = []
loop.append(loop)
for obj in (loop, {"a": loop}):
    try:
        json.dumps(obj)
    except ValueError as e:
        print(e)


class P:
    def __init__(self, x):
        self.x = x


class Enc(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, P):
            return {"p": o.x}
        if isinstance(o, (set, frozenset)):
            return sorted(o)
        return super().default(o)


print(json.dumps([P(1), {"k": P([P(2)])}, {3, 1, 2}], cls=Enc))
print(Enc(indent=1).encode({"a": P(1)}))
print(json.dumps(P(5), default=lambda o: o.__dict__), json.dumps({"d": P(1)}, default=vars, indent=2))
try:
    json.dumps([P(1)], cls=json.JSONEncoder)
except TypeError as e:
    print(e)
print("".join(json.JSONEncoder().iterencode([1, {"a": 2}])))


class C(IntEnum):
    A = 1


class S(str):
    pass


class L(list):
    pass


class D(dict):
    pass


T = namedtuple("T", "a b")
print(json.dumps([C.A, S("x"), L([1]), D(a=1), T(1, 2), OrderedDict(z=1), {S("k"): C.A}]))
out = io.StringIO()
json.dump({"a": [1, 2]}, out, indent=1)
print(out.getvalue())
print(json.load(io.StringIO('{"x": 1}')))
deep = "[" * 150 + "]" * 150
print(json.dumps(json.loads(deep)) == deep.replace("][", "], ["))
x = {"name": "test", "vals": list(range(5)), "nested": [{"i": i, "f": i / 2} for i in range(3)]}
print(json.loads(json.dumps(x)) == x, json.loads(json.dumps(x, indent=4)) == x)
