/// Questions to the DNS, as the machine's own resolver answers them.
///
/// - Lives here: [DnsLookup].
@NullMarked
package dev.adit.net.dns;

import org.jspecify.annotations.NullMarked;
