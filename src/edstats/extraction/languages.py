"""Which of the three languages a document is in, by its letters and commonest words."""

import re

_KAZAKH = re.compile("[әғқңөұүһі]")
# Without IGNORECASE, to which ı and i are one letter.
_KAZAKH_LATIN = re.compile(r"[ýǵńıáóúşğǧŋñäöüū]|\b(?:men|jáne|jane|úshin|boıynsha|boiynsha|mektep\w*)\b")
_CYRILLIC = re.compile("[а-яё]")
_LATIN = re.compile("[a-z]")
_SAMPLE = 20_000  # characters that tell the language of a document
_LONG = 400  # letters that tell it by themselves
_FEW, _MANY = 0.02, 0.08  # shares of the Kazakh letters: below only in names, above only in Kazakh
_SHORT = 0.04  # share in a line or two
_RUSSIAN_WORDS = re.compile(r"\b(?:и|в|во|на|с|по|для|из|до|что|это|от|за|года|году|област[иьей]+|школ\w{0,3}|тенге)\b")
_KAZAKH_WORDS = re.compile(
    r"\b(?:және|мен|үшін|бойынша|оның|бұл|жылы|облысы\w{0,4}|мектеп\w{0,6}|теңге\w{0,4})\b"
    r"|(?:ында|інде|ған|ген|ның|нің|луда|леді|лады)\b"
)


def language_of(text: str) -> str:
    """en, ru or kk, Kazakh also in its Latin spellings; en where the text has no letters."""
    sample = text[:_SAMPLE].lower()
    cyrillic, latin = len(_CYRILLIC.findall(sample)), len(_LATIN.findall(sample))
    kazakh = len(_KAZAKH.findall(sample))
    if cyrillic + kazakh <= latin:
        return "kk" if len(_KAZAKH_LATIN.findall(sample)) > _FEW * latin else "en"
    share = kazakh / (cyrillic + kazakh)
    if cyrillic > _LONG and not _FEW < share < _MANY:
        return "kk" if share >= _MANY else "ru"
    if cyrillic <= _LONG and share > _SHORT:
        return "kk"
    return "kk" if len(_KAZAKH_WORDS.findall(sample)) > len(_RUSSIAN_WORDS.findall(sample)) else "ru"
