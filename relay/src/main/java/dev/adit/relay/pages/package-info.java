/// What a relay answers to requests that are not DERP's (derp §2.2): home page, `robots.txt`,
/// emergency name lookups, the map of relays.
///
/// - Lives here: handlers of requests. Elsewhere: upgrades and probes (`dev.adit.net.frontdoor`).
/// - Start with [Pages].
@NullMarked
package dev.adit.relay.pages;

import org.jspecify.annotations.NullMarked;
