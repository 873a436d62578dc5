"""Whether a message is in a language that the review can judge: Chinese or English.

Its rules and its classifier know no other; a message in one cannot be judged, whoever wrote it.
"""

from __future__ import annotations

import re

_LETTER = re.compile(r"[^\W\d_]")
_HAN = re.compile(r"[㐀-鿿]")
_HAN_RUN = re.compile(r"[㐀-鿿]{7,}")
"""Longer than Japanese words are."""
_KANA = re.compile(r"[぀-ヿ]")
_LATIN = re.compile(r"[a-zà-öø-ÿāăąćčđęěğīĩıłńňōơőœřśşšťũūůűưźżžḁ-ỹ]+")
_OTHER_SCRIPT = re.compile(r"[Ͱ-ϿЀ-ӿ԰-֏֐-׿؀-ۿऀ-෿฀-໿က-႟Ⴀ-ჿᄀ-ᇿ぀-ヿ가-힯]")
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_ENGLISH = frozenset(
    "the and you your to of in is it for with this that me my i what how are be not can do have please will if on at "  # noqa: SIM905
    "we our by was from which who when there should would all any about a an or as so but has".split()
)
# Common little words, without those that English or romanised Chinese has too.
_FOREIGN = tuple(
    frozenset(words.split())
    for words in (
        "que el los las por para con una del está como pero más su este esta tu tus puedes cuál qué y todas todo dime",
        "les des une est vous pour dans que qui sur votre avec je et vos quel quelle cette mon nous il ce du au toutes",
        "der das und ist nicht ich sie ein eine für mit dem den auf zu von wie wenn mein bitte können mir dein du wir",
        "che il per non una sono della con del come gli nel più questo è tu mi sei puoi qual cosa dei al tutte tutti",
        "que não uma os para com por você seu são como mais isso da em um qual meu minha ao é me as todas",
        "bir ve bu için ile ne mı değil olarak ben sen bana daha gibi var nedir bunu çok kadar misin mısın",
        "ini itu untuk dengan dari tidak adalah saya anda akan pada apa atau kata bisa sebagai jika dalam bagaimana",
        "của và là cho không một có những bạn tôi được trong các này hãy gì",
        "ang ng mga sa ay ito kung hindi iyong mong ko mo isang akin iyo ikaw aking paano",
    )
)
_FEW_WORDS = 8
_MOST_HAN = 4
"""Chinese characters that a message in another language may have."""


def unjudgeable(text: str) -> bool:
    """Whether `text` (lower case) is in another language throughout: no part of it is Chinese or English."""
    text = _MARKUP.sub(" ", text)
    letters = len(_LETTER.findall(text))
    other = len(_OTHER_SCRIPT.findall(text))
    japanese = len(_KANA.findall(text)) * 5 > letters
    if _HAN_RUN.search(text) if japanese else len(_HAN.findall(text)) > _MOST_HAN:
        return False
    words = _LATIN.findall(text)
    english = len(_ENGLISH.intersection(words))
    if other * 3 > letters and other >= 6:
        return english < 3
    foreign = max(len(known.intersection(words)) for known in _FOREIGN)
    return foreign >= (2 if len(words) <= _FEW_WORDS else 3) and foreign >= 2 * english
