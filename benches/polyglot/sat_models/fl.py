"""All models of a formula: no three neighbours alike, and no true pair four apart. Both in FL."""
import sys
import inner_py


def main(n):
    models, weight = 0, 0
    for model in inner_py.models(n):
        models += 1
        for i, bit in enumerate(model):
            weight = (weight + i * bit) % 1000003
    print(models, weight)


main(int(sys.argv[1]))
