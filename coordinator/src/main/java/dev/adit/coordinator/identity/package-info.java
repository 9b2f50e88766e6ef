/// Who this coordinator is: its private keys (0600 files, nowhere else) and its identity document.
///
/// Start with [dev.adit.coordinator.identity.IdentityFiles].
@NullMarked
package dev.adit.coordinator.identity;

import org.jspecify.annotations.NullMarked;
