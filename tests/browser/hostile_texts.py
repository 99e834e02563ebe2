"""Sixty texts that a customer could type to have something rendered, run or fetched."""

from __future__ import annotations

# A host that no test may ask.
EVIL = "http://evil.example"

PAYLOADS = (
    # HTML
    f"<img src={EVIL}/a.png>",
    "<img src=x onerror=window.pwned=1>",
    "<script>window.pwned=1</script>",
    f"<script src={EVIL}/a.js></script>",
    "<svg onload=window.pwned=1></svg>",
    f"<iframe src={EVIL}></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    f"<a href={EVIL}>cliquez</a>",
    "<a href=javascript:window.pwned=1>ici</a>",
    "<b>gras</b><i>italique</i>",
    "<style>*{display:none}</style>",
    f"<link rel=stylesheet href={EVIL}/a.css>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<form action={EVIL}><input name=a></form>",
    "<details open ontoggle=window.pwned=1>x</details>",
    f"<video src={EVIL}/a.mp4 autoplay></video>",
    f"<object data={EVIL}></object>",
    "</div></span><h1>Titre</h1>",
    "<!-- --><marquee>texte</marquee>",
    "&lt;b&gt;entité&#x21;",
    # Markdown
    "**gras** et __gras__",
    "*italique* et _italique_",
    "~~barré~~",
    "`code`",
    "```\nbloc\n```",
    "# Titre",
    "Titre\n=====",
    "> citation",
    "- un\n- deux",
    "1. un\n2. deux",
    "- [x] fait",
    "---",
    f"[lien]({EVIL})",
    "[lien](javascript:window.pwned=1)",
    f"![image]({EVIL}/b.png)",
    f"[![x]({EVIL}/c.png)]({EVIL})",
    f"<{EVIL}>",
    f"{EVIL}/chemin",
    "www.evil.example",
    "ana@evil.example",
    f"[ref][1]\n\n[1]: {EVIL}",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "note[^1]\n\n[^1]: bas de page",
    # Streamlit's directives
    ":red[rouge]",
    ":blue-background[fond]",
    ":green-badge[:material/check: ok]",
    ":material/home:",
    ":small[petit]",
    ":rainbow[arc]",
    ":streamlit:",
    ":smile: :warning:",
    "$x^2$",
    "$$\\frac{a}{b}$$",
    "5 $ et 3 $",
    "\\(x\\) \\[y\\]",
    "<- -> -- (c) >=",
    # Text that turns, hides or breaks
    "\u202egnp.exe",
    "a\u0000b\u0007c",
    '=HYPERLINK("http://evil.example")',
    "{{7*7}} ${7*7} #{7*7} {0}",
)
assert len(PAYLOADS) == 60
