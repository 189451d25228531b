"""Who did it to whom, in a question and in a sentence: which pairs tell the opposite, and by which relation."""

import pytest

from qa.answering.roles import relations, swapped


@pytest.mark.parametrize(
    ("question", "sentence", "relation"),
    [
        ("When did Rinne visit Salmi?", "Salmi visited Rinne in 1968.", "visit"),
        ("When did Rinne visit Salmi?", "Rinne visited Salmi in 1968.", ""),
        ("When did Rinne visit Salmi?", "Salmi wrote to Rinne in 1968.", ""),
        ("When did Rinne visit Salmi?", "Salmi visited Rinne. Rinne visited Salmi in 1968.", ""),
        ("When did Ann Lund succeed Per Lund?", "Per Lund succeeded Ann Lund in 1968.", "succeed"),
        ("When did Ann Lund succeed Per Lund?", "Ann Lund succeeded Per Lund in 1968.", ""),
        ("Who visited Salmi?", "Salmi visited Rinne in 1968.", ""),
        ("Who succeeded Salmi?", "Salmi was succeeded by Rinne. Salmi succeeded Krog.", ""),
        ("Who succeeded Salmi?", "Salmi succeeded Krog.", "succeed"),
        ("Who succeeded Salmi?", "Salmi succeeded an old man.", ""),
        ("Whom did Salmi succeed?", "Rinne succeeded Salmi.", "succeed"),
        ("Whom did Salmi succeed?", "Salmi succeeded Rinne.", ""),
        ("When did Rinne buy the Mill of Salmi?", "Salmi bought Rinne.", ""),
        ("When did Rinne beat Salmi?", "He said that Rinne. Salmi beat him.", ""),
        ("When did Rinne beat Salmi?", "Rinne came. Salmi beat Krog.", ""),
        ("When did Rinne beat Salmi?", "Salmi, he beat Rinne.", ""),
        ("When did Rinne beat Salmi?", "Salmi beat him. Rinne left.", ""),
        ("When was Rinne beaten by Salmi?", "Salmi was beaten by Rinne.", "beat"),
        ("When was Rinne beaten by Salmi?", "Rinne was badly beaten by Salmi.", ""),
        ("When did Salmi beat Rinne?", "Rinne was the old champion who beat Salmi.", "beat"),
        ("When did Salmi beat Rinne?", "Rinne got beaten by Salmi.", ""),
        ("When did Salmi beat Rinne?", "Salmi got beaten by Rinne.", "beat"),
        ("By whom was Salmi beaten?", "Salmi beat Rinne.", "beat"),
        ("By whom was Salmi beaten?", "Rinne beat Salmi.", ""),
        ("Who lost to Salmi?", "Salmi lost to Rinne.", "beat"),
        ("Who lost to Salmi?", "Rinne lost to Salmi.", ""),
        ("Who was Salmi’s father?", "Salmi was the father of Rinne.", "father_of"),
        ("Who was Salmi's father?", "Rinne was the father of Salmi.", ""),
        ("Who was Salmi's teacher?", "Salmi was the teacher of Rinne.", "teach"),
        ("Who was Salmi's teacher?", "Rinne was Salmi's teacher.", ""),
        ("Who was Rinne's pupil?", "Rinne was Salmi's pupil.", ""),
        ("Which harbour did Salmi see?", "Salmi saw the harbour.", ""),
        ("What happened?", "Salmi beat Rinne.", ""),
        (
            "When did Rinne beat Salmi?",
            "Salmi 1 2 3 4 5 6 7 8 9 10 11 12 beat Rinne.",
            "",
        ),
        ("When did Rinne beat Salmi?", "Salmi one two three four five six seven eight nine ten beat Rinne.", "beat"),
        ("When did Rinne beat Salmi?", "Salmi beat one two three four five six seven eight nine ten Rinne.", "beat"),
        (
            "When did Rinne beat Salmi?",
            "Salmi beat 1 2 3 4 5 6 7 8 9 10 11 12 Rinne.",
            "",
        ),
        ("When did Rinne beat Salmi?", "Beat Salmi the old Rinne?", ""),
        ("Who did Rinne beat?", "Rinne beat Salmi.", ""),
        ("Who did Rinne beat?", "Salmi beat Rinne.", "beat"),
        ("Who beat Rinne?", "Rinne beat Salmi.", "beat"),
        ("Who beat Rinne?", "Salmi beat Rinne.", ""),
    ],
)
def test_who_did_it_to_whom(question: str, sentence: str, relation: str) -> None:
    """Named once a pair of names stands on the other sides of a verb, and nowhere on the same; "" where it does not.

    Passives, possessives, relatives of one surname, pronouns, the ends of sentences, and names far from their verb.
    """
    assert swapped(question, sentence) == ((relation,) if relation else ())


def test_relations() -> None:
    """The first verb of a line names it; what follows the bar has its names the other way round."""
    table = relations()
    assert table["followed"] == ("succeed", False)
    assert table["preceded"] == ("succeed", True)
    assert table["took_over"] == ("succeed", False)
    assert table["lost_to"] == ("beat", True)
    assert "#" not in "".join(table)
