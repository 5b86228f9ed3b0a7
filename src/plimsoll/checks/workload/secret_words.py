"""What is a secret: by the name of a value, by its form, and what only looks like one.

Strict on purpose: a rule that cries at every `KEY` is switched off. `weigh` gives one of four words.
"""

import re
from base64 import b64decode
from functools import lru_cache

SECRET, PLACEHOLDER, HINT, NOTHING = "secret", "placeholder", "hint", ""

_LONGEST = 65_536
"""Characters of a value that are looked at."""

_TOKENS = re.compile(
    r"(?P<aws>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"
    r"|(?P<github>\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b)"
    r"|(?P<gitlab>\bgl(?:pat|dt|rt|ptt)-[\w-]{20,64})"
    r"|(?P<slack>\bxox[abeprs]-[\w-]{10,250}|hooks\.slack\.com/services/T[\w/]{20,80})"
    r"|(?P<google>\bAIza[\w-]{35}|\bya29\.[\w-]{20,500})"
    r"|(?P<stripe>\b[rs]k_live_[0-9A-Za-z]{16,128})"
    r"|(?P<other>\bSG\.[\w-]{16,64}\.[\w-]{16,64}|\bhvs\.[\w-]{20,200}|\bdop_v1_[0-9a-f]{64}|\bnpm_[A-Za-z0-9]{36}\b"
    r"|\bsk-(?:ant-|proj-)[\w-]{20,200}|\bhf_[A-Za-z]{34}\b|AGE-SECRET-KEY-1[0-9A-Z]{58})"
    r"|(?P<jwt>\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000})"
    r"|(?P<key>-BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY)",
    re.ASCII,
)
_WHAT = {
    "aws": "an access key of AWS",
    "github": "a token of GitHub",
    "gitlab": "a token of GitLab",
    "slack": "a token of Slack",
    "google": "a key of Google",
    "stripe": "a key of Stripe",
    "jwt": "a signed token (JWT)",
    "key": "a private key",
    "other": "a token of a known form",
}
_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,30}://[^\s:/@?#]{0,100}:(?P<secret>[^\s/@?#]{1,200})@", re.IGNORECASE)

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", re.ASCII)
_SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "pwd", "passwort", "secret", "token", "credential", "bearer"}
)
_PLURALS = frozenset({"passwords", "secrets", "tokens", "credentials"})
_JOINED = ("password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "privatekey", "authtoken")
_KEYS = frozenset(
    {"api", "access", "secret", "private", "encryption", "signing", "auth", "master", "account", "storage"}
)
_NO_SECRET_AFTER = frozenset(
    {"file", "files", "path", "dir", "directory", "folder", "url", "uri", "endpoint", "host", "port", "name", "id"}
    | {"user", "username", "ttl", "expiry", "expires", "expiration", "length", "min", "max", "enabled", "disabled"}
    | {"type", "policy", "header", "count", "algorithm", "alg", "duration", "lifetime", "timeout", "mode", "version"}
    | {"size", "hash", "field", "ref", "issuer", "audience", "scope", "scopes", "provider", "class"}
    | {
        "required",
        "interval",
        "rotation",
        "age",
        "prefix",
        "suffix",
        "limit",
        "limits",
        "template",
        "location",
        "store",
    }
    | {"method", "validation", "review", "reviews", "bucket", "region", "server", "service", "namespace", "regex"}
)
_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "enabled"})
_PLACEHOLDER = re.compile(
    r"<[^<>]*>|\[[^\[\]]*\]|[xX]{2,}|\*+|\.{2,}|_+|-+|(?:your|my|insert|replace|enter|put)[\s_-].*|.*\b(?:here|redacted)"
    r"|(?:placeholder|example|dummy|tbd)|REPLACE.*|CHANGE[ _-]?(?:ME|IT|THIS).*",
    re.ASCII,
)
_REFERENCE = re.compile(
    r"\$\{|\$\(|\{\{|^\$\w+$|^%\w+%$|^(?:vault|ref\+|op|arn|secretref|secret|gcp|azure|aws|file|env|doppler|bws|keyvault):"
    r"|^ENC\[|^AgA|^@Microsoft\.KeyVault|^/run/secrets/",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"(?:~|\.{1,2})?/(?:[\w.@+~-]+/)*[\w.@+~-]*|(?:[a-z0-9._-]+/)+[a-z0-9._-]+"
    r"|[\w.-]+\.(?:txt|pem|key|crt|jks|p12|pfx|json|ya?ml|properties|conf|env|creds?)",
    re.ASCII,
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}", re.ASCII)
_HARMLESS_NAMES = re.compile(
    r"initial-cluster-token|(?:^|_)(?:gpg|pgp|public|pub|host|ssh_host|primary|foreign|sort|cache|partition)_?keys?",
    re.IGNORECASE,
)


_PERSON = re.compile(
    r"(?:^|[\W_])(?:user[_-]?name|e-?mail|phone)[\w-]{0,32}[ \t\"']{0,4}[=:]"
    # Not behind a colon or a slash: `postgres://user:word@host` is no address of a person.
    r"|(?<![\w.+:/@-])(?!git@)[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,6}\b",
    re.IGNORECASE | re.ASCII,
)


def personal(name: str, value: str) -> str:
    """Give what in a named value speaks of a person: a user's name, an address of mail, a telephone; "" for nothing."""
    found = _PERSON.search(f"{name}:") or _PERSON.search(value[:_LONGEST_PROSE])
    return found[0].strip() if found else ""


_LONGEST_PROSE = 16_384


