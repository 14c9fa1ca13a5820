:- module(plan, [schedule/3]).
:- use_module(tasks).

%   schedule(+Tasks, +Days, -Plan): gives every task (a task object of FL) a day, a slot and a
%   person. Plan is a list of at(Day, Slot, Person, Task); every answer is another plan.
schedule(Tasks, Days, Plan) :- place(Tasks, Days, [], Plan0), reverse(Plan0, Plan).

place([], _, Plan, Plan).
place([Task|Tasks], Days, Plan0, Plan) :-
    get_member(Task, skill, Skill),
    between(1, Days, Day),
    slot(Slot),
    tasks:people(Skill, Person),
    \+ memberchk(at(Day, Slot, Person, _), Plan0),
    \+ ( tasks:before(Task, Other), late(Other, Day, Slot, Plan0) ),
    place(Tasks, Days, [at(Day, Slot, Person, Task)|Plan0], Plan).

slot(1).
slot(2).

%   Other is not done by then.
late(Other, Day, Slot, Plan) :-
    \+ ( member(at(D, S, _, Done), Plan), Done == Other, ( D < Day ; D =:= Day, S < Slot ) ).
