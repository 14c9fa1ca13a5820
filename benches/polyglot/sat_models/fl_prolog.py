"""All models of a formula: no three neighbours alike, and no true pair four apart. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out


def main(n):
    models, weight = 0, 0
    for model in inner_pl.models.all(n, out):
        models += 1
        for i, bit in enumerate(model):
            weight = (weight + i * bit) % 1000003
    print(models, weight)


main(int(sys.argv[1]))
