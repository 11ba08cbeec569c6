"""Which addresses of the web a page may lead to."""

# http or https, a host, and nothing that browsers read otherwise than people do: no name and password before the
# host, no spaces or controls, no quotes, angle brackets or backslashes. A host has Latin letters only, or Cyrillic ones
# only under a Cyrillic end, so that none looks like another; any other is written as "xn--...". RE2 reads the pattern
# too.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LETTER = "А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі0-9"
_CYRILLIC = rf"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|{_CYRILLIC}(?:\.{_CYRILLIC})*\.(?:рф|қаз))"
ADDRESS = rf"https?://{_HOST}\.?(?::[0-9]{{1,5}})?(?:[/?#][^\s\x00-\x20\x7f-\xa0\"<>\\`]*)?"
