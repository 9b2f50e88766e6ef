/// The control protocol between coordinator and agents: keys as text, signed records, messages and
/// the framing inside the encrypted stream (specification `control`).
///
/// - Lives here: text and bytes to values and back. Elsewhere: who decides and who follows
///   (`dev.adit.core.control`), Noise itself (`dev.adit.crypto`).
/// - May import: `dev.adit.wire`, `dev.adit.crypto`. No I/O, clock or threads.
/// - Start with [JoinKey], [Envelope] and [ControlMessage], then `ControlVectorsTest`.
@NullMarked
package dev.adit.wire.control;

import org.jspecify.annotations.NullMarked;
