# Hot integer loops that cross the limits of tags and machine words.
def climb(start, step, n):
    x = start
    for _ in range(n):
        x += step
    return x


def factorials(n):
    out = []
    x = 1
    for i in range(1, n):
        x *= i
        out.append(x)
    return out


def fall(x, n):
    for _ in range(n):
        x = x * 3 - 1
        if x > 10 ** 30:
            x //= 10 ** 25
    return x


print(climb(2 ** 61 - 100, 1, 300), climb(-2 ** 61 + 100, -1, 300), climb(2 ** 63 - 5, 1, 10))
print(climb(0, 2 ** 55, 300), climb(10 ** 40, -10 ** 38, 250))
print(factorials(30)[-1], factorials(60)[-1] % 10 ** 9, fall(5, 2000))
total = 0
for i in range(2 ** 61 - 150, 2 ** 61 + 150):
    total ^= i
print(total)
bits = 0
for i in range(200):
    bits = bits << 1 | (i % 3 == 0)
print(bits, bits >> 150, bits & 0xffff, ~bits % 1009)
small = 10 ** 25
for i in range(300):
    small = small // 2 + 1
print(small)
h = 1
for i in range(1000):
    h = (h * 6364136223846793005 + 1442695040888963407) & 0xffffffffffffffff
print(h, -7 // 2, -7 % 3, 7 // -2, 7 % -3)
for a in (-2 ** 61, 2 ** 61 - 1, -2 ** 62, 2 ** 63, -1, 0, 1):
    for b in (-1, 1, 2 ** 61, -2 ** 63):
        print(a * b, a + b, a - b, a // b, a % b, end=" ")
    print(abs(a), -a)
