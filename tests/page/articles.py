"""Articles that are hard on a page: a long one, long titles, emoji, other scripts; and strings that want to be code."""

import json

LONG_WORDS = 10_000
LONG_TITLE = (
    "An unusually long title of the kind that registers, gazettes and minutes of standing committees carry, which goes "
    "on past every reasonable width and holds the name "
    "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlung"
)
_DAYS = ("calm", "rainy", "foggy", "stormy", "cold", "bright", "windy", "quiet")
_DEEDS = (
    "trimmed the wick", "painted the railing", "counted passing ships", "mended the boat", "wrote a letter home",
    "cleaned the lens", "caught two herring", "wound the clock",
)  # fmt: skip


def long_article(words: int = LONG_WORDS) -> str:
    """A keeper's diary of so many words, one needle in it."""
    paragraphs: list[str] = []
    written = 0
    day = 0
    while written < words:
        lines = []
        for _ in range(12):
            day += 1
            weather, deed = _DAYS[day % 8], _DEEDS[(day * 5) % 8]
            lines.append(
                f"Day {day} was {weather}, and so the keeper of the northern light {deed} and slept until the evening."
            )
        if day == 396:
            lines.append("On day 396 a yellow seaplane landed beside the rocks.")
        paragraph = " ".join(lines)
        written += len(paragraph.split())
        paragraphs.append(paragraph)
    return "---\ntitle: Diary of the northern light\npublished: 1911-03\n---\n\n" + "\n\n".join(paragraphs)


VARIED = {
    "diary.md": long_article(),
    "emoji.md": (
        "---\ntitle: The 🦊 fox and the 👩‍🚀 astronaut\ntags: [animals]\n---\n\n"
        "😀😀😀 Three smiles open this article. "
        "🦊 The fox Ferdinand stole the moon rock in 2031. 👩‍🚀 Nobody saw it 🌑 again."
    ),
    "zh.md": "---\ntitle: 长城\n---\n\n长城是古代中国的军事防御工程。秦始皇在公元前221年统一中国后修建了长城。",
    "ar.md": "---\ntitle: القاهرة\n---\n\nالقاهرة هي عاصمة جمهورية مصر العربية. تأسست المدينة سنة 969 ميلادية.",
    "titles/long.md": (
        f'---\ntitle: "{LONG_TITLE}"\n---\n\nThe widow of the captain Leopold Brunner was paid 412 crowns in 1893.'
    ),
}

MANY = {
    f"logs/{number:03}.md": (
        f"---\ntitle: Log of the freighter Marianne, voyage {number:03} to the northern harbours\n"
        f"tags: [northern harbours {number:03}]\n---\n\n"
        f"On voyage {number} the freighter Marianne carried {number + 1000} sacks of salt."
    )
    for number in range(130)
}

HOSTILE = (
    "<script>window.ran=1</script>",
    "<SCRIPT>window.ran=1</SCRIPT>",
    "<scr<script>ipt>window.ran=1</scr</script>ipt>",
    '"><script>window.ran=1</script>',
    "'><script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "</textarea><script>window.ran=1</script>",
    "</title><script>window.ran=1</script>",
    "</style><script>window.ran=1</script>",
    "--><script>window.ran=1</script>",
    "]]><script>window.ran=1</script>",
    "<script src=//evil.example/x.js></script>",
    '<script type="module">window.ran=1</script>',
    "<img src=x onerror=window.ran=1>",
    '<img src="x" onerror="window.ran=1">',
    '"><img src=x onerror=window.ran=1>',
    "<img/src=x/onerror=window.ran=1>",
    "<IMG SRC=x ONERROR=window.ran=1//",
    "<svg onload=window.ran=1>",
    "<svg/onload=window.ran=1//",
    "<svg><script>window.ran=1</script></svg>",
    "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    '<svg><a xlink:href="javascript:window.ran=1"><text>x</text></a></svg>',
    "<math><mtext><script>window.ran=1</script></mtext></math>",
    "<body onload=window.ran=1>",
    "<iframe src=javascript:parent.ran=1></iframe>",
    '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
    '<object data="javascript:window.ran=1"></object>',
    "<embed src=javascript:window.ran=1>",
    "<video><source onerror=window.ran=1></video>",
    "<audio src=x onerror=window.ran=1>",
    "<details open ontoggle=window.ran=1>x</details>",
    "<input autofocus onfocus=window.ran=1>",
    "<select autofocus onfocus=window.ran=1></select>",
    "<marquee onstart=window.ran=1>x</marquee>",
    '<a href="javascript:window.ran=1">click</a>',
    '<a href="data:text/html,<script>window.ran=1</script>">click</a>',
    "javascript:window.ran=1",
    "<form action=javascript:window.ran=1><button>x</button></form>",
    "<button formaction=javascript:window.ran=1>x</button>",
    '<meta http-equiv="refresh" content="0;url=javascript:window.ran=1">',
    "<base href=//evil.example/>",
    '<link rel="stylesheet" href="//evil.example/x.css">',
    "<style>@import '//evil.example/x.css';</style>",
    '<div style="background:url(//evil.example/x)">x</div>',
    "<template><script>window.ran=1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.ran=1>'>",
    '" onmouseover="window.ran=1" x="',
    "' onfocus='window.ran=1' autofocus='",
    "` onclick=window.ran=1 `",
    "{{ 7 * 7 }}",
    "{% for x in range(9) %}{{ x }}{% endfor %}",
    "${window.ran=1}",
    "{{constructor.constructor('window.ran=1')()}}",
    "%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "&#60;script&#62;window.ran=1&#60;/script&#62;",
    "\u202egpj.exe\u202c <script>window.ran=1</script>",
    "\u2066\u202eevil\u2069 words <b onclick=window.ran=1>",
    "\ufeff<script>window.ran=1</script>\u0085\u2028",
    "a\u0301\u0301\u0301 <plaintext><xmp><listing>",
    "<!--<img src=--><img src=x onerror=window.ran=1>",
)


def hostile_corpus() -> dict[str, str]:
    """One document for every hostile string: in its text, title, publisher and tag, and, as far as can be, its name."""
    files = {"large.txt": "Warehouse 99 <script>window.ran=1</script> is full. " * 400}
    for number, string in enumerate(HOSTILE):
        name = "".join(character for character in string if character not in "/\0\n").strip(".")
        value = json.dumps(string.strip("\ufeff\u0085\u2028"), ensure_ascii=False)  # a YAML string too
        files[f"named/{number:02} {name}.md"] = (
            f"---\ntitle: {value}\npublisher: {value}\ntags: [{value}]\n---\n\n"
            f"Warehouse {number} belongs to Ada Mirren.\n\n    It holds the label {string} and nothing else.\n"
        )
    return files
