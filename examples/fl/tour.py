"""A tour of FL: an interpreter for a tiny stack language, run on a hot loop."""


class Token:
    def __init__(self, kind, value):
        self.kind = kind
        self.value = value


class StackError(Exception):
    pass


def tokens(text):
    for word in text.split():
        if word.lstrip("-").isdigit():
            yield Token("number", int(word))
        else:
            yield Token("word", word)


class Machine:
    def __init__(self):
        self.stack = []
        self.words = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
        }

    def run(self, program):
        stack = self.stack
        for token in program:
            if token.kind == "number":
                stack.append(token.value)
            elif token.value == "dup":
                stack.append(stack[-1])
            elif token.value in self.words:
                if len(stack) < 2:
                    raise StackError(f"{token.value!r} needs two values")
                b = stack.pop()
                a = stack.pop()
                stack.append(self.words[token.value](a, b))
            else:
                raise StackError(f"unknown word {token.value!r}")
        return stack[-1]


def primes(limit):
    sieve = [True] * limit
    for n in range(2, limit):
        if sieve[n]:
            yield n
            for multiple in range(n * n, limit, n):
                sieve[multiple] = False


program = list(tokens("3 dup * 4 dup * + 2 -"))
total = 0
for _ in range(20000):
    total += Machine().run(program)
print("stack machine:", total)

print("primes below 200000:", sum(1 for _ in primes(200000)))
print("2 ** 200 =", 2 ** 200)

try:
    Machine().run(tokens("1 frobnicate"))
except StackError as error:
    print("error:", error)

words = "the quick brown fox jumps over the lazy dog the end".split()
counts = {}
for word in words:
    counts[word] = counts.get(word, 0) + 1
for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]:
    print(f"{word:>6} {count}")
