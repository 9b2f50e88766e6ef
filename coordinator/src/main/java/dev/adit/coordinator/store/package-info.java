/// The coordinator's database: one SQLite file, its schema, and one transaction per command.
///
/// - Lives here: statements, migrations, the writer thread. Elsewhere: every decision
///   (`dev.adit.core.coordinator`), private keys (files, never here).
/// - Start with [dev.adit.coordinator.store.Database], then
///   [dev.adit.coordinator.store.Transactions].
@NullMarked
package dev.adit.coordinator.store;

import org.jspecify.annotations.NullMarked;
