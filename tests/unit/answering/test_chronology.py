"""Which dates a sentence says, and where."""

import pytest

from qa.answering.chronology import dates_in


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("In 1989 Xu left, and on 27 October 2006 he died.", ["1989", "2006-10-27"]),
        ("May 1990 was warm; see 2006-10-27.", ["1990-05", "2006-10-27"]),
        ("Am 3. Mai 1911, le 4 mai 1911, el 5 de mayo de 1911.", ["1911-05-03", "1911-05-04", "1911-05-05"]),
        ("他于1989年离开，2006年10月27日回来。", ["1989", "2006-10-27"]),
        ("Xu (1916–2016) ruled between 1914 and 1918, and by 1920 no more.", ["1916", "1914", "1918", "1920"]),
        ("The treaty of 1648 was signed.", ["1648"]),
        ("A crowd of 1500 people paid $1999 in the 1980s for 1200 sacks in room 1904.", []),
        ("On 31 February 2006 nothing happened.", ["2006-02"]),
        ("No number at all.", []),
    ],
)
def test_dates(text, dates):
    """Days, months and years are found in several languages; numbers that count something are none."""
    found = dates_in(text)
    assert [mention.date for mention in found] == dates
    for mention in found:
        assert mention.date[:4] in text[mention.span.start : mention.span.end]
