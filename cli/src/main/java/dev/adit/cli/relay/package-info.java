/// Commands that ask a running relay on this machine over its local socket, and those that look at
/// relays from outside.
///
/// - Start with [RelayStatusCommand]. The relay itself is started by
///   [dev.adit.cli.server.RelayCommand].
@NullMarked
package dev.adit.cli.relay;

import org.jspecify.annotations.NullMarked;
