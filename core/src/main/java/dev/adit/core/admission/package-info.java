/// For whom a relay serves.
///
/// - Lives here: the one question `allowed(a, b)` and those who answer it. The coordinator answers
///   in process in `serve`; a stand-alone relay has a list of keys.
/// - Start with [Admission].
@NullMarked
package dev.adit.core.admission;

import org.jspecify.annotations.NullMarked;
