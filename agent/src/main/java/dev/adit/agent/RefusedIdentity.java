package dev.adit.agent;

import dev.adit.wire.MalformedException;

/// Carries a checked exception out of the packet loop.
final class RefusedIdentity extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedIdentity(MalformedException cause) {
    super(cause.getMessage(), cause, false, false);
  }
}
