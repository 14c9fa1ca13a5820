:- module(rules, [observe/3, forget/0, finding/2, diagnosis/3, advice/2]).

:- dynamic observed/3.

%   observe(+Machine, +Property, +Value)
observe(Machine, Property, Value) :- assertz(observed(Machine, Property, Value)).

forget :- retractall(observed(_, _, _)).

%   finding(?Machine, ?Finding): what the readings of a machine say.
finding(M, overheating) :- observed(M, temperature, T), T > 90.
finding(M, warm) :- observed(M, temperature, T), T > 70, T =< 90.
finding(M, shaking) :- observed(M, vibration, V), V > 5.0.
finding(M, thirsty) :- observed(M, oil, O), O < 20.
finding(M, overworked) :- observed(M, hours, H), H > 5000, \+ observed(M, serviced, yes).
finding(M, silent) :- machine(M), \+ observed(M, vibration, _).

machine(M) :- setof(N, P^V^observed(N, P, V), Ms), member(M, Ms).

%   rule(?Diagnosis, ?Certainty, ?Findings): Certainty in percent if all findings are there.
rule(bearing_failure, 90, [overheating, shaking]).
rule(bearing_failure, 60, [shaking, overworked]).
rule(lubrication_fault, 80, [thirsty, overheating]).
rule(lubrication_fault, 50, [thirsty, warm]).
rule(sensor_fault, 70, [silent]).
rule(maintenance_due, 95, [overworked]).

%   diagnosis(?Machine, ?Diagnosis, ?Certainty): the evidence of several rules adds up.
diagnosis(M, D, Certainty) :-
    machine(M),
    setof(D0, C^Fs^rule(D0, C, Fs), Ds),
    member(D, Ds),
    findall(C, (rule(D, C, Fs), explains(Fs, M)), [C1|Cs]),
    foldl(combine, Cs, C1, Certainty).

explains([], _).
explains([F|Fs], M) :- once(finding(M, F)), explains(Fs, M).

combine(C, C0, C1) :- C1 is C0 + C * (100 - C0) // 100.

advice(bearing_failure, 'stop the machine and change the bearing').
advice(lubrication_fault, 'fill up the oil and look for a leak').
advice(sensor_fault, 'check the cable of the sensor').
advice(maintenance_due, 'send a technician this week').
