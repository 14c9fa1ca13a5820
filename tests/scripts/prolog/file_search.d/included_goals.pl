:- initialization((write(goal_of_included), nl)).
