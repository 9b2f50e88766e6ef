/// Keys, AEAD, hashes, sealed boxes, the Noise handshake and certificates.
///
/// - Lives here: everything that imports a cryptography provider. Elsewhere: what is sealed and why
///   (`dev.adit.wire`).
/// - May import: Bouncy Castle and the JDK's providers. No I/O, clock, threads or unseeded
///   randomness: random bytes come in as a `RandomGenerator`.
/// - Start with [PrivateKey] and [PublicKey], then [NoiseIk].
@NullMarked
package dev.adit.crypto;

import org.jspecify.annotations.NullMarked;
