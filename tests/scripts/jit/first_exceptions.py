"""Natives that raise one after the other: each exception is its own, also in a loop's second round."""


def attempt(f, *arguments):
    try:
        result = f(*arguments)
    except Exception as e:
        result = type(e).__name__ + ": " + str(e)
    return result


for i in range(4):
    print(attempt(int, "1_"), attempt(float, "1_"), attempt(int, "12"), sep="; ")

seen = []
for i in range(3000):
    for f, text in (int, "a"), (float, "b"), (chr, -1), (len, i):
        try:
            f(text)
        except ValueError as e:
            seen.append(str(e)[:8])
        except TypeError as e:
            seen.append(str(e)[:12])
print(len(seen), sorted(set(seen)))
