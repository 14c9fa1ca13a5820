import json

values = [None, True, False, 0, -17, 10 ** 30, 1.5, -0.0, 1e100, "", "héllo \"q\" \\ \n\t\x01 \u2028 😀", [], {}, [1, [2, [3]]],
          {"a": 1, "b": [True, None], "c": {"d": "e"}}, (1, 2), {1: 2, None: 3, True: 4, 2.5: 5}]
for v in values:
    text = json.dumps(v)
    print(text, json.dumps(v, ensure_ascii=False) == text, json.loads(text) == v)
print(json.dumps(values[14], indent=2))
print(json.dumps({"b": [1, 2, {}], "a": []}, indent=1, sort_keys=True))
print(json.dumps([1, {"x": 2}], indent="--"))
print(json.dumps({"a": [1, 2]}, separators=(",", ":")), json.dumps(float("inf")), json.dumps(float("nan")))
print(json.loads(' { "a" : [ 1 , 2.5e3 , -1E-2 , "x\\u00e9\\ud83d\\ude00\\/" ] , "b" : { } } '))
print(json.loads("[NaN, Infinity, -Infinity]"), json.loads("12"), json.loads(b'"x"'))
for bad in ("", "{", "[1,]", '{"a":}', '{"a" 1}', "{a: 1}", "[1 2]", "nul", '"abc', '"\\x"', '"\\u12"', "1 2", "[1,\n 2,\n x]",
            '{"a": 1,}', "01", "-", "\"a\nb\"", "tru"):
    try:
        print(json.loads(bad))
    except json.JSONDecodeError as e:
        print(repr(bad), e, (e.msg, e.pos, e.lineno, e.colno))
for bad in (object(), {(1, 2): 3}, {1, 2}, b"x"):
    try:
        json.dumps(bad)
    except TypeError as e:
        print(str(e).replace("object at", "")[:70])
print(json.dumps({(1, 2): 3, "k": 1}, skipkeys=True))
loop = []
loop.append(loop)
try:
    json.dumps(loop)
except ValueError as e:
    print(e)
try:
    json.dumps(float("nan"), allow_nan=False)
except ValueError as e:
    print(e)


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class PointEncoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, Point):
            return {"x": o.x, "y": o.y}
        return super().default(o)


print(json.dumps([Point(1, 2)], cls=PointEncoder), PointEncoder().encode({"p": Point(3, 4)}))
print(json.dumps(Point(5, 6), default=lambda o: [o.x, o.y]))
print(json.loads('{"x": 1, "y": [{"x": 2}]}', object_hook=lambda d: tuple(sorted(d))))
print(json.loads('{"b": 1, "a": 2, "b": 3}', object_pairs_hook=lambda pairs: pairs))
print(json.loads("[1.10, 2]", parse_float=str, parse_int=lambda s: int(s) * 2))
deep = json.loads("[" * 50 + "]" * 50)
print(json.dumps(deep) == "[" * 50 + "]" * 50)