def encoded_token(value: str) -> str:
    """Say what kind of credential stands in a text in base64; "" for none, and for what is no base64."""
    text = value.strip()
    if len(text) > _LONGEST or len(text) % 4 or not _BASE64.fullmatch(text):
        return ""
    try:
        return known_token(b64decode(text, validate=True).decode())
    except ValueError:
        return ""


def known_token(value: str) -> str:
    """Say what kind of credential stands in a text, by its form alone; "" for none."""
    found = _TOKENS.search(value[:_LONGEST])
    if found:
        return _WHAT[found.lastgroup or "other"]
    url = _IN_URL.search(value[:_LONGEST])
    return "a password in a URL" if url and _is_own(url["secret"]) else ""


@lru_cache(maxsize=8192)
def names_a_secret(name: str) -> bool:
    """Say whether a name says that its value is a secret (`DB_PASSWORD`, `apiKey`), not where one is (`…_FILE`)."""
    if _HARMLESS_NAMES.search(name):
        return False
    words = [word.lower() for word in _WORDS.findall(name[:200].replace("PassWord", "Password"))]
    last = max((number for number, word in enumerate(words) if _is_secret_word(words, number, word)), default=-1)
    return last >= 0 and _NO_SECRET_AFTER.isdisjoint(words[last + 1 :])


def _is_secret_word(words: list[str], number: int, word: str) -> bool:
    is_last = number == len(words) - 1
    if word in _SECRET_WORDS or word.endswith(_JOINED):
        return True
    if is_last and (word in _PLURALS or (word == "pass" and number > 0)):
        return True
    # A key is a secret if the word before says so, or what follows: `API_KEY`, `AZURE_…_KEY`, `KEY_CONTENT`.
    before, after = words[:number], words[number + 1 : number + 2]
    return word == "key" and (not _KEYS.isdisjoint(before[-2:]) or before[:1] == ["azure"] or after == ["content"])


@lru_cache(maxsize=8192)
def hints_at_a_secret(name: str, value: str) -> bool:
    """Say whether a name or a value has a word about secrets in it, however harmless it may be."""
    low, text = name.lower(), value[:_LONGEST].lower()
    if _HARMLESS_NAMES.search(name):
        return False
    if any(word in low for word in ("secret", "password", "pwd", "token", "jwt", "bearer", "credential")):
        return True
    words = [word.lower() for word in _WORDS.findall(name[:200])]
    if any(word in {"key", "keys"} or word.endswith("key") for word in words):
        return True
    return any(word in text for word in ("jwt", "bearer", "_key_", "_secret_", "eyjhbgcio", "private key"))


def refers(value: str) -> bool:
    """Say whether a value only says where something is kept: a variable, a vault, a mounted secret."""
    return _REFERENCE.search(value.strip()[:200]) is not None


def weigh(name: str, value: str) -> str:
    """Say what a named value is: `secret`, `placeholder` of one, `hint` that it may be one, or nothing.

    References to what is kept elsewhere, and paths of files, are nothing.
    """
    return _weigh_once(name, value) if len(value) <= _SHORT else _weigh(name, value)


_SHORT = 256
"""Characters of a value that is worth remembering: several rules ask about each, and most stand in many containers."""


@lru_cache(maxsize=16_384)
def _weigh_once(name: str, value: str) -> str:
    return _weigh(name, value)


def _weigh(name: str, value: str) -> str:
    value = value.strip()
    if not value or refers(value):
        return NOTHING
    if known_token(value):
        return SECRET
    if _PATH.fullmatch(value[:500]) or value.startswith(("/", "file:")):
        return NOTHING
    if names_a_secret(name):
        return _weigh_value(value)
    return HINT if hints_at_a_secret(name, value) else NOTHING


def _weigh_value(value: str) -> str:
    if value.lower() in _SWITCHES:
        return HINT
    return PLACEHOLDER if _PLACEHOLDER.fullmatch(value[:500]) else SECRET


def _is_own(secret: str) -> bool:
    return not _REFERENCE.search(secret) and not secret.startswith(("$", "%", "<", "{")) and not _is_placeholder(secret)


def _is_placeholder(text: str) -> bool:
    return _PLACEHOLDER.fullmatch(text) is not None


_LINE = re.compile(
    r"^[ \t]{0,80}(?:export[ \t]+|-[ \t]+)?[\"']?(?P<name>[A-Za-z][\w.-]{0,80})[\"']?[ \t]*(?:=|:[ \t])[ \t]*"
    r"(?P<quote>[\"']?)(?P<value>[^\s\"']{4,500})(?P=quote)[ \t]*,?[ \t]*$",
    re.ASCII | re.MULTILINE,
)
_CODE = re.compile(r"[(){}\[\]<>;$%]")


def secret_line(text: str) -> str:
    """Give the name of the first secret that a text of several settings sets (`REDIS_PASSWORD=…`); "" for none."""
    for found in _LINE.finditer(text[:_LONGEST]):
        name, value = found["name"], found["value"]
        if names_a_secret(name) and not _CODE.search(value) and weigh(name, value) == SECRET:
            return name
    return ""


_OPTION = re.compile(r"(?:^|\s)--?(?P<name>[A-Za-z][\w.-]{1,60})=[\"']?(?P<value>[^\s\"']{1,500})", re.ASCII)


def secret_option(text: str) -> str:
    """Give the name of the first option in a command line that holds a secret (`--password=…`); "" for none."""
    for found in _OPTION.finditer(text[:_LONGEST]):
        name, value = found["name"], found["value"]
        if names_a_secret(name) and not _CODE.search(value) and weigh(name, value) == SECRET:
            return name
    return ""


def masked(name: str, value: str) -> str:
    """Show that there is a secret without showing it."""
    what = known_token(value) or f"{len(value.strip())} characters"
    return f"{name}: {what}" if name else what
