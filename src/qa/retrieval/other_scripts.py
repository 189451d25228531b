"""A question's names → the corpus's names in other scripts that sound like them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, analyze, is_unspaced, token_shapes
from qa.index.folding import simplified
from qa.index.names import Names, forms, is_cased, script_of
from qa.index.spelling import Lexicon
from qa.index.transliteration import HAN, pinyin

PAIR = 2  # syllables, and characters: what Chinese text is counted by
CHINESE = range(2, 5)  # characters of a Chinese name
_FOREIGN = (  # the characters that Chinese writes names of other languages with; seldom several in a row otherwise
    "阿埃艾爱安昂奥巴白班邦鲍贝本比彼宾波伯博布查茨达戴丹当道德登迪蒂丁东杜敦顿多厄恩尔法凡菲费芬丰冯佛夫弗福富盖甘冈高戈哥格根贡古瓜圭哈海汉豪赫黑亨洪胡华惠霍"
    "基吉加贾杰金津京久卡凯坎康考柯科克肯孔库夸奎昆拉莱赖兰朗劳勒雷黎里理利莉丽林琳隆卢鲁路伦罗洛吕马玛迈麦曼芒毛梅门蒙孟米密缅敏明摩莫默姆木穆"
    "纳娜南内尼妮宁纽农努女诺欧帕派潘庞培佩彭皮平珀普奇恰乔切琼丘萨塞赛森桑瑟沙山舍什圣施史士朔思斯松苏索塔泰坦汤唐陶特腾提汀廷通图托瓦万旺威韦维魏温文翁沃乌武伍"
    "西锡希席夏香肖歇谢辛欣兴休雪逊雅亚延扬耶叶伊易因英永尤于雨约云宰赞早泽曾扎詹章珍芝治兹朱卓佐祖"
)
_FOREIGN_NAME = re.compile(f"[{_FOREIGN}]{{2,8}}|[\u30a1-\u30fa\u30fc]{{2,}}")


SameWords = Mapping[str, Sequence[str]]
"""For a term, the words of the corpus that are the same name, number or month; the likeliest first."""


def in_other_scripts(text: str, lexicon: Lexicon) -> SameWords:
    """What the names of a text may be in the scripts of a corpus; nothing where both are Latin."""
    tables = [lexicon.other_names]
    if not text.isascii():
        tables.append(lexicon.latin_names)
    tokens = analyze(text) if any(tables) else []
    shapes = token_shapes(text, tokens)
    alike: dict[str, dict[str, None]] = {}
    for names in filter(None, tables):
        for term, word in _alike(text, tokens, shapes, names, lexicon):
            alike.setdefault(term, {})[word] = None
    return {term: tuple(words) for term, words in alike.items()}


def _alike(
    text: str, tokens: Sequence[Token], shapes: Sequence[int], names: Names, lexicon: Lexicon
) -> Iterator[tuple[str, str]]:
    words = [token if _may_be_name(token, shape) else None for token, shape in zip(tokens, shapes, strict=True)]
    for word in filter(None, words):
        yield from ((word.term, other) for other in _heard(word.word, names, lexicon))
    yield from _chinese(words, names)
    for start, end, others in (*_written_out(text, names), *_heard_in_unspaced(text, names, lexicon)):
        for other in others:
            yield from ((t.term, other) for t in tokens if start <= t.start and t.end <= end)


def _heard(name: str, names: Names, lexicon: Lexicon) -> list[str]:
    """The names that sound like one, and that the corpus says more often than the one itself."""
    parts = [name[i : i + PAIR] for i in range(len(name) - 1)] if is_unspaced(name) else []
    counts = [entry.count if (entry := lexicon.words.get(word)) else 0 for word in (parts or forms(name))]
    usual = min(counts) if parts else sum(counts)
    return [other for other in names.like(name) if lexicon.words[other].count > usual]


def _may_be_name(token: Token, shape: int) -> bool:
    if is_unspaced(token.word) or token.word in FUNCTION_WORDS or not token.word[:1].isalpha():
        return False
    return bool(shape & TokenShape.CAPITAL) or not is_cased(token.word)


def _chinese(words: Sequence[Token | None], names: Names) -> Iterator[tuple[str, str]]:
    """Names in Pinyin, or in Palladius's Cyrillic: whole words, and the pairs of syllables in Chinese text."""
    before: list[tuple[str, str]] = []  # the last syllable of the word before, and that word's term
    for word in words:
        syllables = [(syllable, word.term) for syllable in pinyin(word.word)] if word else []
        if word and syllables:
            yield from _read(names, "".join(syllable for syllable, _ in syllables), word)
            run = [*before, *syllables]
            for (first, term), (second, _) in pairwise(run):
                for pair in names.by_pinyin.get(first + second, ()):
                    if HAN.fullmatch(pair[0]):
                        yield term, pair[0]
        before = syllables[-1:]


def _read(names: Names, syllables: str, word: Token) -> Iterator[tuple[str, str]]:
    for others in names.by_pinyin.get(syllables, ()):
        if script_of(others[0]) != script_of(word.word) and not HAN.fullmatch(others[0]):
            yield from ((word.term, other) for other in others)


def _written_out(text: str, names: Names) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Chinese names, by their syllables."""
    for run in HAN.finditer(text):
        syllables = [pinyin(character) for character in run.group()]
        for start in range(len(syllables)):
            for end in range(start + PAIR, min(start + max(CHINESE), len(syllables)) + 1):
                reading = "".join(syllable for part in syllables[start:end] for syllable in part)
                for words in names.by_pinyin.get(reading, ()):
                    if not HAN.fullmatch(words[0]):
                        yield run.start() + start, run.start() + end, words


def _heard_in_unspaced(text: str, names: Names, lexicon: Lexicon) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Other names, by what they sound like; a character at an end may belong to the word beside it."""
    for run in _FOREIGN_NAME.finditer(simplified(text)):
        for start, end in ((0, 0), (0, 1), (1, 0), (1, 1)):
            first, last = run.start() + start, run.end() - end
            if last - first >= PAIR and (others := _heard(text[first:last], names, lexicon)):
                yield first, last, others
                break
