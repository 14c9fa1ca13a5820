"""Collections: dictionaries with string keys, words counted and grouped."""
import sys

ROUNDS = 60


def make_words(n):
    syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"]
    words = []
    seed = 1
    for _ in range(n):
        word = ""
        for _ in range(seed % 3 + 1):
            seed = (seed * 1309 + 13849) % 65536
            word += syllables[seed // 7 % 10]
        words.append(word)
    return words


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200000
    words = make_words(n)
    total = 0
    for r in range(ROUNDS):
        counts = {}
        for word in words:
            counts[word] = counts.get(word, 0) + 1
        groups = {}
        for word, count in counts.items():
            if word[0] not in groups:
                groups[word[0]] = []
            groups[word[0]].append(count)
        for key in sorted(groups):
            total = (total * 7 + max(groups[key]) + len(groups[key])) % 1000003
        best = sorted(counts, key=lambda w: (-counts[w], w))[r % 10]
        total = (total + counts[best] + len(best)) % 1000003
    print("dict_str(%d) = %d" % (n, total))


main()
