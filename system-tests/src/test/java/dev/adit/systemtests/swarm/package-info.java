/// Agents without WireGuard, on the real protocol: many in one process, as load and as witnesses.
@NullMarked
package dev.adit.systemtests.swarm;

import org.jspecify.annotations.NullMarked;
