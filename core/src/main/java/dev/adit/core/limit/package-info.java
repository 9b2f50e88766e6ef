/// Rate limits that cost little memory.
///
/// - Start with [TokenBucket] (one subject) and [RateTable] (as many as an attacker can invent).
@NullMarked
package dev.adit.core.limit;

import org.jspecify.annotations.NullMarked;
