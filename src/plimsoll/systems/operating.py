"""The packaging systems of distributions. What feeds speak for is the distribution's release."""

from plimsoll.model.system import Asked, System

DPKG = System(name="dpkg", title="Debian packages", purl_type="deb", scheme="dpkg")
APK = System(name="apk", title="Alpine packages", purl_type="apk", scheme="apk")
RPM = System(name="rpm", title="rpm packages", purl_type="rpm", scheme="rpm", asked=Asked.SOURCE_AND_BINARY)
# Arch's order is that of rpm without its newest signs (vercmp(8)).
ALPM = System(name="alpm", title="Arch packages", purl_type="alpm", scheme="rpm")
