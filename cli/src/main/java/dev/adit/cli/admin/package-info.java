/// Administration: `adit key …`, `adit node …` and `adit coordinator …`, by the coordinator's API
/// and nothing else.
///
/// - Lives here: requests, and how their answers look as tables.
/// - Start with [CoordinatorClient].
@NullMarked
package dev.adit.cli.admin;

import org.jspecify.annotations.NullMarked;
