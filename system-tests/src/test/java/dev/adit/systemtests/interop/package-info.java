/// Whole programs of ours and of others, as real processes on loopback or in the lab.
///
/// - Start with [ClientRules]: what a client may expect of any DERP server, and a server of any
///   client. Tailscale's programs keep the same rules, so that they say what the protocol is and
///   not what we made of it.
/// - `bin/interop-build` builds the Go side: `interop/` holds ours, which drives Tailscale's
///   modules by lines of JSON.
@NullMarked
package dev.adit.systemtests.interop;

import org.jspecify.annotations.NullMarked;
