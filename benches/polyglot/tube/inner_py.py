NEXT = {
    "paddington": ["edgware_road", "bayswater"],
    "edgware_road": ["paddington", "marylebone"],
    "marylebone": ["edgware_road", "baker_street"],
    "baker_street": ["marylebone", "regents_park", "great_portland_street", "bond_street"],
    "regents_park": ["baker_street", "oxford_circus"],
    "oxford_circus": ["regents_park", "piccadilly_circus", "bond_street", "tottenham_court_road", "warren_street", "green_park"],
    "piccadilly_circus": ["oxford_circus", "charing_cross", "green_park", "leicester_square"],
    "charing_cross": ["piccadilly_circus", "embankment", "leicester_square"],
    "embankment": ["charing_cross", "waterloo", "westminster", "temple"],
    "waterloo": ["embankment", "westminster", "southwark"],
    "notting_hill_gate": ["queensway", "bayswater", "high_street_kensington"],
    "queensway": ["notting_hill_gate", "lancaster_gate"],
    "lancaster_gate": ["queensway", "marble_arch"],
    "marble_arch": ["lancaster_gate", "bond_street"],
    "bond_street": ["marble_arch", "oxford_circus", "baker_street", "green_park"],
    "tottenham_court_road": ["oxford_circus", "holborn", "goodge_street", "leicester_square"],
    "holborn": ["tottenham_court_road", "chancery_lane", "covent_garden", "russell_square"],
    "chancery_lane": ["holborn", "st_pauls"],
    "st_pauls": ["chancery_lane", "bank"],
    "bank": ["st_pauls", "liverpool_street", "moorgate", "london_bridge"],
    "liverpool_street": ["bank", "aldgate", "moorgate"],
    "bayswater": ["paddington", "notting_hill_gate"],
    "high_street_kensington": ["notting_hill_gate", "gloucester_road"],
    "gloucester_road": ["high_street_kensington", "south_kensington"],
    "south_kensington": ["gloucester_road", "sloane_square", "knightsbridge"],
    "sloane_square": ["south_kensington", "victoria"],
    "victoria": ["sloane_square", "st_jamess_park", "green_park", "pimlico"],
    "st_jamess_park": ["victoria", "westminster"],
    "westminster": ["st_jamess_park", "embankment", "green_park", "waterloo"],
    "temple": ["embankment", "blackfriars"],
    "blackfriars": ["temple", "mansion_house"],
    "mansion_house": ["blackfriars", "cannon_street"],
    "cannon_street": ["mansion_house", "monument"],
    "monument": ["cannon_street", "tower_hill"],
    "tower_hill": ["monument", "aldgate"],
    "aldgate": ["tower_hill", "liverpool_street"],
    "moorgate": ["liverpool_street", "barbican", "old_street", "bank"],
    "barbican": ["moorgate", "farringdon"],
    "farringdon": ["barbican", "kings_cross"],
    "kings_cross": ["farringdon", "euston_square", "euston", "angel", "russell_square"],
    "euston_square": ["kings_cross", "great_portland_street"],
    "great_portland_street": ["euston_square", "baker_street"],
    "green_park": ["bond_street", "westminster", "hyde_park_corner", "piccadilly_circus", "oxford_circus", "victoria"],
    "southwark": ["waterloo", "london_bridge"],
    "london_bridge": ["southwark", "bank", "borough"],
    "camden_town": ["mornington_crescent", "euston"],
    "mornington_crescent": ["camden_town", "euston"],
    "euston": ["mornington_crescent", "warren_street", "camden_town", "kings_cross"],
    "warren_street": ["euston", "goodge_street", "oxford_circus"],
    "goodge_street": ["warren_street", "tottenham_court_road"],
    "leicester_square": ["tottenham_court_road", "charing_cross", "piccadilly_circus", "covent_garden"],
    "angel": ["kings_cross", "old_street"],
    "old_street": ["angel", "moorgate"],
    "borough": ["london_bridge", "elephant_and_castle"],
    "elephant_and_castle": ["borough"],
    "knightsbridge": ["south_kensington", "hyde_park_corner"],
    "hyde_park_corner": ["knightsbridge", "green_park"],
    "covent_garden": ["leicester_square", "holborn"],
    "russell_square": ["holborn", "kings_cross"],
    "pimlico": ["victoria"],
}


def routes(start, goal, legs):
    """Every route of at most so many legs, as a list of stations."""
    yield from extend([start], goal, legs)


def extend(path, goal, legs):
    if path[-1] == goal:
        yield list(path)
    elif legs > 0:
        for station in NEXT[path[-1]]:
            if station not in path:
                path.append(station)
                yield from extend(path, goal, legs - 1)
                path.pop()
