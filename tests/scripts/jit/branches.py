# Loops with many paths: bridges, nested loops, rare exits, long bodies.
def classify(n):
    counts = [0] * 6
    for i in range(n):
        if i % 2 == 0:
            if i % 3 == 0:
                counts[0] += 1
            elif i % 5 == 0:
                counts[1] += 2
            else:
                counts[2] += 3
        elif i % 7 == 0:
            counts[3] += i
            if i % 49 == 0:
                continue
            counts[3] -= 1
        else:
            counts[4] += 1
            while counts[4] > 50:
                counts[4] -= 7
                counts[5] += 1
    return counts


print(classify(2000))


def triangle(n):
    out = 0
    for i in range(n):
        for j in range(i):
            for k in range(j):
                if (i ^ j ^ k) & 1:
                    out += k
                    break
                out += 1
            else:
                out -= 1
        if i % 10 == 9:
            out //= 2
    return out


print(triangle(60))


def states(text):
    state, word, number, words = "start", "", 0, []
    for ch in text:
        if state == "start":
            if ch.isalpha():
                state, word = "word", ch
            elif ch.isdigit():
                state, number = "number", int(ch)
        elif state == "word":
            if ch.isalnum():
                word += ch
            else:
                words.append(word)
                state = "start"
        else:
            if ch.isdigit():
                number = number * 10 + int(ch)
            else:
                words.append(number)
                state = "start"
    return words


print(states("abc 123 d4 55555555555555555555 x ; " * 15)[-6:])


def machine(code, steps):
    stack, pc = [], 0
    for _ in range(steps):
        op, arg = code[pc]
        pc += 1
        if op == "push":
            stack.append(arg)
        elif op == "add":
            stack.append(stack.pop() + stack.pop())
        elif op == "dup":
            stack.append(stack[-1])
        elif op == "jump_if_less":
            if stack[-1] < arg[0]:
                pc = arg[1]
        elif op == "halt":
            break
    return stack


print(machine([("push", 0), ("push", 1), ("add", None), ("jump_if_less", (300, 1)), ("halt", None)], 5000))
grid = [[(x * y) % 7 for x in range(20)] for y in range(20)]
for _ in range(15):
    new = [row[:] for row in grid]
    for y in range(1, 19):
        row = grid[y]
        for x in range(1, 19):
            s = row[x - 1] + row[x + 1] + grid[y - 1][x] + grid[y + 1][x]
            new[y][x] = s % 7 if s > 9 else (row[x] + 1) % 7
    grid = new
print(sum(map(sum, grid)), grid[5])
x = 1
zigzag = []
while len(zigzag) < 150:
    x = x * 3 + 1 if x % 2 else x // 2
    if x > 50:
        x -= 49
    zigzag.append(x)
print(zigzag[-5:], sum(zigzag))
