# A generator with a hot loop of its own: the consumer's trace enters the
# compiled inner loop, and the generator must find its way back from there.


def primes(limit):
    sieve = [True] * limit
    for n in range(2, limit):
        if sieve[n]:
            yield n
            for multiple in range(n * n, limit, n):
                sieve[multiple] = False


print(sum(1 for _ in primes(20000)))

total = 0
for p in primes(20000):
    total += p
print(total)


def halves(n):
    while n > 0:
        yield n
        k = n // 2
        while n > k:
            n -= 1


def all_halves(limit):
    for n in range(limit):
        yield from halves(n)


print(sum(all_halves(300)))


def pairs(limit):
    for a in halves(limit):
        for b in halves(a):
            yield a, b


count = 0
for a, b in pairs(4000):
    count += a - b
print(count)
