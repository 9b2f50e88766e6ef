/// What every protocol shares: addresses, endpoints, text forms of bytes, integers in bytes, strict
/// JSON, the error of bad bytes.
///
/// - Lives here: values used by more than one protocol. Elsewhere: each protocol in a package of
///   its own; those packages are strangers to each other.
/// - May import: `dev.adit.crypto`. No I/O, clock or threads.
/// - Start with [Endpoint] and [MalformedException].
@NullMarked
package dev.adit.wire;

import org.jspecify.annotations.NullMarked;
