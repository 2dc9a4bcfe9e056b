"""`python -m benchmarks [NAME]...`: the table, and exit status 1 when a target is missed."""

import importlib
import pkgutil
import sys

import benchmarks


def main() -> int:
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    names = [name for name in names if name != "__main__"]
    chosen = sys.argv[1:] or names
    if unknown := set(chosen) - set(names):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        return 2
    missed = 0
    print(f"{'what':<68} {'measured':>10}    {'target':>8}  ok")
    for name in chosen:
        for what, value, sign, target in importlib.import_module(f"benchmarks.{name}").measure():
            if value is None:
                print(f"{what:<68} {'-':>10} {sign} {target:>8,.6g}  not measured", flush=True)
                continue
            reached = value <= target if sign == "<=" else value >= target
            missed += not reached
            verdict = "yes" if reached else "NO"
            print(f"{what:<68} {value:>10,.4g} {sign} {target:>8,.6g}  {verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
