/// A relay that has joined a coordinator: its stream, and whom the coordinator has it serve.
///
/// - Lives here: the thread that holds the stream, the files it starts from alone. Elsewhere: the
///   set itself (`dev.adit.core.admission.ManagedAdmission`), the stream's protocol
///   (`dev.adit.core.control`).
/// - Start with [dev.adit.relay.managed.ManagedRelay].
@NullMarked
package dev.adit.relay.managed;

import org.jspecify.annotations.NullMarked;
