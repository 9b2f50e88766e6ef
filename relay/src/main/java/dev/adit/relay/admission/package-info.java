/// Whom this relay serves, where others have to be asked for it.
///
/// - Lives here: the verify URL, the daemon of this machine, and the threads that wait for them.
///   Elsewhere: lists and sets of keys (`dev.adit.core.admission`).
/// - Start with [dev.adit.relay.admission.VerifiedAdmission].
@NullMarked
package dev.adit.relay.admission;

import org.jspecify.annotations.NullMarked;
