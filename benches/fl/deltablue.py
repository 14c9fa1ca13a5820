"""An incremental solver of one-way constraint hierarchies (chains and projections).

Variables are connected by constraints of different strengths. The planner
keeps a directed solution and repairs it as constraints come and go; a plan is
the list of methods to run, in order, when an input changes.
"""
import sys


class Strength:
    """A rung of the hierarchy; smaller levels are stronger."""

    def __init__(self, level, name):
        self.level = level
        self.name = name

    def is_stronger(self, other):
        return self.level < other.level

    def is_weaker(self, other):
        return self.level > other.level


REQUIRED = Strength(0, "required")
STRONG_PREFERRED = Strength(1, "strong preferred")
PREFERRED = Strength(2, "preferred")
STRONG_DEFAULT = Strength(3, "strong default")
NORMAL = Strength(4, "normal")
WEAK_DEFAULT = Strength(5, "weak default")
WEAKEST = Strength(6, "weakest")
BY_LEVEL = [REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL,
            WEAK_DEFAULT, WEAKEST]


def weaker_of(a, b):
    return a if a.is_weaker(b) else b


NONE = 0
FORWARD = 1
BACKWARD = 2


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walk_strength = WEAKEST
        self.stay = True

    def remove(self, constraint):
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    def __init__(self, strength):
        self.strength = strength

    def add(self, planner):
        self.connect()
        planner.incremental_add(self)

    def destroy(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.disconnect()

    def satisfy(self, mark, planner):
        """Enforces this constraint if it can; answers the one it overrides."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength is REQUIRED:
                raise ValueError("a required constraint cannot be satisfied")
            return None
        self.mark_inputs(mark)
        out = self.output()
        overridden = out.determined_by
        if overridden is not None:
            overridden.mark_unsatisfied()
        out.determined_by = self
        if not planner.propagate(self, mark):
            raise ValueError("a cycle of constraints")
        out.mark = mark
        return overridden

    def is_input(self):
        return False


class UnaryConstraint(Constraint):
    def __init__(self, variable, strength, planner):
        Constraint.__init__(self, strength)
        self.variable = variable
        self.satisfied = False
        self.add(planner)

    def is_satisfied(self):
        return self.satisfied

    def connect(self):
        self.variable.constraints.append(self)
        self.satisfied = False

    def disconnect(self):
        if self.variable is not None:
            self.variable.remove(self)
        self.satisfied = False

    def choose_method(self, mark):
        self.satisfied = (self.variable.mark != mark
                          and self.strength.is_stronger(self.variable.walk_strength))

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def mark_unsatisfied(self):
        self.satisfied = False

    def output(self):
        return self.variable

    def recalculate(self):
        self.variable.walk_strength = self.strength
        self.variable.stay = not self.is_input()
        if self.variable.stay:
            self.execute()


class StayConstraint(UnaryConstraint):
    def execute(self):
        pass


class EditConstraint(UnaryConstraint):
    def is_input(self):
        return True

    def execute(self):
        pass


class BinaryConstraint(Constraint):
    def __init__(self, first, second, strength, planner):
        Constraint.__init__(self, strength)
        self.first = first
        self.second = second
        self.direction = NONE
        self.add(planner)

    def is_satisfied(self):
        return self.direction != NONE

    def connect(self):
        self.first.constraints.append(self)
        self.second.constraints.append(self)
        self.direction = NONE

    def disconnect(self):
        self.first.remove(self)
        self.second.remove(self)
        self.direction = NONE

    def choose_method(self, mark):
        first = self.first
        second = self.second
        if first.mark == mark:
            fits = second.mark != mark and self.strength.is_stronger(second.walk_strength)
            self.direction = FORWARD if fits else NONE
        elif second.mark == mark:
            fits = first.mark != mark and self.strength.is_stronger(first.walk_strength)
            self.direction = BACKWARD if fits else NONE
        elif first.walk_strength.is_weaker(second.walk_strength):
            fits = self.strength.is_stronger(first.walk_strength)
            self.direction = BACKWARD if fits else NONE
        else:
            fits = self.strength.is_stronger(second.walk_strength)
            self.direction = FORWARD if fits else NONE

    def mark_inputs(self, mark):
        self.input().mark = mark

    def inputs_known(self, mark):
        source = self.input()
        return source.mark == mark or source.stay or source.determined_by is None

    def mark_unsatisfied(self):
        self.direction = NONE

    def input(self):
        return self.first if self.direction == FORWARD else self.second

    def output(self):
        return self.second if self.direction == FORWARD else self.first

    def recalculate(self):
        source = self.input()
        out = self.output()
        out.walk_strength = weaker_of(self.strength, source.walk_strength)
        out.stay = source.stay
        if out.stay:
            self.execute()


class EqualityConstraint(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


class ScaleConstraint(BinaryConstraint):
    """second = first * scale + offset, solvable both ways."""

    def __init__(self, source, scale, offset, target, strength, planner):
        self.scale = scale
        self.offset = offset
        BinaryConstraint.__init__(self, source, target, strength, planner)

    def connect(self):
        BinaryConstraint.connect(self)
        self.scale.constraints.append(self)
        self.offset.constraints.append(self)

    def disconnect(self):
        BinaryConstraint.disconnect(self)
        self.scale.remove(self)
        self.offset.remove(self)

    def mark_inputs(self, mark):
        BinaryConstraint.mark_inputs(self, mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source = self.input()
        out = self.output()
        out.walk_strength = weaker_of(self.strength, source.walk_strength)
        out.stay = source.stay and self.scale.stay and self.offset.stay
        if out.stay:
            self.execute()


class Planner:
    def __init__(self):
        self.last_mark = 0

    def new_mark(self):
        self.last_mark += 1
        return self.last_mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        overridden = constraint.satisfy(mark, self)
        while overridden is not None:
            overridden = overridden.satisfy(mark, self)

    def incremental_remove(self, constraint):
        out = constraint.output()
        constraint.mark_unsatisfied()
        constraint.disconnect()
        unsatisfied = self.retract_downstream(out)
        for strength in BY_LEVEL:
            for candidate in unsatisfied:
                if candidate.strength is strength:
                    self.incremental_add(candidate)

    def make_plan(self, sources):
        mark = self.new_mark()
        plan = []
        todo = sources
        while len(todo) > 0:
            constraint = todo.pop()
            if constraint.output().mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                constraint.output().mark = mark
                self.add_consumers(constraint.output(), todo)
        return plan

    def plan_from(self, constraints):
        sources = []
        for constraint in constraints:
            if constraint.is_input() and constraint.is_satisfied():
                sources.append(constraint)
        return self.make_plan(sources)

    def propagate(self, constraint, mark):
        """Recomputes what lies downstream; false when that meets the mark."""
        todo = [constraint]
        while len(todo) > 0:
            current = todo.pop()
            if current.output().mark == mark:
                self.incremental_remove(constraint)
                return False
            current.recalculate()
            self.add_consumers(current.output(), todo)
        return True

    def retract_downstream(self, out):
        out.determined_by = None
        out.walk_strength = WEAKEST
        out.stay = True
        unsatisfied = []
        todo = [out]
        while len(todo) > 0:
            variable = todo.pop()
            for constraint in variable.constraints:
                if not constraint.is_satisfied():
                    unsatisfied.append(constraint)
            determining = variable.determined_by
            for constraint in variable.constraints:
                if constraint is not determining and constraint.is_satisfied():
                    constraint.recalculate()
                    todo.append(constraint.output())
        return unsatisfied

    def add_consumers(self, variable, todo):
        determining = variable.determined_by
        for constraint in variable.constraints:
            if constraint is not determining and constraint.is_satisfied():
                todo.append(constraint)


def execute(plan):
    for constraint in plan:
        constraint.execute()


def change(variable, value, planner):
    edit = EditConstraint(variable, PREFERRED, planner)
    plan = planner.plan_from([edit])
    for _ in range(10):
        variable.value = value
        execute(plan)
    edit.destroy(planner)


def chain_test(n):
    planner = Planner()
    variables = [Variable("v%d" % i, 0) for i in range(n + 1)]
    for i in range(n):
        EqualityConstraint(variables[i], variables[i + 1], REQUIRED, planner)
    first = variables[0]
    last = variables[n]
    StayConstraint(last, STRONG_DEFAULT, planner)
    edit = EditConstraint(first, PREFERRED, planner)
    plan = planner.plan_from([edit])
    total = 0
    for value in range(100):
        first.value = value
        execute(plan)
        if last.value != value:
            raise ValueError("the chain lost its value")
        total += last.value
    edit.destroy(planner)
    return total


def projection_test(n):
    planner = Planner()
    scale = Variable("scale", 10)
    offset = Variable("offset", 1000)
    sources = []
    targets = []
    for i in range(n):
        source = Variable("source%d" % i, i)
        target = Variable("target%d" % i, i)
        sources.append(source)
        targets.append(target)
        StayConstraint(source, NORMAL, planner)
        ScaleConstraint(source, scale, offset, target, REQUIRED, planner)
    source = sources[n - 1]
    target = targets[n - 1]
    change(source, 17, planner)
    if target.value != 1170:
        raise ValueError("projection 1: %d" % target.value)
    change(target, 1050, planner)
    if source.value != 5:
        raise ValueError("projection 2: %d" % source.value)
    change(scale, 5, planner)
    for i in range(n - 1):
        if targets[i].value != i * 5 + 1000:
            raise ValueError("projection 3")
    change(offset, 2000, planner)
    total = 0
    for i in range(n - 1):
        if targets[i].value != i * 5 + 2000:
            raise ValueError("projection 4")
        total += targets[i].value
    return total


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    total = 0
    for _ in range(rounds):
        total += chain_test(100) + projection_test(100)
    print("deltablue(%d) = %d" % (rounds, total))


main()
